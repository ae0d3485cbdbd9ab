package gitstore

import (
	"container/heap"
	"context"
	"slices"
	"time"
)

// LogEntry is one commit of the history. Of a merge, Before is the first parent.
type LogEntry struct {
	Hash    Hash
	Message string
	When    time.Time
	At      *Snapshot // the state after it
	Before  *Snapshot // the state before it
}

// Log walks the first-parent history, newest first, until f returns false.
func (s *Snapshot) Log(ctx context.Context, f func(LogEntry) bool) error {
	if s.commit.isZero() {
		return nil
	}
	c, err := readCommit(s.src, s.commit)
	if err != nil {
		return err
	}
	at := s
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		var parent *commitObject
		before := &Snapshot{src: s.src, tree: emptyTree}
		if !c.parent().isZero() {
			if parent, err = readCommit(s.src, c.parent()); err != nil {
				return err
			}
			before = &Snapshot{src: s.src, commit: parent.id, tree: parent.tree, when: time.Unix(parent.committed, 0)}
		}
		if !f(LogEntry{Hash: c.id.hash(), Message: c.message, When: time.Unix(c.committed, 0), At: at, Before: before}) || parent == nil {
			return nil
		}
		c, at = parent, before
	}
}

// LogSince walks the whole history, newest first, but for what known's history has: also what
// merges brought in, whose commits may be older than known. It ends when f returns false.
// reached tells that known is part of the history; with known "" it is false.
func (s *Snapshot) LogSince(ctx context.Context, known Hash, f func(LogEntry) bool) (reached bool, err error) {
	if s.commit.isZero() {
		return false, nil
	}
	w := &ancestry{src: s.src, seen: make(map[oid]*colouredCommit)}
	if err := w.mark(s.commit, true, false, false); err != nil {
		return false, err
	}
	var last oid
	if known != "" {
		if last, err = parseOID(string(known)); err != nil {
			return false, err
		}
		if err := w.mark(last, false, true, true); err != nil {
			return false, nil // a history that was rewritten, and is not even here any more
		}
	}
	for slices.ContainsFunc(w.open, func(c *colouredCommit) bool { return !c.stale }) {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		c := heap.Pop(&w.open).(*colouredCommit)
		for _, p := range c.parents {
			if err := w.mark(p, c.ofA, c.ofB, c.stale); err != nil {
				return false, err
			}
		}
		if c.stale || c.told {
			continue
		}
		c.told = true
		at := &Snapshot{src: s.src, commit: c.id, tree: c.tree, when: time.Unix(c.committed, 0)}
		before := &Snapshot{src: s.src, tree: emptyTree}
		if p := w.seen[c.parent()]; p != nil {
			before = &Snapshot{src: s.src, commit: p.id, tree: p.tree, when: time.Unix(p.committed, 0)}
		}
		if !f(LogEntry{Hash: c.id.hash(), Message: c.message, When: at.when, At: at, Before: before}) {
			break
		}
		c.message, c.author = "", "" // histories are long
	}
	return known != "" && w.shared(last), nil
}
