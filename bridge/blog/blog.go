// Package blog serves sites: it carries out what apps and pages ask for on a site's repository,
// and answers questions from the index of its posts.
package blog

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"gitpost/bridge/address"
	"gitpost/bridge/catalog"
	"gitpost/bridge/config"
	"gitpost/bridge/fault"
	"gitpost/gitstore"
)

// Blog is one site being served: its repository, the index of its posts, and what is done with
// them. Apps name it by the site's address (mp-destination). Its methods are safe for concurrent
// use.
type Blog struct {
	settings atomic.Pointer[config.Site]
	server   func() *config.Server
	log      *slog.Logger
	store    *gitstore.Store
	index    *index
	writer   *writer
	schedule *schedule
	*queries

	opened  atomic.Bool            // all of the above can be used
	failure atomic.Pointer[string] // why not, as far as is known

	moved func(*Blog) // Options.Moved

	urls     urlKeeper
	changing sync.Mutex // held while another configuration or map is put in force

	background sync.WaitGroup // what open started
}

func newBlog(c config.Site, server func() *config.Server, log *slog.Logger) *Blog {
	b := &Blog{server: server, log: log, urls: urlKeeper{changed: make(chan struct{}, 1), built: make(chan struct{}, 1)}}
	c.Options.Published = keptURLs(&c)
	b.settings.Store(&c)
	b.index = newIndex(b.Config, log)
	b.queries = &queries{view: b.view}
	return b
}

// Config is the configuration in force. It must not be changed.
func (b *Blog) Config() *config.Site { return b.settings.Load() }

// Me is the site's address, by which apps and tokens name it. It never changes.
func (b *Blog) Me() string { return b.Config().Me }

// BaseURL is the address below which the site has its posts, with a trailing slash.
func (b *Blog) BaseURL() string { return cmp.Or(b.index.site.base(), b.Me()) }

// within returns the length of the site's address that a URL is below: its base URL, or its owner's.
// It is 0 when the URL is below neither.
func (b *Blog) within(url string) (longest int) {
	for _, home := range []string{b.index.site.base(), b.Me()} {
		if home != "" && address.Within(home, url) {
			longest = max(longest, len(home))
		}
	}
	return longest
}

// Log is the site's log.
func (b *Blog) Log() *slog.Logger { return b.log }

// cloned reports whether there is a clone already.
func (b *Blog) cloned() bool {
	_, err := os.Stat(filepath.Join(b.Config().CloneDir(), "HEAD"))
	return err == nil
}

// ready returns the writer once the site can be used and its configuration could be read.
func (b *Blog) ready() (*writer, error) {
	if err := b.usable(); err != nil {
		return nil, err
	}
	if err := b.index.site.unread(); err != nil {
		return nil, b.unreadable(err)
	}
	return b.writer, nil
}

// usable returns nil when the site can be used.
func (b *Blog) usable() error {
	reason := b.closedFor()
	if reason == "" {
		return nil
	}
	return &fault.Error{
		Code: fault.Unavailable, Message: fmt.Sprintf("the site %s cannot be used yet: %s", b.Me(), reason),
		Hint: "nothing was changed; try again later", RetryAfter: longestReopenPause,
	}
}

// closedFor is why the site cannot be used; "" when it can.
func (b *Blog) closedFor() string {
	if b.opened.Load() {
		return ""
	}
	if reason := b.failure.Load(); reason != nil {
		return *reason
	}
	return "it is being opened"
}

// Problem is why the site is not served as its author wants it; "" when it is.
func (b *Blog) Problem() string {
	if reason := b.closedFor(); reason != "" {
		return reason
	}
	st := b.store.Status()
	if st.Disk != "" {
		return "posts cannot be stored: " + st.Disk
	}
	return cmp.Or(remoteProblem(st), b.index.site.problem(), b.schedule.problem())
}

// Delivery is how far the repository's commits have come; zero while the site is not open.
func (b *Blog) Delivery() gitstore.Status {
	if !b.opened.Load() {
		return gitstore.Status{}
	}
	return b.store.Status()
}

// view brings the index to the tip and lets f read it.
func (b *Blog) view(ctx context.Context, f func(*catalog.View) error) error {
	if err := b.usable(); err != nil {
		return err
	}
	snap := indexed{b.store.Snapshot()}
	if err := b.index.Advance(ctx, snap); err != nil {
		return b.unreadable(err)
	}
	return b.index.At(ctx, snap, f)
}

func (b *Blog) unreadable(err error) error {
	return &fault.Error{
		Code: fault.Unavailable, Message: fmt.Sprintf("the site %s cannot be read as it is now in its repository",
			b.Me()),
		Hint: "fix it there: /readyz and the server's log say what is wrong", Err: err,
	}
}
