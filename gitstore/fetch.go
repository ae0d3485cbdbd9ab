package gitstore

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
	"github.com/go-git/go-git/v5/plumbing/transport"

	"gitpost/gitstore/git"
)

// fetched is what the courier hands to the writer.
type fetched struct {
	tip git.OID // zero: the remote is empty
}

// fetch looks at the remote and brings the branch in step with it.
func (s *Store) fetch(ctx context.Context) error {
	return s.remote.explain("fetch from", s.tryFetch(ctx))
}

func (s *Store) tryFetch(ctx context.Context) error {
	session, adv, err := s.remote.advertise(ctx)
	if err != nil {
		return err
	}
	if session != nil {
		defer session.Close()
	}
	tip, err := s.branchOf(adv)
	if err != nil {
		return err
	}
	d := &s.delivery
	d.mu.Lock()
	same := tip == d.remote && !d.unknown && !d.lost && (!tip.IsZero() || len(d.unpushed) > 0 || s.tip.Load().commit.IsZero())
	d.mu.Unlock()
	if same {
		d.update(func() { d.lastFetch = time.Now() })
		return nil
	}
	if !tip.IsZero() && !s.db.Has(tip) {
		if err := s.download(ctx, session, adv, tip, s.haves(), io.Discard); err != nil {
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
func (s *Store) haves() []plumbing.Hash {
	var list []plumbing.Hash
	if remote := s.delivery.remoteTip(); !remote.IsZero() {
		list = append(list, plumbing.Hash(remote))
	}
	at := s.tip.Load().commit
	for i, next := 0, 0; !at.IsZero() && i < 4096; i++ {
		if i == next {
			list = append(list, plumbing.Hash(at))
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
func (s *Store) download(ctx context.Context, session transport.UploadPackSession, adv *packp.AdvRefs, tip git.OID, haves []plumbing.Hash, progress io.Writer) error {
	if tip.IsZero() {
		return nil
	}
	req := packp.NewUploadPackRequest()
	req.Wants = []plumbing.Hash{plumbing.Hash(tip)}
	req.Haves = slices.DeleteFunc(haves, func(h plumbing.Hash) bool { return h == plumbing.Hash(tip) })
	for _, c := range []capability.Capability{capability.OFSDelta, capability.Sideband64k} {
		if adv.Capabilities.Supports(c) {
			_ = req.Capabilities.Set(c)
		}
	}
	if adv.Capabilities.Supports(capability.Agent) {
		_ = req.Capabilities.Set(capability.Agent, agentName)
	}
	if progress == io.Discard && adv.Capabilities.Supports(capability.NoProgress) {
		_ = req.Capabilities.Set(capability.NoProgress)
	}
	resp, err := session.UploadPack(ctx, req)
	if err != nil {
		return err
	}
	defer resp.Close()
	var r io.Reader = resp
	if req.Capabilities.Supports(capability.Sideband64k) {
		demux := sideband.NewDemuxer(sideband.Sideband64k, resp)
		demux.Progress = progress
		r = demux
	}
	if progress != io.Discard {
		r = &received{r: r, w: progress}
	}
	came, err := s.db.Receive(r)
	if came {
		signal(s.crowded)
	}
	return err
}

const agentName = "gitpost"
