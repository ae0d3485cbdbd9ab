package catalog

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"gitpost/bridge/site"
	"gitpost/frontmatter"
)

// index is the whole repository at one snapshot.
type index struct {
	site    *site.Site
	snap    Snapshot
	paths   paths
	context map[string]*frontmatter.Document
	entries map[string]*Entry   // by path
	urls    map[string][]string // by address: paths, the one in force last
	listed  []*Entry            // newest first
	turning map[string]bool     // paths of the pages that the clock will publish or take away
	swept   bool                // Turn has seen which pages had turned when the index was built
}

// surroundings answers site's questions about neighbours.
type surroundings struct {
	changedPaths
	index *index
	snap  Snapshot
}

var _ site.Lister = surroundings{}

// Document is read from the index for the pages of sections and bundles, and from the
// snapshot for posts, which hardly any site asks about.
func (s surroundings) Document(path string) *frontmatter.Document {
	if doc := s.index.context[path]; doc != nil {
		return doc
	}
	if !s.Exists(path) || !s.index.site.Content(path) || s.index.site.Context(path) {
		return nil
	}
	data, err := fs.ReadFile(s.snap, path)
	if err != nil {
		return nil
	}
	doc, err := s.index.site.Parse(data)
	if err != nil {
		return nil
	}
	return doc
}

// build reads the whole repository.
func build(ctx context.Context, open func(fs.FS) (*site.Site, error), snap Snapshot) (*index, error) {
	st, err := open(snap)
	if err != nil {
		return nil, err
	}
	ix := &index{
		site: st, snap: snap,
		paths:   newPaths(),
		context: map[string]*frontmatter.Document{},
		entries: map[string]*Entry{},
		urls:    map[string][]string{},
		turning: map[string]bool{},
	}
	var content, around []string
	err = snap.Walk(func(path, blob string) error {
		ix.paths.set(path, blob)
		if st.Context(path) {
			around = append(around, path)
		}
		if st.Content(path) {
			content = append(content, path)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the repository's files: %w", err)
	}
	var mu sync.Mutex
	err = snap.ReadBlobs(ctx, ix.blobs(around), func(i int, data []byte) error {
		doc, err := st.Parse(data)
		if err != nil {
			return nil // the file's own entry tells
		}
		for _, k := range doc.Keys() {
			doc.Get(k) // decoded once here, so that reading it from several goroutines is safe
		}
		mu.Lock()
		ix.context[around[i]] = doc
		mu.Unlock()
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read section pages: %w", err)
	}
	entries, err := ix.readAll(ctx, snap, content)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		ix.entries[e.Path] = e
		ix.addURLs(e)
		ix.watch(e)
		if e.Listed() {
			ix.listed = append(ix.listed, e)
		}
	}
	slices.SortFunc(ix.listed, newestFirst)
	return ix, nil
}

func (ix *index) blobs(paths []string) []string {
	blobs := make([]string, len(paths))
	for i, p := range paths {
		blobs[i] = ix.paths.blobs[p]
	}
	return blobs
}

func (ix *index) readAll(ctx context.Context, snap Snapshot, content []string) ([]*Entry, error) {
	entries := make([]*Entry, len(content))
	around := surroundings{changedPaths{paths: ix.paths}, ix, snap}
	err := snap.ReadBlobs(ctx, ix.blobs(content), func(i int, data []byte) error {
		entries[i] = newEntry(ix.site, around, content[i], ix.paths.blobs[content[i]], data)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read posts: %w", err)
	}
	return entries, nil
}

// needsRebuild tells whether the changes reach beyond the files they name.
func (ix *index) needsRebuild(changes []Change) bool {
	for _, c := range changes {
		if ix.site.Config(c.Path) || ix.site.Context(c.Path) {
			return true
		}
	}
	return len(changes) > 1000 && len(changes) > len(ix.paths.blobs)/2
}

// read makes the entries of the changed content files; nil for those that are gone.
func (ix *index) read(ctx context.Context, snap Snapshot, changes []Change) (map[string]*Entry, error) {
	entries := map[string]*Entry{}
	var paths, blobs []string
	next := changedPaths{ix.paths, map[string]string{}}
	for _, c := range changes {
		next.changes[c.Path] = c.New
		if !ix.site.Content(c.Path) {
			continue
		}
		entries[c.Path] = nil
		if c.New != "" {
			paths, blobs = append(paths, c.Path), append(blobs, c.New)
		}
	}
	around := surroundings{next, ix, snap}
	var mu sync.Mutex
	err := snap.ReadBlobs(ctx, blobs, func(i int, data []byte) error {
		e := newEntry(ix.site, around, paths[i], blobs[i], data)
		mu.Lock()
		entries[paths[i]] = e
		mu.Unlock()
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read changed posts: %w", err)
	}
	return entries, nil
}

// apply makes the index that of snap.
func (ix *index) apply(snap Snapshot, changes []Change, entries map[string]*Entry) {
	ix.snap = snap
	for _, c := range changes {
		ix.paths.set(c.Path, c.New)
	}
	for path, e := range entries {
		if old := ix.entries[path]; old != nil {
			ix.removeURLs(old)
			delete(ix.entries, path)
			delete(ix.turning, path)
			if i, ok := slices.BinarySearchFunc(ix.listed, old, newestFirst); ok {
				ix.listed = slices.Delete(ix.listed, i, i+1)
			}
		}
		if e == nil {
			continue
		}
		ix.entries[path] = e
		ix.addURLs(e)
		ix.watch(e)
		if e.Listed() {
			i, _ := slices.BinarySearchFunc(ix.listed, e, newestFirst)
			ix.listed = slices.Insert(ix.listed, i, e)
		}
	}
}

// addresses are the keys under which an entry is found: its URL first, then its aliases.
func addresses(e *Entry) []string {
	keys := make([]string, 0, 1+len(e.Page.Aliases))
	if e.Page.URL != "" {
		keys = append(keys, address(e.Page.URL))
	}
	for _, a := range e.Page.Aliases {
		if k := address(a); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

func (ix *index) addURLs(e *Entry) {
	for _, k := range addresses(e) {
		ix.urls[k] = append(ix.urls[k], e.Path)
	}
}

func (ix *index) removeURLs(e *Entry) {
	for _, k := range addresses(e) {
		rest := slices.DeleteFunc(slices.Clone(ix.urls[k]), func(p string) bool { return p == e.Path })
		if len(rest) == 0 {
			delete(ix.urls, k)
		} else {
			ix.urls[k] = rest
		}
	}
}

func newestFirst(a, b *Entry) int {
	if c := b.Date().Compare(a.Date()); c != 0 {
		return c
	}
	return strings.Compare(b.Path, a.Path)
}
