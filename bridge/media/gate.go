package media

import (
	"context"
	"slices"
	"sync"
)

// gate limits how many images are decoded at once, and how much memory they take. It is fair
// between owners: one owner cannot take all places nor all memory, and when they are scarce the
// owner that was admitted longest ago is next. So an app that sends a hundred images delays the
// single image of another app by one decoding at most.
//
// An image that takes more than smallWeight is large. Large images are decoded one at a time,
// beside small ones.
type gate struct {
	places   int   // images at once
	perOwner int   // images of one owner at once
	memory   int64 // of small images together; an owner leaves smallWeight of it to others

	mu       sync.Mutex
	total    load
	owners   map[string]*load // those that are running or waiting
	large    bool             // a large image is being decoded
	waiting  []*waiter        // in the order of arrival
	admitted int              // counts admissions
}

// load is what is being decoded.
type load struct {
	images int
	memory int64 // of small ones
	last   int   // number of the owner's latest admission
}

// waiter is one image that waits to be decoded.
type waiter struct {
	owner  string
	weight int64
	ready  chan struct{} // closed when it is admitted
}

// smallWeight is the most memory that a small image takes.
const smallWeight = 48 << 20

func newGate(places, perOwner int, memory int64) *gate {
	return &gate{places: places, perOwner: perOwner, memory: memory, owners: map[string]*load{}}
}

// enter waits until an image of an owner may be decoded, or ctx is done. The caller must call
// leave when the image is no longer needed.
func (g *gate) enter(ctx context.Context, owner string, weight int64) (leave func(), err error) {
	w := &waiter{owner, weight, make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, w)
	if g.owners[owner] == nil {
		g.owners[owner] = &load{}
	}
	g.admit()
	g.mu.Unlock()
	select {
	case <-w.ready:
		return func() { g.leave(w) }, nil
	case <-ctx.Done():
		g.leave(w)
		return nil, ctx.Err()
	}
}

// leave ends an image, whether it was admitted or still waits.
func (g *gate) leave(w *waiter) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(g.waiting, w); i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
	} else {
		g.count(w, -1)
	}
	sameOwner := func(other *waiter) bool { return other.owner == w.owner }
	if g.owners[w.owner].images == 0 && !slices.ContainsFunc(g.waiting, sameOwner) {
		delete(g.owners, w.owner)
	}
	g.admit()
}

// count adds an image to what is being decoded, or takes it away. Callers hold g.mu.
func (g *gate) count(w *waiter, n int) {
	for _, l := range []*load{&g.total, g.owners[w.owner]} {
		l.images += n
		if w.weight <= smallWeight {
			l.memory += int64(n) * w.weight
		}
	}
	if w.weight > smallWeight {
		g.large = n > 0
	}
}

// admit lets in whom there is room for. Callers hold g.mu.
func (g *gate) admit() {
	for {
		next := -1
		for i, w := range g.waiting {
			if g.fits(w) && (next < 0 || g.owners[w.owner].last < g.owners[g.waiting[next].owner].last) {
				next = i
			}
		}
		if next < 0 {
			return
		}
		w := g.waiting[next]
		g.waiting = slices.Delete(g.waiting, next, next+1)
		g.count(w, 1)
		g.admitted++
		g.owners[w.owner].last = g.admitted
		close(w.ready)
	}
}

func (g *gate) fits(w *waiter) bool {
	owner := g.owners[w.owner]
	switch {
	case g.total.images >= g.places || owner.images >= g.perOwner:
		return false
	case w.weight > smallWeight:
		return !g.large
	}
	return g.total.memory+w.weight <= g.memory &&
		(owner.memory == 0 || owner.memory+w.weight <= g.memory-smallWeight)
}
