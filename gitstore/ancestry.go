package gitstore

import (
	"container/heap"
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
	told            bool // to who walks along
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

// common walks both histories. Afterwards of tells of the commits that were seen.
func common(src source, a, b oid) (*ancestry, error) {
	w := &ancestry{src: src, seen: make(map[oid]*colouredCommit)}
	if err := w.mark(a, true, false, false); err != nil {
		return nil, err
	}
	if err := w.mark(b, false, true, false); err != nil {
		return nil, err
	}
	for slices.ContainsFunc(w.open, func(c *colouredCommit) bool { return !c.stale }) {
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

// shared tells whether both histories have the commit.
func (w *ancestry) shared(o oid) bool {
	c := w.seen[o]
	return c != nil && c.ofA && c.ofB
}
