// Package outbound fetches URLs that others supply, such as an app's client_id, the pages that a
// post is about, or the sign-in server of a site; and calls those that the configuration names (see
// NewTrusted and Call).
//
// A Client speaks HTTP to public addresses only. Every connection is checked after the name
// was resolved, so a name that points, now or later, to this machine, to a private network
// or to a cloud's metadata service is refused. It connects to the ports 80 and 443, uses no
// proxy, sends no cookies, and follows no redirect with credentials. What it reads is limited in
// size and time, and in the number of redirects.
//
// A Client is safe for concurrent use.
package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options change what a Client allows. The zero value is what gitpost uses.
type Options struct {
	Timeout   time.Duration // for a request with its redirects and body: 10s
	MaxBody   int64         // bytes of a body: 1 MiB
	Redirects int           // how many are followed: 5; below 0 none

	// Resolver finds the addresses of names; nil is the system's.
	Resolver *net.Resolver

	// SameHost keeps redirects on the host that was asked first.
	SameHost bool
}

// What a Client refuses. The error that is returned says more.
var (
	ErrAddress   = errors.New("the address is not on the public internet")
	ErrURL       = errors.New("the address is not one that may be fetched")
	ErrRedirects = errors.New("it redirects too often, or where it may not")
	ErrTooLarge  = errors.New("the answer is too large")
)

// Client is the HTTP client for foreign addresses.
type Client struct {
	http    http.Client
	maxBody int64
}

// Response is an answer that was read to its end.
type Response struct {
	URL    *url.URL // where it came from in the end
	Status int
	Header http.Header
	Body   []byte
}

// New makes a Client.
func New(o Options) *Client {
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.MaxBody == 0 {
		o.MaxBody = 1 << 20
	}
	if o.Redirects == 0 {
		o.Redirects = 5
	}
	dialer := &net.Dialer{Timeout: o.Timeout, Resolver: o.Resolver, Control: guard}
	return &Client{
		maxBody: o.MaxBody,
		http: http.Client{
			Timeout: o.Timeout,
			Transport: &http.Transport{
				Proxy:                  nil, // a proxy would connect for us, past the guard
				DialContext:            atHome.dial(dialer),
				TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
				TLSHandshakeTimeout:    o.Timeout,
				ResponseHeaderTimeout:  o.Timeout,
				MaxResponseHeaderBytes: 64 << 10,
				MaxIdleConns:           8,
				IdleConnTimeout:        30 * time.Second,
			},
			CheckRedirect: func(r *http.Request, via []*http.Request) error { return o.mayFollow(r, via) },
		},
	}
}

// mayFollow decides on a redirect. The answer to a request that had credentials or a body is
// returned as it is.
func (o Options) mayFollow(r *http.Request, via []*http.Request) error {
	first := via[0]
	if first.Method != http.MethodGet && first.Method != http.MethodHead || first.Header.Get("Authorization") != "" {
		return http.ErrUseLastResponse
	}
	if len(via) > o.Redirects {
		return fmt.Errorf("%w (%d times)", ErrRedirects, len(via))
	}
	if o.SameHost && !strings.EqualFold(r.URL.Hostname(), first.URL.Hostname()) {
		return fmt.Errorf("%w (to another host, %s)", ErrRedirects, r.URL.Hostname())
	}
	r.Header.Del("Referer") // the URL that led here is private
	return CheckURL(r.URL)
}

// CheckURL is nil for an address that may be asked as far as its text tells: http or https,
// the usual ports, and no user name. Its host is checked when it is connected to.
func CheckURL(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%w: it starts with neither http:// nor https://", ErrURL)
	case u.Hostname() == "":
		return fmt.Errorf("%w: it has no host", ErrURL)
	case u.User != nil:
		return fmt.Errorf("%w: it has a user name in it", ErrURL)
	}
	return nil
}

// Get fetches address. accept is the Accept header, "" for none.
func (c *Client) Get(ctx context.Context, address, accept string) (*Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		address, _, _ = strings.Cut(address, "?")
		return nil, fmt.Errorf("fetch %q: %w", address, ErrURL)
	}
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	return c.Do(r)
}

// Do sends r and reads the whole answer. An answer of any status is no error.
func (c *Client) Do(r *http.Request) (*Response, error) {
	if err := CheckURL(r.URL); err != nil {
		return nil, fmt.Errorf("fetch %s: %w", bare(r.URL), err)
	}
	if r.Header.Get("User-Agent") == "" {
		r.Header.Set("User-Agent", "gitpost")
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, explain(r.URL, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, c.maxBody+1))
	if err != nil {
		return nil, explain(r.URL, err)
	}
	if int64(len(body)) > c.maxBody {
		return nil, fmt.Errorf("fetch %s: %w (more than %d bytes)", bare(r.URL), ErrTooLarge, c.maxBody)
	}
	return &Response{URL: answer.Request.URL, Status: answer.StatusCode, Header: answer.Header, Body: body}, nil
}

// explain names the host alone: an address can carry what belongs in no log.
func explain(u *url.URL, err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return fmt.Errorf("fetch %s: %w", bare(u), err)
}

// bare is an address without its query.
func bare(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
