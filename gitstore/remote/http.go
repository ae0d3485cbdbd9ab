package remote

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/transport"

	"gitpost/gitstore/git"
)

// idleTimeout is how long a connection may be idle. Git servers send keepalives while hooks run.
const idleTimeout = 2 * time.Minute

// timedConn fails when it is idle for too long.
type timedConn struct{ net.Conn }

func (c timedConn) Read(p []byte) (int, error) {
	_ = c.SetReadDeadline(time.Now().Add(idleTimeout))
	return c.Conn.Read(p)
}

func (c timedConn) Write(p []byte) (int, error) {
	_ = c.SetWriteDeadline(time.Now().Add(idleTimeout))
	return c.Conn.Write(p)
}

// webClient is what the HTTP conversations with one repository share. None changes it.
type webClient struct {
	r              *Remote
	base           url.URL // of the repository, as configured
	user, password string
	client         http.Client
}

func newWebClient(r *Remote, ep *transport.Endpoint, user, password string) *webClient {
	base, err := url.Parse(ep.String())
	if err != nil { // a path that only an endpoint can spell
		base = &url.URL{Scheme: ep.Protocol, Host: ep.Host, Path: ep.Path}
	}
	if user == "" && password != "" {
		user = "git" // hosts ignore the name beside a token, but want one
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	dial := (&net.Dialer{Timeout: 30 * time.Second}).DialContext
	t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return timedConn{c}, nil
	}
	t.IdleConnTimeout = 15 * time.Second // shorter than what servers and routers in between allow
	noRedirects := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &webClient{r: r, base: *base, user: user, password: password,
		client: http.Client{Transport: t, CheckRedirect: noRedirects}}
}

// webConversation is a conversation over HTTP: one request for the greeting, one for the
// question.
type webConversation struct {
	*webClient
	service string
	at      url.URL // of the repository, behind redirects; set by greeting
}

func (c *webConversation) stderr() string { return "" }
func (c *webConversation) close()         {}

const infoRefs = "/info/refs"

// greeting asks where the repository is and what it has. A redirect is followed on the
// configured host only.
func (c *webConversation) greeting(ctx context.Context) (io.ReadCloser, error) {
	at := *c.base.JoinPath(infoRefs)
	at.RawQuery = "service=" + c.service
	const most = 5
	for hop := 0; ; hop++ {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
		if err != nil {
			return nil, err
		}
		resp, err := c.send(req)
		var moved *redirectError
		if errors.As(err, &moved) && !moved.elsewhere && hop < most && strings.HasSuffix(moved.to.Path, infoRefs) {
			at = moved.to
			continue
		}
		if err != nil {
			return nil, err
		}
		c.at = at
		c.at.Path, c.at.RawPath, c.at.RawQuery = strings.TrimSuffix(at.Path, infoRefs), "", ""
		c.r.setMoved("")
		if hop > 0 {
			c.r.setMoved(c.at.String())
		}
		return resp.Body, nil
	}
}

func (c *webConversation) ask(ctx context.Context, request []byte, pack git.Pack) (io.ReadCloser, error) {
	body := func() (io.ReadCloser, error) {
		if pack.Open == nil {
			return io.NopCloser(bytes.NewReader(request)), nil
		}
		return io.NopCloser(io.MultiReader(bytes.NewReader(request), pack.Open())), nil
	}
	first, _ := body()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.at.JoinPath(c.service).String(), first)
	if err != nil {
		return nil, err
	}
	// A kept connection may turn out to be closed; the request is then sent again.
	req.GetBody = body
	req.ContentLength = int64(len(request)) + pack.Size
	req.Header.Set("Content-Type", "application/x-"+c.service+"-request")
	req.Header.Set("Accept", "application/x-"+c.service+"-result")
	if req.ContentLength > expectSize {
		// A host that does not take so much says so before it gets it, and is not cut short.
		req.Header.Set("Expect", "100-continue")
	}
	resp, err := c.send(req)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

const expectSize = 1 << 20

// send sends a request with the credential and checks the answer. Only requests to the
// configured scheme, host and port come here.
func (c *webClient) send(req *http.Request) (*http.Response, error) {
	if !sameOrigin(req.URL, &c.base) {
		return nil, &redirectError{to: *req.URL, elsewhere: true}
	}
	req.Header.Set("User-Agent", capability.DefaultAgent())
	if c.user != "" || c.password != "" {
		req.SetBasicAuth(c.user, c.password)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, err
	}
	if err := check(req, resp); err != nil {
		resp.Body.Close()
		return nil, err
	}
	return resp, nil
}

// check returns an error for an answer that is not Git's.
func check(req *http.Request, resp *http.Response) error {
	switch {
	case resp.StatusCode == http.StatusOK:
	case resp.StatusCode/100 == 3:
		to, err := req.URL.Parse(resp.Header.Get("Location"))
		if err != nil || resp.Header.Get("Location") == "" {
			return &statusError{code: resp.StatusCode}
		}
		return &redirectError{to: *to, elsewhere: !sameOrigin(to, req.URL)}
	default:
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 8<<10))
		return &statusError{code: resp.StatusCode, text: string(text), asked: req.Method == http.MethodPost,
			retryAfter: resp.Header.Get("Retry-After")}
	}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/x-git-") {
		return nil
	}
	in := bufio.NewReader(resp.Body)
	start, _ := in.Peek(512)
	if isHTML(string(start)) || strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		return &pageError{}
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{in, resp.Body}
	return nil
}

// sameOrigin reports whether two addresses have the same scheme, host and port.
func sameOrigin(a, b *url.URL) bool {
	port := func(u *url.URL) string {
		if p := u.Port(); p != "" {
			return p
		}
		return map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

// statusError is an answer with another status than 200.
type statusError struct {
	code       int
	text       string
	asked      bool // it answers the question, not the greeting
	retryAfter string
}

func (e *statusError) Error() string { return fmt.Sprintf("HTTP status %d", e.code) }

// pageError is a web page in place of a repository.
type pageError struct{}

func (*pageError) Error() string { return "a web page" }

// redirectError is a redirect that was not followed.
type redirectError struct {
	to        url.URL
	elsewhere bool // to another scheme, host or port
}

func (e *redirectError) Error() string { return "redirected to " + e.address() }

// address is where it leads, without what may be secret.
func (e *redirectError) address() string {
	to := url.URL{Scheme: e.to.Scheme, Host: e.to.Host, Path: strings.TrimSuffix(e.to.Path, infoRefs)}
	return to.String()
}

func (r *Remote) explainRedirect(e *Error, moved *redirectError) {
	address := r.redact.clean(moved.address())
	if moved.elsewhere {
		e.Reason = "the host redirects to " + address + ", which is not the configured host; the credential is not sent there"
		e.Hint = "if you trust that address, write it as repo"
		return
	}
	e.Reason = "the host redirects to " + address + ", which is not a repository's address"
	e.Hint = "check the address"
}

// explainStatus explains an answer with another status than 200.
func (r *Remote) explainStatus(e *Error, status *statusError) {
	words := ""
	if text := plainText(r.redact.clean(status.text)); text != "" {
		words = ": " + text
	}
	if after := oneLine(r.redact.clean(status.retryAfter)); after != "" && len(after) < 40 {
		words += " (Retry-After: " + after + ")"
	}
	switch status.code {
	case http.StatusUnauthorized:
		e.Reason = "the remote does not accept the user name and the password or token that it got" + words
		e.Hint = "check that the token is valid, has not expired and may write to this repository"
		if !r.credential {
			e.Reason = "the remote wants a user name and a password or token, and none is configured" + words
			e.Hint = "make a token at the host that may write to this repository; the configuration names it as repo_token_file"
		}
	case http.StatusForbidden:
		e.Reason = "the remote does not allow it" + words
		e.Hint = "check that the token or key may write to this repository"
	case http.StatusNotFound, http.StatusGone:
		e.Reason = "there is no such repository, or the credentials may not see it"
		e.Hint = "check the address and the credentials"
		if _, ok := AdviceFor(words); ok {
			e.Reason += words
		}
	case http.StatusRequestEntityTooLarge:
		e.Reason = "the host, or a proxy in front of it, does not accept a push of this size (HTTP status 413)" + words
		e.Hint = "raise the limit there (nginx: client_max_body_size), or post smaller files"
	case http.StatusTooManyRequests:
		e.Reason, e.Unreachable, e.Answered = "the remote asks to slow down (HTTP status 429)"+words, true, true
	default:
		e.Reason = fmt.Sprintf("the remote answered with HTTP status %d%s", status.code, words)
		e.Unreachable = status.code >= 500
		e.Answered = e.Unreachable
	}
}
