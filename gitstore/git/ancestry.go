package git

import (
	"container/heap"
	"context"
	"slices"
)

// Ancestry colours the histories of two commits until all they have in common is known.
type Ancestry struct {
	src  Source
	seen map[OID]*coloured
	open commitHeap
}

type coloured struct {
	*Commit
	ofA, ofB, stale bool
	visited         bool
}

// commitHeap returns the newest commit first.
type commitHeap []*coloured

func (h commitHeap) Len() int           { return len(h) }
func (h commitHeap) Less(i, j int) bool { return h[i].Committed > h[j].Committed }
func (h commitHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *commitHeap) Push(x any)        { *h = append(*h, x.(*coloured)) }
func (h *commitHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}

func (w *Ancestry) mark(o OID, a, b, stale bool) error {
	c := w.seen[o]
	if c == nil {
		commit, err := ReadCommit(w.src, o)
		if err != nil {
			return err
		}
		c = &coloured{Commit: commit}
		w.seen[o] = c
	} else if (!a || c.ofA) && (!b || c.ofB) && (!stale || c.stale) {
		return nil
	}
	c.ofA, c.ofB, c.stale = c.ofA || a, c.ofB || b, c.stale || stale
	heap.Push(&w.open, c)
	return nil
}

// Common walks both histories until all commits that they share are known.
func Common(src Source, a, b OID) (*Ancestry, error) {
	w := &Ancestry{src: src, seen: make(map[OID]*coloured)}
	if err := w.mark(a, true, false, false); err != nil {
		return nil, err
	}
	if err := w.mark(b, false, true, false); err != nil {
		return nil, err
	}
	for w.unfinished() {
		c := heap.Pop(&w.open).(*coloured)
		stale := c.stale || c.ofA && c.ofB
		for _, p := range c.parents {
			if err := w.mark(p, c.ofA, c.ofB, stale); err != nil {
				return nil, err
			}
		}
	}
	return w, nil
}

// NewCommits walks the history of tip, newest first, without the history of known, until f
// returns false. f gets each commit with its first parent; nil: it has none. reached reports
// whether known belongs to the history of tip; false for a zero known.
func NewCommits(
	ctx context.Context, src Source, tip, known OID, f func(c, parent *Commit) bool,
) (reached bool, err error) {
	w := &Ancestry{src: src, seen: make(map[OID]*coloured)}
	if err := w.mark(tip, true, false, false); err != nil {
		return false, err
	}
	if !known.IsZero() {
		if err := w.mark(known, false, true, true); err != nil {
			return false, nil // the history was rewritten, and the commit is gone from the clone
		}
	}
	for w.unfinished() {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		c := heap.Pop(&w.open).(*coloured)
		for _, p := range c.parents {
			if err := w.mark(p, c.ofA, c.ofB, c.stale); err != nil {
				return false, err
			}
		}
		if c.stale || c.visited {
			continue
		}
		c.visited = true
		var parent *Commit
		if p := w.seen[c.Parent()]; p != nil {
			parent = p.Commit
		}
		if !f(c.Commit, parent) {
			break
		}
		c.Message, c.Author = "", "" // histories are long
	}
	return !known.IsZero() && w.Shared(known), nil
}

// unfinished reports whether a commit that is not known to be common is still to be visited.
func (w *Ancestry) unfinished() bool {
	return slices.ContainsFunc(w.open, func(c *coloured) bool { return !c.stale })
}

// Shared reports whether both histories have the commit.
func (w *Ancestry) Shared(o OID) bool {
	c := w.seen[o]
	return c != nil && c.ofA && c.ofB
}
