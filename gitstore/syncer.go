package gitstore

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"gitpost/gitstore/git"
	"gitpost/gitstore/remote"
)

// syncer is the state of the goroutine that talks to the remote.
type syncer struct {
	*Store
	wake chan struct{} // one token: there may be work

	mu          sync.Mutex // guards all below
	syncs       []chan error
	due         time.Time // when the next push may start; zero: nothing is planned
	failed      int       // pushes that failed in a row
	again       time.Time // when what the host refused is tried again
	refused     int       // pushes in a row that left something that the host refuses
	polling     time.Time // when the next fetch is due; zero: none is
	fetchFailed int
	fresh       bool           // a commit was added since the last round
	nextRemote  *remote.Remote // replaces the present one; nil: no change

	saved string // what saveWaiting wrote last; only the syncer's goroutine uses it
}

const (
	minBackoff = time.Second
	maxBackoff = 5 * time.Minute
)

// backoff is how long to wait after so many failures: growing, and different for each
// store, so that many stores do not retry at the same moment.
func backoff(failures int) time.Duration {
	d := maxBackoff
	if failures < 12 {
		d = min(d, minBackoff<<(max(failures, 1)-1))
	}
	return d/2 + rand.N(d/2+1)
}

func (c *syncer) init(s *Store) { c.Store, c.wake, c.saved = s, make(chan struct{}, 1), "unknown" }

// collecting reports whether a push waits for more commits.
func (c *syncer) collecting() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed == 0 && time.Now().Before(c.due)
}

// wakeUp starts a round: there is something new to push.
func (c *syncer) wakeUp() {
	c.mu.Lock()
	c.fresh = true
	c.mu.Unlock()
	signal(c.wake)
}

// Sync fetches now and, when something waits, pushes. Calls that arrive together share one fetch.
func (s *Store) Sync(ctx context.Context) error {
	done := make(chan error, 1)
	c := &s.syncer
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

// runSyncer is the syncer's loop: fetches on request and on time, pushes what waits, and tries
// again what failed.
func (s *syncer) runSyncer() {
	c := &s.syncer
	c.polling = time.Now() // fetch at once: the remote may have moved while the store was closed
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

func (c *syncer) answerSyncs(err error) {
	c.mu.Lock()
	syncs := c.syncs
	c.syncs = nil
	c.mu.Unlock()
	for _, done := range syncs {
		done <- err
	}
}

// work does what is due.
func (s *syncer) work() {
	c := &s.syncer
	now := time.Now()
	c.mu.Lock()
	syncs := c.syncs
	c.syncs = nil
	poll := !c.polling.IsZero() && !now.Before(c.polling)
	fresh := c.fresh
	c.fresh = false
	if c.nextRemote != nil {
		s.remote, c.nextRemote = c.nextRemote, nil
	}
	c.mu.Unlock()
	if s.health.takeRefetch() {
		s.heal(s.ctx)
	}
	if s.health.mayRecover() {
		s.retryDisk()
	}
	var err error
	if len(syncs) > 0 || poll {
		err = s.fetch(s.ctx)
		s.noteFetch(err)
	}
	again := s.delivery.hasRefused() && (len(syncs) > 0 || s.refusedAreDue())
	if err == nil && (again || s.delivery.wantsPush() && (s.pushIsDue(fresh) || len(syncs) > 0)) {
		err = s.pushAll(s.ctx, again)
	}
	s.saveWaiting()
	for _, done := range syncs {
		done <- err
	}
}

// pushIsDue plans the next push and reports whether its time has come.
func (s *syncer) pushIsDue(fresh bool) bool {
	c := &s.syncer
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	switch {
	case c.due.IsZero():
		c.due = now.Add(s.config().PushDelay)
	case fresh && c.failed > 0:
		// A new commit shortens a long pause, since the remote may be back, but not below
		// a second.
		c.due = earlier(c.due, now.Add(backoff(1)))
	}
	return !now.Before(c.due)
}

// refusedAreDue reports whether what the host refused is to be tried again.
func (s *syncer) refusedAreDue() bool {
	c := &s.syncer
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.again.IsZero() && !time.Now().Before(c.again)
}

// noteRefused plans the next try of what the host refuses.
func (s *syncer) noteRefused() {
	refuses := s.delivery.hasRefused()
	c := &s.syncer
	c.mu.Lock()
	defer c.mu.Unlock()
	if !refuses {
		c.refused, c.again = 0, time.Time{}
		return
	}
	if now := time.Now(); c.again.IsZero() || !now.Before(c.again) {
		c.refused++
		c.again = now.Add(backoff(c.refused))
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// noteFetch plans what follows a fetch.
func (s *syncer) noteFetch(err error) {
	if err != nil && s.ctx.Err() != nil {
		return
	}
	d, c := &s.delivery, &s.syncer
	words, hint, unreachable := partsOf(err)
	reason := withHint(words, hint)
	wasDown := false
	d.update(func() {
		wasDown = d.down != ""
		d.fetchProblem, d.fetchTrouble, d.down = reason, trouble{words, hint}, ""
		s.noteMoved()
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
	s.log.Warn("cannot fetch from the remote", "error", err)
}

// noteMoved keeps where the host redirects to. The delivery's mutex is held.
func (s *syncer) noteMoved() {
	d, moved := &s.delivery, s.remote.Moved()
	if moved != "" && moved != d.moved {
		s.log.Warn("the repository moved at the host; write the new address as repo",
			"from", s.address, "to", moved)
	}
	d.moved = moved
}

// notePush plans what follows a push that had the commits in it.
func (s *syncer) notePush(err error, covered []*pending) {
	if err != nil && s.ctx.Err() != nil {
		return
	}
	d, c := &s.delivery, &s.syncer
	words, hint, unreachable := partsOf(err)
	reason := withHint(words, hint)
	d.update(func() {
		d.pushProblem, d.pushTrouble, d.down = reason, trouble{words, hint}, ""
		count(&d.counts.Pushes, &d.counts.FailedPushes, err)
		if unreachable {
			d.down = reason
		}
		if err == nil {
			d.fetchProblem, d.fetchTrouble = "", trouble{}
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
	s.log.Warn("the push failed; the commits stay queued", "commits", len(covered), "error", err)
}

func count(good, bad *uint64, err error) {
	if err == nil {
		*good++
	} else {
		*bad++
	}
}

// next is how long the syncer may sleep; 0: until it is woken.
func (s *syncer) next() time.Duration {
	c := &s.syncer
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
	for _, other := range []time.Time{c.polling, c.again} {
		if !other.IsZero() && (at.IsZero() || other.Before(at)) {
			at = other
		}
	}
	if s.health.mayRecover() {
		if again := time.Now().Add(diskRetryInterval); at.IsZero() || again.Before(at) {
			at = again
		}
	}
	if at.IsZero() {
		return 0
	}
	return max(time.Millisecond, time.Until(at))
}

// lastPush is the one that Close asks for.
func (s *syncer) lastPush() {
	if s.delivery.wantsPush() && s.ctx.Err() == nil {
		_ = s.pushAll(s.ctx, false)
		s.saveWaiting()
	}
}

func (d *delivery) remoteTip() git.OID {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.remote
}

// pause waits, unless ctx ends.
func (s *syncer) pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
