package gitstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"gitpost/gitstore/git"
	"gitpost/gitstore/remote"
)

// maxRestarts bounds how often a push starts again because the remote moved.
const maxRestarts = 30

// pushAll pushes what waits, after a fetch and a replay when the remote moved. again includes
// what the host refused before.
func (s *syncer) pushAll(ctx context.Context, again bool) error {
	for moved := 0; ; {
		began := time.Now()
		err := s.pushReady(ctx, again)
		var no *remote.Rejection
		switch {
		case err == nil:
			s.notePush(nil, nil)
			if s.delivery.wantsPush() {
				s.collect(time.Since(began))
			}
			return s.refusal()
		case errors.As(err, &no) && no.Moved && moved < maxRestarts:
			before := s.delivery.remoteTip()
			fetchErr := s.fetch(ctx)
			s.noteFetch(fetchErr)
			moved++
			if fetchErr != nil {
				err = fetchErr
			} else if (s.delivery.remoteTip() != before || moved < 3) &&
				s.pause(ctx, rand.N(time.Duration(min(moved, 8))*20*time.Millisecond)) {
				if !s.delivery.wantsPush() {
					return s.refusal()
				}
				continue
			}
		}
		err = s.remote.Explain("push to", err)
		s.notePush(err, s.delivery.ready())
		return err
	}
}

// maxCollect is the longest time for which the next push waits by itself.
const maxCollect = 2 * time.Second

// collect plans the next push when commits came in during one that took so long. It leaves the host,
// and a machine that is both, as much time again: the busier they are, the more commits share a push.
func (s *syncer) collect(took time.Duration) {
	c := &s.syncer
	c.mu.Lock()
	defer c.mu.Unlock()
	c.due = time.Now().Add(max(s.config().PushDelay, min(took, maxCollect)))
}

// pushReady pushes what the host does not refuse.
func (s *syncer) pushReady(ctx context.Context, again bool) error {
	d := &s.delivery
	defer s.noteRefused()
	if again {
		// What it refused it may take now, and then nothing has to be rewritten.
		err := s.send(ctx, d.waiting())
		if err == nil || !remote.Refused(err) || !d.wantsPush() {
			return s.noteRefusal(err)
		}
	}
	if d.hasRefused() {
		if err := s.rearrange(); err != nil && !errors.Is(err, ErrClosed) {
			return err
		}
	}
	if !d.wantsPush() {
		return nil
	}
	ready := d.ready()
	if len(ready) == 0 && d.hasRefused() {
		return errors.New("the commits that wait cannot be sorted now")
	}
	err := s.send(ctx, ready)
	if remote.Refused(err) && len(ready) > 0 {
		return s.isolate(ctx, err)
	}
	return err
}

// noteRefusal keeps why everything that waits is still refused.
func (s *syncer) noteRefusal(err error) error {
	if !remote.Refused(err) {
		return err
	}
	reason, hint, _ := partsOf(s.remote.Explain("push to", err))
	s.delivery.update(func() {
		for _, p := range s.delivery.unpushed {
			if p.refusal != nil {
				p.refusal.Reason, p.refusal.Hint = reason, hint
				p.refused = p.refusal.words()
			}
		}
	})
	return nil
}

// send pushes the branch up to the last of the commits that wait; without any, up to the tip.
func (s *syncer) send(ctx context.Context, waiting []*pending) error {
	err := s.push(ctx, waiting, false)
	var no *remote.Rejection
	if errors.As(err, &no) && no.Unpack {
		return s.push(ctx, waiting, true) // the server could not complete the thin pack
	}
	return err
}

func (s *syncer) push(ctx context.Context, waiting []*pending, full bool) error {
	d := &s.delivery
	d.mu.Lock()
	tip, known := s.tip.Load().commit, d.remote
	refill := d.refill || known.IsZero()
	if n := len(waiting); n > 0 {
		tip = waiting[n-1].id
	}
	d.mu.Unlock()
	return s.remote.Push(ctx, remote.Update{Ref: s.head(), Old: known, New: tip}, func(thin bool) (git.Pack, error) {
		var list []git.Outgoing
		var err error
		if refill {
			list, err = s.db.Everything(tip)
		} else {
			list, err = s.db.NewObjects(known, tip, thin && !full)
		}
		if err != nil {
			return git.Pack{}, fmt.Errorf("collect what is to be pushed: %w", err)
		}
		return s.db.Pack(ctx, list)
	}, func() {
		now := time.Now()
		d.update(func() {
			d.markPushed(tip)
			d.lastPush = now
			s.noteMoved()
		})
		s.noteRemote(tip)
		s.noteLastPush(now)
	})
}

// waiting is all that waits.
func (d *delivery) waiting() []*pending {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.unpushed)
}

// ready is what waits before the first commit that the host refuses.
func (d *delivery) ready() []*pending {
	list := d.waiting()
	if i := slices.IndexFunc(list, func(p *pending) bool { return p.refusal != nil }); i >= 0 {
		return list[:i]
	}
	return list
}

// noteRemote writes the remote's tip down. Should that fail, the next fetch finds it out.
func (s *Store) noteRemote(tip git.OID) {
	old, err := s.refs.Read(s.tracking())
	if err == nil {
		err = s.refs.Move(context.Background(), s.tracking(), old, tip)
	}
	if err != nil {
		s.log.Warn("cannot record what the remote has", "error", err)
	}
	if s.c.RemoteMoved != nil && old != tip {
		s.c.RemoteMoved()
	}
}
