package catalog

import (
	"io/fs"
	"slices"
	"time"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site"
	"gitpost/frontmatter"
)

// Entry describes one content file.
type Entry struct {
	Path string
	Blob string
	Page site.Page

	PostType   string // mf2.PostType
	Name       string
	Summary    string
	Categories []string
	Status     string // post-status: "published" or "draft"
	Visibility string // "public", "unlisted", …
	Has        []string
	Problem    string // why the file's front matter cannot be read; "" when it can

	words *words // what lists search; nil unless the entry was just read
}

// Listed reports whether the file is a post: not the home page or that of a section, and a plain
// page only if it has a date.
func (e *Entry) Listed() bool {
	switch e.Page.Kind {
	case "", "home", "section", "taxonomy", "term":
		return false
	case "page":
		return !e.Page.Date.IsZero() && e.Problem == ""
	}
	return e.Problem == ""
}

// Date returns the date by which lists are ordered. A post without one is the oldest.
func (e *Entry) Date() time.Time { return e.Page.Date }

// newEntry parses one file, and its side file.
func newEntry(s *site.Site, around surroundings, path, blob string, data []byte) *Entry {
	e := &Entry{Path: path, Blob: blob}
	doc, err := parse(s, around.snap, path, data)
	if err != nil {
		e.Problem = err.Error()
		doc, _ = s.Parse(data) // its side file may be what cannot be read
	}
	e.Page = s.Locate(path, doc, around)
	if e.Problem != "" || e.Page.Static {
		return e
	}
	item := s.Item(e.Page, doc)
	e.describe(item)
	e.words = wordsOf(e, item)
	return e
}

func parse(s *site.Site, tree fs.FS, path string, data []byte) (*frontmatter.Document, error) {
	src, err := s.Source(tree, path, data)
	if err != nil {
		return nil, err
	}
	return s.ParseSource(src)
}

func (e *Entry) describe(item mf2.Item) {
	p := item.Properties
	e.PostType = mf2.PostType(item)
	e.Name = p.Text("name")
	e.Summary = p.Text("summary")
	for _, v := range p["category"] {
		if s, ok := v.(string); ok {
			e.Categories = append(e.Categories, s)
		}
	}
	e.Status, e.Visibility = "published", "public"
	if s := p.Text("post-status"); s != "" {
		e.Status = s
	}
	if s := p.Text("visibility"); s != "" {
		e.Visibility = s
	}
	e.Has = append(make([]string, 0, len(p)+1), "post-status") // always present in responses
	for name, values := range p {
		if len(values) > 0 && name != "post-status" {
			e.Has = append(e.Has, name)
		}
	}
	slices.Sort(e.Has)
}
