package site

import (
	"io/fs"
	"net/url"
	"slices"
	"strings"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// mapped is the generator of a site whose build publishes at which URLs the pages are. What the files say
// counts for those that the build did not see yet.
type mapped struct {
	generator.Generator
	urls map[string]string   // by file
	next generator.Generator // says where posts will be whose URLs the files do not say; nil for nothing
}

// withMap returns a generator with the map that the options have.
func withMap(g generator.Generator, own generator.Definition, tree fs.FS, o generator.Options,
	urls map[string]string) generator.Generator {
	if o.Description.URLsFrom == "" {
		return g
	}
	m := &mapped{Generator: g, urls: urls}
	if own.Describes || o.Description.Permalink == "" {
		return m
	}
	folders := g.Convention().Folders
	o.URL = g.Convention().BaseURL
	o.Description = generator.Description{Content: []string{folders.Content}, Permalink: o.Description.Permalink,
		Path: o.Description.Path}
	for _, d := range generators {
		if d.Describes {
			m.next, _ = d.Open(tree, o) // without it such posts are refused
		}
	}
	return m
}

// Locate returns where the build put a page.
func (m *mapped) Locate(file string, doc *frontmatter.Document, around Surroundings) Page {
	page := m.Generator.Locate(file, doc, around)
	if page.Static || doc == nil || page.URL == "" && page.Unlocated == "" {
		return page
	}
	guess := page.URL
	if page.Unlocated != "" && m.next != nil {
		guess = m.next.Locate(file, doc, around).URL
	}
	if entry, known := m.urls[file]; known {
		at := m.at(page, entry)
		if guess != "" && guess != at.URL {
			at.Aliases = append(slices.Clip(at.Aliases), guess) // apps were told of it when the post was new
		}
		return at
	}
	switch {
	case page.Unlocated == "":
	case guess != "":
		return m.at(page, guess)
	default:
		why := page.Unlocated + ", and the map at site.urls_from does not have it"
		if page.Reason == page.Unlocated {
			page.Reason = why
		}
		page.Unlocated = why
	}
	return page
}

// Resolve returns the URL that an entry of a map of the site's URLs says: it is a URL, or a path with or
// without that of the base URL.
func (s *Site) Resolve(entry string) string { return resolve(s.BaseURL(), entry) }

func resolve(base, entry string) string {
	home, err := url.Parse(base)
	if err != nil || !strings.HasPrefix(entry, "/") {
		return entry
	}
	rest, whole := strings.CutPrefix(entry, home.Path)
	if !whole {
		rest = strings.TrimPrefix(entry, "/")
	}
	if decoded, err := url.PathUnescape(rest); err == nil {
		rest = decoded
	}
	return base + strings.TrimPrefix(escapedPath("/"+rest), "/")
}

// at is a page where an entry of the map says.
func (m *mapped) at(page Page, entry string) Page {
	base := m.Convention().BaseURL
	at := resolve(base, entry)
	page.URL = at
	page.Output = strings.TrimPrefix(at, base)
	if decoded, err := url.PathUnescape(page.Output); err == nil {
		page.Output = decoded
	}
	if page.Output == "" || strings.HasSuffix(page.Output, "/") {
		page.Output += "index.html"
	}
	if at == base {
		page.Kind = "home"
	}
	if page.Reason == page.Unlocated {
		page.Reason = ""
	}
	page.Unlocated = ""
	page.Published = page.Reason == ""
	return page
}
