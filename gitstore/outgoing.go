package gitstore

import (
	"bytes"
	"context"
	"crypto/sha1"
	"fmt"
	"hash"
	"io"
)

// outObject is one object of a pack to be sent; a tree may go as a delta on one that the
// remote has or that comes earlier.
type outObject struct {
	id, base oid
	kind     kind
}

// thinDepth bounds the chain of deltas that a server has to follow.
const thinDepth = 40

// newObjects is exactly what the commits behind remote bring: only folders that changed
// are read.
func (d *objects) newObjects(remote, tip oid, thin bool) ([]outObject, error) {
	commits, ok, err := commitsSince(d, tip, remote)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%s does not continue %s", tip, remote)
	}
	var list []outObject
	depth := make(map[oid]int)
	add := func(o, base oid, k kind) {
		if _, there := depth[o]; there || o == base {
			return
		}
		depth[o] = 0
		if !thin || base.isZero() || depth[base] >= thinDepth {
			base = zeroOID
		} else {
			depth[o] = depth[base] + 1
		}
		list = append(list, outObject{o, base, k})
	}
	for _, c := range commits {
		add(c.id, zeroOID, commitKind)
		before := zeroOID
		if !c.parent().isZero() {
			parent, err := readCommit(d, c.parent())
			if err != nil {
				return nil, err
			}
			before = parent.tree
		}
		if c.tree == emptyTree {
			add(emptyTree, zeroOID, treeKind)
		}
		err = diffTrees(d, before, d, c.tree, "", func(t treeChange) error {
			if t.new.mode != 0 && t.new.mode != modeSubmodule && t.new.id != t.old.id {
				add(t.new.id, zeroOID, blobKind)
			}
			return nil
		}, func(_ string, old, new oid) error {
			if !new.isZero() {
				add(new, old, treeKind)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// everything is all that can be reached from a commit.
func (d *objects) everything(tip oid) ([]outObject, error) {
	var list []outObject
	seen := make(map[oid]bool)
	add := func(o oid, k kind) bool {
		if seen[o] {
			return false
		}
		seen[o] = true
		list = append(list, outObject{id: o, kind: k})
		return true
	}
	var tree func(oid) error
	tree = func(o oid) error {
		if !add(o, treeKind) {
			return nil
		}
		raw, err := readTree(d, o)
		if err != nil {
			return err
		}
		for len(raw) > 0 {
			var e treeEntry
			if e, raw, err = nextEntry(raw); err != nil {
				return err
			}
			switch e.mode {
			case modeDir:
				err = tree(e.id)
			case modeSubmodule:
			default:
				add(e.id, blobKind)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	open := []oid{tip}
	for len(open) > 0 {
		o := open[len(open)-1]
		open = open[:len(open)-1]
		if o.isZero() || !add(o, commitKind) {
			continue
		}
		c, err := readCommit(d, o)
		if err != nil {
			return nil, err
		}
		if err := tree(c.tree); err != nil {
			return nil, err
		}
		open = append(open, c.parents...)
	}
	return list, nil
}

// rawFrom is the size of a blob from which its compressed form is copied out of the
// clone's pack while it is sent, not made anew and held in memory.
const rawFrom = 4 << 10

// packBody makes the pack. Its length is known beforehand: not every server takes a request
// without one.
func (d *objects) packBody(ctx context.Context, list []outObject) (packStream, error) {
	var parts []*io.SectionReader
	size := int64(0)
	small := bytes.NewBuffer(packHead(len(list)))
	flush := func() {
		if n := int64(small.Len()); n > 0 {
			size += n
			parts = append(parts, io.NewSectionReader(bytes.NewReader(small.Bytes()), 0, n))
			small = new(bytes.Buffer)
		}
	}
	var z deflater
	in := newInflater()
	for _, o := range list {
		if err := ctx.Err(); err != nil {
			return packStream{}, err
		}
		if o.kind == blobKind {
			raw, err := d.packedBlob(in, o.id)
			if err != nil {
				return packStream{}, err
			}
			if raw != nil {
				flush()
				size += raw.Size()
				parts = append(parts, raw)
				continue
			}
		}
		if err := d.encodeObject(small, &z, o); err != nil {
			return packStream{}, err
		}
	}
	flush()
	open := func() io.Reader {
		readers := make([]io.Reader, len(parts))
		for i, p := range parts {
			readers[i] = io.NewSectionReader(p, 0, p.Size())
		}
		return &summedReader{r: io.MultiReader(readers...), sum: sha1.New()}
	}
	return packStream{open: open, size: size + sha1.Size}, nil
}

// encodeObject writes one entry of a pack, as a delta when that is allowed and pays.
func (d *objects) encodeObject(w *bytes.Buffer, z *deflater, o outObject) error {
	k, data, err := d.object(o.id)
	if err != nil {
		return err
	}
	var base []byte
	if !o.base.isZero() {
		if base, err = readTree(d, o.base); err != nil {
			return err
		}
		if delta := treeDelta(base, data); len(delta) < len(data)/2 {
			data, k = delta, refDeltaKind
		}
	}
	w.Write(appendPackHeader(w.AvailableBuffer(), k, int64(len(data))))
	if k == refDeltaKind {
		w.Write(o.base[:])
	}
	zw := z.to(w, false)
	if _, err := zw.Write(data); err != nil {
		return err
	}
	return zw.Close()
}

// packedBlob is the whole entry of a large blob as it stands in a pack; nil when it is
// small, loose or a delta.
func (d *objects) packedBlob(in *inflater, o oid) (*io.SectionReader, error) {
	p, off, err := d.packed(o)
	if p == nil || err != nil {
		return nil, err
	}
	in.seek(p.f, off)
	h, err := readPackHeader(in.br, off)
	if err != nil || h.kind != blobKind || h.size < rawFrom {
		return nil, err
	}
	end, err := p.end(off)
	if err != nil {
		return nil, err
	}
	return io.NewSectionReader(p.f, off, end-off), nil
}

// summedReader gives what r gives, and then the checksum of it.
type summedReader struct {
	r    io.Reader
	sum  hash.Hash
	tail *bytes.Reader
}

func (s *summedReader) Read(p []byte) (int, error) {
	if s.tail != nil {
		return s.tail.Read(p)
	}
	n, err := s.r.Read(p)
	s.sum.Write(p[:n])
	if err == io.EOF {
		s.tail, err = bytes.NewReader(s.sum.Sum(nil)), nil
	}
	return n, err
}

// packStream is a pack of known size.
type packStream struct {
	open func() io.Reader // reads it from the start; may be called again
	size int64
}
