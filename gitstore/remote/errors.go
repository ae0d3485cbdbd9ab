package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"

	"github.com/go-git/go-git/v5/plumbing/format/pktline"

	"gitpost/gitstore/git"
)

// Error is a failure at or on the way to the remote. It never holds a secret.
type Error struct {
	Op          string // "fetch from", "push to"
	Remote      string // without credentials
	Reason      string // in words, the host's own where it gave some
	Hint        string
	Unreachable bool // no answer at all: network, DNS, timeout, or a host in trouble
	Answered    bool // with Unreachable: the host answered that it is in trouble
	Refused     bool // what was pushed was refused, perhaps because of one commit
	Err         error
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%s %s: %s", e.Op, e.Remote, e.Reason)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// hidden keeps the chain of an error and shows a text without secrets.
type hidden struct {
	err  error
	text string
}

func (h *hidden) Error() string { return h.text }

// Is finds sentinels in the chain; the chain itself stays hidden, since its texts may
// hold a secret.
func (h *hidden) Is(target error) bool { return errors.Is(h.err, target) }

// As finds a rejection, whose reason holds no secret.
func (h *hidden) As(target any) bool {
	no, ok := target.(**Rejection)
	return ok && errors.As(h.err, no)
}

// Explain turns what a session reports into an *Error without secrets. Failures of this
// machine's disk or clone are returned as they are.
func (r *Remote) Explain(op string, err error) error {
	var known *Error
	var disk *git.StorageError
	var missing *git.MissingError
	switch {
	case err == nil, errors.As(err, &disk), errors.As(err, &missing):
		return err
	case errors.As(err, &known):
		return known
	}
	text := r.redact.clean(err.Error())
	e := &Error{Op: op, Remote: r.name, Reason: text, Err: &hidden{err, text}}
	if !r.explainAnswer(e, err) {
		explainConnection(e, err, r.redact.clean(rootCause(err)))
	}
	var no *Rejection
	if errors.As(err, &no) && no.Moved {
		return e
	}
	return withAdvice(e)
}

// explainAnswer explains what the host answered; false when there was no answer.
func (r *Remote) explainAnswer(e *Error, err error) bool {
	var line *pktline.ErrorLine
	var status *statusError
	var moved *redirectError
	var page *pageError
	var host *hostError
	var no *Rejection
	switch {
	case errors.As(err, &no):
		e.Reason = no.Reason
		if no.Moved {
			e.Hint = "someone else is pushing at the same time; will retry"
		}
	case errors.As(err, &moved):
		r.explainRedirect(e, moved)
	case errors.As(err, &page):
		e.Reason = "the host answered with a web page, not with a Git repository"
		e.Hint = "check the address, and whether a sign-in page or a proxy is in front of it"
	case errors.As(err, &status):
		r.explainStatus(e, status)
	case errors.Is(err, errFormat):
		e.Reason = "this is a SHA-256 repository, which gitpost cannot use"
		e.Hint = "make one with SHA-1 (git init --object-format=sha1) and push the site there"
	case errors.As(err, &line):
		r.explainWords(e, line.Text)
	case errors.As(err, &host):
		r.explainWords(e, host.words)
	default:
		return false
	}
	return true
}

// noRepository is how hosts say that there is no such repository.
var noRepository = regexp.MustCompile(`(?i)repository not found|does not appear to be a git repository|` +
	`repository does not exist|no such repository|access denied|cannot find repository|` +
	`project you were looking for could not be found`)

// explainWords explains what the host said in place of an answer.
func (r *Remote) explainWords(e *Error, words string) {
	words = oneLine(r.redact.clean(words))
	e.Reason = "the remote says: " + words
	if noRepository.MatchString(words) {
		e.Reason = "there is no such repository, or the credentials may not see it"
		e.Hint = "check the address and the credentials"
		if r.local() {
			e.Reason, e.Hint = "there is no Git repository at this path", "correct the path, or let gitpost's user read it"
		}
	}
}

// explainConnection explains a failure on the way.
func explainConnection(e *Error, err error, cause string) {
	var dns *net.DNSError
	var netErr net.Error
	switch {
	case errors.Is(err, exec.ErrNotFound):
		e.Reason = "a repository on this machine is reached through the git command, which is not installed"
		e.Hint = "install git, or use an http or ssh address"
	case errors.As(err, &dns):
		e.Reason, e.Unreachable = fmt.Sprintf("the host name %s cannot be resolved", dns.Name), true
		e.Hint = "check how it is spelt, and whether this machine can resolve other names"
	case errors.Is(err, errSilent), errors.Is(err, context.DeadlineExceeded),
		errors.As(err, &netErr) && netErr.Timeout():
		e.Reason, e.Unreachable = "the remote does not answer", true
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Reason, e.Unreachable = "the remote cannot be reached: connection refused", true
	case errors.As(err, &netErr), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNRESET),
		errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, io.ErrClosedPipe):
		e.Reason, e.Unreachable = "the connection broke: "+cause, true
	case strings.Contains(err.Error(), "unable to authenticate"):
		e.Reason = "the remote accepts none of the SSH keys"
		e.Hint = "add the public key to the repository as a deploy key with write access; a repository that was deleted " +
			"took its deploy keys along, so check the address, too"
	}
}

func rootCause(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}
