// Package custom knows any site of Markdown files that its owner describes in gitpost's configuration:
// where the posts are, which keys they have, and at which URLs they are published.
//
// It reads no file of the generator and guesses nothing: a site whose URLs the description does not
// say is refused.
package custom

import (
	"cmp"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

const name = "custom"

// Definition is a site that is described.
var Definition = generator.Definition{
	Name: name, Title: "Described", Describes: true, Detect: detect, Open: open,
}

// site is a description, read.
type site struct {
	convention generator.Convention
	content    []folder
	path       *regexp.Regexp // matches a post's path below its folder; nil for none
	permalink  pattern
	about      generator.Description
	escapes    *strings.Replacer // nil for none
}

func open(_ fs.FS, o generator.Options) (generator.Generator, error) {
	d := o.Description
	base := o.Base("")
	switch {
	case len(d.Content) == 0:
		return nil, incomplete("site.content is missing",
			"set it to the folder of the posts, such as content: src/content/blog")
	case d.Permalink == "" && d.URLKey == "" && d.URLsFrom == "":
		return nil, incomplete("nothing says at which URLs the posts are published",
			`set site.permalink to their pattern, such as permalink: "/blog/{slug}/", or site.url_key to the key that `+
				"has the URL, or site.urls_from to a map that the build publishes")
	case base == "":
		return nil, incomplete("nothing says where the site is published", "set site.url, such as url: https://example.org/")
	}
	s := &site{about: d, permalink: parsePattern(d.Permalink)}
	for _, spec := range d.Content {
		f, err := newFolder(spec)
		if err != nil {
			return nil, incomplete("site.content: "+err.Error(), "name folders, or files with * and **")
		}
		s.content = append(s.content, f)
	}
	if d.Path != "" {
		s.path = matcher(below(d.Path, s.content))
	}
	if len(d.Escape) > 0 {
		var pairs []string
		for _, part := range longestFirst(d.Escape) {
			pairs = append(pairs, part, d.Escape[part])
		}
		s.escapes = strings.NewReplacer(pairs...)
	}
	s.convention = s.describe(strings.TrimSuffix(base, "/")+"/", o)
	return s, nil
}

func incomplete(message, hint string) error {
	return &fault.Error{Code: fault.InvalidRequest, Op: "read the site", Message: message,
		Hint: hint + "; gitpost help generators has examples"}
}

// describe is the convention that a description makes.
func (s *site) describe(base string, o generator.Options) generator.Convention {
	d := s.about
	posts := s.content[0].root
	content := common(s.content)
	prefix := content + "/"
	if content == "" {
		prefix = posts + "/"
	}
	zone := o.TimeZone
	from := "site.timezone"
	if zone == nil {
		zone, from = time.UTC, byDefault
	}
	c := generator.Convention{
		Name: name, BaseURL: base, Zone: zone, ZoneStated: true,
		Origin: generator.Origin{Version: "the configuration describes the site", Zone: from, Posts: "site.content"},
		Folders: generator.Folders{
			Content: content, ContentPrefix: prefix, Pages: posts, Posts: posts, PostPattern: "{slug}.md",
			Drafts: d.Drafts, Data: cmp.Or(d.Data, "data"), DataExtension: ".yaml",
			Static: cmp.Or(d.Static, "static"), StaticURL: strings.TrimSuffix(base, "/") + withSlashes(d.StaticURL),
			SiteDay: true,
		},
		Keys: s.keys(),
		Text: generator.Text{RawHTML: true},
		Head: generator.Head{Advice: "put them before </head> in the layout of your pages"},
	}
	if m := d.FrontMatter.Unlisted; m.Key != "" {
		c.Unlisted.Keys = []generator.Switch{{Paths: [][]string{{m.Key}}, Value: m.Value}}
	} else {
		c.Unlisted.Refusal = "nothing says how this site keeps a post out of its lists"
		c.Unlisted.Hint = "set unlisted in site.front_matter to the key that does, or send visibility=public"
	}
	return c
}

const byDefault = "the default"

// usual are the keys that are read, and written where the description names no other.
var usual = map[string][]string{
	"name": {"title"}, "published": {"date"}, "updated": {"updated", "lastmod", "modified"},
	"summary": {"summary", "description", "excerpt"}, "category": {"tags"},
}

func (s *site) keys() generator.Keys {
	d := s.about
	f := d.FrontMatter
	words := map[string][]string{"lang": {"lang"}}
	for property, keys := range usual {
		words[property] = keys
	}
	reserved := strings.ToLower(d.URLKey + " " + f.Draft.Key + " " + f.Unlisted.Key + " " + d.ExtraKey)
	for meaning, property := range generator.Meanings {
		key := f.Keys[meaning]
		if property != "" && key != "" {
			words[property] = generator.Distinct(append([]string{key}, words[property]...))
		}
		reserved += " " + strings.ToLower(key)
	}
	k := generator.Keys{
		Vocabulary: generator.NewVocabulary(words, reserved, generator.Snake),
		DateLayout: time.RFC3339Nano, Image: f.Keys["image"], Aliases: f.Keys["aliases"], Slug: f.Keys["slug"],
		Address: d.URLKey, Draft: generator.Draft{Key: f.Draft.Key, On: f.Draft.Value},
		Format: formats[f.Format],
	}
	if d.Dates == generator.LocalDates {
		k.DateLayout, k.LocalDates = "2006-01-02 15:04:05.999999999", true
	}
	if k.Draft.Key == "" {
		k.Draft = generator.Draft{Key: "draft", On: true}
	}
	if d.URLKey != "" {
		k.NewAddress = cmp.Or(d.Permalink, "/{slug}/")
	}
	if d.Strict {
		k.Params, k.Side = cmp.Or(d.ExtraKey, sideKey), d.ExtraKey == ""
		k.Allowed = map[string]bool{}
		for _, key := range append([]string{d.URLKey, k.Draft.Key, f.Unlisted.Key, k.Params,
			f.Key("title", "title"), f.Key("date", "date")}, values(f.Keys)...) {
			top, _, _ := strings.Cut(strings.ToLower(key), ".")
			k.Allowed[top] = true
		}
	}
	return k
}

// sideKey is what errors call the file beside a post. No key of a front matter is called so.
const sideKey = "(side file)"

var formats = map[string]frontmatter.Format{
	"yaml": frontmatter.YAML, "toml": frontmatter.TOML, "json": frontmatter.JSON,
}

func values(m map[string]string) (list []string) {
	for _, v := range m {
		list = append(list, v)
	}
	return list
}

func (s *site) Convention() *generator.Convention { return &s.convention }

// Role: nothing but the configuration says how a file is published.
func (s *site) Role(file string) generator.Role {
	if _, ok := s.folderOf(file); ok {
		return generator.Content
	}
	return 0
}

// Naming: an index file is named by its folder.
func (s *site) Naming(file string) generator.Naming {
	n := generator.PlainNaming(file)
	if f, ok := s.folderOf(file); ok && n.Stem == "index" && path.Dir(file) != cmp.Or(f.root, ".") {
		n.Stem, n.End, n.Bundle = path.Base(path.Dir(file)), "/index"+n.End, true
	}
	n.TitleURL = s.about.FrontMatter.Keys["slug"] != ""
	return n
}

// Date reads a date. A generator whose dates are local ones takes the clock of a date's instant in
// UTC, if it has an offset, for the clock of the site's zone.
func (s *site) Date(f frontmatter.Field) (t time.Time, precise, ok bool) {
	zone := s.convention.Zone
	if !s.convention.LocalDates {
		return generator.ReadDate(f, zone)
	}
	t, precise, ok = generator.ReadDate(f, time.UTC)
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone), precise, ok
}

// Escape replaces the texts that the description names. The front matter is no template.
func (s *site) Escape(text string, in generator.Place) (safe string, parts []string) {
	if s.escapes == nil || in == generator.InSummary {
		return text, nil
	}
	for _, part := range longestFirst(s.about.Escape) {
		if strings.Contains(text, part) {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return text, nil
	}
	return s.escapes.Replace(text), parts
}

// Escaped returns what Escape writes for a part.
func (s *site) Escaped(part string) string { return s.about.Escape[part] }
