package bridge

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"gitpost/bridge/catalog"
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

	background sync.WaitGroup // what open started; stop ends it
	stop       context.CancelFunc
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
	return d
}

// open prepares the clone and the index of posts. What it starts belongs to d until close.
func (d *destination) open(ctx context.Context, db *state.DB, files *media.Store, progress io.Writer) error {
	run, stop := context.WithCancel(context.Background())
	d.stop = stop
	advance := make(chan struct{}, 1)
	c := d.config()
	store, err := gitstore.Open(ctx, gitstore.Config{
		Dir: c.CloneDir(), Remote: c.Repo, Branch: c.Branch,
		Username: c.RepoUser, Password: c.RepoToken, SSHKeyFile: c.SSHKeyFile, KnownHostsFile: c.KnownHosts,
		AuthorName: c.AuthorName, AuthorEmail: c.AuthorEmail,
		Poll: c.Poll, PushDelay: c.PushDelay,
		Merge: mergePosts,
		Advanced: func(_, _ *gitstore.Snapshot) {
			select {
			case advance <- struct{}{}:
			default: // one is waiting already; it will see the newest state
			}
		},
		Log: d.log, Progress: progress,
	})
	if err != nil {
		return err
	}
	d.store = store
	d.posts = &posts{
		repo: store, catalog: d.catalog, uploads: db,
		staged: func(file string) (io.ReadCloser, error) { return files.File(file) },
		config: d.config, log: d.log, now: time.Now,
	}
	d.schedule = &schedule{
		site: d.me(), catalog: d.catalog, repo: store, builds: db,
		hook: func() string { return d.config().BuildHook }, log: d.log, now: time.Now,
	}
	if err := d.index(ctx); err != nil {
		return err
	}
	past := make(chan struct{}, 1)
	d.background.Go(func() { d.follow(run, advance, past) })
	d.background.Go(func() { d.keepIndex(run) })
	d.background.Go(func() { d.keepPast(run, past) })
	return nil
}

// close ends what open started, whether or not that went well. It tries one last push until
// ctx ends.
func (d *destination) close(ctx context.Context) error {
	if d.stop == nil {
		return nil
	}
	d.stop()
	d.background.Wait()
	if d.store == nil {
		return nil
	}
	d.saveIndex(ctx)
	return d.store.Close(ctx)
}

// snapshot is the newest durable state, as the catalog reads it.
func (d *destination) snapshot() indexed { return indexed{d.store.Snapshot()} }

// view brings the catalog to the tip and lets f read it.
func (d *destination) view(ctx context.Context, f func(*catalog.View) error) error {
	return d.catalog.Read(ctx, d.snapshot(), f)
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

// closeAll closes destinations at once, so that each has all of ctx for its last push.
func closeAll(ctx context.Context, destinations []*destination) error {
	errs := make([]error, len(destinations))
	var all sync.WaitGroup
	for i, d := range destinations {
		all.Go(func() { errs[i] = d.close(ctx) })
	}
	all.Wait()
	return errors.Join(errs...)
}
