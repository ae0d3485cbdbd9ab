package catalog

import (
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"

	"gitpost/bridge/address"
	"gitpost/bridge/site"
	"gitpost/frontmatter"
)

// View is the catalog at one snapshot. It implements site.Library. Its methods take time for what
// they return, not for the size of the site, except Pages and Unreadable.
type View struct {
	index *index
	snap  Snapshot
	past  *Past
	over  *layer
}

var (
	_ site.Library      = (*View)(nil)
	_ site.Lister       = (*View)(nil)
	_ site.RivalCounter = (*View)(nil)
)

// Site returns the site as configured at this snapshot.
func (v *View) Site() *site.Site { return v.index.site }

// Exists reports whether the repository has a file.
func (v *View) Exists(path string) bool { return v.files().Exists(path) }

// Indexed reports whether a folder, with its trailing slash, may have an index file, and one with
// capitals in its name.
func (v *View) Indexed(folder string) (indexed, capitals bool) { return v.files().Indexed(folder) }

// Below returns the files below a folder, in no order.
func (v *View) Below(folder string) iter.Seq[string] { return v.files().Below(folder) }

// Rivals returns the number of content files, apart from own, with the same page path as a file,
// and the number below that path if it is a folder, both without regard to case. post.md,
// Post.md and post/index.md have the same page path.
func (v *View) Rivals(file, own string) (pages, below int) { return v.files().Rivals(file, own) }

func (v *View) files() changedPaths {
	return changedPaths{v.index.paths, v.over}
}

// Document returns the front matter of a content file, or nil.
func (v *View) Document(path string) *frontmatter.Document {
	return surroundings{v.files(), v.index, v.snap}.Document(path)
}

// PathOf returns the file at a URL, whether or not it is published.
func (v *View) PathOf(url string) (string, bool) {
	for _, k := range address.Spellings(url) {
		if e := v.at(k); e != nil {
			return e.Path, true
		}
	}
	return "", false
}

// Lookup finds a post by its URL, by an alias, by a URL that it had before it was moved, and by
// the usual misspellings of each (see address.Spellings). It returns nil when there is none.
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

// at returns the entry of an address, or nil. A page's own URL takes precedence over an alias.
func (v *View) at(key string) *Entry {
	var found *Entry
	consider := func(e *Entry) {
		if e != nil && (found == nil || address.Of(e.Page.URL) == key && address.Of(found.Page.URL) != key) {
			found = e
		}
	}
	for l := v.over; l != nil; l = l.older {
		for _, path := range l.urls[key] {
			if e, _ := v.over.entry(path); e != nil && slices.Contains(addresses(e.Page), key) {
				consider(e)
			}
		}
	}
	for _, number := range v.index.urls.find(key) {
		e := v.index.entry(number)
		if v.changed(e.Path) || !slices.Contains(addresses(e.Page), key) {
			continue // its current addresses are in the layer; or another address has the same hash
		}
		consider(e)
	}
	return found
}

// Entry returns the entry of a content file, or nil.
func (v *View) Entry(path string) *Entry {
	if e, ok := v.over.entry(path); ok {
		return e
	}
	return v.index.at(path)
}

// EntryWith returns the entry of the post that a file belongs to, or nil: the post's own file, or its side
// file.
func (v *View) EntryWith(file string) (e *Entry, own bool) {
	stem, beside := v.Site().SideOf(file)
	if !beside {
		return v.Entry(file), true
	}
	if e := v.Entry(stem + ".md"); e != nil {
		return e, false
	}
	return v.Entry(stem + ".markdown"), false
}

// changed reports whether the layer replaces the entry of a path.
func (v *View) changed(path string) bool {
	_, changed := v.over.entry(path)
	return changed
}

// Recent returns the newest posts with their text, newest first.
func (v *View) Recent(n int) []site.Source {
	newest := v.newest(n)
	sources := make([]site.Source, 0, len(newest))
	for _, e := range newest {
		data, err := v.snap.ReadBlob(e.Blob)
		if err != nil {
			continue
		}
		if src, err := v.Site().Source(v.snap, e.Path, data); err == nil {
			sources = append(sources, src)
		}
	}
	return sources
}

// newest returns the newest posts, newest first.
func (v *View) newest(n int) []*Entry {
	fresh := v.over.newest(n)
	var list []*Entry
	for _, at := range slices.Backward(v.index.rows) {
		if len(list) >= n {
			return list
		}
		e := v.index.entry(at.number)
		for len(fresh) > 0 && len(list) < n && newestFirst(fresh[0], e) < 0 {
			list, fresh = append(list, fresh[0]), fresh[1:]
		}
		if len(list) < n && !v.changed(e.Path) {
			list = append(list, e)
		}
	}
	return append(list, fresh[:min(len(fresh), n-len(list))]...)
}

// Unreadable returns the content files whose front matter cannot be read, in path order.
func (v *View) Unreadable() []*Entry {
	var entries []*Entry
	for number, r := range v.index.records {
		if r.unreadable() {
			if e := v.index.entry(uint32(number)); !v.changed(e.Path) {
				entries = append(entries, e)
			}
		}
	}
	v.over.all(func(e *Entry) {
		if e.Problem != "" {
			entries = append(entries, e)
		}
	})
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
	v.over.all(func(e *Entry) { files = append(files, e.Path) })
	slices.Sort(files)
	return files
}

func newestFirst(a, b *Entry) int {
	if c := b.Date().Compare(a.Date()); c != 0 {
		return c
	}
	return strings.Compare(b.Path, a.Path)
}

// ID identifies the snapshot: views with equal IDs have equal files.
func (v *View) ID() string { return v.snap.ID() }

// Version identifies the posts that have one of the properties: while it stays the same, none of them
// was added, changed or removed.
func (v *View) Version(properties ...string) string {
	if v.over != nil {
		return "all " + v.snap.ID()
	}
	version := fmt.Sprintf("%d", v.index.id)
	for _, name := range properties {
		version += fmt.Sprintf(" %d", v.index.versions[name])
	}
	return version
}

// Tree returns the files of the snapshot.
func (v *View) Tree() fs.FS { return v.snap }
