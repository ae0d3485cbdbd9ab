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
	paths   map[string]string // every regular file → its blob
	context map[string]*frontmatter.Document
	entries map[string]*Entry   // by path
	urls    map[string][]string // by address: paths, the one in force last
	listed  []*Entry            // newest first
}

// surroundings answers site's questions about neighbours from the index.
type surroundings struct {
	paths   map[string]string
	context map[string]*frontmatter.Document
}

func (s surroundings) Exists(path string) bool {
	_, ok := s.paths[path]
	return ok
}

func (s surroundings) Document(path string) *frontmatter.Document { return s.context[path] }

// build reads the whole repository.
func build(ctx context.Context, open func(fs.FS) (*site.Site, error), snap Snapshot) (*index, error) {
	st, err := open(snap)
	if err != nil {
		return nil, err
	}
	ix := &index{
		site: st, snap: snap,
		paths:   map[string]string{},
		context: map[string]*frontmatter.Document{},
		entries: map[string]*Entry{},
		urls:    map[string][]string{},
	}
	var content, around []string
	err = snap.Walk(func(path, blob string) error {
		ix.paths[path] = blob
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
		blobs[i] = ix.paths[p]
	}
	return blobs
}

func (ix *index) readAll(ctx context.Context, snap Snapshot, content []string) ([]*Entry, error) {
	entries := make([]*Entry, len(content))
	around := surroundings{ix.paths, ix.context}
	err := snap.ReadBlobs(ctx, ix.blobs(content), func(i int, data []byte) error {
		entries[i] = newEntry(ix.site, around, content[i], ix.paths[content[i]], data)
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
	return len(changes) > 1000 && len(changes) > len(ix.paths)/2
}

// read makes the entries of the changed content files; nil for those that are gone.
func (ix *index) read(ctx context.Context, snap Snapshot, changes []Change) (map[string]*Entry, error) {
	entries := map[string]*Entry{}
	var paths, blobs []string
	next := overlaidPaths{base: ix.paths, changes: map[string]string{}}
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
	around := overlaidSurroundings{next, ix.context}
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

type overlaidPaths struct {
	base    map[string]string
	changes map[string]string
}

type overlaidSurroundings struct {
	overlaidPaths
	context map[string]*frontmatter.Document
}

func (s overlaidSurroundings) Exists(path string) bool {
	if blob, ok := s.changes[path]; ok {
		return blob != ""
	}
	_, ok := s.base[path]
	return ok
}

func (s overlaidSurroundings) Document(path string) *frontmatter.Document { return s.context[path] }

// apply makes the index that of snap.
func (ix *index) apply(snap Snapshot, changes []Change, entries map[string]*Entry) {
	ix.snap = snap
	for _, c := range changes {
		if c.New == "" {
			delete(ix.paths, c.Path)
		} else {
			ix.paths[c.Path] = c.New
		}
	}
	for path, e := range entries {
		if old := ix.entries[path]; old != nil {
			ix.removeURLs(old)
			delete(ix.entries, path)
			if i, ok := slices.BinarySearchFunc(ix.listed, old, newestFirst); ok {
				ix.listed = slices.Delete(ix.listed, i, i+1)
			}
		}
		if e == nil {
			continue
		}
		ix.entries[path] = e
		ix.addURLs(e)
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
