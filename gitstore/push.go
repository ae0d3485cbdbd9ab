package gitstore

import (
	"bytes"
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
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
		req.Packfile = io.NopCloser(body.r)
	}
	report, err := session.ReceivePack(ctx, req)
	if body.stop != nil {
		body.stop()
	}
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

// bufferedPush is the size up to which a pack is made before it is sent, so that a server
// that wants to know its length is told.
const bufferedPush = 16 << 20

// packBody makes the pack, in memory when it is small, else while it is sent.
func (s *Store) packBody(ctx context.Context, list []outObject) (packBody, error) {
	total := int64(0)
	for _, o := range list {
		if o.kind == blobKind && total <= bufferedPush {
			_, n, err := s.db.sizeOf(o.id)
			if err != nil {
				return packBody{}, err
			}
			total += n
		}
	}
	if total <= bufferedPush && len(list) < 50_000 {
		var b bytes.Buffer
		err := s.writePack(ctx, &b, list)
		return packBody{r: &b, size: int64(b.Len())}, err
	}
	pr, pw := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		pw.CloseWithError(s.writePack(ctx, pw, list))
	}()
	return packBody{r: pr, size: -1, stop: func() {
		pr.Close()
		<-done
	}}, nil
}

// rawFrom is the size of a blob from which its compressed form is copied, not made anew.
const rawFrom = 32 << 10

func (s *Store) writePack(ctx context.Context, to io.Writer, list []outObject) error {
	sum := sha1.New()
	w := io.MultiWriter(to, sum)
	var z deflater
	in := newInflater()
	if _, err := w.Write(packHead(len(list))); err != nil {
		return err
	}
	var buf bytes.Buffer
	for _, o := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		if o.kind == blobKind {
			ok, err := s.copyEntry(in, w, o.id)
			if err != nil {
				return err
			}
			if ok {
				continue
			}
		}
		k, data, err := s.db.object(o.id)
		if err != nil {
			return err
		}
		buf.Reset()
		if !o.base.isZero() {
			base, err := readTree(s.db, o.base)
			if err != nil {
				return err
			}
			if delta := treeDelta(base, data); len(delta) < len(data)/2 {
				buf.Write(appendPackHeader(nil, refDeltaKind, int64(len(delta))))
				buf.Write(o.base[:])
				data, k = delta, refDeltaKind
			}
		}
		if k != refDeltaKind {
			buf.Write(appendPackHeader(nil, k, int64(len(data))))
		}
		zw := z.to(&buf, false)
		if _, err := zw.Write(data); err != nil {
			return err
		}
		if err := zw.Close(); err != nil {
			return err
		}
		if _, err := w.Write(buf.Bytes()); err != nil {
			return err
		}
	}
	_, err := to.Write(sum.Sum(nil))
	return err
}

// copyEntry copies a large blob as it stands in a pack.
func (s *Store) copyEntry(in *inflater, w io.Writer, o oid) (bool, error) {
	p, off, err := s.db.packed(o)
	if p == nil || err != nil {
		return false, err
	}
	in.seek(p.f, off)
	h, err := readPackHeader(in.br, off)
	if err != nil || h.kind != blobKind || h.size < rawFrom {
		return false, err
	}
	end, err := p.end(off)
	if err != nil {
		return false, err
	}
	_, err = io.Copy(w, io.NewSectionReader(p.f, off, end-off))
	return true, err
}
