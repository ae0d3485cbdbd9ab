package site

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/mf2"
	"gitpost/frontmatter"
)

// Explanation is what was inferred about a site, and what a post made of it looks like.
type Explanation struct {
	Findings []Finding `json:"findings"`
	Warnings []string  `json:"warnings,omitempty"` // what leaves an address to chance, each with its remedy
	Example  Example   `json:"example"`
}

// Finding is one thing that was inferred.
type Finding struct {
	What  string `json:"what"`  // "time zone"
	Value string `json:"value"` // "Europe/Berlin"; "" when there is none
	From  string `json:"from"`  // what says so: a file, a key of gitpost.yaml, the newest posts
}

// Example is a post that nobody wrote.
type Example struct {
	Path string `json:"path"`
	URL  string `json:"url"`
	Text string `json:"text"`
}

// origin is which files said what Open read; "" for what none said.
type origin struct{ generator, version string }

// Explain tells what was inferred about the site and from what, and composes a note as
// Compose would, without keeping it. The error is Compose's: no note could be posted.
func (s *Site) Explain(lib Library) (Explanation, error) {
	posts := s.newest(lib)
	h := s.habitsOf(posts)
	e := Explanation{Findings: s.explainSite(), Warnings: s.Warnings()}
	e.Findings = append(e.Findings, s.explainPlace(h, posts)...)
	e.Findings = append(e.Findings, s.explainStyle(h, posts)...)
	e.Findings = append(e.Findings, s.explainMedia())
	made, err := s.Compose(lib, Post{Item: mf2.Item{Type: []string{"h-entry"}, Properties: mf2.Properties{
		"content":  {"An example of a note, as an app would send it."},
		"category": {"example", "note"},
	}}})
	if err != nil {
		return e, err
	}
	e.Example = Example{Path: made.Path, URL: made.Page.URL, Text: string(made.Data)}
	return e, nil
}

// configurationOf is the file by which a generator is recognised.
func configurationOf(tree fs.FS, generator string) string {
	names := []string{"hugo", "config", "config/_default/hugo", "config/_default/config"}
	if generator == "jekyll" {
		names = []string{"_config"}
	}
	for _, name := range names {
		for _, ext := range configExtensions {
			if isFile(tree, name+ext) {
				return name + ext
			}
		}
	}
	for _, dir := range []string{"config/_default", "config", "_posts", "_layouts", "content"} {
		if isDir(tree, dir) {
			return "the folder " + dir
		}
	}
	return ""
}

func (s *Site) explainSite() []Finding {
	configuration := "the site's configuration"
	if s.origin.generator != "" && !strings.HasPrefix(s.origin.generator, "the folder") {
		configuration = s.origin.generator
	}
	name, version := s.Generator()
	generator := Finding{"generator", name, s.origin.generator}
	asked, askedVersion, _ := strings.Cut(s.options.Generator, "@")
	if asked != "" {
		generator.From = "site.generator or --generator"
	}
	release := Finding{"version", version, s.origin.version}
	switch {
	case s.options.Version != "" || askedVersion != "":
		release.From = "site.version or --generator"
	case release.From == "":
		release.From = "no file says it: the newest that gitpost knows"
	}
	base := Finding{"base URL", s.BaseURL(), "no file says it"}
	if s.options.Me != "" && strings.TrimSuffix(s.options.Me, "/") == strings.TrimSuffix(s.BaseURL(), "/") {
		base.From = "me"
	} else if key := s.settingName("baseURL", "url"); key != "" {
		base.From = key + " in " + cmp.Or(s.profile.settingFile(strings.ToLower(key)), configuration)
	}
	zone := Finding{"time zone", zoneName(s.Zone()), "this machine's"}
	switch key := s.settingName("timeZone", "timezone"); {
	case s.options.TimeZone != nil:
		zone.From = "site.timezone"
	case key != "":
		zone.From = key + " in " + cmp.Or(s.profile.settingFile(strings.ToLower(key)), configuration)
	case name == "hugo":
		zone.From = "Hugo's own, as " + configuration + " names none"
	case s.options.Env["TZ"] != "":
		zone.From = "TZ in the build's environment"
	}
	return []Finding{generator, release, base, zone}
}

// zoneName is a time zone in words: of this machine's own the standard library knows no name but "Local".
func zoneName(zone *time.Location) string {
	if zone.String() != "Local" {
		return zone.String()
	}
	return time.Now().In(zone).Format("MST (-07:00)")
}

// settingName is the name of a setting that the site's configuration has, "" when it has not.
func (s *Site) settingName(hugo, jekyll string) string {
	key := hugo
	if s.profile.name() == "jekyll" {
		key = jekyll
	}
	v, ok := s.profile.setting(strings.ToLower(key))
	if text, isText := v.(string); !ok || isText && text == "" {
		return ""
	}
	return key
}

func (s *Site) explainPlace(h habits, posts []*manner) []Finding {
	section := Finding{"section", h.section, count(posts, func(m *manner) bool { return m.section == h.section })}
	switch {
	case s.options.Section != "":
		section.From = "site.section"
	case section.From == custom && s.inMainSection(h.section):
		section.From = "mainSections of the site's configuration"
	case s.inMainSection(h.section):
		section.From += ", and mainSections"
	}
	pattern := Finding{"path", path.Join(h.section, h.pattern), count(inSection(posts, h.section), func(m *manner) bool {
		return m.section == h.section && m.pattern == h.pattern
	})}
	if s.options.Path != "" {
		pattern.Value, pattern.From = whole(s.rooted(s.options.Path, h.section)), "site.path"
	}
	list := []Finding{section, pattern}
	for _, name := range slices.Sorted(maps.Keys(s.options.Types)) {
		if own := s.options.Types[name].Path; own != "" {
			list = append(list, Finding{"path of type " + name, whole(s.rooted(own, s.profile.contentDir())), "types." + name + ".path"})
		}
	}
	return list
}

func (s *Site) explainStyle(h habits, posts []*manner) []Finding {
	posts = inSection(posts, h.section)
	list, lists := "flush", "an item a line"
	switch {
	case h.style.FlowLists:
		list, lists = "flow", "in one line"
	case h.style.ListIndent > 0:
		list, lists = "indented", "an item a line, indented"
	}
	format := h.style.Format
	findings := []Finding{
		{"front matter", format.String(), count(posts, func(m *manner) bool { return m.format == format })},
	}
	if format == frontmatter.YAML {
		findings = append(findings, Finding{"lists", lists, count(posts, func(m *manner) bool { return m.list == list })})
	}
	w := &writer{site: s, habits: h, rules: s.convention(), doc: frontmatter.New(h.style)}
	for _, property := range []string{"published", "updated", "summary", "category"} {
		key := w.spelled(property)
		findings = append(findings, Finding{"key of " + property, key, count(posts, func(m *manner) bool { return m.keys[property] == key })})
	}
	family := spelling("like-of", w.spelled("like-of"))
	findings = append(findings,
		Finding{"key of like-of", w.spelled("like-of"), count(posts, func(m *manner) bool { return slices.Contains(m.family, family) })},
		Finding{"key of photo", strings.Join(distinct([]string{"photo", w.imageKey()}), " and "), count(posts, func(m *manner) bool { return m.image == w.imageKey() })},
	)
	for _, key := range constantKeys {
		if v, ok := h.constant[key].(string); ok {
			findings = append(findings, Finding{key, v, count(posts, func(m *manner) bool { return m.constant[key] == v })})
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
	return Finding{"media folder", folder, custom}
}

// custom is where a finding comes from when neither a file nor a post says it.
const custom = "the usual, as nothing says otherwise"

// count tells how many of the newest posts show a habit.
func count(posts []*manner, shows func(*manner) bool) string {
	n := 0
	for _, m := range posts {
		if shows(m) {
			n++
		}
	}
	switch {
	case n == 0:
		return custom
	case len(posts) == 1:
		return "the newest post"
	}
	return fmt.Sprintf("%d of the newest %d posts", n, len(posts))
}
