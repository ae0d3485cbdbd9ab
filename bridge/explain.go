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
	e, err := s.Explain(newTreeLibrary(tree, s, files))
	e.Warnings = append(e.Warnings, sharedURLs(urlMap(s, files))...)
	return e, err
}

// treeLibrary is the posts of a tree, read once.
type treeLibrary struct {
	*siteFiles
	tree   fs.FS
	paths  map[string]string // by URL
	listed []site.Page       // newest first
}

var _ site.Library = (*treeLibrary)(nil)

func newTreeLibrary(tree fs.FS, s *site.Site, files *siteFiles) *treeLibrary {
	l := &treeLibrary{siteFiles: files, tree: tree, paths: map[string]string{}}
	for _, name := range files.names {
		if !s.Content(name) {
			continue
		}
		page := s.Locate(name, files.documents[name], files)
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
	var sources []site.Source
	for _, page := range l.listed[:min(n, len(l.listed))] {
		if data, err := fs.ReadFile(l.tree, page.Path); err == nil {
			sources = append(sources, site.Source{Path: page.Path, Data: data})
		}
	}
	return sources
}
