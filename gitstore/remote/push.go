package remote

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
	"github.com/go-git/go-git/v5/plumbing/transport"

	"gitpost/gitstore/git"
)

// Update is one ref that is to be moved; a zero Old makes it, a zero New deletes it.
type Update struct {
	Ref      string
	Old, New git.OID
}

// Rejection is a push that the remote understood and refused.
type Rejection struct {
	Moved  bool // the ref is not where it was
	Unpack bool // the pack could not be used
	Reason string
}

func (r *Rejection) Error() string { return r.Reason }

// Refused reports whether the host took a push that was sent to it and refused what is in it,
// perhaps because of one commit.
func Refused(err error) bool {
	var no *Rejection
	var status *statusError
	var e *Error
	switch {
	case errors.As(err, &no):
		return !no.Moved
	case errors.As(err, &status):
		return status.asked && slices.Contains([]int{400, 403, 413, 422}, status.code)
	case errors.As(err, &e):
		return e.Refused
	}
	return false
}

// Push moves a ref. pack makes what is sent; thin allows deltas on objects that the remote
// has. accepted is called as soon as the ref is known to have moved; hooks of the host may run
// longer, and Push waits for them. An error is a *Rejection, one of pack, or what Explain puts into words.
func (r *Remote) Push(
	ctx context.Context, u Update, pack func(thin bool) (git.Pack, error), accepted func(),
) error {
	err := r.push(ctx, u, pack, accepted)
	var moved *redirectError
	if errors.As(err, &moved) && !moved.elsewhere {
		err = r.push(ctx, u, pack, accepted) // the remembered session was dropped: discover the address again
	}
	return err
}

func (r *Remote) push(
	ctx context.Context, u Update, pack func(thin bool) (git.Pack, error), accepted func(),
) error {
	s, err := r.receiver(ctx)
	if err != nil {
		return err
	}
	keep := false
	defer func() { r.release(s, keep) }()
	if !r.overHTTP() && git.OID(s.adv.References[u.Ref]) != u.Old {
		// The session began with the remote's branches: a push that must fail is not sent.
		return &Rejection{Moved: true, Reason: "the remote has commits that are not here"}
	}
	caps := s.adv.Capabilities
	var body git.Pack
	if !u.New.IsZero() {
		if body, err = pack(!caps.Supports("no-thin")); err != nil {
			return err
		}
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
	req.Commands = []*packp.Command{{
		Name: plumbing.ReferenceName(u.Ref), Old: plumbing.Hash(u.Old), New: plumbing.Hash(u.New),
	}}
	var request bytes.Buffer
	if err := req.Encode(&request); err != nil {
		return err
	}
	answer, err := s.conv.ask(ctx, request.Bytes(), body)
	if err != nil {
		return err
	}
	var words outputTail
	report, err := readReport(answer, req.Capabilities.Supports(capability.Sideband64k), &words)
	if err != nil {
		err = causeOf(ctx, err)
		answer.Close()
		words.WriteString("\n" + s.conv.stderr())
		return r.checkReport(nil, err, &words)
	}
	err = r.checkReport(report, nil, &words)
	if err == nil {
		accepted()
	}
	_, drainErr := io.Copy(io.Discard, answer) // what hooks say that run afterwards
	answer.Close()
	keep = err == nil && drainErr == nil
	return err
}

// readReport reads what became of a push.
func readReport(r io.Reader, banded bool, words io.Writer) (*packp.ReportStatus, error) {
	if banded {
		demux := sideband.NewDemuxer(sideband.Sideband64k, r)
		demux.Progress = words
		r = demux
	}
	report := packp.NewReportStatus()
	if err := report.Decode(r); err != nil {
		return nil, err
	}
	return report, nil
}

// receiver opens a push session, or returns the one that is remembered.
func (r *Remote) receiver(ctx context.Context) (*session, error) {
	if r.pusher != nil {
		return r.pusher, nil
	}
	return r.begin(ctx, transport.ReceivePackServiceName)
}

// release ends a push session. One over HTTP is kept for the next push, unless it led to
// another address: what is there may change.
func (r *Remote) release(s *session, keep bool) {
	if r.pusher = nil; keep && r.overHTTP() && r.Moved() == "" {
		r.pusher = s
		return
	}
	s.conv.close()
}

// checkReport turns the answer to a push into an error; the host's own words come first.
func (r *Remote) checkReport(report *packp.ReportStatus, err error, said *outputTail) error {
	words := oneLine(r.redact.clean(said.text()))
	if report == nil {
		if err == nil {
			err = errors.New("the remote did not say whether it took the push")
		}
		if words != "" {
			return withAdvice(&Error{Op: "push to", Remote: r.name, Reason: words, Refused: true,
				Err: &hidden{err, words}})
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
	no := &Rejection{Reason: r.redact.clean(status), Unpack: report.UnpackStatus != "ok"}
	if words != "" {
		no.Reason = words + " (" + no.Reason + ")"
	}
	saysMoved := func(sign string) bool { return strings.Contains(status, sign) }
	no.Moved = !no.Unpack && slices.ContainsFunc(movedSigns, saysMoved)
	return no
}

// movedSigns is how servers say that a ref is not where it was.
var movedSigns = []string{
	"non-fast-forward", "fetch first", "failed to update ref", "already exists", "cannot lock ref", "stale info",
	"incorrect old value", "failed to lock", "reference is at", "but expected",
	"missing necessary objects",
}
