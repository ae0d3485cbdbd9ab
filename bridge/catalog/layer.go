package catalog

import (
	"context"
	"path"
	"slices"
	"strings"
	"sync/atomic"
)

// layer is what changed since an older layer, or since the index. The edits of a batch are each
// looked at on top of the ones before: every edit adds what it changed, and reads nothing of the
// others again. Layers of similar size are merged, so that there are few. A layer never changes
// once others can see it.
type layer struct {
	base  string // ID of the index's snapshot
	snap  Snapshot
	older *layer // nil: the index

	changes map[string]string   // blob by path; "" for a deleted file
	added   map[string][]string // by folder: files that neither the index nor an older layer has
	indexes map[string]bool     // folders with added index files, with a trailing slash; whether one has capitals
	rivals  rivals              // the difference

	entries map[string]*Entry // nil for a deleted post
	urls    map[string][]string
	fresh   []*Entry // the listed ones, newest first
}

// newLayer returns a layer without entries.
func newLayer(below changedPaths, changes []Change) *layer {
	l := &layer{
		older: below.top, changes: make(map[string]string, len(changes)), added: map[string][]string{},
		indexes: map[string]bool{}, rivals: newRivals(below.paths.rivals.content),
	}
	for _, c := range changes {
		l.changes[c.Path] = c.New
		existed, exists := below.Exists(c.Path), c.New != ""
		if existed != exists && below.paths.rivals.isContent(c.Path) {
			l.rivals.count(c.Path, map[bool]int32{true: 1, false: -1}[exists])
		}
		if !exists {
			continue
		}
		if !below.knows(c.Path) {
			l.add(c.Path)
		}
		dir, name := path.Split(c.Path)
		if index, capitals := isIndex(name); index {
			l.indexes[dir] = l.indexes[dir] || capitals
		}
	}
	return l
}

// add makes a file known in each folder that it is below.
func (l *layer) add(file string) {
	for dir, _ := split(file); ; dir, _ = split(dir) {
		l.added[dir] = append(l.added[dir], file)
		if dir == "" {
			return
		}
	}
}

// setEntries adds the entries of the changed posts.
func (l *layer) setEntries(entries map[string]*Entry) {
	l.entries, l.urls = entries, make(map[string][]string, len(entries))
	for file, e := range entries {
		if e == nil {
			continue
		}
		for _, k := range addresses(e.Page) {
			l.urls[k] = append(l.urls[k], file)
		}
		if e.Listed() {
			l.fresh = append(l.fresh, e)
		}
	}
	slices.SortFunc(l.fresh, newestFirst)
}

func (l *layer) size() int { return len(l.changes) + len(l.entries) }

// merge takes over layers below that are not much larger. Nobody else may see l yet.
func (l *layer) merge() {
	for older := l.older; older != nil && older.size() <= 2*l.size(); older = l.older {
		l.fresh = mergeFresh(l.fresh, slices.DeleteFunc(slices.Clone(older.fresh), func(e *Entry) bool {
			_, newer := l.entries[e.Path]
			return newer
		}))
		for path, blob := range older.changes {
			addIfNew(l.changes, path, blob)
		}
		for dir, files := range older.added {
			l.added[dir] = append(l.added[dir], files...)
		}
		for dir, capitals := range older.indexes {
			l.indexes[dir] = l.indexes[dir] || capitals
		}
		l.rivals.join(older.rivals)
		for path, e := range older.entries {
			addIfNew(l.entries, path, e)
		}
		for key, paths := range older.urls {
			l.urls[key] = append(l.urls[key], paths...)
		}
		l.older = older.older
	}
}

// mergeFresh joins two lists that are sorted.
func mergeFresh(a, b []*Entry) []*Entry {
	all := make([]*Entry, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if newestFirst(a[0], b[0]) < 0 {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return append(append(all, a...), b...)
}

// entry returns the entry that a layer has for a path, nil for a deleted post, and whether one has.
func (l *layer) entry(path string) (*Entry, bool) {
	for ; l != nil; l = l.older {
		if e, ok := l.entries[path]; ok {
			return e, true
		}
	}
	return nil, false
}

// newest returns the newest n listed posts that layers have, newest first.
func (l *layer) newest(n int) []*Entry {
	var list []*Entry
	for at := l; at != nil; at = at.older {
		taken := 0
		for _, e := range at.fresh {
			if current, _ := l.entry(e.Path); current == e {
				list = append(list, e)
				if taken++; taken == n {
					break
				}
			}
		}
	}
	slices.SortFunc(list, newestFirst)
	return list[:min(n, len(list))]
}

// all calls f for each post that the layers have now, in no order.
func (l *layer) all(f func(*Entry)) {
	for at := l; at != nil; at = at.older {
		for path, e := range at.entries {
			if current, _ := l.entry(path); e != nil && current == e {
				f(e)
			}
		}
	}
}

// lastLayer is the layer that was made last.
type lastLayer struct{ atomic.Pointer[layer] }

// done forgets the layer when the index has reached its state. The edits of the next batch may be
// in it already: what they read stays.
func (p *lastLayer) done(snap Snapshot) {
	if l := p.Load(); l != nil && l.snap.ID() == snap.ID() {
		p.CompareAndSwap(l, nil)
	}
}

// over returns the layer of a state that is not the index's: last, where it is of the same index,
// with what changed since. It returns nil when the whole repository must be read again.
func (ix *index) over(ctx context.Context, snap Snapshot, last *layer) (*layer, error) {
	if last != nil && last.base == ix.snap.ID() {
		if last.snap.ID() == snap.ID() {
			return last, nil
		}
		// The state of last may have been in a batch that was given up, and be gone.
		if changes, err := snap.Changes(last.snap); err == nil && !ix.needsRebuild(changes) {
			return ix.extend(ctx, snap, changes, last, known{})
		}
	}
	changes, err := snap.Changes(ix.snap)
	if err != nil {
		return nil, err
	}
	if ix.needsRebuild(changes) {
		return nil, nil
	}
	return ix.extend(ctx, snap, changes, nil, ix.known(snap, last))
}

// extend returns a layer of the changes on top of another one, or of the index.
func (ix *index) extend(ctx context.Context, snap Snapshot, changes []Change, below *layer, k known) (*layer, error) {
	l := newLayer(changedPaths{ix.paths, below}, changes)
	l.base, l.snap = ix.snap.ID(), snap
	entries, err := ix.read(ctx, snap, changes, l, k)
	if err != nil {
		return nil, err
	}
	l.setEntries(entries)
	l.merge()
	return l, nil
}

// known is what layers of another index, or of a later state, say of a state as well.
type known struct {
	layer    *layer
	affected []string // what the paths start with of files for which they do not
}

// known returns what the last layer says of a state.
func (ix *index) known(snap Snapshot, last *layer) known {
	if last == nil {
		return known{}
	}
	k := known{layer: last}
	if last.snap.ID() == snap.ID() {
		return k
	}
	changes, err := snap.Changes(last.snap)
	if err != nil || ix.needsRebuild(changes) {
		return known{}
	}
	for _, c := range changes {
		if (c.Old == "") != (c.New == "") && ix.site.Context(c.Path) {
			dir, _ := path.Split(c.Path)
			k.affected = append(k.affected, dir)
		}
		if stem, ok := ix.site.SideOf(c.Path); ok {
			k.affected = append(k.affected, stem+".")
		}
	}
	return k
}

// entry returns the entry of a file with a blob, or nil.
func (k known) entry(file, blob string) *Entry {
	e, _ := k.layer.entry(file)
	isBelow := func(dir string) bool { return strings.HasPrefix(file, dir) }
	if e == nil || e.Blob != blob || slices.ContainsFunc(k.affected, isBelow) {
		return nil
	}
	return e
}
