package site

import (
	"cmp"
	"path"
	"regexp"
	"strings"
	"time"
)

// learnPlace finds the folder and the pattern of file names that most of the newest posts
// share. The top of the content is the folder only where no other has posts, and only if it has
// more than standalone pages.
func (h *learnedStyle) learnPlace(s *Site, posts []*postStyle) {
	var sections, inMain, atTop tally
	patterns := map[string]*tally{}
	noPosts, main := sectionsAre(posts, s.hasNoPosts), sectionsAre(posts, s.inMainSection)
	for _, m := range posts {
		switch {
		case m.section == "" || noPosts[m.section]:
			continue
		case s.rules.PagesAtTop && m.section == s.rules.Content:
			if m.standalone {
				continue
			}
			atTop.vote(m.section)
		default:
			sections.vote(m.section)
		}
		if main[m.section] {
			inMain.vote(m.section)
		}
		if patterns[m.section] == nil {
			patterns[m.section] = &tally{}
		}
		patterns[m.section].vote(m.pattern)
	}
	if section := cmp.Or(inMain.winner(), sections.winner(), atTop.winner()); section != "" {
		h.section, h.pattern = section, patterns[section].winner()
	}
	if s.options.Section != "" {
		section := s.configuredSection()
		if section != h.section {
			h.section = section
			if t := patterns[section]; t != nil {
				h.pattern = t.winner()
			}
		}
	}
}

// sectionsAre asks something of the section of each post, of most of which it is the same.
func sectionsAre(posts []*postStyle, ask func(section string) bool) map[string]bool {
	are := map[string]bool{}
	for _, m := range posts {
		if _, asked := are[m.section]; !asked {
			are[m.section] = ask(m.section)
		}
	}
	return are
}

// hasNoPosts reports whether the pages of a folder are no posts: those of a manual.
func (s *Site) hasNoPosts(section string) bool { return below(section, s.rules.NoPosts) }

// inMainSection reports whether a folder is one of those whose posts the site calls its main ones.
func (s *Site) inMainSection(section string) bool { return below(section, s.rules.Main) }

// below reports whether a folder is one of some, or below one.
func below(folder string, some []string) bool {
	for _, one := range some {
		if rest, ok := strings.CutPrefix(folded(folder), folded(one)); ok && (rest == "" || rest[0] == '/') {
			return true
		}
	}
	return false
}

// folded is a path as URLs write it.
func folded(p string) string { return strings.ReplaceAll(strings.ToLower(p), " ", "-") }

// configuredSection is the folder that site.section names: from the repository's root, below
// the content folder, or by the name of a collection.
func (s *Site) configuredSection() string {
	section := strings.Trim(s.options.Section, "/")
	label, rest, _ := strings.Cut(section, "/")
	if folder, ok := s.rules.Collections[label]; ok {
		section = path.Join(folder, rest)
	}
	if s.inContent(section) {
		return section
	}
	return path.Join(s.rules.Content, section)
}

// inContent reports whether a path is already below the content folder.
func (s *Site) inContent(p string) bool { return strings.HasPrefix(p+"/", s.rules.ContentPrefix) }

var (
	yearPart  = regexp.MustCompile(`^(?:19|20)\d\d$`)
	monthPart = regexp.MustCompile(`^\d\d?$`)
	yearMonth = regexp.MustCompile(`^((?:19|20)\d\d)-(\d\d)$`)
	wholeDay  = regexp.MustCompile(`^((?:19|20)\d\d)-(\d\d)-(\d\d)$`)
	dayPrefix = regexp.MustCompile(`^(\d{4})-(\d\d?)-(\d\d?)-(.+)$`)
	dayDigits = regexp.MustCompile(`^((?:19|20)\d\d)(\d\d)(\d\d)-(.+)$`)
)

// shape splits a post's path into its folder and the pattern that its name and the folders below
// follow. Numbers count as parts of a date only if they match the post's date.
func (s *Site) shape(file string, at time.Time) (section, pattern string, ok bool) {
	section, pattern, _, ok = s.dissect(file, at)
	return section, pattern, ok
}

// dissect is shape that also returns the file's slug.
func (s *Site) dissect(file string, at time.Time) (section, pattern, slug string, ok bool) {
	dir, _ := path.Split(file)
	dirs := strings.Split(strings.TrimSuffix(dir, "/"), "/")
	if dir == "" {
		dirs = nil
	}
	n := s.generator.Naming(file)
	base := n.Stem
	if n.Bundle && len(dirs) > 0 {
		base, dirs = dirs[len(dirs)-1], dirs[:len(dirs)-1]
	}
	first := 0
	if root := s.contentRoot(file); root != "" {
		if !strings.HasPrefix(file, root+"/") {
			return "", "", "", false
		}
		first = strings.Count(root, "/") + 1
	}
	if first > len(dirs) {
		return "", "", "", false
	}
	parts := dirs[first:]
	split := len(parts)
	for i, part := range parts {
		if dateFolder(part, at, true) != "" {
			split = i
			break
		}
	}
	section = strings.Join(dirs[:first+split], "/")
	var below []string
	for i, part := range parts[split:] {
		if p := dateFolder(part, at, i == 0); p != "" {
			if p == "{month}" && len(below) > 0 && below[len(below)-1] == "{month}" {
				p = "{day}"
			}
			part = p
		}
		below = append(below, part)
	}
	namePattern, slug := dateName(base, at)
	below = append(below, namePattern+n.End)
	return section, strings.Join(below, "/"), slug, true
}

// dateFolder is the placeholder for a folder named after the post's date.
func dateFolder(part string, at time.Time, first bool) string {
	known := !at.IsZero()
	switch {
	case yearPart.MatchString(part):
		if first && (!known || part == at.Format("2006")) {
			return "{year}"
		}
	case yearMonth.MatchString(part):
		if !known || part == at.Format("2006-01") {
			return "{year}-{month}"
		}
	case wholeDay.MatchString(part):
		if !known || part == at.Format("2006-01-02") {
			return "{year}-{month}-{day}"
		}
	case !first && monthPart.MatchString(part):
		return "{month}"
	}
	return ""
}

// dateName splits a file name into the pattern of its date and the slug.
func dateName(base string, at time.Time) (pattern, slug string) {
	if m := dayPrefix.FindStringSubmatch(base); m != nil {
		return "{year}-{month}-{day}-{slug}", m[4]
	}
	if m := dayDigits.FindStringSubmatch(base); m != nil && (at.IsZero() || m[1]+m[2]+m[3] == at.Format("20060102")) {
		return "{year}{month}{day}-{slug}", m[4]
	}
	return "{slug}", base
}
