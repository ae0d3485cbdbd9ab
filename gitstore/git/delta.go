package git

import (
	"bytes"
	"encoding/binary"
	"errors"
)

var errBadDelta = errors.New("a delta in the pack is damaged")

// deltaSizes reads the sizes of base and result from the head of a delta.
func deltaSizes(delta []byte) (base, result int, rest []byte, err error) {
	b, n := binary.Uvarint(delta)
	if n <= 0 {
		return 0, 0, nil, errBadDelta
	}
	delta = delta[n:]
	r, n := binary.Uvarint(delta)
	if n <= 0 || b > 1<<31 || r > 1<<31 {
		return 0, 0, nil, errBadDelta
	}
	return int(b), int(r), delta[n:], nil
}

func applyDelta(base, delta []byte) ([]byte, error) {
	baseSize, size, delta, err := deltaSizes(delta)
	if err != nil || baseSize != len(base) {
		return nil, errBadDelta
	}
	out := make([]byte, 0, min(size, len(base)+len(delta))) // the size is what the pack says
	for len(delta) > 0 {
		op := delta[0]
		delta = delta[1:]
		switch {
		case op&0x80 != 0:
			var off, n int
			for i := range 7 {
				if op&(1<<i) == 0 {
					continue
				}
				if len(delta) == 0 {
					return nil, errBadDelta
				}
				if i < 4 {
					off |= int(delta[0]) << (8 * i)
				} else {
					n |= int(delta[0]) << (8 * (i - 4))
				}
				delta = delta[1:]
			}
			if n == 0 {
				n = 0x10000
			}
			if off+n > len(base) || len(out)+n > size {
				return nil, errBadDelta
			}
			out = append(out, base[off:off+n]...)
		case op != 0:
			n := int(op)
			if n > len(delta) || len(out)+n > size {
				return nil, errBadDelta
			}
			out = append(out, delta[:n]...)
			delta = delta[n:]
		default:
			return nil, errBadDelta
		}
	}
	if len(out) != size {
		return nil, errBadDelta
	}
	return out, nil
}

// deltaWriter builds a delta and joins copies that touch.
type deltaWriter struct {
	out       []byte
	from, len int // the pending copy
}

func (w *deltaWriter) copy(from, n int) {
	if w.len > 0 && w.from+w.len == from {
		w.len += n
		return
	}
	w.flush()
	w.from, w.len = from, n
}

func (w *deltaWriter) flush() {
	for w.len > 0 {
		n := min(w.len, 0xffff)
		at := len(w.out)
		w.out = append(w.out, 0x80)
		for i, v := 0, w.from; v > 0; i, v = i+1, v>>8 {
			if byte(v) != 0 {
				w.out[at] |= 1 << i
				w.out = append(w.out, byte(v))
			}
		}
		for i, v := 4, n; v > 0; i, v = i+1, v>>8 {
			if byte(v) != 0 {
				w.out[at] |= 1 << i
				w.out = append(w.out, byte(v))
			}
		}
		w.from += n
		w.len -= n
	}
}

func (w *deltaWriter) insert(b []byte) {
	if len(b) == 0 {
		return
	}
	w.flush()
	for len(b) > 0 {
		n := min(len(b), 127)
		w.out = append(w.out, byte(n))
		w.out = append(w.out, b[:n]...)
		b = b[n:]
	}
}

// finish returns the delta, which begins with the sizes of base and result.
func (w *deltaWriter) finish(base, result int) []byte {
	w.flush()
	head := binary.AppendUvarint(binary.AppendUvarint(nil, uint64(base)), uint64(result))
	return append(head, w.out...)
}

// treeDelta describes tree "to" by the entries that it shares with "from". Trees are
// sorted, so one pass over both finds all of them.
func treeDelta(from, to []byte) []byte {
	var w deltaWriter
	prefix := commonPrefix(from, to)
	// Step back to the start of the entry in which they part.
	a := entryStart(from, prefix)
	w.copy(0, a)
	b := a
	for b < len(to) {
		next := entryEnd(to, b)
		for a < len(from) {
			end := entryEnd(from, a)
			if c := compareEntries(from[a:end], to[b:next]); c >= 0 {
				break
			}
			a = end
		}
		if a < len(from) {
			if end := entryEnd(from, a); bytes.Equal(from[a:end], to[b:next]) {
				// From here on much is the same, as a rule.
				n := commonPrefix(from[a:], to[b:])
				n = entryStart(to[b:], n)
				w.copy(a, n)
				a, b = a+n, b+n
				continue
			}
		}
		w.insert(to[b:next])
		b = next
	}
	return w.finish(len(from), len(to))
}

func commonPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	i := 0
	for i+64 <= n && bytes.Equal(a[i:i+64], b[i:i+64]) {
		i += 64
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}
