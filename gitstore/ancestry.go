package gitstore

import (
	"container/heap"
	"context"
	"slices"
)

// ancestry colours the histories of two commits until all they have in common is known.
type ancestry struct {
	src  source
	seen map[oid]*colouredCommit
	open commitHeap
}

type colouredCommit struct {
	*commitObject
	ofA, ofB, stale bool
	visited         bool
}

// commitHeap gives the newest commit first.
type commitHeap []*colouredCommit

func (h commitHeap) Len() int           { return len(h) }
func (h commitHeap) Less(i, j int) bool { return h[i].committed > h[j].committed }
func (h commitHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *commitHeap) Push(x any)        { *h = append(*h, x.(*colouredCommit)) }
func (h *commitHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}

func (w *ancestry) mark(o oid, a, b, stale bool) error {
	c := w.seen[o]
	if c == nil {
		commit, err := readCommit(w.src, o)
		if err != nil {
			return err
		}
		c = &colouredCommit{commitObject: commit}
		w.seen[o] = c
	} else if (!a || c.ofA) && (!b || c.ofB) && (!stale || c.stale) {
		return nil
	}
	c.ofA, c.ofB, c.stale = c.ofA || a, c.ofB || b, c.stale || stale
	heap.Push(&w.open, c)
	return nil
}

// common walks both histories until all commits that they share are known.
func common(src source, a, b oid) (*ancestry, error) {
	w := &ancestry{src: src, seen: make(map[oid]*colouredCommit)}
	if err := w.mark(a, true, false, false); err != nil {
		return nil, err
	}
	if err := w.mark(b, false, true, false); err != nil {
		return nil, err
	}
	for w.unfinished() {
		c := heap.Pop(&w.open).(*colouredCommit)
		stale := c.stale || c.ofA && c.ofB
		for _, p := range c.parents {
			if err := w.mark(p, c.ofA, c.ofB, stale); err != nil {
				return nil, err
			}
		}
	}
	return w, nil
}

// newCommits walks the history of tip, newest first, without the history of known, until f
// returns false. f gets each commit with its first parent; nil: it has none. reached reports
// whether known belongs to the history of tip; false for a zero known.
func newCommits(ctx context.Context, src source, tip, known oid, f func(c, parent *commitObject) bool) (reached bool, err error) {
	w := &ancestry{src: src, seen: make(map[oid]*colouredCommit)}
	if err := w.mark(tip, true, false, false); err != nil {
		return false, err
	}
	if !known.isZero() {
		if err := w.mark(known, false, true, true); err != nil {
			return false, nil // the history was rewritten, and the commit is gone from the clone
		}
	}
	for w.unfinished() {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		c := heap.Pop(&w.open).(*colouredCommit)
		for _, p := range c.parents {
			if err := w.mark(p, c.ofA, c.ofB, c.stale); err != nil {
				return false, err
			}
		}
		if c.stale || c.visited {
			continue
		}
		c.visited = true
		var parent *commitObject
		if p := w.seen[c.parent()]; p != nil {
			parent = p.commitObject
		}
		if !f(c.commitObject, parent) {
			break
		}
		c.message, c.author = "", "" // histories are long
	}
	return !known.isZero() && w.shared(known), nil
}

// unfinished reports whether a commit that is not known to be common is still to be visited.
func (w *ancestry) unfinished() bool {
	return slices.ContainsFunc(w.open, func(c *colouredCommit) bool { return !c.stale })
}

// shared tells whether both histories have the commit.
func (w *ancestry) shared(o oid) bool {
	c := w.seen[o]
	return c != nil && c.ofA && c.ofB
}
