package bridge

import (
	"context"
	"io/fs"
	"slices"

	"gitpost/bridge/catalog"
	"gitpost/bridge/site"
)

// Explain tells what was inferred about the site of a tree, and what a note posted now
// would be. Of c it takes what URLs takes. With an error that concerns the example alone,
// the findings are there.
func Explain(ctx context.Context, tree fs.FS, c Config) (site.Explanation, error) {
	s, files, err := openTree(ctx, tree, c)
	if err != nil {
		return site.Explanation{}, err
	}
	lib := newTreeLibrary(files)
	e, err := s.Explain(lib)
	e.Warnings = append(e.Warnings, sharedURLs(lib.urls)...)
	return e, err
}

// treeLibrary is the posts of a tree, read once. It is not safe for concurrent use.
type treeLibrary struct {
	*siteFiles
	urls   URLMap
	paths  map[string]string // by URL
	listed []site.Page       // newest first
	recent []site.Source     // as many of those as were asked for
}

var _ site.Library = (*treeLibrary)(nil)

func newTreeLibrary(files *siteFiles) *treeLibrary {
	l := &treeLibrary{siteFiles: files, urls: newURLMap(), paths: map[string]string{}}
	for _, name := range files.names {
		page := files.pages[name]
		l.urls.add(page, files.problems[name])
		if !files.site.Content(name) {
			continue
		}
		if page.URL != "" {
			l.paths[page.URL] = name
		}
		if entry := (catalog.Entry{Page: page, Problem: files.problems[name]}); entry.Listed() {
			l.listed = append(l.listed, page)
		}
	}
	slices.SortStableFunc(l.listed, func(a, b site.Page) int { return b.Date.Compare(a.Date) })
	return l
}

func (l *treeLibrary) PathOf(url string) (string, bool) {
	name, ok := l.paths[url]
	return name, ok
}

func (l *treeLibrary) Recent(n int) []site.Source {
	n = min(n, len(l.listed))
	if len(l.recent) < n {
		l.recent = nil
		for _, page := range l.listed[:n] {
			if data, err := fs.ReadFile(l.tree, page.Path); err == nil {
				l.recent = append(l.recent, site.Source{Path: page.Path, Data: data})
			}
		}
	}
	return l.recent[:min(n, len(l.recent))]
}
