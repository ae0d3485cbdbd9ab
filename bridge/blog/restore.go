package blog

import (
	"io/fs"

	"gitpost/bridge/catalog"
	"gitpost/bridge/site"
	"gitpost/frontmatter"
)

// restored returns the text of a deleted post. If it was published when it was deleted it is published again:
// what has changed since in its folder or in the site's configuration may leave it out.
func (w *writer) restored(v *catalog.View, gone *deletion, data []byte) ([]byte, error) {
	doc, err := v.Site().Parse(data)
	if err != nil || !v.Site().Content(gone.path) {
		return data, nil
	}
	if now := v.Site().Locate(gone.path, doc, v); now.Published || now.Static || now.URL == "" {
		return data, nil
	}
	was, err := w.config().OpenSite(gone.before)
	if err != nil || !was.Locate(gone.path, doc, tree{was, gone.before}).Published {
		return data, nil
	}
	return v.Site().Republish(v, site.Source{Path: gone.path, Data: data})
}

// tree is what a file system says of the files around one.
type tree struct {
	site  *site.Site
	files fs.FS
}

// Exists reports whether there is a file.
func (t tree) Exists(path string) bool {
	info, err := fs.Stat(t.files, path)
	return err == nil && !info.IsDir()
}

// Document reads a file; nil when it is absent or cannot be read.
func (t tree) Document(path string) *frontmatter.Document {
	data, err := fs.ReadFile(t.files, path)
	if err != nil {
		return nil
	}
	doc, err := t.site.Parse(data)
	if err != nil {
		return nil
	}
	return doc
}
