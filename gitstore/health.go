package gitstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"gitpost/gitstore/git"
)

// A dying disk or another program can damage a clone. What the remote has is fetched again.
// Nothing is deleted for being damaged: it may be the only copy.

// health is what is known to be wrong with the clone.
type health struct {
	mu      sync.Mutex // guards all below
	missed  map[git.OID]bool
	open    bool   // an object was found missing since the last whole fetch
	disk    string // why the last write failed; "" when it did not
	missing bool   // the reason was an object that cannot be read
}

// maxMissing bounds what is remembered; larger damage is not repaired object by object.
const maxMissing = 10_000

// miss records an object that cannot be read. It starts one whole fetch for each: what the remote
// does not have either, such as the history of a shallow clone, is not asked for again.
func (s *Store) miss(o git.OID) {
	w := &s.health
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.missed[o] || len(w.missed) >= maxMissing {
		return
	}
	if w.missed == nil {
		w.missed = make(map[git.OID]bool)
	}
	w.missed[o], w.open = true, true
	signal(s.syncer.wake)
}

// takeRefetch reports, once, whether everything has to be fetched.
func (w *health) takeRefetch() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	was := w.open
	w.open = false
	return was
}

// noteWrite records the outcome of a write.
func (w *health) noteWrite(err error) {
	var disk *StorageError
	var missing *MissingError
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err == nil:
		w.disk, w.missing = "", false
	case errors.As(err, &missing):
		w.disk, w.missing = err.Error(), true
	case errors.As(err, &disk):
		w.disk, w.missing = err.Error(), false
	}
}

func (w *health) problem() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.disk
}

// mayRecover reports whether a retry may succeed without a fetch.
func (w *health) mayRecover() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.disk != "" && !w.missing
}

// diskRetryInterval is how long after a failed write the disk is tried again.
const diskRetryInterval = 30 * time.Second

// retryDisk finds out whether the disk can be written again.
func (s *syncer) retryDisk() {
	if s.db.TryWrite() == nil {
		s.health.noteWrite(nil)
	}
}

// fetchAll fetches the whole branch, as for a new clone.
func (s *Store) fetchAll(ctx context.Context) error {
	f, err := s.remote.Fetch(ctx)
	if err != nil {
		return err
	}
	defer f.Close()
	tip, err := s.branchOf(f)
	if err != nil || tip.IsZero() {
		return err
	}
	return s.download(ctx, f, tip, nil, nil)
}

// heal fetches what is missing.
func (s *syncer) heal(ctx context.Context) {
	err := s.fetchAll(ctx)
	if err != nil {
		s.log.Error("a part of the clone is missing or damaged and cannot be fetched again yet",
			"clone", s.c.Dir, "error", err)
		w := &s.health
		w.mu.Lock()
		defer w.mu.Unlock()
		w.missed = nil // the next missing object starts another try
		return
	}
	s.log.Warn("a part of the clone was missing or damaged; the branch was fetched whole again", "clone", s.c.Dir)
	s.retryDisk()
}

// readable makes sure that the newest commit of a branch can be read.
func (s *Store) readable(ctx context.Context, ref string) error {
	for try := 0; ; try++ {
		tip, err := s.refs.Read(ref)
		if err != nil {
			return s.unreadable(ref, err)
		}
		now, err := snapshotOf(s.db, tip)
		if err == nil {
			_, err = git.ReadTree(s.db, now.tree)
		}
		if err == nil {
			return nil
		}
		var missing *MissingError
		if try > 0 || !errors.As(err, &missing) {
			return s.unreadable(ref, err)
		}
		s.log.Warn("the newest commit in the clone cannot be read; the branch is fetched whole again",
			"clone", s.c.Dir, "error", err)
		if fetchErr := s.fetchAll(ctx); fetchErr != nil {
			return s.unreadable(ref, errors.Join(err, s.remote.Explain("fetch from", fetchErr)))
		}
	}
}

func (s *Store) unreadable(ref string, err error) error {
	return fmt.Errorf("open the clone: the tip of %s in %s cannot be read: %w; "+
		"move that folder away to have it cloned again (keep it: it has the only copy of unpushed commits)",
		strings.TrimPrefix(ref, "refs/heads/"), s.c.Dir, err)
}
