package survey

import (
	"context"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
	"sync"

	"gitpost/bridge/site"
	"gitpost/frontmatter"
	"gitpost/gitstore"
)

// files is every file of a tree, and where the site's generator publishes it. It implements what
// site asks about the files around one. Only the documents of sections are kept, since they decide
// about many files: all documents of a large site would take gigabytes.
type files struct {
	site     *site.Site
	tree     fs.FS
	names    []string // in path order
	sections map[string]*frontmatter.Document
	pages    map[string]site.Page // by path
	problems map[string]string    // of files whose front matter cannot be read
}

var _ site.Lister = (*files)(nil)

func readFiles(ctx context.Context, tree fs.FS, s *site.Site) (*files, error) {
	f := &files{
		site: s, tree: tree,
		sections: map[string]*frontmatter.Document{}, pages: map[string]site.Page{}, problems: map[string]string{},
	}
	read, err := f.list(ctx)
	if err != nil {
		return nil, err
	}
	slices.Sort(f.names)
	var sections, content []string
	for _, name := range f.names {
		if s.Section(name) {
			sections = append(sections, name)
		}
		if s.Content(name) {
			content = append(content, name)
		}
	}
	var mu sync.Mutex // guards f's maps
	err = read(sections, func(name string, data []byte) error {
		doc, err := s.ParseShared(data)
		if err != nil {
			return nil // reported when the file itself is located
		}
		mu.Lock()
		defer mu.Unlock()
		f.sections[name] = doc
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = read(content, func(name string, data []byte) error {
		var doc *frontmatter.Document
		src, problem := s.Source(tree, name, data)
		if problem == nil {
			doc, problem = s.ParseSource(src)
		}
		if problem != nil {
			doc, _ = s.Parse(data) // its side file may be what cannot be read
		}
		page := s.Locate(name, doc, f)
		mu.Lock()
		defer mu.Unlock()
		f.pages[name] = page
		if problem != nil {
			f.problems[name] = problem.Error()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, name := range f.names {
		if !s.Content(name) {
			f.pages[name] = s.Locate(name, nil, f)
		}
	}
	return f, nil
}

// list names the files. read reads some of them and passes each to a function, possibly from
// several goroutines.
func (f *files) list(ctx context.Context) (read func(names []string, each func(name string, data []byte) error) error,
	err error) {
	if snapshot, ok := f.tree.(*gitstore.Snapshot); ok {
		return f.listSnapshot(ctx, snapshot)
	}
	err = fs.WalkDir(f.tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir() && path.Base(name) == ".git":
			return fs.SkipDir
		case d.Type().IsRegular() && path.Base(name) != ".git":
			f.names = append(f.names, name)
		}
		return nil
	})
	return func(names []string, each func(string, []byte) error) error {
		for _, name := range names {
			if err := ctx.Err(); err != nil {
				return err
			}
			data, err := fs.ReadFile(f.tree, name)
			if err != nil {
				return err
			}
			if err := each(name, data); err != nil {
				return err
			}
		}
		return nil
	}, err
}

func (f *files) listSnapshot(ctx context.Context,
	tree *gitstore.Snapshot) (read func([]string, func(string, []byte) error) error, err error) {
	blobs := map[string]gitstore.Hash{}
	err = tree.Walk(func(name string, blob gitstore.Hash) error {
		f.names = append(f.names, name)
		blobs[name] = blob
		return nil
	})
	return func(names []string, each func(string, []byte) error) error {
		list := make([]gitstore.Hash, len(names))
		for i, name := range names {
			list[i] = blobs[name]
		}
		return tree.ReadBlobs(ctx, list, func(i int, data []byte) error { return each(names[i], data) })
	}, err
}

func (f *files) Exists(path string) bool {
	_, ok := slices.BinarySearch(f.names, path)
	return ok
}

// Document is read again from the tree unless it is a section's; nil for a file that is
// absent, is not content, or cannot be read.
func (f *files) Document(path string) *frontmatter.Document {
	if doc := f.sections[path]; doc != nil {
		return doc
	}
	if !f.Exists(path) || !f.site.Content(path) || f.site.Section(path) {
		return nil
	}
	data, err := fs.ReadFile(f.tree, path)
	if err != nil {
		return nil
	}
	doc, err := f.site.Parse(data)
	if err != nil {
		return nil
	}
	return doc
}

// Below returns the files below a folder.
func (f *files) Below(folder string) iter.Seq[string] {
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
