package bridge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/media"
	"gitpost/bridge/state"
	"gitpost/gitstore"
)

// destination is one site being served: its repository, the index of its posts, and what is
// done with them. Apps name it by the site's address (mp-destination). Tokens, uploads and
// all of HTTP are the Server's. Its methods are safe for concurrent use.
type destination struct {
	settings atomic.Pointer[Config]
	log      *slog.Logger
	store    *gitstore.Store
	site     *siteReader
	catalog  *catalog.Catalog
	posts    *posts
	schedule *schedule
	places   places
	contacts contacts
	holds    func(url string) bool // whether it is the one that serves uploads at that address

	opened  atomic.Bool            // all above can be used
	trouble atomic.Pointer[string] // why not, as far as is known

	background sync.WaitGroup // what open started
}

// config is the configuration in force, of this site: server-wide keys are in it too. It is
// not to be changed.
func (d *destination) config() *Config { return d.settings.Load() }

// me is the site's address, by which apps and tokens name the destination. It never changes.
func (d *destination) me() string { return d.config().Me }

func newDestination(c Config, log *slog.Logger) *destination {
	d := &destination{log: log, site: &siteReader{options: c.siteOptions(), log: log}}
	d.settings.Store(&c)
	d.catalog = catalog.New(d.site.open)
	d.catalog.Progress = (&indexing{log: log}).told
	return d
}

// open prepares the clone and the index of posts. What it starts ends with run, and close
// waits for it. After an error it may be tried again.
func (d *destination) open(ctx, run context.Context, db *state.DB, files *media.Store, progress io.Writer) error {
	c := d.config()
	where := c.store()
	where.Merge = mergePosts
	where.Log, where.Progress = d.log, progress
	served := d.cloned()
	advance := make(chan struct{}, 1)
	where.Advanced = func(_, _ *gitstore.Snapshot) {
		select {
		case advance <- struct{}{}:
		default: // one is waiting already; it will see the newest state
		}
	}
	store, err := gitstore.Open(ctx, where)
	if err != nil {
		return err
	}
	d.store = store
	d.posts = &posts{
		repo: store, catalog: d.catalog, uploads: db,
		staged: func(file string) (io.ReadCloser, error) { return files.File(file) },
		config: d.config, mine: d.holds, log: d.log, now: time.Now,
	}
	d.schedule = &schedule{
		site: d.me(), catalog: d.catalog, repo: store, builds: db,
		hook: func() string { return d.config().BuildHook }, log: d.log, now: time.Now,
	}
	err = d.index(ctx)
	var missing *gitstore.MissingError
	if errors.As(err, &missing) {
		_ = store.Sync(ctx) // a part of the clone is gone: the store fetches it again before anything else
		err = d.index(ctx)
	}
	if err != nil {
		if !served {
			d.store = nil
			return errors.Join(err, store.Close(ctx))
		}
		// It was a site once, and may be one again after the next fetch.
		d.log.Error("the site cannot be read as it is now in the repository; its posts wait until it can", "error", err)
	}
	past := make(chan struct{}, 1)
	d.background.Go(func() { d.follow(run, advance, past) })
	d.background.Go(func() { d.keepIndex(run) })
	d.background.Go(func() { d.keepPast(run, past) })
	d.opened.Store(true)
	return nil
}

// adopt looks among former clones for one of this site's repository.
func (d *destination) adopt(former []string) error {
	where := d.config().Repository()
	for _, from := range former {
		moved, err := gitstore.Adopt(from, where)
		if err != nil {
			return err
		}
		if moved {
			d.log.Info("the clone has moved, with the posts that wait in it", "from", from, "to", where.Dir)
		}
	}
	return nil
}

// cloned tells whether there is a clone already.
func (d *destination) cloned() bool {
	_, err := os.Stat(filepath.Join(d.config().CloneDir(), "HEAD"))
	return err == nil
}

// close waits for what open started, whose run has ended. It tries one last push until ctx ends.
func (d *destination) close(ctx context.Context) error {
	d.background.Wait()
	if d.store == nil {
		return nil
	}
	d.saveIndex(ctx)
	return d.store.Close(ctx)
}

// service is what carries out commands, once the site can be used.
func (d *destination) service() (*posts, error) {
	if err := d.usable(); err != nil {
		return nil, err
	}
	if err := d.site.unread(); err != nil {
		return nil, d.unreadable(err)
	}
	return d.posts, nil
}

// usable is nil when the site can be used.
func (d *destination) usable() error {
	reason := d.closedFor()
	if reason == "" {
		return nil
	}
	return &fault.Error{
		Code: fault.Unavailable, Message: fmt.Sprintf("the site %s cannot be used yet: %s", d.me(), reason),
		Hint: "nothing was changed; try again later", RetryAfter: reopenLast,
	}
}

// closedFor is why the site cannot be used; "" when it can.
func (d *destination) closedFor() string {
	if d.opened.Load() {
		return ""
	}
	if trouble := d.trouble.Load(); trouble != nil {
		return *trouble
	}
	return "it is being opened"
}

// problem is why the site is not served as its author wants it; "" when it is.
func (d *destination) problem() string {
	if reason := d.closedFor(); reason != "" {
		return reason
	}
	st := d.store.Status()
	if st.Disk != "" {
		return "posts cannot be stored: " + st.Disk
	}
	return cmp.Or(st.Problem, d.site.problem(), d.schedule.problem())
}

// delivery is how far the repository's commits have come; nothing while the site is not open.
func (d *destination) delivery() gitstore.Status {
	if !d.opened.Load() {
		return gitstore.Status{}
	}
	return d.store.Status()
}

// snapshot is the newest durable state, as the catalog reads it.
func (d *destination) snapshot() indexed { return indexed{d.store.Snapshot()} }

// view brings the catalog to the tip and lets f read it.
func (d *destination) view(ctx context.Context, f func(*catalog.View) error) error {
	if err := d.usable(); err != nil {
		return err
	}
	snap := d.snapshot()
	if err := d.catalog.Advance(ctx, snap); err != nil {
		return d.unreadable(err)
	}
	return d.catalog.At(ctx, snap, f)
}

func (d *destination) unreadable(err error) error {
	return &fault.Error{
		Code: fault.Unavailable, Message: fmt.Sprintf("the site %s cannot be read as it is now in its repository", d.me()),
		Hint: "mend it there: /readyz and the server's log say what is wrong", Err: err,
	}
}

// has tells whether the URL is one of the site's posts.
func (d *destination) has(url string) bool {
	has := false
	err := d.view(context.Background(), func(v *catalog.View) error {
		has = v.Lookup(url) != nil
		return nil
	})
	return err == nil && has
}

// follow keeps the catalog at the tip, so that no request has to wait for it, and has the
// site built when a scheduled post is due.
func (d *destination) follow(ctx context.Context, advance <-chan struct{}, past chan<- struct{}) {
	due := time.NewTimer(0)
	defer due.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-due.C:
		case <-advance:
			if err := d.catalog.Advance(ctx, d.snapshot()); err != nil && ctx.Err() == nil {
				d.log.Error("the site cannot be read as it is now in the repository", "error", err)
			}
			select {
			case past <- struct{}{}:
			default:
			}
		}
		due.Reset(d.schedule.run(ctx))
	}
}
