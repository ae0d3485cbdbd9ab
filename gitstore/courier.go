package gitstore

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"gitpost/gitstore/git"
	"gitpost/gitstore/remote"
)

// courier is the one that talks to the remote.
type courier struct {
	wake chan struct{} // one token: there may be something to do

	mu          sync.Mutex // guards all below
	syncs       []chan error
	due         time.Time // when the next push may start; zero: nothing is planned
	failed      int       // pushes that failed in a row
	polling     time.Time // when the next look at the remote is due; zero: none is
	fetchFailed int
	fresh       bool           // a commit came since the last look
	remote      *remote.Remote // to be used from now on; nil: the one that is
}

const (
	backoffFirst = time.Second
	backoffMost  = 5 * time.Minute
)

// backoff is how long to wait after so many failures: growing, and different for each
// store, so that many of them do not come back at the same moment.
func backoff(failures int) time.Duration {
	d := backoffMost
	if failures < 12 {
		d = min(d, backoffFirst<<(max(failures, 1)-1))
	}
	return d/2 + rand.N(d/2+1)
}

func (c *courier) init() { c.wake = make(chan struct{}, 1) }

// collecting reports that a push waits for more commits.
func (c *courier) collecting() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed == 0 && time.Now().Before(c.due)
}

// nudge reports that there is something new to push.
func (c *courier) nudge() {
	c.mu.Lock()
	c.fresh = true
	c.mu.Unlock()
	signal(c.wake)
}

// Sync fetches now and, when something waits, pushes. Calls that arrive together share one fetch.
func (s *Store) Sync(ctx context.Context) error {
	done := make(chan error, 1)
	c := &s.courier
	c.mu.Lock()
	c.syncs = append(c.syncs, done)
	c.mu.Unlock()
	signal(c.wake)
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ctx.Done():
		return ErrClosed
	}
}

// carry is the courier's loop: fetches on request and on time, pushes what waits, and tries
// again what failed.
func (s *Store) carry() {
	c := &s.courier
	c.polling = time.Now() // look at once: what happened while the store was closed?
	timer := time.NewTimer(0)
	defer timer.Stop()
	closing := s.closing
	for {
		select {
		case <-c.wake:
		case <-timer.C:
		case <-closing:
			// All that was accepted is durable when the writer has ended.
			select {
			case <-s.queue.drained():
			case <-s.ctx.Done():
			}
			s.lastPush()
			c.answerSyncs(ErrClosed)
			return
		case <-s.ctx.Done():
			c.answerSyncs(ErrClosed)
			return
		}
		s.work()
		if next := s.next(); next > 0 {
			timer.Reset(next)
		} else {
			timer.Stop()
		}
	}
}

func (c *courier) answerSyncs(err error) {
	c.mu.Lock()
	syncs := c.syncs
	c.syncs = nil
	c.mu.Unlock()
	for _, done := range syncs {
		done <- err
	}
}

// work does what is due.
func (s *Store) work() {
	c := &s.courier
	now := time.Now()
	c.mu.Lock()
	syncs := c.syncs
	c.syncs = nil
	poll := !c.polling.IsZero() && !now.Before(c.polling)
	fresh := c.fresh
	c.fresh = false
	if c.remote != nil {
		s.remote, c.remote = c.remote, nil
	}
	c.mu.Unlock()
	if s.wounds.takeOpen() {
		s.heal(s.ctx)
	}
	if s.wounds.mayPass() {
		s.tryDisk()
	}
	var err error
	if len(syncs) > 0 || poll {
		err = s.fetch(s.ctx)
		s.noteFetch(err)
	}
	if err == nil && s.delivery.wantsPush() && (s.pushIsDue(fresh) || len(syncs) > 0) {
		err = s.pushAll(s.ctx)
	}
	for _, done := range syncs {
		done <- err
	}
}

// pushIsDue plans the next push and reports whether its time has come.
func (s *Store) pushIsDue(fresh bool) bool {
	c := &s.courier
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	switch {
	case c.due.IsZero():
		c.due = now.Add(s.config().PushDelay)
	case fresh && c.failed > 0:
		// A new commit does not wait for the end of a long pause: perhaps the remote is
		// back. But it does not make the pause shorter than a second either.
		c.due = earlier(c.due, now.Add(backoff(1)))
	}
	return !now.Before(c.due)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// noteFetch plans what follows a fetch.
func (s *Store) noteFetch(err error) {
	if err != nil && s.ctx.Err() != nil {
		return
	}
	d, c := &s.delivery, &s.courier
	reason, unreachable := reasonOf(err)
	wasDown := false
	d.update(func() {
		wasDown = d.down != ""
		d.fetchProblem, d.down = reason, ""
		count(&d.counts.Fetches, &d.counts.FailedFetches, err)
		if unreachable {
			d.down = reason
		}
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if err == nil {
		c.fetchFailed = 0
		c.polling = time.Time{}
		if s.config().Poll > 0 {
			c.polling = now.Add(s.config().Poll)
		}
		if wasDown && !c.due.IsZero() {
			c.due, c.failed = now, 0 // the remote is back
		}
		return
	}
	c.fetchFailed++
	wait := backoff(c.fetchFailed)
	if s.config().Poll > 0 {
		wait = min(wait, s.config().Poll)
	}
	c.polling = now.Add(wait)
	s.log.Warn("the remote cannot be looked at", "error", err)
}

// notePush plans what follows a push that had the commits in it.
func (s *Store) notePush(err error, covered []*pending) {
	if err != nil && s.ctx.Err() != nil {
		return
	}
	d, c := &s.delivery, &s.courier
	reason, unreachable := reasonOf(err)
	d.update(func() {
		d.pushProblem, d.down = reason, ""
		count(&d.counts.Pushes, &d.counts.FailedPushes, err)
		if unreachable {
			d.down = reason
		}
		if err == nil {
			d.fetchProblem = ""
			return
		}
		for _, p := range covered {
			p.refused = reason
		}
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		c.failed, c.due = 0, time.Time{}
		return
	}
	c.failed++
	c.due = time.Now().Add(backoff(c.failed))
	s.log.Warn("commits wait, the push failed", "commits", len(covered), "error", err)
}

func count(good, bad *uint64, err error) {
	if err == nil {
		*good++
	} else {
		*bad++
	}
}

// next is how long the courier may sleep; 0: until it is woken.
func (s *Store) next() time.Duration {
	c := &s.courier
	waits := s.delivery.wantsPush()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.syncs) > 0 {
		return time.Nanosecond
	}
	var at time.Time
	if waits {
		at = c.due
		if at.IsZero() {
			return time.Nanosecond
		}
	}
	if !c.polling.IsZero() && (at.IsZero() || c.polling.Before(at)) {
		at = c.polling
	}
	if s.wounds.mayPass() {
		if again := time.Now().Add(diskAgain); at.IsZero() || again.Before(at) {
			at = again
		}
	}
	if at.IsZero() {
		return 0
	}
	return max(time.Millisecond, time.Until(at))
}

// lastPush is the one that Close asks for.
func (s *Store) lastPush() {
	if s.delivery.wantsPush() && s.ctx.Err() == nil {
		_ = s.pushAll(s.ctx)
	}
}

// movedPatience is how often a push starts anew because others push too.
const movedPatience = 30

// pushAll pushes what waits, and brings it up to date first when the remote moved.
func (s *Store) pushAll(ctx context.Context) error {
	full := false
	for moved := 0; ; {
		covered, err := s.push(ctx, full)
		var no *remote.Rejection
		switch {
		case err == nil:
			s.notePush(nil, nil)
			if !s.delivery.wantsPush() || s.config().PushDelay > 0 {
				return nil
			}
			moved = 0
			continue
		case errors.As(err, &no) && no.Unpack && !full:
			// The server could not complete the thin pack: send everything whole.
			full = true
			continue
		case errors.As(err, &no) && no.Moved && moved < movedPatience:
			before := s.delivery.remoteTip()
			fetchErr := s.fetch(ctx)
			s.noteFetch(fetchErr)
			moved++
			if fetchErr != nil {
				err = fetchErr
			} else if (s.delivery.remoteTip() != before || moved < 3) &&
				s.pause(ctx, rand.N(time.Duration(min(moved, 8))*20*time.Millisecond)) {
				if !s.delivery.wantsPush() {
					return nil
				}
				continue
			}
		}
		err = s.remote.Explain("push to", err)
		s.notePush(err, covered)
		return err
	}
}

func (d *delivery) remoteTip() git.OID {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.remote
}

// pause waits, unless ctx ends.
func (s *Store) pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
