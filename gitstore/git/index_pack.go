package git

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"
)

// receivedObject is one entry of a pack that came from the remote. A million of them are
// 80 MB; of the pack itself only the delta chain at hand is in memory.
type receivedObject struct {
	off     int64
	baseOff int64 // of an ofsDelta
	base    OID   // of a refDelta
	id      OID   // zero until it is known
	kind    kind  // of the entry
}

// Receive stores the pack that r delivers, durably, and makes its objects visible. It reports
// whether the pack had any.
func (d *DB) Receive(r io.Reader) (bool, error) {
	p, err := receivePack(d.packDir(), r, d.Object)
	if err != nil || p == nil {
		return false, err
	}
	d.add(p)
	return true, nil
}

// receivePack stores the pack that r delivers and makes it durable. It returns nil when
// the pack is empty. outside finds the base of a delta that is not in the pack; such a
// base is appended, since a pack on disk must be complete.
func receivePack(dir string, r io.Reader, outside func(OID) (kind, []byte, error)) (_ *pack, err error) {
	f, err := os.CreateTemp(dir, tempPrefix+"*.pack")
	if err != nil {
		return nil, &StorageError{Op: "store what was fetched", Err: err}
	}
	defer func() {
		f.Close()
		os.Remove(f.Name())
	}()
	out := &storing{w: f}
	n, err := io.CopyBuffer(struct{ io.Writer }{out}, struct{ io.Reader }{r}, make([]byte, 128<<10))
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, nil
	}
	x := &packIndexer{f: f, in: newInflater(), end: n - 20, outside: outside}
	if err := x.scan(); err != nil {
		return nil, fmt.Errorf("the pack from the remote is damaged: %w", err)
	}
	if len(x.objects) == 0 {
		return nil, nil
	}
	if err := x.resolve(); err != nil {
		return nil, fmt.Errorf("the pack from the remote is damaged: %w", err)
	}
	entries, sum, err := x.finish()
	if err != nil {
		return nil, err
	}
	p, err := installPack(f, entries, sum)
	if err != nil {
		return nil, &StorageError{Op: "store what was fetched", Err: err}
	}
	return p, nil
}

// storing marks failures of the disk, so that they are not taken for failures of the network.
type storing struct{ w io.Writer }

func (s *storing) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if err != nil {
		err = &StorageError{Op: "store what was fetched", Err: err}
	}
	return n, err
}

type packIndexer struct {
	f       *os.File
	in      *inflater
	end     int64 // of the entries
	objects []receivedObject
	outside func(OID) (kind, []byte, error)
	added   []receivedObject // bases that a thin pack left out

	byOffset []int32         // ofsDeltas, sorted by their base
	byName   map[OID][]int32 // refDeltas
}

// scan notes where objects start and names those that are not deltas.
func (x *packIndexer) scan() error {
	var head [12]byte
	if _, err := x.f.ReadAt(head[:], 0); err != nil {
		return err
	}
	if string(head[:4]) != "PACK" || head[7] != 2 && head[7] != 3 {
		return fmt.Errorf("it starts with %q", head[:])
	}
	n := int(binary.BigEndian.Uint32(head[8:]))
	x.objects = make([]receivedObject, 0, min(n, 1<<20))
	pos := int64(len(head))
	x.in.seek(x.f, pos)
	hash := sha1.New()
	for range n {
		o := receivedObject{off: pos}
		h, err := readPackHeader(x.in.br, pos)
		if err == nil {
			err = x.in.start()
		}
		if err != nil {
			return fmt.Errorf("at %d: %w", pos, err)
		}
		o.kind, o.baseOff, o.base = h.kind, h.baseOff, h.base
		var to io.Writer = io.Discard
		if h.kind != ofsDeltaKind && h.kind != refDeltaKind {
			hash.Reset()
			hash.Write(looseHeader(h.kind, h.size))
			to = hash
		}
		size, err := io.Copy(to, x.in.zr)
		if err == nil && size != h.size {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return fmt.Errorf("at %d: %w", pos, err)
		}
		if to != io.Discard {
			hash.Sum(o.id[:0])
		}
		x.objects = append(x.objects, o)
		pos = x.in.at - int64(x.in.br.Buffered())
	}
	if pos != x.end {
		return fmt.Errorf("its objects end at %d, not at %d", pos, x.end)
	}
	return nil
}

// resolve names the deltas, walking from each base to what depends on it.
func (x *packIndexer) resolve() error {
	x.byName = make(map[OID][]int32)
	open := 0
	for i, o := range x.objects {
		switch o.kind {
		case ofsDeltaKind:
			x.byOffset = append(x.byOffset, int32(i))
			open++
		case refDeltaKind:
			x.byName[o.base] = append(x.byName[o.base], int32(i))
			open++
		}
	}
	if open == 0 {
		return nil
	}
	slices.SortFunc(x.byOffset, func(a, b int32) int {
		return int(min(1, max(-1, x.objects[a].baseOff-x.objects[b].baseOff)))
	})
	for i := range x.objects {
		o := &x.objects[i]
		if o.kind == ofsDeltaKind || o.kind == refDeltaKind {
			continue
		}
		if !x.hasChildren(o) {
			continue
		}
		x.in.seek(x.f, o.off)
		h, err := readPackHeader(x.in.br, o.off)
		if err != nil {
			return err
		}
		data, err := x.in.all(h.size)
		if err != nil {
			return err
		}
		if err := x.children(o.off, o.id, o.kind, data); err != nil {
			return err
		}
	}
	// What is left hangs on bases outside the pack.
	for base, list := range x.byName {
		if !x.objects[list[0]].id.IsZero() || base == EmptyTree {
			continue
		}
		k, data, err := x.outside(base)
		if err != nil {
			return fmt.Errorf("the base %s of a delta: %w", base, err)
		}
		x.added = append(x.added, receivedObject{id: base, kind: k})
		if err := x.children(-1, base, k, data); err != nil {
			return err
		}
	}
	for _, o := range x.objects {
		if o.id.IsZero() {
			return fmt.Errorf("the delta at %d has no base", o.off)
		}
	}
	return nil
}

func (x *packIndexer) childrenAt(off int64) []int32 {
	i, _ := slices.BinarySearchFunc(x.byOffset, off, func(c int32, off int64) int {
		return int(min(1, max(-1, x.objects[c].baseOff-off)))
	})
	j := i
	for j < len(x.byOffset) && x.objects[x.byOffset[j]].baseOff == off {
		j++
	}
	return x.byOffset[i:j]
}

func (x *packIndexer) hasChildren(o *receivedObject) bool {
	return len(x.childrenAt(o.off)) > 0 || len(x.byName[o.id]) > 0
}

// children names everything that is a delta on the object, directly or not.
func (x *packIndexer) children(off int64, id OID, k kind, data []byte) error {
	for _, list := range [][]int32{x.childrenAt(off), x.byName[id]} {
		for _, i := range list {
			o := &x.objects[i]
			if !o.id.IsZero() {
				continue
			}
			x.in.seek(x.f, o.off)
			h, err := readPackHeader(x.in.br, o.off)
			if err != nil {
				return err
			}
			delta, err := x.in.all(h.size)
			if err != nil {
				return err
			}
			whole, err := applyDelta(data, delta)
			if err != nil {
				return fmt.Errorf("at %d: %w", o.off, err)
			}
			o.id = nameObject(k, whole)
			if x.hasChildren(o) {
				if err := x.children(o.off, o.id, k, whole); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// finish appends the missing bases, checks or renews the trailer, and returns the entries
// of the index.
func (x *packIndexer) finish() ([]indexEntry, [20]byte, error) {
	var sum [20]byte
	fail := func(err error) ([]indexEntry, [20]byte, error) {
		return nil, sum, &StorageError{Op: "store what was fetched", Err: err}
	}
	if len(x.added) > 0 {
		if err := x.f.Truncate(x.end); err != nil {
			return fail(err)
		}
		if _, err := x.f.WriteAt(packHead(len(x.objects)+len(x.added)), 0); err != nil {
			return fail(err)
		}
		var z deflater
		for i := range x.added {
			o := &x.added[i]
			_, data, err := x.outside(o.id)
			if err != nil {
				return nil, sum, err
			}
			var b bytes.Buffer
			b.Write(appendPackHeader(nil, o.kind, int64(len(data))))
			if err := z.deflate(&b, data, false); err != nil {
				return nil, sum, err
			}
			o.off = x.end
			if _, err := x.f.WriteAt(b.Bytes(), x.end); err != nil {
				return fail(err)
			}
			x.end += int64(b.Len())
		}
	}
	all := append(slices.Clone(x.objects), x.added...)
	slices.SortFunc(all, func(a, b receivedObject) int { return int(min(1, max(-1, a.off-b.off))) })
	entries := make([]indexEntry, len(all))
	hash := sha1.New()
	src := io.TeeReader(io.NewSectionReader(x.f, 0, x.end), hash)
	buf := make([]byte, 256<<10)
	if _, err := io.ReadFull(src, buf[:12]); err != nil {
		return fail(err)
	}
	for i, o := range all {
		end := x.end
		if i+1 < len(all) {
			end = all[i+1].off
		}
		crc := crc32.NewIEEE()
		if _, err := io.CopyBuffer(struct{ io.Writer }{crc}, io.LimitReader(src, end-o.off), buf); err != nil {
			return fail(err)
		}
		entries[i] = indexEntry{o.id, o.off, crc.Sum32()}
	}
	hash.Sum(sum[:0])
	if len(x.added) > 0 {
		if _, err := x.f.WriteAt(sum[:], x.end); err != nil {
			return fail(err)
		}
		return entries, sum, nil
	}
	var told [20]byte
	if _, err := x.f.ReadAt(told[:], x.end); err != nil {
		return fail(err)
	}
	if told != sum {
		return nil, sum, errors.New("the pack from the remote is damaged: wrong checksum")
	}
	return entries, sum, nil
}
