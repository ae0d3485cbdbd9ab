package gitstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	nethttp "net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/client"
	"github.com/go-git/go-git/v5/plumbing/transport/http"

	"gitpost/gitstore/git"
)

// remote is the other side. Only one goroutine talks to it at a time.
type remote struct {
	name    string // what people see: no credentials
	ep      *transport.Endpoint
	auth    func() (transport.AuthMethod, error)
	tr      transport.Transport
	secrets []string

	// Over HTTP a session is no connection, so one advertisement serves all pushes.
	pusher transport.ReceivePackSession
	caps   *capability.List
}

func newRemote(c Config) (*remote, error) {
	ep, err := transport.NewEndpoint(c.Remote)
	if err != nil {
		return nil, fmt.Errorf("the remote is no URL and no path: %s", redactURL(c.Remote))
	}
	r := &remote{ep: ep}
	user, password := ep.User, ep.Password
	if c.Username != "" {
		user = c.Username
	}
	if c.Password != "" {
		password = c.Password
	}
	for _, secret := range []string{password, c.Password, ep.Password} {
		if secret != "" {
			r.secrets = append(r.secrets, secret, url.QueryEscape(secret), url.PathEscape(secret))
		}
	}
	switch ep.Protocol {
	case "http", "https":
		ep.User, ep.Password = "", ""
		r.tr = http.NewClient(&nethttp.Client{Transport: httpTransport()})
		var auth transport.AuthMethod
		if password != "" || user != "" {
			if user == "" {
				user = "git" // hosts ignore the name beside a token, but want one
			}
			auth = &http.BasicAuth{Username: user, Password: password}
		}
		r.auth = func() (transport.AuthMethod, error) { return auth, nil }
	case "ssh":
		if user == "" {
			user = "git"
		}
		ep.User, ep.Password = user, ""
		r.tr, err = client.NewClient(ep)
		r.auth = func() (transport.AuthMethod, error) { return sshAuth(c, ep, user) }
	case "file", "git":
		r.tr, err = client.NewClient(ep)
		r.auth = func() (transport.AuthMethod, error) { return nil, nil }
	default:
		return nil, fmt.Errorf("the remote %s has the scheme %q; file, http, https, ssh and git are known", redactURL(c.Remote), ep.Protocol)
	}
	if err != nil {
		return nil, fmt.Errorf("the remote %s: %w", redactURL(c.Remote), err)
	}
	r.name = ep.String()
	if ep.Protocol == "file" {
		r.name = ep.Path
	}
	return r, nil
}

// redactURL is safe to show, also when it cannot be parsed.
func redactURL(s string) string {
	if u, err := url.Parse(s); err == nil {
		if u.User != nil {
			u.User = url.User(u.User.Username())
		}
		return u.String()
	}
	if i, j := strings.Index(s, "://"), strings.LastIndex(s, "@"); i >= 0 && j > i {
		return s[:i+3] + s[j+1:]
	}
	return s
}

// silence is how long the other side may say and take nothing. Git servers send a sign of
// life every few seconds while hooks run.
const silence = 2 * time.Minute

// talkingConn returns up when nothing moves any more.
type talkingConn struct{ net.Conn }

func (c talkingConn) Read(p []byte) (int, error) {
	_ = c.SetReadDeadline(time.Now().Add(silence))
	return c.Conn.Read(p)
}

func (c talkingConn) Write(p []byte) (int, error) {
	_ = c.SetWriteDeadline(time.Now().Add(silence))
	return c.Conn.Write(p)
}

func httpTransport() nethttp.RoundTripper {
	t := nethttp.DefaultTransport.(*nethttp.Transport).Clone()
	dial := (&net.Dialer{Timeout: 30 * time.Second}).DialContext
	t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return talkingConn{c}, nil
	}
	// Shorter than what servers and routers in between allow.
	t.IdleConnTimeout = 15 * time.Second
	return bodyTransport{t}
}

// bodyTransport appends a pack to a request as a stream: go-git would hold all of it in
// memory.
type bodyTransport struct{ base *nethttp.Transport }

type packBodyKey struct{}

func (t bodyTransport) RoundTrip(req *nethttp.Request) (*nethttp.Response, error) {
	if body, ok := req.Context().Value(packBodyKey{}).(git.Pack); ok && req.Method == nethttp.MethodPost {
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(io.MultiReader(req.Body, body.Open()))
		if head := req.GetBody; head != nil {
			// A kept connection may turn out to be closed; the request is then sent again.
			req.GetBody = func() (io.ReadCloser, error) {
				r, err := head()
				return io.NopCloser(io.MultiReader(r, body.Open())), err
			}
		}
		req.ContentLength += body.Size
		req.Header.Set("Content-Length", strconv.FormatInt(req.ContentLength, 10))
	}
	return t.base.RoundTrip(req)
}

// greeted is a session whose other side has said what it has.
type greeted[S transport.Session] struct {
	session S
	adv     *packp.AdvRefs
}

// greet reads what the other side has; on an error the session is closed. To a push an
// empty repository is no error.
func greet[S transport.Session](ctx context.Context, s S, pushes bool) (greeted[S], error) {
	adv, err := s.AdvertisedReferencesContext(ctx)
	if pushes && errors.Is(err, transport.ErrEmptyRemoteRepository) {
		err = nil
	}
	if err != nil {
		s.Close()
	}
	return greeted[S]{s, adv}, err
}

// bounded runs the beginning of a session, which may hang in spite of its context: go-git
// dials and shakes hands without one. A session that comes too late is closed by the
// goroutine that made it, which ends when the connection does.
func bounded[S transport.Session](ctx context.Context, begin func() (greeted[S], error)) (greeted[S], error) {
	type result struct {
		g   greeted[S]
		err error
	}
	done := make(chan result)
	go func() {
		g, err := begin()
		select {
		case done <- result{g, err}:
		case <-ctx.Done():
			if err == nil {
				g.session.Close()
			}
		}
	}()
	select {
	case r := <-done:
		return r.g, r.err
	case <-ctx.Done():
		return greeted[S]{}, context.Cause(ctx)
	}
}

var errSilent = errors.New("no answer in time")

// greeting is how long the first answer may take.
const greeting = 45 * time.Second

// advertise opens a fetch session and reads what the remote has. An empty remote returns an
// empty list and no session.
func (r *remote) advertise(ctx context.Context) (transport.UploadPackSession, *packp.AdvRefs, error) {
	auth, err := r.auth()
	if err != nil {
		return nil, nil, err
	}
	short, cancel := context.WithTimeoutCause(ctx, greeting, errSilent)
	defer cancel()
	g, err := bounded(short, func() (greeted[transport.UploadPackSession], error) {
		s, err := r.tr.NewUploadPackSession(r.ep, auth)
		if err != nil {
			return greeted[transport.UploadPackSession]{}, err
		}
		return greet(short, s, false)
	})
	if errors.Is(err, transport.ErrEmptyRemoteRepository) {
		return nil, packp.NewAdvRefs(), nil
	}
	if err != nil {
		return nil, nil, err
	}
	s, adv := g.session, g.adv
	if f := adv.Capabilities.Get("object-format"); len(f) > 0 && f[0] != "sha1" {
		s.Close()
		return nil, nil, fmt.Errorf("the repository uses the object format %s; only sha1 is supported", f[0])
	}
	return s, adv, nil
}

// receiver opens a push session.
func (r *remote) receiver(ctx context.Context) (transport.ReceivePackSession, *capability.List, error) {
	if r.pusher != nil {
		return r.pusher, r.caps, nil
	}
	auth, err := r.auth()
	if err != nil {
		return nil, nil, err
	}
	short, cancel := context.WithTimeoutCause(ctx, greeting, errSilent)
	defer cancel()
	g, err := bounded(short, func() (greeted[transport.ReceivePackSession], error) {
		s, err := r.tr.NewReceivePackSession(r.ep, auth)
		if err != nil {
			return greeted[transport.ReceivePackSession]{}, err
		}
		return greet(short, s, true)
	})
	if err != nil {
		return nil, nil, err
	}
	s, caps := g.session, capability.NewList()
	if g.adv != nil {
		caps = g.adv.Capabilities
	}
	if r.overHTTP() {
		r.pusher, r.caps = s, caps
	}
	return s, caps, nil
}

func (r *remote) overHTTP() bool { return r.ep.Protocol == "http" || r.ep.Protocol == "https" }

// local reports whether the remote is a path, which a git of this machine serves.
func (r *remote) local() bool { return r.ep.Protocol == "file" }

// release ends a push session; forget also drops what is remembered of one over HTTP.
func (r *remote) release(s transport.ReceivePackSession, forget bool) {
	if r.pusher == nil {
		// Closing a session that its server left returns an error that says nothing new.
		_ = s.Close()
	} else if forget {
		r.pusher, r.caps = nil, nil
	}
}

// explain turns what a transport reports into words, without secrets.
func (r *remote) explain(op string, err error) error {
	var known *RemoteError
	var disk *StorageError
	var missing *MissingError
	switch {
	case err == nil, errors.As(err, &disk), errors.As(err, &missing):
		return err
	case errors.As(err, &known):
		return known
	}
	// go-git's own wrapping cannot be unwrapped by errors.As.
	var unexpected *plumbing.UnexpectedError
	for errors.As(err, &unexpected) && unexpected.Err != nil {
		err = unexpected.Err
	}
	e := &RemoteError{Op: op, Remote: r.name, Err: &hidden{err, r.redact(err.Error())}}
	e.Reason = e.Err.Error()
	var line *pktline.ErrorLine
	var dns *net.DNSError
	var netErr net.Error
	var status *http.Err
	var no *rejection
	switch {
	case errors.As(err, &no):
		e.Reason = no.reason
		switch {
		case no.moved:
			e.Hint = "others push at the same time; it is tried again"
		case strings.Contains(no.reason, "refusing to update checked out branch"):
			e.Reason = "somebody works in that repository: the branch is checked out there, and Git takes no push to it"
			e.Hint = "make a bare one of it (git clone --bare), name that one in the configuration, and push to it from where you work"
		}
	case errors.Is(err, transport.ErrAuthenticationRequired):
		e.Reason = "the remote wants a user name and a password or token, or does not accept the ones it got" + said(err, r)
		e.Hint = "check that the token is valid and may write to this repository"
	case errors.Is(err, transport.ErrAuthorizationFailed):
		e.Reason = "the remote does not allow it" + said(err, r)
		e.Hint = "check that the token or key may write to this repository"
	case errors.Is(err, transport.ErrRepositoryNotFound):
		e.Reason = "there is no such repository, or the credentials may not see it"
		e.Hint = "check the address and the credentials"
	case errors.As(err, &line):
		e.Reason = "the remote says: " + r.redact(line.Text)
	case errors.As(err, &status):
		e.Reason = fmt.Sprintf("the remote answered with HTTP status %d", status.StatusCode())
		if text := plainText(status.Reason); text != "" {
			e.Reason += ": " + r.redact(text)
		}
		e.Unreachable = status.StatusCode() >= 500
	case errors.Is(err, exec.ErrNotFound):
		e.Reason = "a repository on this machine is reached through the git command, which is not installed"
		e.Hint = "install git, or use an http or ssh address"
	case errors.As(err, &dns):
		e.Reason, e.Unreachable = fmt.Sprintf("the host name %s cannot be resolved", dns.Name), true
	case errors.Is(err, errSilent), errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		e.Reason, e.Unreachable = "the remote does not answer", true
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Reason, e.Unreachable = "the remote cannot be reached: connection refused", true
	case errors.As(err, &netErr), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.EPIPE),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, io.ErrClosedPipe):
		e.Reason, e.Unreachable = "the connection broke: "+r.redact(rootCause(err)), true
	case strings.Contains(err.Error(), "unable to authenticate"):
		e.Reason = "the remote accepts none of the SSH keys"
		e.Hint = "add the public key to the repository as a deploy key with write access"
	case strings.HasPrefix(err.Error(), "unknown error: "):
		e.Reason = "the remote says: " + r.redact(strings.TrimPrefix(err.Error(), "unknown error: "))
		if strings.Contains(e.Reason, "dubious ownership") {
			e.Hint = "give the repository to gitpost's user, or allow it as that user: git config --global --add safe.directory and its path"
		}
	}
	return e
}

// hidden keeps the chain of an error and shows a text without secrets.
type hidden struct {
	err  error
	text string
}

func (h *hidden) Error() string { return h.text }

// Is finds sentinels in the chain; the chain itself stays hidden, since its texts may
// hold a secret.
func (h *hidden) Is(target error) bool { return errors.Is(h.err, target) }

func rootCause(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}

func (r *remote) redact(s string) string {
	for _, secret := range r.secrets {
		if len(secret) > 3 {
			s = strings.ReplaceAll(s, secret, "…")
		}
	}
	return s
}

// said is the host's own text in an error of go-git, which puts it behind a sentinel.
func said(err error, r *remote) string {
	_, text, _ := strings.Cut(err.Error(), ": ")
	if text = plainText(text); text == "" {
		return ""
	}
	return ": " + r.redact(text)
}

// plainText is a host's text on one line; a page of HTML is nothing to show.
func plainText(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if strings.HasPrefix(s, "<") || len(s) > 1000 {
		return ""
	}
	return s
}

// reasonOf is what people are told of an error at the remote.
func reasonOf(err error) (reason string, unreachable bool) {
	var r *RemoteError
	if err == nil {
		return "", false
	}
	if !errors.As(err, &r) {
		return err.Error(), false
	}
	reason = r.Reason
	if r.Hint != "" {
		reason += "; " + r.Hint
	}
	return reason, r.Unreachable
}
