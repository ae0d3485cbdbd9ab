package gitstore

import (
	"context"
	"strings"
	"time"

	"gitpost/gitstore/git"
)

// LogEntry is one commit of the history. Of a merge, Before is the first parent.
type LogEntry struct {
	Hash    Hash
	Author  string // name <address>
	Message string
	When    time.Time
	At      *Snapshot // the state after it
	Before  *Snapshot // the state before it
}

// Log walks the first-parent history, newest first, until f returns false.
func (s *Snapshot) Log(ctx context.Context, f func(LogEntry) bool) error {
	if s.commit.IsZero() {
		return nil
	}
	c, err := git.ReadCommit(s.src, s.commit)
	if err != nil {
		return err
	}
	for at := s; c != nil; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var parent *git.Commit
		if !c.Parent().IsZero() {
			if parent, err = git.ReadCommit(s.src, c.Parent()); err != nil {
				return err
			}
		}
		before := snapshotAt(s.src, parent).like(s)
		entry := LogEntry{Hash: c.ID.Hash(), Author: nameAndAddress(c.Author), Message: c.Message, When: at.when, At: at,
			Before: before}
		if !f(entry) {
			return nil
		}
		c, at = parent, before
	}
	return nil
}

// nameAndAddress takes the time from the author of a commit object.
func nameAndAddress(author string) string {
	if end := strings.LastIndexByte(author, '>'); end >= 0 {
		return author[:end+1]
	}
	return author
}

// LogSince walks the whole history, newest first, but for what known's history has: also what
// merges brought in, whose commits may be older than known. It ends when f returns false.
// reached reports that known is part of the history; with known "" it is false.
func (s *Snapshot) LogSince(ctx context.Context, known Hash, f func(LogEntry) bool) (reached bool, err error) {
	if s.commit.IsZero() {
		return false, nil
	}
	var last git.OID
	if known != "" {
		if last, err = git.ParseOID(string(known)); err != nil {
			return false, err
		}
	}
	return git.NewCommits(ctx, s.src, s.commit, last, func(c, parent *git.Commit) bool {
		at := snapshotAt(s.src, c).like(s)
		before := snapshotAt(s.src, parent).like(s)
		return f(LogEntry{Hash: c.ID.Hash(), Message: c.Message, When: at.when, At: at, Before: before})
	})
}
