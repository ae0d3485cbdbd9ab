package gitstore

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"gitpost/gitstore/git"
)

// pending is a commit that is not known to be on the remote. A replay gives it a new name.
// The delivery's mutex guards it.
type pending struct {
	id     git.OID
	when   time.Time
	skipCI bool

	pushed  bool
	refused string   // why the last push that had it in it failed
	refusal *Refusal // the host refuses it, and it is kept behind the others; nil: it does not
	fold    bool     // its group is to become one commit
	into    *pending // the commit that it became a part of
}

// Refusal is a commit that was never pushed, because the host refuses it. It is tried again
// when its files change, from time to time, and at each Sync.
type Refusal struct {
	Hash    Hash
	Message string   // of the commit
	Paths   []string // what it changes
	Largest int64    // bytes of the largest file that it brings
	Size    bool     // it is refused for its size
	Reason  string   // the host's, in words
	Hint    string   // what to do; "" when that is not known
	Since   time.Time
}

// words are the reason and what to do.
func (r *Refusal) words() string { return withHint(r.Reason, r.Hint) }

// delivery is what is known of the remote and what is queued for it.
type delivery struct {
	mu       sync.Mutex // guards all below
	remote   git.OID    // the branch as last seen there; zero: empty, or not known
	unknown  bool       // which of our commits the remote has is not known
	refill   bool       // the remote lost its branch: all must be pushed
	unpushed []*pending // oldest first
	lost     bool       // unpushed is not complete: the branch was moved by another program

	moved                     string  // where the host redirects to; "" when it does not
	down                      string  // why the remote cannot be reached; "" when it can, as far as is known
	pushProblem, fetchProblem string  // in words; "" when the last one went well
	pushTrouble, fetchTrouble trouble // the same in parts
	lastPush                  time.Time
	lastFetch                 time.Time
	conflicts                 []string
	counts                    Counts
	ended                     bool
	changed                   chan struct{} // closed and renewed at each change of the above

	fromEmpty bool // the clone was made from an empty remote; set once
}

// trouble is why a fetch or a push failed, and what to do; empty when it did not.
type trouble struct{ reason, hint string }

func (d *delivery) init() { d.changed = make(chan struct{}) }

func (d *delivery) notify() {
	close(d.changed)
	d.changed = make(chan struct{})
}

func (d *delivery) update(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
	d.notify()
}

func (d *delivery) add(list []*pending) {
	d.update(func() {
		d.unpushed = append(d.unpushed, list...)
		d.counts.Commits += uint64(len(list))
	})
}

// markLost records that another program moved the branch to another line of history.
func (d *delivery) markLost() {
	d.update(func() {
		for _, p := range d.unpushed {
			p.refused = "another program moved the branch of the clone away from this commit"
		}
		d.unpushed, d.lost = nil, true
	})
}

func (d *delivery) end() { d.update(func() { d.ended = true }) }

// allSkipCI reports whether no queued commit wants a build: CI looks only at the last commit of
// a push.
func (d *delivery) allSkipCI() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !slices.ContainsFunc(d.unpushed, func(p *pending) bool { return !p.skipCI })
}

// maxConflicts is how many conflicts the status remembers.
const maxConflicts = 50

func (d *delivery) addConflicts(list []string) {
	d.conflicts = append(d.conflicts, list...)
	if n := len(d.conflicts) - maxConflicts; n > 0 {
		d.conflicts = slices.Delete(d.conflicts, 0, n)
	}
}

// WaitPushed waits until the commit is on the remote, the remote refused or could not be
// reached, or ctx ended. While the remote is known to be down it returns at once. Whatever
// it returns, a commit that is not pushed stays queued.
func (s *Store) WaitPushed(ctx context.Context, c *Commit) Push {
	d := &s.delivery
	for {
		d.mu.Lock()
		changed := d.changed
		answer, known := d.outcome(c.pending)
		d.mu.Unlock()
		if known {
			return answer
		}
		select {
		case <-changed:
		case <-ctx.Done():
			reason := "the push is still under way"
			if s.syncer.collecting() {
				reason = fmt.Sprintf("the push waits up to %s for more commits", max(s.config().PushDelay, maxCollect))
			}
			return Push{Reason: reason}
		}
	}
}

// outcome is what is known of a commit; nil is the tip.
func (d *delivery) outcome(p *pending) (Push, bool) {
	if p == nil {
		if len(d.unpushed) == 0 {
			return Push{Pushed: !d.unknown && !d.refill, Reason: d.problem()}, true
		}
		p = d.unpushed[len(d.unpushed)-1]
	}
	for p.into != nil {
		p = p.into
	}
	switch {
	case p.pushed:
		return Push{Pushed: true}, true
	case d.down != "":
		return Push{Reason: d.down}, true
	case p.refused != "":
		return Push{Reason: p.refused}, true
	case d.ended:
		return Push{Reason: "the store was closed before the push"}, true
	}
	return Push{}, false
}

// Status returns at once.
func (s *Store) Status() Status {
	d := &s.delivery
	d.mu.Lock()
	defer d.mu.Unlock()
	st := Status{
		Branch:    s.branch,
		Moved:     d.moved,
		Tip:       s.tip.Load().commit.Hash(),
		Remote:    d.remote.Hash(),
		Unpushed:  len(d.unpushed),
		LastPush:  d.lastPush,
		LastFetch: d.lastFetch,
		Problem:   d.problem(),
		Disk:      s.health.problem(),
		Conflicts: slices.Clone(d.conflicts),
		Packs:     s.db.PackCount(),
		Counts:    d.counts,
	}
	for _, p := range d.unpushed {
		if st.OldestWait.IsZero() || p.when.Before(st.OldestWait) {
			st.OldestWait = p.when
		}
		if p.refusal != nil {
			refusal := *p.refusal
			refusal.Hash = p.id.Hash()
			st.Refused = append(st.Refused, refusal)
		}
	}
	return st
}

// markPushed records that the remote has the branch up to a queued commit.
func (d *delivery) markPushed(remote git.OID) {
	d.remote, d.unknown, d.refill = remote, false, false
	for i := len(d.unpushed) - 1; i >= 0; i-- {
		if d.unpushed[i].id != remote {
			continue
		}
		for _, p := range d.unpushed[:i+1] {
			p.pushed = true
		}
		d.unpushed = slices.Clone(d.unpushed[i+1:])
		return
	}
}

// wantsPush reports whether a commit is queued that the host is not known to refuse.
func (d *delivery) wantsPush() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	ready := func(p *pending) bool { return p.refusal == nil }
	return !d.unknown && (d.refill || slices.ContainsFunc(d.unpushed, ready))
}

// hasRefused reports whether commits wait that the host refuses.
func (d *delivery) hasRefused() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.unknown && slices.ContainsFunc(d.unpushed, func(p *pending) bool { return p.refusal != nil })
}

func (d *delivery) problem() string {
	if d.pushProblem != "" && (len(d.unpushed) > 0 || d.refill) {
		return d.pushProblem
	}
	for _, p := range d.unpushed {
		if p.refusal != nil {
			return p.refusal.words()
		}
	}
	return d.fetchProblem
}
