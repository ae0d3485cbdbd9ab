package bridge

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"gitpost/bridge/catalog"
	"gitpost/bridge/site"
	"gitpost/gitstore"
)

// URLMap is where a site's generator publishes its files.
type URLMap struct {
	Published   map[string]string `json:"published"`   // absolute URL by path
	Unpublished []string          `json:"unpublished"` // content files without a page, in path order
	Reasons     map[string]string `json:"-"`           // why, by path
}

// URLs maps the files of a tree: a *gitstore.Snapshot, or any other file system. Of c it
// takes me and the site's options.
func URLs(ctx context.Context, tree fs.FS, c Config) (URLMap, error) {
	var snap catalog.Snapshot = plainTree{tree}
	if s, ok := tree.(*gitstore.Snapshot); ok {
		snap = indexed{s}
	}
	posts := catalog.New(func(tree fs.FS) (*site.Site, error) { return site.Open(tree, c.siteOptions()) })
	m := URLMap{Published: map[string]string{}, Unpublished: []string{}, Reasons: map[string]string{}}
	err := posts.Read(ctx, snap, func(v *catalog.View) error {
		return snap.Walk(func(path, _ string) error {
			if e := v.Entry(path); e != nil {
				m.add(e.Page, e.Problem)
				return nil
			}
			m.add(v.Site().Locate(path, nil, v), "")
			return nil
		})
	})
	return m, err
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

// plainTree lets the catalog read a folder as it is, once.
type plainTree struct{ fs.FS }

func (plainTree) ID() string { return "" }

func (t plainTree) Walk(f func(path, blob string) error) error {
	return fs.WalkDir(t.FS, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (path.Base(name) == ".git" || path.Base(name) == "node_modules"):
			return fs.SkipDir
		case !d.Type().IsRegular() || strings.HasSuffix(name, "/.git"):
			return nil
		}
		return f(name, name)
	})
}

func (plainTree) Changes(older catalog.Snapshot) ([]catalog.Change, error) {
	return nil, fmt.Errorf("cannot compare a folder with a %T", older)
}

func (t plainTree) ReadBlobs(ctx context.Context, blobs []string, f func(i int, data []byte) error) error {
	for i, name := range blobs {
		if err := ctx.Err(); err != nil {
			return err
		}
		data, err := fs.ReadFile(t.FS, name)
		if err != nil {
			return err
		}
		if err := f(i, data); err != nil {
			return err
		}
	}
	return nil
}
