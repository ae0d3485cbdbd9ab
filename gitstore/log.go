package gitstore

import (
	"context"
	"time"
)

// LogEntry is one commit of the first-parent history.
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
