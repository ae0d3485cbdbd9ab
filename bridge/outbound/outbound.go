// Package outbound fetches URLs that others supply, such as an app's client_id, the pages that a
// post is about, or the sign-in server of a site; and calls those that the configuration names (see
// NewTrusted and Call).
//
// A Client connects to public addresses only. It checks each connection after the name was
// resolved, so a name that points, now or later, to this machine, to a private network or to
// a cloud's metadata service is refused. It connects to ports 80 and 443 only, uses no proxy,
// sends no cookies, and follows no redirect of a request with credentials or a body. Size and
// time of a response and the number of redirects are limited.
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

// Options limit a Client. Zero fields mean the defaults.
type Options struct {
	Timeout   time.Duration // for a request with its redirects and body; default 10s
	MaxBody   int64         // bytes of a body; default 1 MiB
	Redirects int           // followed redirects; default 5, below 0 none

	Resolver *net.Resolver // nil: the system's
	SameHost bool          // only follow redirects to the host of the first request
}

// Reasons for which a Client refuses a request. Returned errors wrap one of them.
var (
	ErrAddress   = errors.New("the address is not on the public internet")
	ErrURL       = errors.New("not a URL that may be fetched")
	ErrRedirects = errors.New("too many redirects, or a redirect that is not allowed")
	ErrTooLarge  = errors.New("the response is too large")
)

// Client is the HTTP client for foreign URLs.
type Client struct {
	http    http.Client
	maxBody int64
}

// Response is a response whose body was read completely.
type Response struct {
	URL    *url.URL // after redirects
	Status int
	Header http.Header
	Body   []byte
}

// New returns a Client.
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
				Proxy:                  nil, // a proxy would bypass the guard
				DialContext:            testHosts.dial(dialer),
				TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
				TLSHandshakeTimeout:    o.Timeout,
				ResponseHeaderTimeout:  o.Timeout,
				MaxResponseHeaderBytes: 64 << 10,
				MaxIdleConns:           8,
				IdleConnTimeout:        30 * time.Second,
			},
			CheckRedirect: func(r *http.Request, via []*http.Request) error { return o.checkRedirect(r, via) },
		},
	}
}

// checkRedirect decides whether a redirect is followed. After a request with credentials or
// a body the redirect itself is the response.
func (o Options) checkRedirect(r *http.Request, via []*http.Request) error {
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
	r.Header.Del("Referer") // do not tell the target which page redirected here
	return CheckURL(r.URL)
}

// CheckURL returns an error unless u is an http or https URL with a host and without user
// information. Address and port are checked on connecting.
func CheckURL(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%w: must start with http:// or https://", ErrURL)
	case u.Hostname() == "":
		return fmt.Errorf("%w: no host", ErrURL)
	case u.User != nil:
		return fmt.Errorf("%w: contains a user name", ErrURL)
	}
	return nil
}

// Get fetches a URL. accept is the Accept header, "" for none.
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

// Do sends r and reads the whole response. A response of any status is no error.
func (c *Client) Do(r *http.Request) (*Response, error) {
	if err := CheckURL(r.URL); err != nil {
		return nil, fmt.Errorf("fetch %s: %w", bare(r.URL), err)
	}
	if r.Header.Get("User-Agent") == "" {
		r.Header.Set("User-Agent", "gitpost")
	}
	response, err := c.http.Do(r)
	if err != nil {
		return nil, explain(r.URL, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, c.maxBody+1))
	if err != nil {
		return nil, explain(r.URL, err)
	}
	if int64(len(body)) > c.maxBody {
		return nil, fmt.Errorf("fetch %s: %w (more than %d bytes)", bare(r.URL), ErrTooLarge, c.maxBody)
	}
	return &Response{URL: response.Request.URL, Status: response.StatusCode, Header: response.Header, Body: body}, nil
}

// explain replaces the URL in err by one without a query, which may hold secrets.
func explain(u *url.URL, err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return fmt.Errorf("fetch %s: %w", bare(u), err)
}

// bare returns u without query and user information.
func bare(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
