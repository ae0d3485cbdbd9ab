package site

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// Explanation is what was inferred about a site, and what a post made of it looks like.
type Explanation struct {
	Findings []Finding `json:"findings"`
	Warnings []string  `json:"warnings,omitempty"` // what makes some URLs unpredictable, each with its remedy
	Example  Example   `json:"example"`
}

// Finding is one thing that was inferred.
type Finding struct {
	What  string `json:"what"`  // "time zone"
	Value string `json:"value"` // "Europe/Berlin"; "" when there is none
	From  string `json:"from"`  // what says so: a file, a key of gitpost.yaml, the newest posts
}

// Example is a post made up for the explanation.
type Example struct {
	Path string `json:"path"`
	URL  string `json:"url"`
	Text string `json:"text"`

	SidePath string `json:"side_path,omitempty"` // of the side file; "" when the post has none
	Side     string `json:"side,omitempty"`
}

// Explain returns what was inferred about the site and from what, and composes a note as Compose
// would, without storing it. The error is Compose's: no note could be posted.
func (s *Site) Explain(lib Library) (Explanation, error) {
	posts := s.newest(lib, s.usualLanguage(lib))
	h := s.learnFrom(posts, "")
	e := Explanation{Findings: s.explainSite(), Warnings: s.Warnings()}
	e.Findings = append(e.Findings, s.explainPlace(h, posts)...)
	e.Findings = append(e.Findings, s.explainStyle(h, posts)...)
	addresses, unclear := s.explainAddress(h, posts)
	e.Findings, e.Warnings = append(e.Findings, addresses...), append(slices.Clip(e.Warnings), append(unclear,
		s.linkWarnings()...)...)
	e.Findings = append(e.Findings, s.explainMedia(), explainMediaURLs(s, h, posts))
	made, err := s.Compose(lib, Post{Item: mf2.Item{Type: []string{"h-entry"}, Properties: mf2.Properties{
		"content":  {"An example of a note, as an app would send it."},
		"category": {"example", "note"},
	}}})
	if err != nil {
		return e, err
	}
	e.Example = Example{Path: made.Path, URL: made.Page.URL, Text: string(made.Data), Side: string(made.Side)}
	if made.Side != nil {
		e.Example.SidePath = s.SideFile(made.Path)
	}
	return e, nil
}

func (s *Site) explainSite() []Finding {
	asked, _, _ := strings.Cut(s.options.Generator, "@")
	g := Finding{"generator", s.rules.Name, s.from}
	if asked != "" {
		g.From = "site.generator or --generator"
	}
	version := Finding{"version", s.rules.Version, s.VersionFrom()}
	base := Finding{"base URL", s.BaseURL(), cmp.Or(s.rules.Origin.BaseURL, "no file says it")}
	if s.options.URL != "" {
		base.From = "site.url"
	} else if s.options.Me != "" && strings.TrimSuffix(s.options.Me, "/") == strings.TrimSuffix(s.BaseURL(), "/") {
		base.From = "me"
	}
	zone := Finding{"time zone", generator.ZoneName(s.Zone()), s.rules.Origin.Zone}
	if s.options.TimeZone != nil {
		zone.From = "site.timezone"
	}
	findings := []Finding{g, version, base, zone}
	if from := s.options.Description.URLsFrom; from != "" {
		findings = append(findings, Finding{"map of URLs", fmt.Sprintf("%d files", len(s.options.Published)),
			"site.urls_from"})
	}
	return findings
}

func (s *Site) explainPlace(h learnedStyle, posts []*postStyle) []Finding {
	section := Finding{"section", h.section, count(posts, func(m *postStyle) bool { return m.section == h.section })}
	switch {
	case s.options.Section != "":
		section.From = "site.section"
	case section.From == byDefault:
		section.From = cmp.Or(s.rules.Origin.Posts, byDefault)
	case s.inMainSection(h.section):
		section.From += ", and " + s.rules.Origin.Posts
	}
	pattern := Finding{"path", path.Join(h.section, h.pattern),
		count(inSection(posts, h.section), func(m *postStyle) bool {
			return m.section == h.section && m.pattern == h.pattern
		})}
	if s.options.Path != "" {
		pattern.Value, pattern.From = whole(s.rooted(s.options.Path, h.section)), "site.path"
	}
	list := []Finding{section, pattern}
	for _, name := range slices.Sorted(maps.Keys(s.options.Types)) {
		if own := s.options.Types[name].Path; own != "" {
			list = append(list, Finding{"path of type " + name, whole(s.rooted(own, s.rules.Content)), "types." + name +
				".path"})
		}
	}
	return list
}

func (s *Site) explainStyle(h learnedStyle, posts []*postStyle) []Finding {
	posts = inSection(posts, h.section)
	list, lists := "flush", "one item per line"
	switch {
	case h.style.FlowLists:
		list, lists = "flow", "on one line"
	case h.style.ListIndent > 0:
		list, lists = "indented", "one item per line, indented"
	}
	format := h.style.Format
	findings := []Finding{
		{"front matter", format.String(), count(posts, func(m *postStyle) bool { return m.format == format })},
	}
	if h.offset != "" {
		findings = append(findings, Finding{"offset of dates", h.offset,
			count(posts, func(m *postStyle) bool { return m.offset == h.offset })})
	}
	if format == frontmatter.YAML {
		findings = append(findings, Finding{"lists", lists, count(posts, func(m *postStyle) bool { return m.list == list })})
	}
	w := &writer{site: s, learned: h, rules: s.rules, doc: frontmatter.New(h.style), fresh: true}
	for _, property := range []string{"published", "updated", "summary", "category"} {
		key := w.spelled(property)
		findings = append(findings, Finding{"key of " + property, key,
			count(posts, func(m *postStyle) bool { return m.keys[property] == key })})
	}
	family := spelling("like-of", w.spelled("like-of"))
	findings = append(findings,
		Finding{"key of like-of", w.spelled("like-of"),
			count(posts, func(m *postStyle) bool { return slices.Contains(m.family, family) })},
	)
	findings = append(findings, w.explainCover(posts)...)
	findings = append(findings, explainTitles(h))
	findings = append(findings, w.explainForms(posts)...)
	findings = append(findings, s.explainFrontMatter()...)
	for _, key := range constantKeys {
		if v, ok := h.constant[key].(string); ok {
			findings = append(findings, Finding{key, v, count(posts, func(m *postStyle) bool { return m.constant[key] == v })})
		}
	}
	return findings
}

func (s *Site) explainMedia() Finding {
	file, _ := s.Media("name", s.now())
	folder := path.Dir(path.Dir(path.Dir(file))) // without year and month
	if s.options.MediaDir != "" {
		return Finding{"media folder", folder, "site.media_dir"}
	}
	return Finding{"media folder", folder, byDefault}
}

// byDefault is the source of a finding that neither a file nor a post says.
const byDefault = "the default"

// count says how many of the newest posts follow a style.
func count(posts []*postStyle, shows func(*postStyle) bool) string {
	n := 0
	for _, m := range posts {
		if shows(m) {
			n++
		}
	}
	switch {
	case n == 0:
		return byDefault
	case len(posts) == 1:
		return "the newest post"
	}
	return fmt.Sprintf("%d of the newest %d posts", n, len(posts))
}
