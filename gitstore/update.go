package gitstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"gitpost/gitstore/git"
)

// request is work for the writer: an edit, a fetched tip, or sorting the queue.
type request struct {
	ctx      context.Context
	edit     Edit
	fetched  *fetched
	arrange  bool          // sort what waits
	done     chan struct{} // closed when all below is set
	commit   *Commit
	err      error
	panicked any
}

func (r *request) answer(c *Commit, err error) {
	r.commit, r.err = c, err
	close(r.done)
}

// requestQueue is the requests that the writer has not started.
type requestQueue struct {
	mu     sync.Mutex // guards waiting and closed
	wait   []*request
	closed bool

	wake chan struct{} // one token: something waits, or the queue was closed
	once sync.Once
	end  chan struct{}
}

func (q *requestQueue) put(r *request) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return ErrClosed
	}
	q.wait = append(q.wait, r)
	signal(q.wake)
	return nil
}

// take returns all that waits; closed reports that nothing more will come.
func (q *requestQueue) take() (all []*request, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	all, q.wait = q.wait, nil
	return all, q.closed
}

// withdraw removes a request that the writer has not started.
func (q *requestQueue) withdraw(r *request) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.wait, r)
	if i >= 0 {
		q.wait = slices.Delete(q.wait, i, i+1)
	}
	return i >= 0
}

func (q *requestQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	signal(q.wake)
}

// drained is closed when the writer has ended.
func (q *requestQueue) drained() chan struct{} {
	q.once.Do(func() { q.end = make(chan struct{}) })
	return q.end
}

// Update commits what edit makes of the newest state. edit is a pure function of the
// snapshot and may run more than once (the branch moved, or a batch was rebuilt); its
// error is returned unchanged, and nothing is committed. When Update returns without error
// the commit is durable. Edits see the effect of all earlier ones. Edits that arrive while
// others are being synced become one batch: a commit each, and one push.
//
// An error of the disk is a *StorageError: nothing was committed, and the same edit may be
// tried again. A path that must not be written is a *PathError.
func (s *Store) Update(ctx context.Context, edit Edit) (*Commit, error) {
	r := &request{ctx: ctx, edit: s.inFolder(edit), done: make(chan struct{})}
	if err := s.queue.put(r); err != nil {
		return nil, err
	}
	select {
	case <-r.done:
	case <-ctx.Done():
		if s.queue.withdraw(r) {
			return nil, ctx.Err()
		}
		<-r.done
	}
	if r.panicked != nil {
		panic(r.panicked)
	}
	if r.commit != nil {
		r.commit.Snapshot = s.view(r.commit.Snapshot)
	}
	return r.commit, r.err
}

// writer is the state of the writer's goroutine.
type writer struct {
	*Store
	attributes *attributeCache
}

// runWriter is the writer's loop. Only the writer moves the branch.
func (s *writer) runWriter() {
	defer close(s.queue.drained())
	for range s.queue.wake {
		for {
			all, closed := s.queue.take()
			for len(all) > 0 {
				if f := all[0].fetched; f != nil {
					all[0].answer(nil, s.integrate(f))
					all = all[1:]
					continue
				}
				if all[0].arrange {
					all[0].answer(nil, s.arrangeRetrying())
					all = all[1:]
					continue
				}
				n := slices.IndexFunc(all, func(r *request) bool { return r.edit == nil })
				if n < 0 {
					n = len(all)
				}
				s.commitAll(all[:n])
				all = all[n:]
			}
			if closed {
				return
			}
			break
		}
	}
}

// made is a commit that is not durable yet.
type made struct {
	r      *request // nil in a replay
	commit *git.Commit
	fresh  bool // a new commit, not the former tip
	skipCI bool
}

// commitAll runs edits as one batch and completes their requests.
func (s *writer) commitAll(requests []*request) {
	var err error
	for range 10 {
		if requests, err = s.tryBatch(requests); err == nil || len(requests) == 0 {
			return
		}
		if !errors.Is(err, git.ErrRefMoved) {
			break
		}
		// A git command in the same folder moved the branch: start from its state.
		if err = s.adopt(); err != nil {
			break
		}
	}
	if err != nil {
		s.health.noteWrite(err)
		signal(s.syncer.wake) // it tries the disk again
	}
	for _, r := range requests {
		r.answer(nil, err)
	}
}

// tryBatch completes the requests that fail by themselves, and on success all of them. It
// returns the open ones.
func (s *writer) tryBatch(requests []*request) ([]*request, error) {
	tip := s.tip.Load()
	b := builder{git.NewBatch(s.db)}
	defer b.Close()
	var done []made
	var open []*request
	at, last := &Snapshot{src: b, commit: tip.commit, tree: tip.tree, when: tip.when}, (*git.Commit)(nil)
	allSkip := s.delivery.allSkipCI()
	for _, r := range requests {
		if err := r.ctx.Err(); err != nil {
			r.answer(nil, err)
			continue
		}
		change, err := runEdit(r, at)
		if err != nil || r.panicked != nil {
			s.health.noteWrite(err)
			r.answer(nil, err)
			continue
		}
		c, err := s.makeCommit(b, at, &change, allSkip)
		var disk *StorageError
		if errors.As(err, &disk) {
			// The pack cannot be used any more: all start again, or fail together.
			return append(open, requests[slices.Index(requests, r):]...), err
		}
		if err != nil {
			r.answer(nil, err)
			continue
		}
		open = append(open, r)
		if c == nil {
			done = append(done, made{r: r, commit: last})
			continue
		}
		allSkip = allSkip && change.SkipCI
		done = append(done, made{r: r, commit: c, fresh: true, skipCI: change.SkipCI})
		last = c
		at = snapshotAt(b, c)
	}
	if last != nil {
		if err := s.makeDurable(b, s.head(), tip.commit, last.ID); err != nil {
			return open, err
		}
	}
	var waiting []*pending
	for i := range done {
		m := &done[i]
		c := &Commit{Hash: tip.commit.Hash(), Snapshot: tip}
		if m.commit != nil {
			c.Hash = m.commit.ID.Hash()
			c.Snapshot = snapshotAt(s.db, m.commit)
		}
		if m.fresh {
			c.pending = &pending{id: m.commit.ID, when: time.Now(), skipCI: m.skipCI}
			waiting = append(waiting, c.pending)
		}
		m.r.commit = c
	}
	if last != nil {
		s.health.noteWrite(nil)
		s.publish(last)
		s.delivery.add(waiting)
		s.syncer.wakeUp()
	}
	for _, m := range done {
		m.r.answer(m.r.commit, nil)
	}
	return nil, nil
}

// runEdit passes a panic on to the goroutine that called Update.
func runEdit(r *request, at *Snapshot) (c Change, err error) {
	defer func() {
		if v := recover(); v != nil {
			r.panicked = v
		}
	}()
	return r.edit(at)
}

// makeCommit adds a change to the batch; nil when it changes nothing.
func (s *writer) makeCommit(b builder, at *Snapshot, c *Change, quiet bool) (*git.Commit, error) {
	if len(c.Files) == 0 && !c.Empty {
		return nil, nil
	}
	tree, err := b.change(at, c.Files, s.writer.attributes)
	if err != nil {
		return nil, storageFault("write the commit", err)
	}
	if tree == at.tree && !c.Empty {
		return nil, nil
	}
	when := c.When
	if when.IsZero() {
		when = time.Now()
	}
	name, email := c.AuthorName, c.AuthorEmail
	if name == "" {
		name = s.config().AuthorName
	}
	if email == "" {
		email = s.config().AuthorEmail
	}
	message := s.message(c.Message)
	if s.config().SignOff {
		message = addTrailers(message, signOffTrailer+git.Person(name, email))
	}
	if c.SkipCI && quiet {
		message = markSkipCI(message)
	}
	made, err := s.addCommitAt(b, tree, at.commit, git.Signature(name, email, when), when, message)
	if err != nil {
		return nil, storageFault("write the commit", err)
	}
	return made, nil
}

func (s *Store) committer() string {
	if s.config().AuthorName == "" {
		return "gitstore"
	}
	return s.config().AuthorName
}

// addCommit adds a commit that is made now. An empty author is the committer.
func (s *writer) addCommit(b builder, tree, parent git.OID, author, message string) (*git.Commit, error) {
	return s.addCommitAt(b, tree, parent, author, time.Now(), message)
}

func (s *writer) addCommitAt(
	b builder, tree, parent git.OID, author string, when time.Time, message string,
) (*git.Commit, error) {
	committer := git.Signature(s.committer(), s.config().AuthorEmail, when)
	if author == "" {
		author = committer
	}
	data := git.EncodeCommit(tree, parent, author, committer, message)
	if signer := s.signer.Load(); signer != nil && *signer != nil {
		var err error
		if data, err = signCommit(*signer, data); err != nil {
			return nil, err
		}
	}
	id, err := b.Add(git.CommitKind, data)
	if err != nil {
		return nil, err
	}
	return git.ParseCommit(id, data)
}

// adopt goes on from the branch as another program left it.
func (s *writer) adopt() error {
	now, err := s.refs.Read(s.head())
	if err != nil {
		return storageFault("read the branch", err)
	}
	if err := s.db.Rescan(); err != nil {
		return storageFault("read the packs", err)
	}
	if now.IsZero() {
		return fmt.Errorf("the branch %s is gone from %s; restart to have it fetched again", s.branch, s.c.Dir)
	}
	c, err := git.ReadCommit(s.db, now)
	if err != nil {
		return fmt.Errorf("another program moved the branch %s to an unreadable commit: %w", s.branch, err)
	}
	before := s.tip.Load().commit
	chain, ok, err := s.chain(now, before)
	if err != nil {
		return err
	}
	s.log.Warn("another program moved the branch in the clone", "from", before, "to", now)
	s.publish(c)
	if ok {
		s.delivery.add(chain)
	} else {
		// It does not continue our line: the next fetch finds out what is unpushed.
		s.delivery.markLost()
	}
	s.syncer.wakeUp()
	return nil
}

// chain lists the first-parent commits behind until down to tip, oldest first; false when
// until is not among the ancestors of that line.
func (s *Store) chain(tip, until git.OID) ([]*pending, bool, error) {
	commits, ok, err := git.CommitsSince(s.db, tip, until)
	list := make([]*pending, len(commits))
	for i, c := range commits {
		list[i] = &pending{id: c.ID, when: time.Unix(c.Committed, 0)}
	}
	return list, ok, err
}
