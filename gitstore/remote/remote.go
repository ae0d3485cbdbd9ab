// Package remote talks to the Git host of a repository, over HTTP, SSH or the git protocol,
// or through the git command for a path on this machine.
//
// Errors are of type *Error: in words, with the host's own where it gave some, and never with
// a credential. Over HTTP a credential goes to the scheme, host and port of the configured
// URL and nowhere else: a redirect that leads elsewhere is refused, one on the same host is
// followed and reported by Moved.
//
// It is the only package that imports go-git, for the messages of Git's protocol.
package remote

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing/transport"
)

// Config says where a repository is and how to sign in.
type Config struct {
	URL string // a path, or a file, http, https, ssh, git or scp-like URL

	Username, Password string // for http(s); a token goes into Password
	SSHKeyFile         string // for ssh; default: the agent, then ~/.ssh/id_*
	KnownHostsFile     string // default: ~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts
}

// Remote is a repository at a host. One goroutine at a time fetches or pushes.
type Remote struct {
	name   string // what people see: no credentials
	ep     transport.Endpoint
	open   func(ctx context.Context, service string) (conversation, error)
	redact redactor

	credential bool // a user name or a password for HTTP is configured

	// Over HTTP a session is no connection, so one advertisement serves all pushes.
	pusher *session

	mu    sync.Mutex // guards moved
	moved string
}

// New checks the configuration; it does not connect.
func New(c Config) (*Remote, error) {
	ep, err := transport.NewEndpoint(c.URL)
	if err != nil {
		return nil, fmt.Errorf("the remote is neither a URL nor a path: %s", redactURL(c.URL))
	}
	r := &Remote{}
	user, password := ep.User, ep.Password
	if c.Username != "" {
		user = c.Username
	}
	if c.Password != "" {
		password = c.Password
	}
	switch ep.Protocol {
	case "http", "https":
		if password == "" && ep.User != "" {
			r.redact.add(ep.User) // some hosts take a token in its place
		}
		r.redact.add(password, ep.Password)
		ep.User, ep.Password = "", ""
		r.credential = user != "" || password != ""
		web := newWebClient(r, ep, user, password)
		r.open = func(_ context.Context, service string) (conversation, error) {
			return &webConversation{webClient: web, service: service}, nil
		}
	case "ssh":
		if user == "" {
			user = "git"
		}
		r.redact.add(password, ep.Password)
		ep.User, ep.Password = user, ""
		r.open = func(ctx context.Context, service string) (conversation, error) {
			return dialSSH(ctx, c, ep, service)
		}
	case "file":
		r.open = func(_ context.Context, service string) (conversation, error) { return startGit(ep.Path, service) }
	case "git":
		r.open = func(ctx context.Context, service string) (conversation, error) { return dialGit(ctx, ep, service) }
	default:
		return nil, fmt.Errorf("the remote %s has the unknown scheme %q; use file, http, https, ssh or git",
			redactURL(c.URL), ep.Protocol)
	}
	r.ep = *ep
	r.name = ep.String()
	if ep.Protocol == "file" {
		r.name = ep.Path
	}
	return r, nil
}

// Name is the address without credentials.
func (r *Remote) Name() string { return r.name }

// Moved is the address that the host redirected to the last time; "" when it did not.
func (r *Remote) Moved() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.moved
}

func (r *Remote) setMoved(address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.moved = address
}

func (r *Remote) overHTTP() bool { return r.ep.Protocol == "http" || r.ep.Protocol == "https" }

// local reports whether the remote is a path, which the git command of this machine serves.
func (r *Remote) local() bool { return r.ep.Protocol == "file" }

// redactURL is safe to show, also when it cannot be parsed.
func redactURL(s string) string {
	if u, err := url.Parse(s); err == nil {
		u.User = nil
		return u.String()
	}
	if i, j := strings.Index(s, "://"), strings.LastIndex(s, "@"); i >= 0 && j > i {
		return s[:i+3] + s[j+1:]
	}
	return s
}

// Fetch is a session that reads from the remote; Close ends it.
type Fetch struct {
	Refs
	r *Remote
	s *session // nil: the remote is empty
}

// Fetch reads what the remote has.
func (r *Remote) Fetch(ctx context.Context) (*Fetch, error) {
	f, err := r.fetch(ctx)
	return f, r.Explain("fetch from", err)
}

func (r *Remote) fetch(ctx context.Context) (*Fetch, error) {
	s, err := r.begin(ctx, transport.UploadPackServiceName)
	if errors.Is(err, transport.ErrEmptyRemoteRepository) {
		return &Fetch{r: r}, nil
	}
	if err != nil {
		return nil, err
	}
	return &Fetch{Refs: Refs{s.adv}, r: r, s: s}, nil
}

// Close ends the session.
func (f *Fetch) Close() {
	if f.s != nil {
		f.s.conv.close()
	}
}
