package zola

import (
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/gosimple/unidecode"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// Locate returns where a file is published: at its path, else below its folder by its slug.
func (s *site) Locate(file string, doc *frontmatter.Document, around generator.Surroundings) generator.Page {
	page := generator.Page{Path: file, Kind: "post"}
	if !s.Role(file).Has(generator.Content) {
		page.Static = true
		return page
	}
	if doc == nil || doc.Format() != frontmatter.TOML && doc.Format() != frontmatter.YAML {
		page.Reason = generator.Breaks + "it has no front matter in TOML or YAML"
		return page
	}
	name, language := s.split(path.Base(file))
	dir := strings.TrimPrefix(strings.TrimPrefix(path.Dir(file), "content"), "/")
	var at string
	if name == "_index" {
		page.Kind, at = "section", "/"+dir
		if dir == "" {
			page.Kind = "home"
		}
	} else {
		page.Date = s.date(name, dir, doc)
		at = s.pagePath(name, dir, doc)
	}
	if p := text(doc, "path"); p == "" || page.Kind != "post" {
		at = s.inLanguage(at, language)
	}
	at = "/" + strings.TrimPrefix(at, "/")
	if !strings.HasSuffix(at, "/") {
		at += "/"
	}
	page.URL = s.absolute(at)
	page.Output = strings.TrimPrefix(at, "/") + "index.html"
	page.Aliases = s.aliases(doc)
	page.Reason = s.withheld(file, doc, around)
	page.Published = page.Reason == ""
	return page
}

func (s *site) absolute(at string) string {
	return s.convention.BaseURL + strings.TrimPrefix((&url.URL{Path: at}).EscapedPath(), "/")
}

func (s *site) inLanguage(at, language string) string {
	if language == "" {
		return at
	}
	return "/" + language + at
}

// pagePath is where a page is: its folder is not changed, and its name becomes a slug.
func (s *site) pagePath(name, dir string, doc *frontmatter.Document) string {
	if p := strings.TrimSpace(text(doc, "path")); p != "" {
		return "/" + strings.TrimPrefix(p, "/")
	}
	if name == "index" {
		if dir == "" {
			return "/"
		}
		name, dir = path.Base(dir), strings.TrimPrefix(path.Dir(dir), ".")
	}
	slug := text(doc, "slug")
	if slug == "" {
		slug = name
		if m := datedName.FindStringSubmatch(name); m != nil && !s.keepDates {
			slug = m[2]
		}
	}
	return path.Join("/", dir, s.slug(slug))
}

// datedName is a name that begins with a day or a time, which is no part of the URL.
var datedName = regexp.MustCompile(`^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])` +
	`(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))?)\s?[_-](.+)$`)

func (s *site) date(name, dir string, doc *frontmatter.Document) time.Time {
	if f, ok := doc.Field("date"); ok {
		t, _, _ := s.Date(f)
		return t
	}
	if name == "index" {
		name = path.Base(dir)
	}
	if m := datedName.FindStringSubmatch(name); m != nil {
		t, _, _ := s.Date(frontmatter.Field{Value: m[1], Text: m[1]})
		return t
	}
	return time.Time{}
}

var (
	noLetters  = regexp.MustCompile(`[^a-z0-9]+`)
	unsafe     = regexp.MustCompile(`[<>:"/\\|?*#()\[\]\x00-\x1f\x7f]`)
	whiteSpace = regexp.MustCompile(`\s+`)
)

// slug is a name as the setting slugify.paths makes it a part of a URL.
func (s *site) slug(name string) string {
	switch s.slugs {
	case "off":
		return name
	case "safe":
		return strings.Trim(whiteSpace.ReplaceAllString(unsafe.ReplaceAllString(name, ""), "_"), "_.")
	}
	return strings.Trim(noLetters.ReplaceAllString(strings.ToLower(unidecode.Unidecode(name)), "-"), "-")
}

func (s *site) aliases(doc *frontmatter.Document) (list []string) {
	v, _ := doc.Get("aliases")
	aliases, _ := v.([]any)
	for _, alias := range aliases {
		if at, _ := alias.(string); at != "" {
			at = "/" + strings.TrimPrefix(at, "/")
			if !strings.HasSuffix(at, "/") && path.Ext(at) == "" {
				at += "/"
			}
			list = append(list, s.absolute(at))
		}
	}
	return list
}

// withheld is why a page is not built: it or a section above it is a draft, or it is not rendered.
func (s *site) withheld(file string, doc *frontmatter.Document, around generator.Surroundings) string {
	if draft, _ := doc.Get("draft"); draft == true {
		return "draft"
	}
	if render, ok := doc.Get("render"); ok && render == false {
		return "render = false"
	}
	for dir := path.Dir(file); around != nil; dir = path.Dir(dir) {
		if index := path.Join(dir, "_index.md"); index != file {
			if section := around.Document(index); section != nil {
				if draft, _ := section.Get("draft"); draft == true {
					return "draft section " + dir
				}
			}
		}
		if dir == "content" || dir == "." {
			break
		}
	}
	return ""
}

func text(doc *frontmatter.Document, key string) string {
	v, _ := doc.Get(key)
	text, _ := v.(string)
	return text
}
