// Package catalog is the index of all posts: by URL, by path, and as filtered lists.
//
// It is built from a snapshot and follows the repository by diffs: a commit that changes one
// file costs one file, however large the site is. The repository stays the only truth; the
// catalog and its cache file can be deleted and rebuilt at any time.
//
// A site with 100,000 posts takes some 50 MB: entries are packed (record.go), what lists search
// is stored in blocks (words.go), and the cache file contains the same bytes.
package catalog

import (
	"context"
	"fmt"
	"io/fs"
	"sync"

	"gitpost/bridge/site"
)

// Snapshot is one state of the repository.
type Snapshot interface {
	fs.FS
	// ID identifies the state: equal IDs have equal files.
	ID() string
	// Walk calls f for each regular file in path order.
	Walk(f func(path, blob string) error) error
	// Changes lists the differences from older to this snapshot.
	Changes(older Snapshot) ([]Change, error)
	// Ref is the name by which At finds the state, in a later process too, or "".
	Ref() string
	// At returns an earlier state, as long as the repository has it.
	At(ref string) (Snapshot, error)
	// ReadBlob returns a blob's content.
	ReadBlob(blob string) ([]byte, error)
	// ReadBlobs calls f with each blob's content, from several goroutines.
	ReadBlobs(ctx context.Context, blobs []string, f func(i int, data []byte) error) error
}

// Change is one path that differs; an empty blob means that the file does not exist.
type Change struct {
	Path     string
	Old, New string
}

// Catalog is safe for concurrent use.
type Catalog struct {
	// Progress is called while the whole repository is read: with 0 at the beginning, with some
	// numbers from several goroutines, and with all. It may be nil.
	Progress func(read, all int)

	open func(tree fs.FS) (*site.Site, error)

	advancing sync.Mutex // held by the one goroutine that updates the index

	last lastLayer // of the edits that were looked at last

	mu      sync.RWMutex // guards all below, and the contents of the index
	index   *index
	saved   string // ID of the state in the cache
	past    *Past  // is replaced, never changed
	pastRef string

	savedPast string // the pastRef in the cache
}

// New returns an empty catalog. open reads the site's configuration from a tree.
func New(open func(tree fs.FS) (*site.Site, error)) *Catalog {
	return &Catalog{open: open, past: NewPast()}
}

// Advance updates the catalog to snap. When the site's configuration there cannot be read, it
// returns the error and changes nothing.
func (c *Catalog) Advance(ctx context.Context, snap Snapshot) error {
	if c.isAt(snap) {
		return nil
	}
	c.advancing.Lock()
	defer c.advancing.Unlock()
	if c.isAt(snap) {
		return nil
	}
	ix := c.current()
	if ix != nil {
		// When the older state cannot be read, for example because its history was rewritten and
		// pruned, everything is read again.
		changes, err := snap.Changes(ix.snap)
		if err == nil && !ix.needsRebuild(changes) {
			entries, err := ix.readChanges(ctx, snap, changes, ix.known(snap, c.last.Load()))
			if err != nil {
				return err
			}
			c.mu.Lock()
			ix.apply(snap, changes, entries)
			c.mu.Unlock()
			c.last.done(snap)
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

// Rebuild reads the whole of snap again, after a change of the options with which the site's
// configuration is read. After an error the catalog is unchanged.
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

// isAt reports whether the catalog is at a snapshot already.
func (c *Catalog) isAt(snap Snapshot) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.index != nil && c.index.snap.ID() == snap.ID()
}

// current returns the index, which only the holder of advancing may replace or change.
func (c *Catalog) current() *index {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.index
}

// Read updates the catalog to snap and calls f with a view of it. The view is valid until f
// returns; f must not call the Catalog.
func (c *Catalog) Read(ctx context.Context, snap Snapshot, f func(*View) error) error {
	if err := c.Advance(ctx, snap); err != nil {
		return err
	}
	return c.At(ctx, snap, f)
}

// At calls f with a view of snap without updating the catalog: for the edits of a commit that is
// not durable yet. The view is valid until f returns; f must not call the Catalog.
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
	over, err := ix.over(ctx, snap, c.last.Load())
	if err != nil {
		return fmt.Errorf("compare with the last indexed state: %w", err)
	}
	if over == nil {
		if ix, err = c.build(ctx, snap); err != nil {
			return err
		}
		return f(&View{index: ix, snap: snap, past: c.past})
	}
	c.last.Store(over)
	return f(&View{index: ix, snap: snap, past: c.past, over: over})
}

// Earlier calls f with a view of an earlier state. It returns false, and calls nothing, when the site's
// configuration was another one then: URLs of that time are not worth reading the whole repository.
// The view is valid until f returns; f must not call the Catalog.
func (c *Catalog) Earlier(ctx context.Context, snap Snapshot, f func(*View) error) (bool, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	ix := c.index
	if ix == nil {
		return false, nil
	}
	over, err := ix.over(ctx, snap, nil)
	if err != nil || over == nil {
		return false, err
	}
	return true, f(&View{index: ix, snap: snap, past: c.past, over: over})
}
