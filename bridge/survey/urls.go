package survey

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"gitpost/bridge/site"
)

// URLMap is where a site's generator publishes its files.
type URLMap struct {
	Published   map[string]string `json:"published"`   // absolute URL by path
	Unpublished []string          `json:"unpublished"` // files that look like content and have no page, in path order
	Reasons     map[string]string `json:"-"`           // why, by path
	Warnings    []string          `json:"-"`           // what makes a URL unpredictable, each with its remedy
}

func newURLMap() URLMap {
	return URLMap{Published: map[string]string{}, Unpublished: []string{}, Reasons: map[string]string{}}
}

// shared warns of files with the same URL: the generator silently keeps the last that it renders.
func (m URLMap) shared() []string {
	first := map[string]string{}
	var warnings []string
	for _, name := range slices.Sorted(maps.Keys(m.Published)) {
		url := m.Published[name]
		if other, taken := first[url]; taken {
			warnings = append(warnings, fmt.Sprintf("%s and %s have the same URL, %s, and only one of them is "+
				"published; give one another slug or name", other, name, url))
			continue
		}
		first[url] = name
	}
	return warnings
}

// add notes one file. Unpublished files count only if they look like content, where content may be.
func (m *URLMap) add(p site.Page, problem string) {
	switch {
	case p.Published && !p.Static:
		m.Published[p.Path] = p.URL
	case !p.Static && LooksLikeContent(p.Path):
		m.Unpublished = append(m.Unpublished, p.Path)
		m.Reasons[p.Path] = cmp.Or(problem, p.Reason, "no content")
	}
}

// Extensions of files with text for pages, and top folders that have none.
var (
	contentExtensions = []string{".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".html", ".htm", ".textile", ".org",
		".adoc", ".rst"}
	templateFolders = []string{
		"layouts", "themes", "archetypes", "assets", "data", "i18n", "config", ".github",
		"_layouts", "_includes", "_plugins", "_data", "_sass",
	}
)

// LooksLikeContent reports whether a file's name is one of content, where content may be.
func LooksLikeContent(name string) bool {
	top, _, _ := strings.Cut(name, "/")
	return slices.Contains(contentExtensions, strings.ToLower(path.Ext(name))) && !slices.Contains(templateFolders, top)
}
