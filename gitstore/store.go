package gitstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"golang.org/x/crypto/ssh"

	"gitpost/gitstore/git"
	"gitpost/gitstore/remote"
)

// Store is safe for concurrent use.
//
// Four goroutines belong to it: only the writer moves the branch, only the syncer talks to
// the remote, the announcer calls Config.Advanced, and upkeep joins packs. The methods of the
// types writer and syncer run on their goroutines (before these start, on that of Open).
type Store struct {
	c       Config // as it was opened
	live    atomic.Pointer[Config]
	signer  atomic.Pointer[ssh.Signer]
	log     *slog.Logger
	refs    git.Refs
	db      *git.DB
	remote  *remote.Remote // only the syncer uses it, and Open before it runs
	locked  *os.File
	address string // of the remote, without credentials
	branch  string

	tip atomic.Pointer[Snapshot]

	queue     requestQueue
	writer    writer
	delivery  delivery
	syncer    syncer
	health    health
	advanced  chan struct{} // one token: the tip moved
	manyPacks chan struct{} // one token: there may be many packs

	ctx     context.Context // ends when the syncer must stop
	stop    context.CancelFunc
	closing chan struct{} // closed when no more work is accepted
	wg      sync.WaitGroup
	closed  sync.Once
}

func (s *Store) head() string     { return "refs/heads/" + s.branch }
func (s *Store) tracking() string { return "refs/remotes/origin/" + s.branch }
func (s *Store) incoming() string { return "refs/gitstore/incoming" }

// Open opens the clone, making it first when there is none, and starts the store's
// goroutines; Close stops them. An unreachable remote is an error only when there is no
// clone yet; else the first fetch runs in the background. A second Open of the
// same Dir by any process fails with ErrLocked.
func Open(ctx context.Context, c Config) (_ *Store, err error) {
	if c.Dir == "" || c.Remote == "" {
		return nil, errors.New("open the clone: Dir and Remote are required")
	}
	if c.Dir, err = filepath.Abs(c.Dir); err != nil {
		return nil, fmt.Errorf("open the clone: %w", err)
	}
	s := &Store{c: c, log: c.Log, refs: git.Refs{Dir: c.Dir}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.remote, err = remote.New(c.remote()); err != nil {
		return nil, err
	}
	s.address = s.remote.Name()
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return nil, &StorageError{Op: "open the clone", Err: err}
	}
	if s.locked, err = git.LockFolder(c.Dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			git.Unlock(s.locked)
		}
	}()
	s.live.Store(&c)
	signer, err := readSigner(&c)
	if err != nil {
		return nil, err
	}
	s.signer.Store(&signer)
	s.closing = make(chan struct{})
	s.advanced = make(chan struct{}, 1)
	s.manyPacks = make(chan struct{}, 1)
	s.queue.wake = make(chan struct{}, 1)
	s.writer.Store = s
	s.syncer.init(s)
	s.delivery.init()
	s.ctx, s.stop = context.WithCancel(context.Background())
	if err := s.openClone(ctx); err != nil {
		s.stop()
		return nil, err
	}
	s.delivery.lastPush = s.keptLastPush()
	s.db.OnMissing = s.miss
	s.writer.attributes = newAttributeCache(c.Dir)
	opened := s.tip.Load()
	s.wg.Go(func() { s.runAnnouncer(opened) })
	s.wg.Go(s.writer.runWriter)
	s.wg.Go(s.syncer.runSyncer)
	s.wg.Go(s.runUpkeep)
	return s, nil
}

// Close finishes what is under way, tries one last push until ctx ends, and releases the folder.
func (s *Store) Close(ctx context.Context) error {
	s.closed.Do(func() {
		s.queue.close()
		close(s.closing)
		done := make(chan struct{})
		go func() {
			s.wg.Wait()
			close(done)
		}()
		select {
		case <-done:
		case <-ctx.Done():
		}
		s.stop()
		<-done
		s.delivery.end()
		git.Unlock(s.locked)
	})
	return nil
}

// Snapshot is the newest durable state.
func (s *Store) Snapshot() *Snapshot { return s.view(s.tip.Load()) }

// publish makes a durable commit the newest state.
func (s *Store) publish(commit *git.Commit) *Snapshot {
	next := snapshotAt(s.db, commit)
	s.tip.Store(next)
	signal(s.advanced)
	signal(s.manyPacks)
	return next
}

// signal sends a token, unless one is waiting.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// runAnnouncer calls Config.Advanced when the tip moved, one call at a time.
func (s *Store) runAnnouncer(last *Snapshot) {
	tell := func() {
		tip := s.tip.Load()
		if s.c.Advanced != nil && tip.commit != last.commit {
			s.c.Advanced(s.view(last), s.view(tip))
		}
		last = tip
	}
	for {
		select {
		case <-s.advanced:
			tell()
		case <-s.queue.drained():
			tell()
			return
		}
	}
}

// OpenReader returns the newest snapshot of an existing clone. It needs no lock, so a Store may be
// running; fs.ErrNotExist when there is no clone.
func OpenReader(dir string) (*Snapshot, error) {
	r := git.Refs{Dir: dir}
	branch, err := r.Head()
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = fs.ErrNotExist
		}
		return nil, fmt.Errorf("read the clone in %s: %w", dir, err)
	}
	tip, err := r.Read("refs/heads/" + branch)
	if err != nil {
		return nil, fmt.Errorf("read the clone in %s: %w", dir, err)
	}
	db, err := git.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("read the clone in %s: %w", dir, err)
	}
	return snapshotOf(db, tip)
}

// InUse reports whether a process has the store in dir open.
func InUse(dir string) (bool, error) { return git.Locked(dir) }
