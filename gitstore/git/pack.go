package git

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/zlib"
)

// pack is one pack file with its index. Its files stay open, so it can be read on after
// it was replaced by a larger one. Safe for concurrent use.
type pack struct {
	path string // without extension
	f    *os.File
	idx  *packIndex
	size int64

	damaged atomic.Bool // found out by upkeep, which leaves it as it is

	sortOnce sync.Once
	sorted   []int64
	sortErr  error
}

// openPack opens path.pack and path.idx.
func openPack(path string) (*pack, error) {
	xf, err := os.Open(path + ".idx")
	if err != nil {
		return nil, err
	}
	idx, err := openPackIndex(xf)
	if err != nil || idx.ram != nil {
		xf.Close()
	}
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path + ".pack")
	if err != nil {
		xf.Close()
		return nil, err
	}
	st, err := f.Stat()
	if err != nil {
		xf.Close()
		f.Close()
		return nil, err
	}
	// The files close when the pack is garbage-collected: os.File has a cleanup.
	return &pack{path: path, f: f, idx: idx, size: st.Size()}, nil
}

// end is where the entry that starts at off ends.
func (p *pack) end(off int64) (int64, error) {
	p.sortOnce.Do(func() { p.sorted, p.sortErr = p.idx.offsets() })
	if p.sortErr != nil {
		return 0, p.sortErr
	}
	lo, hi := 0, len(p.sorted)
	for lo < hi {
		m := (lo + hi) / 2
		if p.sorted[m] <= off {
			lo = m + 1
		} else {
			hi = m
		}
	}
	if lo == len(p.sorted) {
		return p.size - 20, nil
	}
	return p.sorted[lo], nil
}

// packHeader is the head of one entry.
type packHeader struct {
	kind    kind
	size    int64 // inflated
	baseOff int64 // of an ofsDelta
	base    OID   // of a refDelta
	length  int   // of the head itself
}

func readPackHeader(r io.ByteReader, off int64) (h packHeader, err error) {
	b, err := r.ReadByte()
	if err != nil {
		return h, err
	}
	h.length = 1
	h.kind = kind(b >> 4 & 7)
	h.size = int64(b & 15)
	for shift := 4; b&0x80 != 0; shift += 7 {
		if b, err = r.ReadByte(); err != nil {
			return h, err
		}
		if shift > 56 {
			return h, errBadDelta
		}
		h.length++
		h.size |= int64(b&0x7f) << shift
	}
	switch h.kind {
	case ofsDeltaKind:
		var back int64
		for i := 0; ; i++ {
			if b, err = r.ReadByte(); err != nil {
				return h, err
			}
			h.length++
			if i > 0 {
				back++
			}
			back = back<<7 | int64(b&0x7f)
			if b&0x80 == 0 {
				break
			}
			if back > 1<<54 {
				return h, errBadDelta
			}
		}
		h.baseOff = off - back
		if back <= 0 || h.baseOff < 12 {
			return h, errBadDelta
		}
	case refDeltaKind:
		for i := range h.base {
			if h.base[i], err = r.ReadByte(); err != nil {
				return h, err
			}
			h.length++
		}
	case CommitKind, TreeKind, BlobKind, tagKind:
	default:
		return h, fmt.Errorf("unknown object type %d at %d", h.kind, off)
	}
	return h, nil
}

func appendPackHeader(out []byte, k kind, size int64) []byte {
	b := byte(k)<<4 | byte(size&15)
	for size >>= 4; size > 0; size >>= 7 {
		out = append(out, b|0x80)
		b = byte(size & 0x7f)
	}
	return append(out, b)
}

// inflater holds the buffers for reading entries; one goroutine at a time.
type inflater struct {
	at  int64
	src io.ReaderAt
	br  *bufio.Reader
	zr  io.ReadCloser
}

var inflaters = sync.Pool{New: func() any { return newInflater() }}

func newInflater() *inflater { return newInflaterSize(8 << 10) }

// newInflaterSize reads so much at once; more pays when entries are read in their order.
func newInflaterSize(n int) *inflater {
	in := &inflater{}
	in.br = bufio.NewReaderSize(in, n)
	return in
}

// Read makes the inflater the source of its own buffer.
func (in *inflater) Read(p []byte) (int, error) {
	n, err := in.src.ReadAt(p, in.at)
	in.at += int64(n)
	if n > 0 {
		err = nil
	}
	return n, err
}

// seek goes to a place, within what is in the buffer already when it can.
func (in *inflater) seek(src io.ReaderAt, off int64) {
	if ahead := off - in.at + int64(in.br.Buffered()); in.src == src && ahead >= 0 && ahead <= int64(in.br.Buffered()) {
		_, _ = in.br.Discard(int(ahead))
		return
	}
	in.src, in.at = src, off
	in.br.Reset(in)
}

// start begins to inflate at the current place.
func (in *inflater) start() error {
	if in.zr == nil {
		zr, err := zlib.NewReader(in.br)
		in.zr = zr
		return err
	}
	return in.zr.(zlib.Resetter).Reset(in.br, nil)
}

// all inflates exactly size bytes and checks the checksum behind them.
func (in *inflater) all(size int64) ([]byte, error) {
	if size < 0 || size > 1<<31 {
		return nil, fmt.Errorf("an object of %d bytes is beyond what fits in memory", size)
	}
	if err := in.start(); err != nil {
		return nil, err
	}
	out := make([]byte, size)
	if _, err := io.ReadFull(in.zr, out); err != nil {
		return nil, err
	}
	var end [1]byte
	if n, err := in.zr.Read(end[:]); n != 0 || err != io.EOF {
		if err == nil || err == io.EOF {
			err = errBadDelta
		}
		return nil, err
	}
	return out, nil
}

// deltaBases remembers inflated bases while many objects of one pack are read.
type deltaBases struct {
	size int
	at   map[int64]baseObject
}

type baseObject struct {
	kind kind
	data []byte
}

const deltaBasesLimit = 24 << 20

func (c *deltaBases) put(off int64, k kind, data []byte) {
	if len(data) > deltaBasesLimit/2 {
		return
	}
	if c.at == nil || c.size > deltaBasesLimit {
		c.at, c.size = make(map[int64]baseObject), 0
	}
	if _, ok := c.at[off]; !ok {
		c.at[off] = baseObject{k, data}
		c.size += len(data)
	}
}

// read returns the object at off. bases may be nil; outside finds a base that is not in
// this pack.
func (p *pack) read(
	in *inflater, off int64, bases *deltaBases, outside func(OID) (kind, []byte, error),
) (kind, []byte, error) {
	fail := func(err error) (kind, []byte, error) {
		return 0, nil, fmt.Errorf("read object at %d of %s.pack: %w", off, p.path, err)
	}
	type step struct {
		off   int64
		delta []byte
	}
	var chain []step
	var k kind
	var data []byte
	for at := off; ; {
		if bases != nil {
			if b, ok := bases.at[at]; ok {
				k, data = b.kind, b.data
				break
			}
		}
		in.seek(p.f, at)
		h, err := readPackHeader(in.br, at)
		if err != nil {
			return fail(err)
		}
		body, err := in.all(h.size)
		if err != nil {
			return fail(err)
		}
		if h.kind != ofsDeltaKind && h.kind != refDeltaKind {
			k, data = h.kind, body
			if bases != nil {
				bases.put(at, k, data)
			}
			break
		}
		chain = append(chain, step{at, body})
		if len(chain) > 10000 {
			return fail(errBadDelta)
		}
		if h.kind == ofsDeltaKind {
			at = h.baseOff
			continue
		}
		next, ok, err := p.idx.find(h.base)
		if err != nil {
			return fail(err)
		}
		if !ok {
			if k, data, err = outside(h.base); err != nil {
				return fail(err)
			}
			break
		}
		at = next
	}
	for i := len(chain) - 1; i >= 0; i-- {
		var err error
		if data, err = applyDelta(data, chain[i].delta); err != nil {
			return fail(err)
		}
		if bases != nil {
			bases.put(chain[i].off, k, data)
		}
	}
	return k, data, nil
}

// kindAndSize returns the type and size of the object at off without inflating all of it.
func (p *pack) kindAndSize(in *inflater, off int64, outside func(OID) (kind, int64, error)) (kind, int64, error) {
	size := int64(-1)
	for at := off; ; {
		in.seek(p.f, at)
		h, err := readPackHeader(in.br, at)
		if err != nil {
			return 0, 0, err
		}
		if size < 0 {
			size = h.size
			if h.kind == ofsDeltaKind || h.kind == refDeltaKind {
				if err := in.start(); err != nil {
					return 0, 0, err
				}
				var head [20]byte
				n, _ := io.ReadFull(in.zr, head[:])
				_, result, _, err := deltaSizes(head[:n])
				if err != nil {
					return 0, 0, err
				}
				size = int64(result)
			}
		}
		switch h.kind {
		case ofsDeltaKind:
			at = h.baseOff
		case refDeltaKind:
			next, ok, err := p.idx.find(h.base)
			if err != nil {
				return 0, 0, err
			}
			if !ok {
				k, _, err := outside(h.base)
				return k, size, err
			}
			at = next
		default:
			return h.kind, size, nil
		}
	}
}
