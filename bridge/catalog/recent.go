package catalog

import (
	"path"
	"strings"
	"sync/atomic"
)

// recent are the entries that were read last on top of an index. The edits of a batch are each
// looked at on top of the ones before; with it every file is parsed once.
type recent struct {
	base    string // ID of the index's snapshot
	blobs   map[string]string
	entries map[string]*Entry
}

// recentEntries holds the last recent; it is replaced and never changed.
type recentEntries struct{ last atomic.Pointer[recent] }

func (r *recentEntries) store(ix *index, changes []Change, entries map[string]*Entry) {
	next := &recent{base: ix.snap.ID(), blobs: make(map[string]string, len(changes)), entries: entries}
	for _, c := range changes {
		next.blobs[c.Path] = c.New
	}
	r.last.Store(next)
}

// unaffected returns what of r is still true when these are the changes: the files that no other
// new change affects. The result may be nil, which is empty.
func (r *recent) unaffected(ix *index, changes []Change) *recent {
	if r == nil || r.base != ix.snap.ID() {
		return nil
	}
	present := 0
	var affected []string // folders
	for _, c := range changes {
		blob, ok := r.blobs[c.Path]
		if ok {
			present++
		}
		if (!ok || blob != c.New) && ix.site.Context(c.Path) {
			affected = append(affected, path.Dir(c.Path)+"/")
		}
	}
	if present != len(r.blobs) { // something was changed back
		return nil
	}
	if len(affected) == 0 {
		return r
	}
	next := &recent{blobs: r.blobs, entries: make(map[string]*Entry, len(r.entries))}
	for file, e := range r.entries {
		if !hasPrefix(file, affected) {
			next.entries[file] = e
		}
	}
	return next
}

func hasPrefix(file string, folders []string) bool {
	for _, folder := range folders {
		if folder == "./" || strings.HasPrefix(file, folder) {
			return true
		}
	}
	return false
}

// entry returns the entry of a file with a blob, or nil.
func (r *recent) entry(file, blob string) *Entry {
	if r == nil || blob == "" || r.blobs[file] != blob {
		return nil
	}
	return r.entries[file]
}
