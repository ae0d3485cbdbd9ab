package gitstore

import (
	"bytes"
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
)

// rejection is a push that the remote understood and refused.
type rejection struct {
	moved  bool // the branch is not where it was
	unpack bool // the pack could not be used
	reason string
}

func (r *rejection) Error() string { return r.reason }

// push sends what waits, once. It gives back the commits that were in it.
func (s *Store) push(ctx context.Context, full bool) ([]*pending, error) {
	d := &s.delivery
	d.mu.Lock()
	tip, remote, waiting := s.tip.Load().commit, d.remote, slices.Clone(d.unpushed)
	refill := d.refill || remote.isZero()
	if n := len(waiting); n > 0 {
		tip = waiting[n-1].id
	}
	d.mu.Unlock()

	session, caps, err := s.remote.receiver(ctx)
	if err != nil {
		return waiting, err
	}
	forget := true
	defer func() { s.remote.release(session, forget) }()
	if !s.remote.overHTTP() {
		// The session began with the remote's branches: a push that must fail is not sent.
		if adv, err := session.AdvertisedReferencesContext(ctx); err == nil && oid(adv.References[s.head()]) != remote {
			return waiting, &rejection{moved: true, reason: "the remote has commits that are not here"}
		}
	}
	var list []outObject
	if refill {
		list, err = s.everything(tip)
	} else {
		list, err = s.newObjects(remote, tip, !full && !caps.Supports("no-thin"))
	}
	if err != nil {
		return waiting, fmt.Errorf("collect what is to be pushed: %w", err)
	}
	body, err := s.packBody(ctx, list)
	if err != nil {
		return waiting, fmt.Errorf("collect what is to be pushed: %w", err)
	}
	req := packp.NewReferenceUpdateRequest()
	for _, c := range []capability.Capability{capability.ReportStatus, capability.Sideband64k, capability.Quiet} {
		if caps.Supports(c) {
			_ = req.Capabilities.Set(c)
		}
	}
	if caps.Supports(capability.Agent) {
		_ = req.Capabilities.Set(capability.Agent, agentName)
	}
	req.Commands = []*packp.Command{{Name: plumbing.ReferenceName(s.head()), Old: plumbing.Hash(remote), New: plumbing.Hash(tip)}}
	var said lastWords
	req.Progress = &said
	if s.remote.overHTTP() {
		ctx = context.WithValue(ctx, packBodyKey{}, body)
	} else {
		req.Packfile = io.NopCloser(body.open())
	}
	if s.remote.local() {
		var stop func()
		ctx, stop = outlasting(ctx, localPatience)
		defer stop()
	}
	report, err := session.ReceivePack(ctx, req)
	if err := s.judge(report, err, &said); err != nil {
		return waiting, err
	}
	forget = false
	d.update(func() {
		d.arrived(tip)
		d.lastPush = time.Now()
	})
	s.noteRemote(tip)
	return waiting, nil
}

// localPatience is how long the git that serves a path may go on after it was given up.
// go-git kills it then; killed while it moves a ref it leaves a lock in the remote that
// stops every push until a person removes it.
const localPatience = 10 * time.Second

// outlasting is a context that ends a while after ctx does, or with stop.
func outlasting(ctx context.Context, by time.Duration) (later context.Context, stop func()) {
	later, cancel := context.WithCancel(context.WithoutCancel(ctx))
	unhook := context.AfterFunc(ctx, func() {
		wait := time.NewTimer(by)
		defer wait.Stop()
		select {
		case <-wait.C:
			cancel()
		case <-later.Done():
		}
	})
	return later, func() {
		unhook()
		cancel()
	}
}

// noteRemote writes the remote's tip down. Should that fail, the next fetch finds it out.
func (s *Store) noteRemote(tip oid) {
	old, err := s.refs.read(s.tracking())
	if err == nil {
		err = s.refs.move(context.Background(), s.tracking(), old, tip)
	}
	if err != nil {
		s.log.Warn("cannot note what the remote has", "error", err)
	}
}

// judge turns the answer to a push into an error; what the host said in words counts most.
func (s *Store) judge(report *packp.ReportStatus, err error, said *lastWords) error {
	words := s.remote.redact(said.text())
	if report == nil {
		switch {
		case err == nil:
			err = errors.New("the remote did not say whether it took the push")
		case words != "":
			return &RemoteError{Op: "push to", Remote: s.remote.name, Reason: words, Err: &hidden{err, words}}
		}
		return err
	}
	status := ""
	if report.UnpackStatus != "ok" {
		status = report.UnpackStatus
	} else {
		for _, c := range report.CommandStatuses {
			if c.Status != "ok" {
				status = c.Status
			}
		}
	}
	if status == "" {
		return nil
	}
	r := &rejection{reason: s.remote.redact(status), unpack: report.UnpackStatus != "ok"}
	if words != "" {
		r.reason = words + " (" + r.reason + ")"
	}
	for _, sign := range []string{"non-fast-forward", "fetch first", "failed to update ref", "already exists", "cannot lock ref",
		"stale info", "incorrect old value", "failed to lock", "reference is at", "but expected"} {
		r.moved = r.moved || !r.unpack && strings.Contains(status, sign)
	}
	return r
}

// lastWords keeps the end of what the host says beside the protocol: the words of hooks.
type lastWords struct{ b []byte }

func (l *lastWords) Write(p []byte) (int, error) {
	l.b = append(l.b, p...)
	if n := len(l.b) - 4096; n > 0 {
		l.b = l.b[n:]
	}
	return len(p), nil
}

func (l *lastWords) text() string {
	var lines []string
	for line := range strings.FieldsFuncSeq(strings.ToValidUTF8(string(l.b), ""), func(r rune) bool { return r == '\n' || r == '\r' }) {
		line = strings.TrimSpace(line)
		isProgress := strings.HasSuffix(line, "done.") || strings.Contains(line, "% (")
		if line != "" && !isProgress {
			lines = append(lines, strings.TrimPrefix(line, "remote: "))
		}
	}
	if len(lines) > 12 {
		lines = lines[len(lines)-12:]
	}
	return strings.Join(lines, "; ")
}

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
func (s *Store) newObjects(remote, tip oid, thin bool) ([]outObject, error) {
	commits, ok, err := s.chain(tip, remote)
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
	for _, p := range commits {
		c, err := readCommit(s.db, p.id)
		if err != nil {
			return nil, err
		}
		add(c.id, zeroOID, commitKind)
		before := zeroOID
		if !c.parent().isZero() {
			parent, err := readCommit(s.db, c.parent())
			if err != nil {
				return nil, err
			}
			before = parent.tree
		}
		if c.tree == emptyTree {
			add(emptyTree, zeroOID, treeKind)
		}
		err = diffTrees(s.db, before, s.db, c.tree, "", func(t treeChange) error {
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
func (s *Store) everything(tip oid) ([]outObject, error) {
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
		raw, err := readTree(s.db, o)
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
		c, err := readCommit(s.db, o)
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
func (s *Store) packBody(ctx context.Context, list []outObject) (packBody, error) {
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
			return packBody{}, err
		}
		if o.kind == blobKind {
			raw, err := s.packedBlob(in, o.id)
			if err != nil {
				return packBody{}, err
			}
			if raw != nil {
				flush()
				size += raw.Size()
				parts = append(parts, raw)
				continue
			}
		}
		if err := s.encodeObject(small, &z, o); err != nil {
			return packBody{}, err
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
	return packBody{open: open, size: size + sha1.Size}, nil
}

// encodeObject writes one entry of a pack, as a delta when that is allowed and pays.
func (s *Store) encodeObject(w *bytes.Buffer, z *deflater, o outObject) error {
	k, data, err := s.db.object(o.id)
	if err != nil {
		return err
	}
	var base []byte
	if !o.base.isZero() {
		if base, err = readTree(s.db, o.base); err != nil {
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
func (s *Store) packedBlob(in *inflater, o oid) (*io.SectionReader, error) {
	p, off, err := s.db.packed(o)
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
