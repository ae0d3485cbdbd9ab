package git

import (
	"bytes"
	"cmp"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
)

const (
	indexHeader  = 8 + 256*4 // magic, version, fan-out
	indexTrailer = 40        // checksums of the pack and of the index
	indexInRAM   = 256 << 10 // an index up to this size is kept in memory
)

var indexMagic = []byte{0xff, 't', 'O', 'c', 0, 0, 0, 2}

// packIndex finds the offset of an object in a pack. A large index stays on disk and is
// read in small windows: object names are evenly distributed, so the first guess is
// nearly always right. Safe for concurrent use.
type packIndex struct {
	src    io.ReaderAt
	ram    []byte // the whole file, when it is small
	n      int
	fanout [256]uint32
}

func openPackIndex(f *os.File) (*packIndex, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	x := &packIndex{src: f}
	if st.Size() <= indexInRAM {
		x.ram = make([]byte, st.Size())
		if _, err := f.ReadAt(x.ram, 0); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		x.src = bytes.NewReader(x.ram)
	}
	var head [indexHeader]byte
	if _, err := x.src.ReadAt(head[:], 0); err != nil {
		return nil, fmt.Errorf("read pack index %s: %w", f.Name(), err)
	}
	if !bytes.Equal(head[:8], indexMagic) {
		return nil, fmt.Errorf("pack index %s has an unknown format", f.Name())
	}
	last := uint32(0)
	for i := range x.fanout {
		x.fanout[i] = binary.BigEndian.Uint32(head[8+4*i:])
		if x.fanout[i] < last {
			return nil, fmt.Errorf("pack index %s is damaged", f.Name())
		}
		last = x.fanout[i]
	}
	x.n = int(last)
	if st.Size() < indexHeader+int64(x.n)*28+indexTrailer {
		return nil, fmt.Errorf("pack index %s is truncated", f.Name())
	}
	return x, nil
}

// window is the number of names that are read at once from an index on disk.
const window = 64

var readBuffers = sync.Pool{New: func() any { return new([window * 20]byte) }}

// find returns the offset of an object in the pack.
func (x *packIndex) find(o OID) (int64, bool, error) {
	lo, hi := 0, int(x.fanout[o[0]])
	if o[0] > 0 {
		lo = int(x.fanout[o[0]-1])
	}
	var buf []byte
	if x.ram == nil && lo < hi {
		names := readBuffers.Get().(*[window * 20]byte)
		defer readBuffers.Put(names)
		buf = names[:]
	}
	for try := 0; lo < hi; try++ {
		guess := (lo + hi) / 2
		if try == 0 {
			guess = lo + int(uint64(hi-lo)*uint64(binary.BigEndian.Uint32(o[1:]))>>32)
		}
		start := max(lo, min(guess-window/2, hi-window))
		end := min(hi, start+window)
		names, err := x.slice(buf, indexHeader+int64(start)*20, (end-start)*20)
		if err != nil {
			return 0, false, err
		}
		switch {
		case bytes.Compare(o[:], names[:20]) < 0:
			hi = start
		case bytes.Compare(o[:], names[len(names)-20:]) > 0:
			lo = end
		default:
			a, b := 0, end-start
			for a < b {
				m := (a + b) / 2
				switch c := bytes.Compare(names[m*20:m*20+20], o[:]); {
				case c == 0:
					off, err := x.offset(start + m)
					return off, err == nil, err
				case c < 0:
					a = m + 1
				default:
					b = m
				}
			}
			return 0, false, nil
		}
	}
	return 0, false, nil
}

// slice is n bytes of the index, read into buf unless the index is in memory.
func (x *packIndex) slice(buf []byte, off int64, n int) ([]byte, error) {
	if x.ram != nil {
		return x.ram[off : off+int64(n)], nil
	}
	_, err := x.src.ReadAt(buf[:n], off)
	return buf[:n], err
}

func (x *packIndex) name(i int) (OID, error) {
	var o OID
	b, err := x.slice(o[:], indexHeader+int64(i)*20, len(o))
	copy(o[:], b)
	return o, err
}

func (x *packIndex) offset(i int) (int64, error) {
	var b [8]byte
	at := indexHeader + int64(x.n)*24 + int64(i)*4
	if _, err := x.src.ReadAt(b[:4], at); err != nil {
		return 0, err
	}
	v := binary.BigEndian.Uint32(b[:4])
	if v>>31 == 0 {
		return int64(v), nil
	}
	at = indexHeader + int64(x.n)*28 + int64(v&0x7fffffff)*8
	if _, err := x.src.ReadAt(b[:], at); err != nil {
		return 0, err
	}
	return int64(binary.BigEndian.Uint64(b[:])), nil
}

// offsets lists all of them, sorted.
func (x *packIndex) offsets() ([]int64, error) {
	table := make([]byte, 4*x.n)
	if _, err := x.src.ReadAt(table, indexHeader+int64(x.n)*24); err != nil {
		return nil, err
	}
	all := make([]int64, x.n)
	for i := range all {
		v := binary.BigEndian.Uint32(table[4*i:])
		all[i] = int64(v)
		if v>>31 == 1 {
			var err error
			if all[i], err = x.offset(i); err != nil {
				return nil, err
			}
		}
	}
	slices.Sort(all)
	return all, nil
}

// byOffset lists the numbers of the objects in the order of the pack.
func (x *packIndex) byOffset() ([]int, error) {
	at := make([]int64, x.n)
	order := make([]int, x.n)
	for i := range order {
		var err error
		if at[i], err = x.offset(i); err != nil {
			return nil, err
		}
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(at[a], at[b]) })
	return order, nil
}

// indexEntry is one object of a pack that is being written.
type indexEntry struct {
	id  OID
	off int64
	crc uint32
}

// encodePackIndex is the version 2 index of a pack whose trailer is sum.
func encodePackIndex(entries []indexEntry, sum [20]byte) []byte {
	slices.SortFunc(entries, func(a, b indexEntry) int {
		if c := bytes.Compare(a.id[:], b.id[:]); c != 0 {
			return c
		}
		return cmp.Compare(a.off, b.off)
	})
	out := make([]byte, 0, indexHeader+28*len(entries)+indexTrailer)
	out = append(out, indexMagic...)
	i := 0
	for b := 0; b < 256; b++ {
		for i < len(entries) && int(entries[i].id[0]) <= b {
			i++
		}
		out = binary.BigEndian.AppendUint32(out, uint32(i))
	}
	for _, e := range entries {
		out = append(out, e.id[:]...)
	}
	for _, e := range entries {
		out = binary.BigEndian.AppendUint32(out, e.crc)
	}
	var large []byte
	for _, e := range entries {
		if e.off < 1<<31 {
			out = binary.BigEndian.AppendUint32(out, uint32(e.off))
			continue
		}
		out = binary.BigEndian.AppendUint32(out, uint32(len(large)/8)|1<<31)
		large = binary.BigEndian.AppendUint64(large, uint64(e.off))
	}
	out = append(out, large...)
	out = append(out, sum[:]...)
	own := sha1.Sum(out)
	return append(out, own[:]...)
}
