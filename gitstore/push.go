package gitstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"

	"gitpost/gitstore/git"
)

// rejection is a push that the remote understood and refused.
type rejection struct {
	moved  bool // the branch is not where it was
	unpack bool // the pack could not be used
	reason string
}

func (r *rejection) Error() string { return r.reason }

// push sends what waits, once. It returns back the commits that were in it.
func (s *Store) push(ctx context.Context, full bool) ([]*pending, error) {
	d := &s.delivery
	d.mu.Lock()
	tip, remote, waiting := s.tip.Load().commit, d.remote, slices.Clone(d.unpushed)
	refill := d.refill || remote.IsZero()
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
		if adv, err := session.AdvertisedReferencesContext(ctx); err == nil && git.OID(adv.References[s.head()]) != remote {
			return waiting, &rejection{moved: true, reason: "the remote has commits that are not here"}
		}
	}
	var list []git.Outgoing
	if refill {
		list, err = s.db.Everything(tip)
	} else {
		list, err = s.db.NewObjects(remote, tip, !full && !caps.Supports("no-thin"))
	}
	if err != nil {
		return waiting, fmt.Errorf("collect what is to be pushed: %w", err)
	}
	body, err := s.db.Pack(ctx, list)
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
		req.Packfile = io.NopCloser(body.Open())
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
func (s *Store) noteRemote(tip git.OID) {
	old, err := s.refs.Read(s.tracking())
	if err == nil {
		err = s.refs.Move(context.Background(), s.tracking(), old, tip)
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
