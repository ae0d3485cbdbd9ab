package bridge

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"gitpost/bridge/site"
	"gitpost/frontmatter"
	"gitpost/gitstore"
)

// URLMap is where a site's generator publishes its files.
type URLMap struct {
	Published   map[string]string `json:"published"`   // absolute URL by path
	Unpublished []string          `json:"unpublished"` // files that look like content and have no page, in path order
	Reasons     map[string]string `json:"-"`           // why, by path
	Warnings    []string          `json:"-"`           // what leaves an address to chance, each with its remedy
}

// URLs maps the files of a tree: a *gitstore.Snapshot, or any other file system. Of c it
// takes me and the site's options.
func URLs(ctx context.Context, tree fs.FS, c Config) (URLMap, error) {
	s, files, err := openTree(ctx, tree, c)
	if err != nil {
		return URLMap{}, err
	}
	m := urlMap(s, files)
	m.Warnings = append(s.Warnings(), sharedURLs(m)...)
	return m, nil
}

func newURLMap() URLMap {
	return URLMap{Published: map[string]string{}, Unpublished: []string{}, Reasons: map[string]string{}}
}

func urlMap(s *site.Site, files *siteFiles) URLMap {
	m := newURLMap()
	for _, name := range files.names {
		m.add(s.Locate(name, files.documents[name], files), files.problems[name])
	}
	return m
}

// sharedURLs warns of files with one address: the generator keeps the last that it renders,
// without a word.
func sharedURLs(m URLMap) []string {
	first := map[string]string{}
	var warnings []string
	for _, name := range slices.Sorted(maps.Keys(m.Published)) {
		url := m.Published[name]
		if other, taken := first[url]; taken {
			warnings = append(warnings, fmt.Sprintf("%s and %s have the same address, %s: only one of them will be there; give one another slug or name", other, name, url))
			continue
		}
		first[url] = name
	}
	return warnings
}

// openTree reads the configuration and the content of a site.
func openTree(ctx context.Context, tree fs.FS, c Config) (*site.Site, *siteFiles, error) {
	s, err := site.Open(tree, c.siteOptions())
	if err != nil {
		return nil, nil, err
	}
	files, err := readTree(ctx, tree, s)
	if err != nil {
		return nil, nil, fmt.Errorf("read the site's files: %w", err)
	}
	return s, files, nil
}

// add notes one file. Of the files that are not published only those count that look like
// content, where content may be.
func (m *URLMap) add(p site.Page, problem string) {
	switch {
	case p.Published && !p.Static:
		m.Published[p.Path] = p.URL
	case !p.Static && looksLikeContent(p.Path):
		m.Unpublished = append(m.Unpublished, p.Path)
		m.Reasons[p.Path] = cmp.Or(problem, p.Reason, "no content")
	}
}

// The names of files that hold text for pages, and of the top folders that never do.
var (
	contentExtensions = []string{".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".html", ".htm", ".textile", ".org", ".adoc", ".rst"}
	templateFolders   = []string{
		"layouts", "themes", "archetypes", "assets", "data", "i18n", "config", ".github",
		"_layouts", "_includes", "_plugins", "_data", "_sass",
	}
)

func looksLikeContent(name string) bool {
	top, _, _ := strings.Cut(name, "/")
	return slices.Contains(contentExtensions, strings.ToLower(path.Ext(name))) && !slices.Contains(templateFolders, top)
}

// siteFiles is every file of a site, and what could be read of its content. It answers all
// that locating a file asks about the files around it.
type siteFiles struct {
	names     []string // in path order
	documents map[string]*frontmatter.Document
	problems  map[string]string // of files whose front matter cannot be read
}

func (f *siteFiles) Exists(path string) bool {
	_, ok := slices.BinarySearch(f.names, path)
	return ok
}

func (f *siteFiles) Document(path string) *frontmatter.Document { return f.documents[path] }

// Below gives the files below a folder.
func (f *siteFiles) Below(folder string) iter.Seq[string] {
	prefix := folder + "/"
	if folder == "" {
		prefix = ""
	}
	return func(yield func(string) bool) {
		from, _ := slices.BinarySearch(f.names, prefix)
		for _, name := range f.names[from:] {
			if !strings.HasPrefix(name, prefix) || !yield(name) {
				return
			}
		}
	}
}

func readTree(ctx context.Context, tree fs.FS, s *site.Site) (*siteFiles, error) {
	f := &siteFiles{documents: map[string]*frontmatter.Document{}, problems: map[string]string{}}
	var mu sync.Mutex // guards f's maps
	keep := func(name string, data []byte) {
		doc, err := s.Parse(data)
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			f.problems[name] = err.Error()
			return
		}
		f.documents[name] = doc
	}
	var err error
	if snapshot, ok := tree.(*gitstore.Snapshot); ok {
		err = f.readSnapshot(ctx, snapshot, s.Content, keep)
	} else {
		err = f.readFolder(ctx, tree, s.Content, keep)
	}
	slices.Sort(f.names)
	return f, err
}

func (f *siteFiles) readSnapshot(ctx context.Context, tree *gitstore.Snapshot, content func(string) bool, keep func(string, []byte)) error {
	var names []string
	var blobs []gitstore.Hash
	err := tree.Walk(func(name string, blob gitstore.Hash) error {
		f.names = append(f.names, name)
		if content(name) {
			names, blobs = append(names, name), append(blobs, blob)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return tree.ReadBlobs(ctx, blobs, func(i int, data []byte) error {
		keep(names[i], data)
		return nil
	})
}

func (f *siteFiles) readFolder(ctx context.Context, tree fs.FS, content func(string) bool, keep func(string, []byte)) error {
	return fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir() && path.Base(name) == ".git":
			return fs.SkipDir
		case !d.Type().IsRegular() || path.Base(name) == ".git":
			return nil
		}
		f.names = append(f.names, name)
		if !content(name) {
			return nil
		}
		data, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		keep(name, data)
		return nil
	})
}
