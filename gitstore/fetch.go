package gitstore

import (
	"context"
	"io"
	"time"

	"gitpost/gitstore/git"
	"gitpost/gitstore/remote"
)

// fetched is what the syncer hands to the writer.
type fetched struct {
	tip git.OID // zero: the remote is empty
}

// fetch looks at the remote and brings the branch in step with it.
func (s *syncer) fetch(ctx context.Context) error {
	return s.remote.Explain("fetch from", s.tryFetch(ctx))
}

func (s *syncer) tryFetch(ctx context.Context) error {
	f, err := s.remote.Fetch(ctx)
	if err != nil {
		return err
	}
	defer f.Close()
	tip, err := s.branchOf(f)
	if err != nil {
		return err
	}
	d := &s.delivery
	d.mu.Lock()
	same := tip == d.remote && !d.unknown && !d.lost &&
		(!tip.IsZero() || len(d.unpushed) > 0 || s.tip.Load().commit.IsZero())
	d.mu.Unlock()
	if same {
		d.update(func() { d.lastFetch = time.Now() })
		return nil
	}
	if !tip.IsZero() && !s.db.Has(tip) {
		if err := s.download(ctx, f, tip, s.haves(), nil); err != nil {
			return err
		}
	}
	r := &request{fetched: &fetched{tip}, done: make(chan struct{})}
	if err := s.queue.put(r); err != nil {
		return err
	}
	<-r.done
	return r.err
}

// haves names commits that the remote may know, the newer ones densely.
func (s *syncer) haves() []git.OID {
	var list []git.OID
	if tip := s.delivery.remoteTip(); !tip.IsZero() {
		list = append(list, tip)
	}
	at := s.tip.Load().commit
	for i, next := 0, 0; !at.IsZero() && i < 4096; i++ {
		if i == next {
			list = append(list, at)
			if next++; i > 32 {
				next = i + i/8
			}
		}
		c, err := git.ReadCommit(s.db, at)
		if err != nil {
			break
		}
		at = c.Parent()
	}
	return list
}

// download stores a pack with the tip and what it needs, durably.
func (s *Store) download(ctx context.Context, f *remote.Fetch, tip git.OID, haves []git.OID, progress io.Writer) error {
	pack, err := f.Download(ctx, tip, haves, progress)
	if err != nil {
		return err
	}
	defer pack.Close()
	came, err := s.db.Receive(pack)
	if came {
		signal(s.manyPacks)
	}
	return err
}
