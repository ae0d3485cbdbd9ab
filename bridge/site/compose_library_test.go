package site

import (
	"io/fs"
	"sort"
	"testing"
	"testing/fstest"
	"time"

	"gitpost/bridge/mf2"
	"gitpost/frontmatter"
)

// A testLibrary is a library of files in memory.
type testLibrary struct {
	t     testing.TB
	site  *Site
	files map[string]string
}

// noon is the moment at which all tests run.
var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

func newLibrary(t testing.TB, files map[string]string, adjust ...func(*Options)) *testLibrary {
	t.Helper()
	o := Options{Now: func() time.Time { return noon }, TimeZone: time.UTC}
	for _, f := range adjust {
		f(&o)
	}
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	s, err := Open(tree, o)
	if err != nil {
		t.Fatalf("open the site: %v", err)
	}
	return &testLibrary{t: t, site: s, files: with(files)}
}

// open is the site's tree as far as reading side files needs it.
func (l *testLibrary) Open(name string) (fs.File, error) {
	return fstest.MapFS{name: {Data: []byte(l.files[name])}}.Open(map[bool]string{true: name,
		false: "none"}[l.Exists(name)])
}

func (l *testLibrary) Exists(path string) bool { _, ok := l.files[path]; return ok }

func (l *testLibrary) Document(path string) *frontmatter.Document {
	text, ok := l.files[path]
	if !ok {
		return nil
	}
	src, err := l.site.Source(l, path, []byte(text))
	if err != nil {
		l.t.Fatal(err)
	}
	doc, err := l.site.ParseSource(src)
	if err != nil {
		return nil
	}
	return doc
}

func (l *testLibrary) pages() []Page {
	var pages []Page
	for path := range l.files {
		if l.site.Content(path) {
			pages = append(pages, l.page(path))
		}
	}
	sort.Slice(pages, func(i, j int) bool {
		a, b := pages[i], pages[j]
		return a.Date.After(b.Date) || a.Date.Equal(b.Date) && a.Path < b.Path
	})
	return pages
}

func (l *testLibrary) PathOf(url string) (string, bool) {
	for _, p := range l.pages() {
		if p.URL == url {
			return p.Path, true
		}
	}
	return "", false
}

func (l *testLibrary) Recent(n int) []Source {
	var out []Source
	for _, p := range l.pages() {
		if len(out) < n && !p.Date.IsZero() {
			out = append(out, l.source(p.Path))
		}
	}
	return out
}

func (l *testLibrary) page(path string) Page { return l.site.Locate(path, l.Document(path), l) }

// compose writes a post and puts it into the library.
func (l *testLibrary) compose(p Post) Revision {
	l.t.Helper()
	r, err := l.site.Compose(l, p)
	if err != nil {
		l.t.Fatalf("compose %v: %v", p.Item, err)
	}
	l.put(r)
	return r
}

// put writes the files of a post.
func (l *testLibrary) put(r Revision) {
	if r.Was != "" {
		delete(l.files, r.Was)
		delete(l.files, l.site.SideFile(r.Was))
	}
	l.files[r.Path] = string(r.Data)
	side := l.site.SideFile(r.Path)
	delete(l.files, side)
	if r.Side != nil {
		l.files[side] = string(r.Side)
	}
}

// source reads a post.
func (l *testLibrary) source(path string) Source {
	l.t.Helper()
	src, err := l.site.Source(l, path, []byte(l.files[path]))
	if err != nil {
		l.t.Fatal(err)
	}
	return src
}

// revise changes a post of the library.
func (l *testLibrary) revise(path string, edit func(*mf2.Item) error) Revision {
	l.t.Helper()
	r, err := l.site.Revise(l, l.source(path), edit)
	if err != nil {
		l.t.Fatalf("revise %s: %v\n%s", path, err, l.files[path])
	}
	l.put(r)
	return r
}

// item reads a post of the library.
func (l *testLibrary) item(path string) mf2.Item {
	l.t.Helper()
	doc := l.Document(path)
	if doc == nil {
		l.t.Fatalf("%s cannot be read:\n%s", path, l.files[path])
	}
	return l.site.Item(l.page(path), doc)
}

func entry(properties map[string][]any) mf2.Item {
	return mf2.Item{Type: []string{"h-entry"}, Properties: properties}
}

var bareHugo = map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\n"}

var bareJekyll = map[string]string{"_config.yml": "url: https://example.org\ntimezone: UTC\n"}

// with joins files of a site.
func with(trees ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, tree := range trees {
		for name, text := range tree {
			all[name] = text
		}
	}
	return all
}
