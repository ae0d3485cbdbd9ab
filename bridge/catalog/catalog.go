// Package catalog is the index of all posts: by URL, by path, newest first.
//
// It is made of a snapshot and follows the repository by diffs: a commit that touches one
// file costs one file. The repository stays the only truth; the catalog can be thrown away
// and built again at any time, and so can the file that keeps it between two runs.
//
// A site of 100,000 posts is at home in some 50 MB: entries are packed into records (record.go),
// what lists search lies side by side (words.go), and the cache file is made of the same bytes.
package catalog

import (
	"context"
	"fmt"
	"io/fs"
	"sync"

	"gitpost/bridge/site"
)

// Snapshot is what the catalog reads of one state of the repository.
type Snapshot interface {
	fs.FS
	// ID names the state: equal IDs have equal files.
	ID() string
	// Walk calls f for each regular file in path order.
	Walk(f func(path, blob string) error) error
	// Changes lists what differs from older to this snapshot.
	Changes(older Snapshot) ([]Change, error)
	// Ref names the state so that At finds it, in a later process too; "" when nothing does.
	Ref() string
	// At is an earlier state, while the repository has it.
	At(ref string) (Snapshot, error)
	// ReadBlobs calls f with each blob's content, from several goroutines.
	ReadBlobs(ctx context.Context, blobs []string, f func(i int, data []byte) error) error
}

// Change is one path that differs; an empty blob means that the file is not there.
type Change struct {
	Path     string
	Old, New string
}

// Catalog is safe for concurrent use.
type Catalog struct {
	// Progress is told how many files of how many were read when the whole repository is: 0 at
	// the beginning, some numbers between from several goroutines, and all. It may be nil.
	Progress func(read, all int)

	open func(tree fs.FS) (*site.Site, error)

	advancing sync.Mutex // held by the one goroutine that makes the next index

	mu      sync.RWMutex // guards all below, and what the index holds
	index   *index
	saved   string // ID of the state that the cache has
	past    *Past  // never changed, but replaced
	pastRef string

	savedPast string // the pastRef that the cache has
}

// New makes an empty catalog. open reads the site's configuration from a tree.
func New(open func(tree fs.FS) (*site.Site, error)) *Catalog {
	return &Catalog{open: open, past: NewPast()}
}

// Advance brings the catalog to snap. When the site's configuration there cannot be read,
// it returns that error and stays where it was.
func (c *Catalog) Advance(ctx context.Context, snap Snapshot) error {
	if c.stands(snap) {
		return nil
	}
	c.advancing.Lock()
	defer c.advancing.Unlock()
	if c.stands(snap) {
		return nil
	}
	ix := c.current()
	if ix != nil {
		// Without what the older state was made of (it may be of a history that its owner
		// rewrote and pruned), all is read anew.
		changes, err := snap.Changes(ix.snap)
		if err == nil && !ix.needsRebuild(changes) {
			entries, err := ix.read(ctx, snap, changes)
			if err != nil {
				return err
			}
			c.mu.Lock()
			ix.apply(snap, changes, entries)
			c.mu.Unlock()
			return nil
		}
	}
	next, err := c.build(ctx, snap)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.index, c.saved = next, ""
	c.mu.Unlock()
	return nil
}

// Rebuild reads the whole of snap anew: what reads the site's configuration has changed. After an
// error the catalog stays as it was.
func (c *Catalog) Rebuild(ctx context.Context, snap Snapshot) error {
	c.advancing.Lock()
	defer c.advancing.Unlock()
	next, err := c.build(ctx, snap)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.index, c.saved = next, ""
	c.mu.Unlock()
	return nil
}

// stands tells whether the catalog is at a snapshot already.
func (c *Catalog) stands(snap Snapshot) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.index != nil && c.index.snap.ID() == snap.ID()
}

// current is the index that only the holder of advancing may replace or change.
func (c *Catalog) current() *index {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.index
}

// Read brings the catalog to snap and calls f with the view of it. The view is good until f
// returns; f must not call the Catalog.
func (c *Catalog) Read(ctx context.Context, snap Snapshot, f func(*View) error) error {
	if err := c.Advance(ctx, snap); err != nil {
		return err
	}
	return c.At(ctx, snap, f)
}

// At calls f with a view of snap without advancing the catalog: for the edits of a commit
// that is not durable yet. The view is good until f returns; f must not call the Catalog.
func (c *Catalog) At(ctx context.Context, snap Snapshot, f func(*View) error) error {
	c.mu.RLock()
	defer c.mu.RUnlock()
	ix := c.index
	if ix == nil {
		var err error
		if ix, err = c.build(ctx, snap); err != nil {
			return err
		}
		return f(&View{index: ix, snap: snap, past: c.past})
	}
	if ix.snap.ID() == snap.ID() {
		return f(&View{index: ix, snap: snap, past: c.past})
	}
	changes, err := snap.Changes(ix.snap)
	if err != nil {
		return fmt.Errorf("compare with the last indexed state: %w", err)
	}
	if ix.needsRebuild(changes) {
		if ix, err = c.build(ctx, snap); err != nil {
			return err
		}
		return f(&View{index: ix, snap: snap, past: c.past})
	}
	entries, err := ix.read(ctx, snap, changes)
	if err != nil {
		return err
	}
	return f(&View{index: ix, snap: snap, past: c.past, over: overlay(ix.paths.with(changes), entries)})
}
