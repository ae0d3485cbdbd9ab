package site

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Placeholders are what the pattern of a new post's path may be made of, each written as
// {name} or :name. Dates are those of the post, slug is made of its title or its words,
// type is its kind (note, photo, …), and section the folder for posts.
var Placeholders = []string{"year", "month", "day", "hour", "minute", "second", "date", "slug", "type", "section"}

// CheckPattern returns what is wrong with a pattern for the paths of new posts and how to fix it;
// both are "" for a valid pattern.
func CheckPattern(pattern string) (problem, remedy string) {
	known := "{" + strings.Join(Placeholders, "} {") + "}"
	for _, p := range anyPlaceholder.FindAllString(pattern, -1) {
		if !placeholder.MatchString(p) || placeholder.FindString(p) != p {
			if means, ok := foreignPlaceholders[strings.ToLower(strings.Trim(p, "{}: "))]; ok {
				return "has the unknown placeholder " + p, "write {" + means + "}"
			}
			return "has the unknown placeholder " + p, "known are " + known
		}
	}
	if strings.ContainsAny(placeholder.ReplaceAllString(pattern, ""), "{}") {
		return "has an unmatched brace", "known are " + known
	}
	if !slugPlaceholder.MatchString(pattern) {
		example := path.Join(strings.TrimSuffix(pattern, path.Ext(pattern)), "{slug}.md")
		if path.Ext(pattern) != "" {
			example = strings.TrimSuffix(pattern, path.Ext(pattern)) + "-{slug}" + path.Ext(pattern)
		}
		return "has no {slug}, so that two posts could not be told apart", fmt.Sprintf("write for example %q", example)
	}
	return "", ""
}

// foreignPlaceholders are the names that generators' permalinks and other programs use for
// placeholders.
var foreignPlaceholders = map[string]string{
	"title": "slug", "filename": "slug", "slugorfilename": "slug", "contentbasename": "slug",
	"slugorcontentbasename": "slug", "name": "slug",
	"short_year": "year", "yyyy": "year", "monthname": "month", "i_month": "month", "mm": "month", "i_day": "day",
	"dd":  "day",
	"min": "minute", "sec": "second", "sections": "section", "category": "section", "categories": "section",
	"collection": "section",
	"kind":       "type", "post-type": "type", "post_type": "type",
}

var (
	placeholder = regexp.MustCompile(`\{(?:` + strings.Join(Placeholders, "|") + `)\}|:(?:` +
		strings.Join(Placeholders, "|") + `)\b`)
	slugPlaceholder = regexp.MustCompile(`\{slug\}|:slug\b`)
	anyPlaceholder  = regexp.MustCompile(`\{[^{}]*\}|:[A-Za-z][A-Za-z0-9_]*`)
)

// whole completes a pattern that names only a folder, or has no file extension.
func whole(pattern string) string {
	switch {
	case path.Ext(pattern) != "":
		return pattern
	case slugPlaceholder.MatchString(path.Base(pattern)):
		return pattern + ".md"
	}
	return path.Join(pattern, "{slug}.md")
}

// fill is the path that a pattern makes.
func fill(pattern string, at time.Time, slug, postType, section string) string {
	values := map[string]string{
		"year": fmt.Sprintf("%04d", at.Year()), "month": at.Format("01"), "day": at.Format("02"),
		"hour": at.Format("15"), "minute": at.Format("04"), "second": at.Format("05"),
		"date": fmt.Sprintf("%04d-%s", at.Year(), at.Format("01-02")), "slug": slug, "type": postType, "section": section,
	}
	filled := placeholder.ReplaceAllStringFunc(pattern, func(p string) string { return values[strings.Trim(p, "{}:")] })
	return path.Clean(strings.TrimPrefix(filled, "/"))
}

// uses reports whether a pattern has one of the placeholders.
func uses(pattern string, names ...string) bool {
	for _, p := range placeholder.FindAllString(pattern, -1) {
		if slices.Contains(names, strings.Trim(p, "{}:")) {
			return true
		}
	}
	return false
}
