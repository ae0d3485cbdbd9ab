// Package eleventy knows what Eleventy 3 does with the files of a site: which file is published at
// which URL, and which template code in a text fails a build.
//
// The site's JavaScript is read as text and never run. Where a URL is computed in it, the page has
// none, and the reason says what computes it: nothing is guessed.
package eleventy

import (
	"cmp"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"time"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

const name = "eleventy"

// Definition is Eleventy.
var Definition = generator.Definition{
	Name: name, Title: "Eleventy", ConfigFile: "eleventy.config.js", ConfigNames: nil,
	Detect: detect, Open: open,
}

// configFiles are the names of the configuration, in the order in which Eleventy looks for them.
var configFiles = []string{".eleventy.js", "eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs"}

func configFile(tree fs.FS) string {
	for _, file := range configFiles {
		if generator.IsFile(tree, file) {
			return file
		}
	}
	return ""
}

func detect(tree fs.FS) generator.Detection {
	if file := configFile(tree); file != "" {
		return generator.Detection{Confidence: generator.OwnConfig, From: file}
	}
	if text, err := fs.ReadFile(tree, "package.json"); err == nil && strings.Contains(string(text), `"@11ty/eleventy"`) {
		return generator.Detection{Confidence: generator.CommonConfig, From: "package.json"}
	}
	return generator.Detection{}
}

// site is the configuration of an Eleventy site, and the data files of its folders.
type site struct {
	convention generator.Convention
	config     config
	ignored    []*regexp.Regexp
	data       map[string][]dataFile // by the path of the folder or of the template without its ending
	layouts    map[string]dataFile   // the front matter of layouts, by path
	mapped     bool                  // the build publishes a map of URLs
	global     string                // what sets permalinks for all pages in JavaScript; "" for nothing
	siteURL    string                // that a file of global data has
	siteFrom   string
}

func open(tree fs.FS, o generator.Options) (generator.Generator, error) {
	s, err := openSite(tree, o)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func openSite(tree fs.FS, o generator.Options) (*site, error) {
	c, err := readConfig(tree, o.Description)
	if err != nil {
		return nil, err
	}
	s := &site{config: c, data: map[string][]dataFile{}, layouts: map[string]dataFile{},
		mapped: o.Description.URLsFrom != ""}
	s.readIgnored(tree)
	s.readData(tree)
	s.convention = s.describe(tree, o)
	return s, nil
}

// vocabulary is the front matter of Eleventy, whose keys have no fixed names except for these.
var vocabulary = generator.NewVocabulary(map[string][]string{
	"name": {"title"}, "published": {"date"}, "updated": {"updated", "lastmod", "modified"},
	"summary": {"description", "summary", "excerpt"}, "category": {"tags"}, "lang": {"lang"},
}, `eleventyexcludefromcollections eleventycomputed eleventynavigation pagination templateengineoverride
	dynamicpermalink collections eleventy eleventyimport`, generator.Camel)

func (s *site) describe(tree fs.FS, o generator.Options) generator.Convention {
	c := s.config
	stated := s.siteURL
	base := o.Base(cmp.Or(stated, c.prefix))
	base = strings.TrimSuffix(base, "/")
	if prefix := strings.Trim(c.prefix, "/"); prefix != "" && !strings.HasSuffix(base, "/"+prefix) {
		base += "/" + prefix
	}
	base += "/"
	zone, from := o.TimeZone, "site.timezone"
	if zone == nil {
		zone, from = time.UTC, "always UTC"
	}
	version, versionFrom := versionOf(tree, o.Version)
	posts, postsFrom := s.posts(tree)
	static, staticURL := c.static()
	k := generator.Convention{
		Name: name, Version: version, BaseURL: base, Stated: stated, Zone: zone, ZoneStated: true,
		Origin:   generator.Origin{Version: versionFrom, BaseURL: s.siteFrom, Zone: from, Posts: postsFrom},
		Warnings: s.warnings(),
		Folders: generator.Folders{
			Content: c.input, ContentPrefix: c.input + "/", Pages: c.input, Posts: posts, PostPattern: "{slug}.md",
			Data: c.data, DataExtension: ".json", Static: static, StaticURL: strings.TrimSuffix(base, "/") + staticURL,
			PagesAtTop: true, SiteDay: true, Verbatim: c.verbatim(staticURL),
		},
		Keys: generator.Keys{
			Vocabulary: vocabulary, DateLayout: time.RFC3339Nano, Address: "permalink", AddressTemplates: true,
			Dialect: frontmatter.Dialect{YAMLOnly: true, NamedFence: true}, Draft: generator.Draft{Key: "draft", On: true},
		},
		Text: generator.Text{RawHTML: true},
		Unlisted: generator.Unlisted{Keys: []generator.Switch{
			{Paths: [][]string{{"eleventyExcludeFromCollections"}}, Value: true}}},
		Head: s.head(),
	}
	if c.input == "" {
		k.ContentPrefix = posts + "/"
	}
	if !c.drafts {
		k.Draft.Refusal = "this site publishes drafts: nothing in " + c.file + " leaves them out"
		k.Draft.Hint = "add a preprocessor for draft to " + c.file + ", as the documentation of Eleventy shows under Drafts"
	}
	return k
}

// posts is the folder for new posts on a site without posts: the usual one that is there.
func (s *site) posts(tree fs.FS) (folder, from string) {
	for _, name := range []string{"blog", "posts", "notes", "articles", "content"} {
		if folder := path.Join(s.config.input, name); generator.IsDir(tree, folder) {
			return folder, "the folder " + folder
		}
	}
	return path.Join(s.config.input, "posts"), ""
}

func (s *site) head() generator.Head {
	layouts := []generator.LayoutFolder{{Folder: s.config.includes, Own: true}}
	if s.config.layouts != s.config.includes {
		layouts = append(layouts, generator.LayoutFolder{Folder: s.config.layouts, Own: true})
	}
	return generator.Head{
		Layouts: layouts, Extensions: []string{".njk", ".liquid", ".html"},
		Begin: "<!-- gitpost: where apps find the way to post -->", End: "<!-- gitpost: end -->",
		Usual:  s.usualLayouts(),
		Pages:  []string{path.Join(s.config.input, "index.html"), path.Join(s.config.input, "index.njk")},
		Advice: "put them before </head> in the layout of your pages",

		RecordLine: `{% if atUri %}<link rel="site.standard.document" href="{{ atUri }}">{% endif %}`,
	}
}

// usualLayouts are the files that usually have the head, the likeliest first.
func (s *site) usualLayouts() (files []string) {
	for _, name := range []string{"layouts/base", "base", "layouts/default", "layout"} {
		for _, ending := range []string{".njk", ".liquid", ".html"} {
			files = append(files, path.Join(s.config.layouts, name+ending), path.Join(s.config.includes, name+ending))
		}
	}
	return files
}

func (s *site) Convention() *generator.Convention { return &s.convention }

// Naming: an index file is named by its folder.
func (s *site) Naming(file string) generator.Naming {
	n := generator.PlainNaming(file)
	if dir := path.Dir(file); n.Stem == "index" && dir != cmp.Or(s.config.input, ".") {
		n.Stem, n.End, n.Bundle = path.Base(dir), "/index"+n.End, true
	}
	return n
}

func (s *site) Date(f frontmatter.Field) (t time.Time, precise, ok bool) {
	return generator.ReadDate(f, s.convention.Zone)
}

// marks are what begins template code, in the two languages that Markdown can be run through.
var marks = map[string][]string{"liquid": {"{{", "{%"}, "njk": {"{{", "{%", "{#", "#}"}}

// Escape shows template code as text. In front matter there is none, except in permalinks.
func (s *site) Escape(text string, in generator.Place) (safe string, parts []string) {
	if in == generator.InSummary {
		return text, nil
	}
	var b strings.Builder
	for text != "" {
		i := strings.IndexAny(text, "{#")
		if i < 0 || i+1 == len(text) {
			break
		}
		if part := s.markAt(text[i:]); part != "" {
			b.WriteString(text[:i] + s.Escaped(part))
			parts = append(parts, part)
			text = text[i+len(part):]
			continue
		}
		b.WriteString(text[:i+1])
		text = text[i+1:]
	}
	return b.String() + text, generator.Distinct(parts)
}

func (s *site) markAt(text string) string {
	for _, mark := range marks[s.config.markdown] {
		if strings.HasPrefix(text, mark) {
			return text[:len(mark)]
		}
	}
	return ""
}

// Escaped returns a mark that neither language takes for code.
func (s *site) Escaped(part string) string { return "{% raw %}" + part + "{% endraw %}" }

func versionOf(tree fs.FS, asked string) (version, from string) {
	if asked != "" {
		return asked, ""
	}
	text, err := fs.ReadFile(tree, "package.json")
	if err != nil {
		return newest, ""
	}
	if m := dependency.FindStringSubmatch(string(text)); m != nil {
		return m[1], "package.json"
	}
	return newest, ""
}

// newest is the version that gitpost was compared with.
const newest = "3.1.2"
