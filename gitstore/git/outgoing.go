package git

import (
	"bytes"
	"context"
	"crypto/sha1"
	"fmt"
	"hash"
	"io"
)

// Outgoing is one object of a pack to be sent; a tree may go as a delta on one that the
// remote has or that comes earlier.
type Outgoing struct {
	id, base OID
	kind     kind
}

// maxThinDepth bounds the chain of deltas that a server has to follow.
const maxThinDepth = 40

// NewObjects is exactly what the commits behind remote bring: only folders that changed
// are read.
func (d *DB) NewObjects(remote, tip OID, thin bool) ([]Outgoing, error) {
	src := &versionReader{db: d, in: newInflater()}
	commits, ok, err := CommitsSince(d, tip, remote)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%s does not continue %s", tip, remote)
	}
	var list []Outgoing
	depth := make(map[OID]int)
	add := func(o, base OID, k kind) {
		if _, there := depth[o]; there || o == base {
			return
		}
		depth[o] = 0
		if !thin || base.IsZero() || depth[base] >= maxThinDepth {
			base = ZeroOID
		} else {
			depth[o] = depth[base] + 1
		}
		list = append(list, Outgoing{o, base, k})
	}
	for _, c := range commits {
		add(c.ID, ZeroOID, CommitKind)
		before := ZeroOID
		if !c.Parent().IsZero() {
			parent, err := ReadCommit(d, c.Parent())
			if err != nil {
				return nil, err
			}
			before = parent.Tree
		}
		if c.Tree == EmptyTree {
			add(EmptyTree, ZeroOID, TreeKind)
		}
		diff := treeDiff{oldSrc: src, newSrc: src, change: func(t Change) error {
			if t.New.Mode != 0 && t.New.Mode != ModeSubmodule && t.New.ID != t.Old.ID {
				add(t.New.ID, ZeroOID, BlobKind)
			}
			return nil
		}, folder: func(old, new OID) {
			if !new.IsZero() {
				add(new, old, TreeKind)
			}
		}}
		err := diff.walk(before, c.Tree, "")
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// versionReader reads versions of trees in the order in which they were made: one that is stored as
// a delta is made of the one before, which it has still.
type versionReader struct {
	db    *DB
	in    *inflater
	bases deltaBases
	of    *pack // that bases are from
}

func (r *versionReader) DB() *DB { return r.db }

func (r *versionReader) SizeOf(o OID) (kind, int64, error) { return r.db.SizeOf(o) }

func (r *versionReader) Object(o OID) (kind, []byte, error) {
	if data, ok := r.db.trees.get(o); ok {
		return TreeKind, data, nil
	}
	return r.db.read(r.in, o, func(p *pack) *deltaBases {
		if p != r.of {
			r.bases, r.of = deltaBases{}, p
		}
		return &r.bases
	})
}

// Everything is all that can be reached from a commit.
func (d *DB) Everything(tip OID) ([]Outgoing, error) {
	var list []Outgoing
	seen := make(map[OID]bool)
	add := func(o OID, k kind) bool {
		if seen[o] {
			return false
		}
		seen[o] = true
		list = append(list, Outgoing{id: o, kind: k})
		return true
	}
	var tree func(OID) error
	tree = func(o OID) error {
		if !add(o, TreeKind) {
			return nil
		}
		raw, err := ReadTree(d, o)
		if err != nil {
			return err
		}
		for len(raw) > 0 {
			var e Entry
			if e, raw, err = NextEntry(raw); err != nil {
				return err
			}
			switch e.Mode {
			case ModeDir:
				err = tree(e.ID)
			case ModeSubmodule:
			default:
				add(e.ID, BlobKind)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	open := []OID{tip}
	for len(open) > 0 {
		o := open[len(open)-1]
		open = open[:len(open)-1]
		if o.IsZero() || !add(o, CommitKind) {
			continue
		}
		c, err := ReadCommit(d, o)
		if err != nil {
			return nil, err
		}
		if err := tree(c.Tree); err != nil {
			return nil, err
		}
		open = append(open, c.parents...)
	}
	return list, nil
}

// rawMinSize is the size of a blob from which its compressed form is copied out of the
// clone's pack while it is sent, not compressed again in memory.
const rawMinSize = 4 << 10

// Pack makes the pack. Its length is known beforehand: not every server takes a request
// without one.
func (d *DB) Pack(ctx context.Context, list []Outgoing) (Pack, error) {
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
			return Pack{}, err
		}
		if o.kind == BlobKind {
			raw, err := d.packedBlob(in, o.id)
			if err != nil {
				return Pack{}, err
			}
			if raw != nil {
				flush()
				size += raw.Size()
				parts = append(parts, raw)
				continue
			}
		}
		if !o.base.IsZero() {
			if copied, err := d.copyDelta(small, in, o); err != nil {
				return Pack{}, err
			} else if copied {
				continue
			}
		}
		if err := d.encodeObject(small, &z, o); err != nil {
			return Pack{}, err
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
	return Pack{Open: open, Size: size + sha1.Size}, nil
}

// encodeObject writes one entry of a pack, as a delta when that is allowed and pays.
func (d *DB) encodeObject(w *bytes.Buffer, z *deflater, o Outgoing) error {
	k, data, err := d.Object(o.id)
	if err != nil {
		return err
	}
	var base []byte
	if !o.base.IsZero() {
		if base, err = ReadTree(d, o.base); err != nil {
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
	return z.deflate(w, data, false)
}

// copyDelta writes an entry that a pack has as a delta on the same base; false when none has.
func (d *DB) copyDelta(w *bytes.Buffer, in *inflater, o Outgoing) (bool, error) {
	p, off, err := d.packed(o.id)
	if p == nil || err != nil {
		return false, err
	}
	in.seek(p.f, off)
	h, err := readPackHeader(in.br, off)
	if err != nil || h.kind != ofsDeltaKind {
		return false, err
	}
	if at, ok, err := p.idx.find(o.base); err != nil || !ok || at != h.baseOff {
		return false, err
	}
	end, err := p.end(off)
	if err != nil {
		return false, err
	}
	w.Write(appendPackHeader(w.AvailableBuffer(), refDeltaKind, h.size))
	w.Write(o.base[:])
	from := off + int64(h.length)
	_, err = io.Copy(w, io.NewSectionReader(p.f, from, end-from))
	return err == nil, err
}

// packedBlob is the whole entry of a large blob as it stands in a pack; nil when it is
// small, loose or a delta.
func (d *DB) packedBlob(in *inflater, o OID) (*io.SectionReader, error) {
	p, off, err := d.packed(o)
	if p == nil || err != nil {
		return nil, err
	}
	in.seek(p.f, off)
	h, err := readPackHeader(in.br, off)
	if err != nil || h.kind != BlobKind || h.size < rawMinSize {
		return nil, err
	}
	end, err := p.end(off)
	if err != nil {
		return nil, err
	}
	return io.NewSectionReader(p.f, off, end-off), nil
}

// summedReader reads r and then its checksum.
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

// Pack is a pack of known size.
type Pack struct {
	Open func() io.Reader // reads it from the start; may be called again
	Size int64
}

// EmptyPack is a pack without objects.
func EmptyPack() Pack {
	pack, _ := new(DB).Pack(context.Background(), nil)
	return pack
}
