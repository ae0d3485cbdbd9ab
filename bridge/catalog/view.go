package catalog

import (
	"io/fs"
	"iter"
	"slices"
	"strings"

	"gitpost/bridge/address"
	"gitpost/bridge/site"
	"gitpost/frontmatter"
)

// View is the catalog at one snapshot. It implements site.Library.
type View struct {
	index *index
	snap  Snapshot
	past  *Past
	over  *layer
}

var (
	_ site.Library = (*View)(nil)
	_ site.Lister  = (*View)(nil)
)

// layer is the few files in which a snapshot differs from the index.
type layer struct {
	files   changedPaths
	entries map[string]*Entry // nil for a post that is gone
	urls    map[string]string
}

func overlay(files changedPaths, entries map[string]*Entry) *layer {
	l := &layer{files: files, entries: entries, urls: map[string]string{}}
	for path, e := range entries {
		if e == nil {
			continue
		}
		for _, k := range addresses(e.Page) {
			l.urls[k] = path
		}
	}
	return l
}

// Site is the site's configuration at this snapshot.
func (v *View) Site() *site.Site { return v.index.site }

// Exists tells whether the repository has the file.
func (v *View) Exists(path string) bool { return v.files().Exists(path) }

// Indexed tells whether the folder, named with its closing slash, may have an index file.
func (v *View) Indexed(folder string) (indexed, capitals bool) { return v.files().Indexed(folder) }

// Below gives the files below a folder, in no order.
func (v *View) Below(folder string) iter.Seq[string] { return v.files().Below(folder) }

func (v *View) files() changedPaths {
	if v.over != nil {
		return v.over.files
	}
	return changedPaths{paths: v.index.paths}
}

// Document is the front matter of a content file.
func (v *View) Document(path string) *frontmatter.Document {
	return surroundings{v.files(), v.index, v.snap}.Document(path)
}

// PathOf is the file at an URL, whether it is published now or not.
func (v *View) PathOf(url string) (string, bool) {
	for _, k := range address.Spellings(url) {
		if e := v.at(k); e != nil {
			return e.Path, true
		}
	}
	return "", false
}

// Lookup finds a post by its URL, by an alias, by an URL that it had before somebody moved or
// renamed it, and by the usual misspellings of each (see address.Spellings). It is nil when there is none.
func (v *View) Lookup(url string) *Entry {
	keys := address.Spellings(url)
	for _, k := range keys {
		if e := v.at(k); e != nil {
			return e
		}
	}
	if v.past == nil {
		return nil
	}
	for _, k := range keys {
		if path, ok := v.past.path(k, v.Exists); ok {
			return v.Entry(path)
		}
	}
	return nil
}

// at prefers the entry whose own URL it is to one that has it as an alias.
func (v *View) at(key string) *Entry {
	var found *Entry
	consider := func(e *Entry) {
		if e != nil && (found == nil || address.Of(e.Page.URL) == key && address.Of(found.Page.URL) != key) {
			found = e
		}
	}
	if v.over != nil {
		if path, ok := v.over.urls[key]; ok {
			consider(v.over.entries[path])
		}
	}
	for _, number := range v.index.urls.find(key) {
		e := v.index.entry(number)
		if v.changed(e.Path) || !slices.Contains(addresses(e.Page), key) {
			continue // its addresses now are in the layer; or another address has the same hash
		}
		consider(e)
	}
	return found
}

// Entry is what is known of a content file; nil when there is none at path.
func (v *View) Entry(path string) *Entry {
	if v.over != nil {
		if e, ok := v.over.entries[path]; ok {
			return e
		}
	}
	return v.index.at(path)
}

// changed tells whether what the index says of a path is not so at this snapshot.
func (v *View) changed(path string) bool {
	if v.over == nil {
		return false
	}
	_, changed := v.over.entries[path]
	return changed
}

// Recent gives the newest posts with their text, newest first.
func (v *View) Recent(n int) []site.Source {
	var fresh []*Entry // the layer's own, newest first
	if v.over != nil {
		for _, e := range v.over.entries {
			if e != nil && e.Listed() {
				fresh = append(fresh, e)
			}
		}
		slices.SortFunc(fresh, newestFirst)
	}
	var sources []site.Source
	take := func(e *Entry) {
		if data, err := fs.ReadFile(v.snap, e.Path); err == nil {
			sources = append(sources, site.Source{Path: e.Path, Data: data})
		}
	}
	for _, at := range v.index.rows {
		if len(sources) >= n {
			return sources
		}
		e := v.index.entry(at.number)
		for len(fresh) > 0 && len(sources) < n && newestFirst(fresh[0], e) < 0 {
			take(fresh[0])
			fresh = fresh[1:]
		}
		if len(sources) < n && !v.changed(e.Path) {
			take(e)
		}
	}
	for _, e := range fresh {
		if len(sources) < n {
			take(e)
		}
	}
	return sources
}

// Unreadable gives the content files whose front matter cannot be read, in path order.
func (v *View) Unreadable() []*Entry {
	var entries []*Entry
	for number, r := range v.index.records {
		if r.unreadable() {
			if e := v.index.entry(uint32(number)); !v.changed(e.Path) {
				entries = append(entries, e)
			}
		}
	}
	if v.over != nil {
		for _, e := range v.over.entries {
			if e != nil && e.Problem != "" {
				entries = append(entries, e)
			}
		}
	}
	slices.SortFunc(entries, func(a, b *Entry) int { return strings.Compare(a.Path, b.Path) })
	return entries
}

// Pages calls f for every content file in path order.
func (v *View) Pages(f func(*Entry)) {
	for _, path := range v.content() {
		f(v.Entry(path))
	}
}

func (v *View) content() []string {
	files := make([]string, 0, len(v.index.byPath))
	for file := range v.index.byPath {
		if !v.changed(file) {
			files = append(files, file)
		}
	}
	if v.over != nil {
		for file, e := range v.over.entries {
			if e != nil {
				files = append(files, file)
			}
		}
	}
	slices.Sort(files)
	return files
}

func newestFirst(a, b *Entry) int {
	if c := b.Date().Compare(a.Date()); c != 0 {
		return c
	}
	return strings.Compare(b.Path, a.Path)
}

// ID names the snapshot: views of equal IDs have equal files.
func (v *View) ID() string { return v.snap.ID() }

// Tree is the repository's files at this snapshot.
func (v *View) Tree() fs.FS { return v.snap }
