package gitstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gitpost/gitstore/git"
	"gitpost/gitstore/remote"
)

// push sends what waits, once, and returns the commits that were in it.
func (s *Store) push(ctx context.Context, full bool) ([]*pending, error) {
	d := &s.delivery
	d.mu.Lock()
	tip, known, waiting := s.tip.Load().commit, d.remote, slices.Clone(d.unpushed)
	refill := d.refill || known.IsZero()
	if n := len(waiting); n > 0 {
		tip = waiting[n-1].id
	}
	d.mu.Unlock()
	err := s.remote.Push(ctx, remote.Update{Ref: s.head(), Old: known, New: tip}, func(thin bool) (git.Pack, error) {
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
	})
	if err != nil {
		return waiting, err
	}
	d.update(func() {
		d.arrived(tip)
		d.lastPush = time.Now()
	})
	s.noteRemote(tip)
	return waiting, nil
}

// noteRemote writes the remote's tip down. Should that fail, the next fetch finds it out.
func (s *Store) noteRemote(tip git.OID) {
	old, err := s.refs.Read(s.tracking())
	if err == nil {
		err = s.refs.Move(context.Background(), s.tracking(), old, tip)
	}
	if err != nil {
		s.log.Warn("cannot note what the remote has", "error", err)
	}
}
