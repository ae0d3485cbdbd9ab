package gitstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gitpost/gitstore/git"
)

// integrate brings the branch in step with what was fetched: follows it, or replays on it
// what it does not have. Only the writer calls it.
func (s *writer) integrate(f *fetched) error {
	for range 10 {
		err := s.tryIntegrate(f)
		if !errors.Is(err, git.ErrRefMoved) {
			return err
		}
		if err := s.adopt(); err != nil {
			return err
		}
	}
	return git.ErrRefMoved
}

func (s *writer) tryIntegrate(f *fetched) error {
	tip := s.tip.Load()
	d := &s.delivery
	d.mu.Lock()
	known, unknown, waiting := d.remote, d.unknown || d.lost, slices.Clone(d.unpushed)
	d.mu.Unlock()
	if f.tip.IsZero() {
		s.remoteEmptied(tip, known)
		return nil
	}
	if tip.commit.IsZero() {
		return s.follow(tip, f.tip, nil)
	}
	history, err := git.Common(s.db, f.tip, tip.commit)
	if err != nil {
		return err
	}
	rewritten := false
	switch {
	case unknown:
		if waiting, err = s.notShared(history, tip.commit, waiting); err != nil {
			return err
		}
	case !known.IsZero() && !history.Shared(known):
		rewritten = true
	}
	// What the remote has of ours needs no replay: a push whose answer was lost, say.
	for i := len(waiting) - 1; i >= 0; i-- {
		if history.Shared(waiting[i].id) {
			d.update(func() { d.unpushed = waiting; d.markPushed(waiting[i].id) })
			waiting = waiting[i+1:]
			rewritten = false
			break
		}
	}
	if !rewritten && len(waiting) > 0 {
		c, err := git.ReadCommit(s.db, waiting[0].id)
		if err != nil {
			return err
		}
		if c.Parent() == f.tip { // the remote is where our commits begin
			d.update(func() {
				d.unpushed, d.remote = waiting, f.tip
				d.unknown, d.lost, d.refill = false, false, false
				d.lastFetch = time.Now()
			})
			s.noteRemote(f.tip)
			return nil
		}
	}
	if f.tip == tip.commit {
		d.update(func() {
			for _, p := range d.unpushed {
				p.pushed = true
			}
			d.unpushed, d.remote, d.unknown, d.lost, d.refill = nil, f.tip, false, false, false
			d.lastFetch = time.Now()
		})
		s.noteRemote(f.tip)
		return nil
	}
	if rewritten {
		s.log.Warn("the remote's history was rewritten; following it",
			"before", known, "now", f.tip, "commits on top", len(waiting))
		keep, err := s.keep("before-rewrite", tip.commit)
		if err != nil {
			return err
		}
		if err := s.reportDropped(known, f.tip, keep); err != nil {
			return err
		}
	}
	return s.follow(tip, f.tip, waiting)
}

// keep notes a commit under a ref of the store's own, so that nothing of it is lost.
func (s *writer) keep(why string, commit git.OID) (ref string, err error) {
	ref = "refs/gitstore/" + why + "/" + time.Now().UTC().Format("20060102T150405") + "-" + commit.String()[:12]
	err = s.refs.Move(context.Background(), ref, git.ZeroOID, commit)
	if errors.Is(err, git.ErrRefMoved) {
		err = nil // noted this very second
	}
	return ref, storageFault("keep a commit that is replaced", err)
}

// reportDropped says in the status which files a rewritten history does not have any more: its
// author may have rewritten it without having seen what was pushed last.
func (s *writer) reportDropped(before, now git.OID, keep string) error {
	old, err := git.ReadCommit(s.db, before)
	if err != nil {
		return err
	}
	rewritten, err := git.ReadCommit(s.db, now)
	if err != nil {
		return err
	}
	var gone []string
	err = git.DiffTrees(s.db, old.Tree, s.db, rewritten.Tree, func(t git.Change) error {
		if t.New.Mode == 0 {
			gone = append(gone, t.Path)
		}
		return nil
	})
	if err != nil || len(gone) == 0 {
		return err
	}
	const most = 5
	names := strings.Join(gone[:min(len(gone), most)], ", ")
	if len(gone) > most {
		names += ", …"
	}
	s.delivery.update(func() {
		s.delivery.addConflicts([]string{fmt.Sprintf("the remote's history was rewritten, and %d of the files that "+
			"were there are gone: %s; the state before is kept in the clone as %s", len(gone), names, keep)})
	})
	return nil
}

// remoteEmptied handles a remote without branches: the whole branch is pushed.
func (s *writer) remoteEmptied(tip *Snapshot, known git.OID) {
	d := &s.delivery
	if !known.IsZero() {
		s.log.Warn("the remote is empty now; pushing the whole branch again", "branch", s.branch)
	}
	d.update(func() {
		d.remote, d.unknown, d.lost, d.lastFetch = git.ZeroOID, false, false, time.Now()
		d.refill = !tip.commit.IsZero()
	})
	if err := s.refs.Remove(s.tracking()); err != nil {
		s.log.Warn("cannot record what the remote has", "error", err)
	}
}

// notShared lists our first-parent commits that the remote does not have.
func (s *Store) notShared(history *git.Ancestry, tip git.OID, waiting []*pending) ([]*pending, error) {
	known := make(map[git.OID]*pending) // somebody may wait for these
	for _, p := range waiting {
		known[p.id] = p
	}
	var list []*pending
	for at := tip; !history.Shared(at); {
		if at.IsZero() {
			return nil, &RemoteError{Op: "fetch from", Remote: s.address,
				Reason: "the clone in " + s.c.Dir + " and the remote have no commit in common",
				Hint:   "check the remote's address; to clone it again, move that folder away"}
		}
		c, err := git.ReadCommit(s.db, at)
		if err != nil {
			return nil, err
		}
		p := known[at]
		if p == nil {
			p = &pending{id: at, when: time.Unix(c.Committed, 0)}
		}
		list = append(list, p)
		at = c.Parent()
	}
	slices.Reverse(list)
	return list, nil
}

// follow moves the branch to the remote's tip with the waiting commits replayed on it.
func (s *writer) follow(tip *Snapshot, remote git.OID, waiting []*pending) error {
	b := builder{git.NewBatch(s.db)}
	defer b.Close()
	at, err := git.ReadCommit(s.db, remote)
	if err != nil {
		return err
	}
	r := &replay{s: s, b: b, at: at}
	result, err := r.all(waiting)
	if err != nil {
		return err
	}
	// The order matters to a store that is killed in between: see load.
	old, err := s.refs.Read(s.incoming())
	if err == nil {
		err = s.refs.Move(context.Background(), s.incoming(), old, remote)
	}
	if err != nil {
		return storageFault("note what was fetched", err)
	}
	if err := s.makeDurable(b, s.head(), tip.commit, r.at.ID); err != nil {
		return err
	}
	s.publish(r.at)
	d := &s.delivery
	d.update(func() {
		d.remote, d.unknown, d.lost, d.refill = remote, false, false, false
		d.lastFetch = time.Now()
		d.unpushed = nil
		for _, m := range result {
			m.p.id = m.id
			// What the remote did already is there; behind another commit, a commit that
			// came to nothing arrives together with that one.
			if m.p.pushed = m.gone && len(d.unpushed) == 0; !m.p.pushed {
				d.unpushed = append(d.unpushed, m.p)
			}
		}
		d.addConflicts(r.conflicts)
	})
	for _, c := range r.conflicts {
		s.log.Warn("both sides changed a file", "conflict", c)
	}
	s.noteRemote(remote)
	return nil
}

// moved is a commit that waits, and what a replay made of it.
type moved struct {
	p    *pending
	id   git.OID
	gone bool // nothing of it is left to do
}

// replay puts commits on another tip by merging their files.
type replay struct {
	s         *writer
	b         builder
	at        *git.Commit // the newest commit of the new line
	conflicts []string

	// of the commit at hand
	base, ours *Snapshot
	theirs     *Snapshot
	theirDiff  []git.Change // what they changed since base; computed when it is needed
	hasDiff    bool
	text       *git.Commit // our text, when the merge became a commit of its own
	first      []planned   // the commit with our text
	second     []planned   // what the merge makes of it afterwards
	notes      []string
	folders    map[string]string // of index files that were followed to another folder
}

func (r *replay) snapshot(c *git.Commit) *Snapshot {
	return snapshotAt(r.b, c)
}

// all replays what waits, oldest first.
func (r *replay) all(waiting []*pending) ([]moved, error) {
	var result []moved
	for _, p := range waiting {
		c, err := git.ReadCommit(r.s.db, p.id)
		if err != nil {
			return nil, err
		}
		before := r.at
		if err := r.commit(c); err != nil {
			return nil, storageFault("replay "+c.ID.String(), err)
		}
		if r.text != nil {
			// It waits as well: should the remote move again, it is replayed too.
			result = append(result, moved{&pending{when: p.when, skipCI: p.skipCI}, r.text.ID, false})
		}
		result = append(result, moved{p, r.at.ID, r.at == before})
	}
	return result, nil
}

// commit replays one commit. When nothing of it is left to do, the line stays as it is.
func (r *replay) commit(c *git.Commit) error {
	r.base = snapshotAt(r.b, nil)
	if !c.Parent().IsZero() {
		parent, err := git.ReadCommit(r.b, c.Parent())
		if err != nil {
			return err
		}
		r.base = r.snapshot(parent)
	}
	r.ours, r.theirs = r.snapshot(c), r.snapshot(r.at)
	r.folders = make(map[string]string)
	r.theirDiff, r.hasDiff, r.text, r.first, r.second, r.notes = nil, false, nil, nil, nil, nil
	var changes []git.Change
	err := git.DiffTrees(r.b, r.base.tree, r.b, r.ours.tree, func(t git.Change) error {
		changes = append(changes, t)
		return nil
	})
	if err != nil {
		return err
	}
	if err := r.plan(changes); err != nil {
		return err
	}
	tree, err := r.b.apply(r.at.Tree, r.first)
	if err != nil {
		return err
	}
	if tree == r.at.Tree && len(r.notes) == 0 && len(r.second) == 0 && r.ours.tree != r.base.tree {
		return nil // they made the same change
	}
	trailers := make([]string, len(r.notes))
	for i, n := range r.notes {
		trailers[i] = conflictTrailer + " " + n
	}
	message := c.Message
	if len(r.second) == 0 {
		message = addTrailers(message, trailers...)
	}
	if r.at, err = r.s.addCommit(r.b, tree, r.at.ID, c.Author, message); err != nil {
		return err
	}
	if len(r.second) > 0 {
		r.text = r.at
		if tree, err = r.b.apply(tree, r.second); err != nil {
			return err
		}
		subject, _, _ := strings.Cut(c.Message, "\n")
		message := addTrailers(r.s.message("Merge what was written elsewhere\n\nThe commit before this one, \""+subject+
			"\", has the text that was posted here;\nthis one has both sides' changes, the newer where they meet.\n"),
			trailers...)
		if r.at, err = r.s.addCommit(r.b, tree, r.at.ID, "", message); err != nil {
			return err
		}
	}
	for _, n := range r.notes {
		r.conflicts = append(r.conflicts, fmt.Sprintf("%s (commit %s)", n, r.at.ID.String()[:12]))
	}
	return nil
}
