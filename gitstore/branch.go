package gitstore

import (
	"context"
	"fmt"

	"gitpost/gitstore/git"
)

// changeBranch opens the clone with another branch than the one that it was last opened with.
// Commits of that branch that were not pushed are replayed on the new one: their authors were told
// that they are safe, and the branch may have been renamed at the remote.
func (s *Store) changeBranch(from string) error {
	if err := s.load(); err != nil {
		return err
	}
	waiting, old, err := s.waitingOn(from)
	if err != nil {
		return fmt.Errorf("open the clone: what waits on the branch %s: %w", from, err)
	}
	if len(waiting) > 0 {
		s.log.Warn("the branch changed; unpushed commits move to the new one",
			"from", from, "to", s.branch, "commits", len(waiting))
		if err := s.writer.putOnTop(waiting); err != nil {
			return err
		}
		if err := s.load(); err != nil {
			return err
		}
	}
	if err := s.writeHead(); err != nil {
		return &StorageError{Op: "open the clone", Err: err}
	}
	if len(waiting) == 0 {
		return nil
	}
	// Only now does the old branch forget them: a store that is killed before carries them over again.
	c, err := git.ReadCommit(s.db, waiting[0].id)
	if err != nil {
		return err
	}
	ref := "refs/heads/" + from
	if c.Parent().IsZero() {
		err = s.refs.Remove(ref)
	} else {
		err = s.refs.Move(context.Background(), ref, old, c.Parent())
	}
	return storageFault("open the clone", err)
}

// waitingOn lists the commits of a branch that is not served that are not known to be on the
// remote, oldest first.
func (s *Store) waitingOn(branch string) (list []*pending, tip git.OID, err error) {
	if tip, err = s.refs.Read("refs/heads/" + branch); err != nil || tip.IsZero() {
		return nil, tip, err
	}
	now := s.tip.Load().commit
	for _, there := range []string{"refs/remotes/origin/" + branch, s.incoming()} {
		known, err := s.refs.Read(there)
		if err != nil {
			return nil, tip, err
		}
		if known.IsZero() {
			continue
		}
		if list, ok, err := s.chain(tip, known); err != nil || ok {
			return list, tip, err
		}
	}
	// What the remote had of it is not known: what the new branch does not have waits.
	if !now.IsZero() {
		history, err := git.Common(s.db, now, tip)
		if err != nil {
			return nil, tip, err
		}
		if list, err = s.notShared(history, tip, nil); err != nil {
			s.log.Warn("the former branch has no commit in common with the new one; its unpushed commits stay there",
				"branch", branch, "clone", s.c.Dir)
			return nil, tip, nil
		}
		return list, tip, nil
	}
	list, _, err = s.chain(tip, git.ZeroOID)
	return list, tip, err
}

// putOnTop replays commits of another branch on this one's tip, durably.
func (s *writer) putOnTop(waiting []*pending) error {
	tip := s.tip.Load()
	if tip.commit.IsZero() { // the remote is empty: the whole branch goes there under its new name
		return s.moveRef(s.head(), git.ZeroOID, waiting[len(waiting)-1].id)
	}
	at, err := git.ReadCommit(s.db, tip.commit)
	if err != nil {
		return err
	}
	b := builder{git.NewBatch(s.db)}
	defer b.Close()
	r := &replay{s: s, b: b, at: at}
	if _, err := r.all(waiting); err != nil {
		return err
	}
	for _, c := range r.conflicts {
		s.log.Warn("both branches changed a file", "conflict", c)
	}
	return s.makeDurable(b, s.head(), tip.commit, r.at.ID)
}
