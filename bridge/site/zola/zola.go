// Package zola knows what Zola does with the files of a site: which file is published at which URL,
// which keys its front matter may have, and which text in a post fails a build.
//
// It follows Zola's documentation. The cases in its tests are the specification; they were not seen in
// real builds.
package zola

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"time"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

const name = "zola"

// Definition is Zola.
var Definition = generator.Definition{
	Name: name, Title: "Zola", ConfigFile: "zola.toml", ConfigNames: []string{"zola"}, Detect: detect, Open: open,
}

var configFiles = []string{"zola.toml", "config.toml"}

// detect: Hugo's configuration may be called config.toml too, but has no base_url.
func detect(tree fs.FS) generator.Detection {
	for _, file := range configFiles {
		text, err := fs.ReadFile(tree, file)
		if err == nil && baseURL.Match(text) {
			return generator.Detection{Confidence: generator.OwnConfig, From: file}
		}
	}
	return generator.Detection{}
}

var baseURL = regexp.MustCompile(`(?m)^[ \t]*base_url[ \t]*=`)

// site is the configuration of a Zola site.
type site struct {
	convention generator.Convention
	language   string          // of files that name none
	languages  map[string]bool // all others
	slugs      string          // how paths become URLs: "on", "safe" or "off"
	keepDates  bool            // of file names, in URLs
	ignored    []*regexp.Regexp
}

func open(tree fs.FS, o generator.Options) (generator.Generator, error) {
	s, file, err := readConfig(tree, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return s, nil
}

func readConfig(tree fs.FS, o generator.Options) (*site, string, error) {
	file := configFiles[0]
	if !generator.IsFile(tree, file) {
		file = configFiles[1]
	}
	text, err := fs.ReadFile(tree, file)
	if err != nil {
		return nil, file, err
	}
	doc, err := frontmatter.Parse([]byte("+++\n"+strings.TrimSuffix(string(text), "\n")+"\n+++\n"), frontmatter.Dialect{})
	if err != nil {
		return nil, file, err
	}
	get := func(keys ...string) string {
		v, _ := doc.Get(keys...)
		text, _ := v.(string)
		return text
	}
	s := &site{language: cmp.Or(get("default_language"), "en"), languages: map[string]bool{},
		slugs: cmp.Or(get("slugify", "paths"), "on")}
	if keep, _ := doc.Get("slugify", "paths_keep_dates"); keep == true {
		s.keepDates = true
	}
	if table, ok := doc.Get("languages"); ok {
		languages, _ := table.(map[string]any)
		for code := range languages {
			s.languages[code] = code != s.language
		}
	}
	patterns, _ := doc.Get("ignored_content")
	list, _ := patterns.([]any)
	for _, p := range list {
		if glob, _ := p.(string); glob != "" {
			s.ignored = append(s.ignored, generator.Glob(glob))
		}
	}
	stated := get("base_url")
	base := strings.TrimSuffix(o.Base(stated), "/") + "/"
	s.convention = s.describe(tree, o, base, stated, file, taxonomies(doc))
	return s, file, nil
}

// taxonomies are the names of those that the configuration has. A page with a term of any other fails
// the build.
func taxonomies(doc *frontmatter.Document) map[string]bool {
	names := map[string]bool{}
	v, _ := doc.Get("taxonomies")
	list, _ := v.([]any)
	for _, item := range list {
		table, _ := item.(map[string]any)
		if text, _ := table["name"].(string); text != "" {
			names[text] = true
		}
	}
	return names
}

// allowed are the keys that a page may have at top level.
var allowed = func() map[string]bool {
	keys := map[string]bool{}
	for _, key := range strings.Fields(`title description updated date draft slug path taxonomies weight aliases
		in_search_index template authors render extra`) {
		keys[key] = true
	}
	return keys
}()

func (s *site) describe(
	tree fs.FS, o generator.Options, base, stated, file string, terms map[string]bool,
) generator.Convention {
	words := map[string][]string{"name": {"title"}, "published": {"date"}, "updated": {"updated"},
		"summary": {"description"}, "category": {"tags"}}
	if terms["tags"] {
		words["category"] = []string{"taxonomies.tags", "tags"}
	} else if terms["categories"] {
		words["category"] = []string{"taxonomies.categories", "tags"}
	}
	zone, from := o.TimeZone, "site.timezone"
	if zone == nil {
		zone, from = time.UTC, "always UTC"
	}
	posts, postsFrom := "content/blog", ""
	for _, folder := range []string{"content/blog", "content/posts", "content/post", "content/notes"} {
		if generator.IsDir(tree, folder) {
			posts, postsFrom = folder, "the folder "+folder
			break
		}
	}
	return generator.Convention{
		Name: name, Version: cmp.Or(o.Version, newest), BaseURL: base, Stated: stated, Zone: zone, ZoneStated: true,
		Origin: generator.Origin{BaseURL: "base_url in " + file, Zone: from, Posts: postsFrom},
		Folders: generator.Folders{
			Content: "content", ContentPrefix: "content/", Pages: "content", Posts: posts, PostPattern: "{slug}.md",
			Data: "data", DataExtension: ".yaml", Static: "static", StaticURL: base, PagesAtTop: true, TopFolders: true,
		},
		Keys: generator.Keys{
			Vocabulary: generator.NewVocabulary(words, "authors in_search_index template render weight taxonomies extra",
				generator.Snake),
			DateLayout: time.RFC3339Nano, Aliases: "aliases", Address: "path", Params: "extra", Allowed: allowed,
			Draft: generator.Draft{Key: "draft", On: true}, Format: frontmatter.TOML,
		},
		Text: generator.Text{RawHTML: true, Language: s.language},
		Unlisted: generator.Unlisted{Refusal: "this site has no way to keep a page out of its section's list",
			Hint: "send visibility=public, or post it as a draft (post-status=draft)"},
		Head: generator.Head{
			Layouts: []generator.LayoutFolder{{Folder: "templates", Own: true}},
			Begin:   "{# gitpost: where apps find the way to post #}", End: "{# gitpost: end #}",
			Usual:  []string{"templates/base.html", "templates/index.html"},
			Advice: "copy the theme's template with </head> to the same path in templates, and put them before </head>",

			RecordLine: `{% if page.extra.atUri %}<link rel="site.standard.document" href="{{ page.extra.atUri }}">{% endif %}`,
		},
	}
}

// newest is the version whose documentation gitpost follows.
const newest = "0.21.0"

func (s *site) Convention() *generator.Convention { return &s.convention }

// Role returns what a file means. An _index.md decides for its folder: a draft section has no pages.
func (s *site) Role(file string) (role generator.Role) {
	if file == configFiles[0] || file == configFiles[1] {
		return generator.Config
	}
	if strings.HasPrefix(file, "templates/") {
		return generator.Config
	}
	if !strings.HasPrefix(file, "content/") || path.Ext(file) != ".md" || s.leavesOut(file) {
		return 0
	}
	role = generator.Content
	switch name, _ := s.split(path.Base(file)); name {
	case "_index":
		role |= generator.Section
	case "index":
		role |= generator.Context // the files beside it belong to it
	}
	return role
}

func (s *site) leavesOut(file string) bool {
	below := strings.TrimPrefix(file, "content/")
	for _, glob := range s.ignored {
		if glob.MatchString(below) || glob.MatchString(file) || glob.MatchString(path.Base(file)) {
			return true
		}
	}
	return false
}

// split is the name of a file without its ending and its language.
func (s *site) split(base string) (name, language string) {
	name = strings.TrimSuffix(base, ".md")
	if bare, code, ok := cutLast(name, "."); ok && s.languages[code] {
		return bare, code
	}
	return name, ""
}

func cutLast(text, mark string) (before, after string, ok bool) {
	i := strings.LastIndex(text, mark)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(mark):], true
}

// Naming: an index file is named by its folder, whose files belong to it.
func (s *site) Naming(file string) generator.Naming {
	base := path.Base(file)
	name, _ := s.split(base)
	n := generator.Naming{Stem: name, End: strings.TrimPrefix(base, name)}
	if dir := path.Dir(file); name == "index" && dir != "content" {
		n.Stem, n.End, n.Bundle = path.Base(dir), "/"+base, true
	}
	return n
}

func (s *site) Date(f frontmatter.Field) (t time.Time, precise, ok bool) {
	return generator.ReadDate(f, s.convention.Zone)
}

// calls are the beginnings of what Zola takes for code in a text: shortcodes, and links to files.
var calls = regexp.MustCompile(`\{\{-?\s*[A-Za-z_][\w:]*\s*\(|\{%-?\s*[A-Za-z_][\w:]*|\{\{/\*|\{%/\*|` +
	`\]\(\s*<?@/|\]:\s*<?@/`)

// escapes are what is written instead. Zola knows the two languages' marks in code too, where readers
// then see the reference.
var escapes = map[string]string{"{{": "&#123;{", "{%": "&#123;%", "@/": "%40/"}

// Escape shows shortcodes as text: one that the site does not have fails the build.
func (s *site) Escape(text string, in generator.Place) (safe string, parts []string) {
	if in == generator.InSummary {
		return text, nil
	}
	safe = calls.ReplaceAllStringFunc(text, func(call string) string {
		part := call[:2]
		if call[0] == ']' {
			part = "@/"
		}
		parts = append(parts, part)
		return strings.Replace(call, part, escapes[part], 1)
	})
	return safe, generator.Distinct(parts)
}

func (s *site) Escaped(part string) string { return escapes[part] }
