package git

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
)

const (
	packsLeft    = 12 // about so many are left, the large ones
	deltaMinSize = 2 << 10
	maxJoinDepth = 20 // longest chain of deltas that is made here
)

var errStopped = errors.New("joining packs was stopped")

// Join makes one pack of the small ones when there are at least so many packs. The new one is durable
// before the first old one is removed. It ends with an error when stop is closed.
func (d *DB) Join(least int, stop <-chan struct{}) error {
	packs := slices.Clone(*d.packs.Load())
	if len(packs) < least {
		return nil
	}
	group := choosePacks(packs)
	if len(group) < 2 {
		return nil
	}
	p, err := d.join(group, stop)
	if err != nil {
		return err
	}
	d.replace(group, p)
	for _, old := range group {
		if old.path == p.path {
			continue
		}
		// Index first: a pack without one is rubbish, an index without a pack is an error.
		for _, ext := range []string{".idx", ".pack", ".rev", ".bitmap"} {
			if err := os.Remove(old.path + ext); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return SyncDir(d.packDir())
}

// choosePacks takes the small ones, and larger ones as long as they are not much larger
// than all before them together: so a byte is copied a logarithmic number of times.
func choosePacks(packs []*pack) []*pack {
	packs = slices.DeleteFunc(slices.Clone(packs), func(p *pack) bool { return p.damaged.Load() })
	for _, p := range packs {
		// A pack that git was told to keep, or has more to it, must stay.
		for _, ext := range []string{".keep", ".promisor"} {
			if _, err := os.Stat(p.path + ext); err == nil {
				packs = slices.DeleteFunc(slices.Clone(packs), func(o *pack) bool { return o == p })
			}
		}
	}
	bySize := slices.Clone(packs)
	slices.SortStableFunc(bySize, func(a, b *pack) int { return int(min(1, max(-1, a.size-b.size))) })
	n, total := 0, int64(0)
	for n < len(bySize) && (n < len(bySize)-packsLeft || bySize[n].size <= 2*total/int64(max(n, 1))) {
		total += bySize[n].size
		n++
	}
	chosen := bySize[:n]
	// Newest first, as they are listed: new objects are read most and stay whole.
	return slices.DeleteFunc(slices.Clone(packs), func(p *pack) bool { return !slices.Contains(chosen, p) })
}

// join writes all objects of some packs into one. Trees become deltas on newer trees of
// the same folder, which they mostly repeat.
func (d *DB) join(group []*pack, stop <-chan struct{}) (_ *pack, err error) {
	var at *pack // that is being read
	defer func() {
		if err != nil && at != nil && !errors.Is(err, errStopped) && !IsDiskError(err) {
			at.damaged.Store(true) // the others are joined without it
		}
	}()
	w := newPackWriter(d.packDir())
	defer w.abort()
	in := newInflater()
	type recent struct {
		id    OID
		data  []byte
		depth int
	}
	var trees []recent
	for _, p := range group {
		at = p
		order, err := p.idx.byOffset() // a delta comes after its base
		if err != nil {
			return nil, err
		}
		var bases deltaBases
		for _, i := range order {
			select {
			case <-stop:
				return nil, errStopped
			default:
			}
			o, err := p.idx.name(i)
			if err != nil {
				return nil, err
			}
			if w.has(o) {
				continue
			}
			off, err := p.idx.offset(i)
			if err != nil {
				return nil, err
			}
			in.seek(p.f, off)
			h, err := readPackHeader(in.br, off)
			if err != nil {
				return nil, err
			}
			isDelta := h.kind == ofsDeltaKind || h.kind == refDeltaKind
			if !isDelta && (h.kind != TreeKind || h.size < deltaMinSize) {
				end, err := p.end(off)
				if err != nil {
					return nil, err
				}
				if err := w.addRaw(o, io.NewSectionReader(p.f, off, end-off), end-off); err != nil {
					return nil, err
				}
				continue
			}
			k, data, err := p.read(in, off, &bases, d.Object)
			if err != nil {
				return nil, err
			}
			if k != TreeKind || len(data) < deltaMinSize {
				if err := w.add(o, k, data); err != nil {
					return nil, err
				}
				continue
			}
			at, best := -1, []byte(nil)
			for j := len(trees) - 1; j >= 0; j-- {
				t := trees[j]
				if t.depth >= maxJoinDepth || len(t.data) > 2*len(data) || 2*len(t.data) < len(data) {
					continue
				}
				if d := treeDelta(t.data, data); len(d) < len(data)/4 && (best == nil || len(d) < len(best)) {
					at, best = j, d
					if len(d) < 512 {
						break
					}
				}
			}
			next := recent{id: o, data: data}
			if at >= 0 {
				next.depth = trees[at].depth + 1
				err = w.addDelta(o, trees[at].id, best)
				trees = slices.Delete(trees, at, at+1)
			} else {
				err = w.add(o, k, data)
			}
			if err != nil {
				return nil, err
			}
			if trees = append(trees, next); len(trees) > 12 || len(data) > 4<<20 && len(trees) > 3 {
				trees = slices.Delete(trees, 0, 1)
			}
		}
	}
	at = nil
	return w.finish()
}
