package blog

import (
	"context"
	"errors"
	"io"
	"time"

	"gitpost/bridge/access"
	"gitpost/bridge/media"
	"gitpost/bridge/site"
	"gitpost/bridge/state"
	"gitpost/frontmatter"
	"gitpost/gitstore"
)

// opener is what opening a site needs of the server.
type opener struct {
	state    *state.DB
	files    *media.Store
	mayUse   func(access.Principal, state.Upload) bool
	owns     func(b *Blog, url string) bool // whether an upload at url is the site's
	moved    func(*Blog)                    // Options.Moved, or what does nothing
	progress io.Writer                      // of the first clone; may be nil
}

// open prepares the clone and the index of posts of a site. What it starts ends with run, and close
// waits for it. After an error it can be tried again.
func (o opener) open(ctx, run context.Context, b *Blog) error {
	c := b.Config()
	where := served(c.Repository(), c.Poll, c.PushDelay)
	where.Merge, where.Log, where.Progress = mergePosts, b.log, o.progress
	cloned := b.cloned()
	advance := make(chan struct{}, 1)
	where.Advanced = func(_, _ *gitstore.Snapshot) { signal(advance) }
	where.RemoteMoved = func() { o.moved(b) }
	store, err := gitstore.Open(ctx, where)
	if err != nil {
		return err
	}
	b.store, b.moved = store, o.moved
	b.writer = &writer{
		repo: store, catalog: b.index.Catalog, uploads: o.state,
		staged: func(ctx context.Context, file string) (io.ReadCloser, error) { return o.files.Open(ctx, file) },
		config: b.Config, server: b.server, mayUse: o.mayUse,
		owns: func(url string) bool { return o.owns(b, url) }, log: b.log, now: time.Now,
	}
	b.schedule = &schedule{
		site: b.Me(), catalog: b.index.Catalog, repo: store, builds: o.state,
		hook: func() string { return b.Config().BuildHook }, log: b.log, now: time.Now,
	}
	if err = b.index.load(ctx, store); err != nil && store.Snapshot().Commit() == "" {
		err = site.EmptyRepository()
	}
	var missing *gitstore.MissingError
	if errors.As(err, &missing) {
		_ = store.Sync(ctx) // a part of the clone is gone: the store fetches it again first
		err = b.index.load(ctx, store)
	}
	if err != nil {
		if !cloned {
			b.store = nil
			return errors.Join(err, store.Close(ctx))
		}
		// It was a site once, and may be one again after the next fetch.
		b.log.Error("the site cannot be read as it is now in its repository; posts wait until it can", "error", err)
	}
	b.warnOfObstacles()
	past := make(chan struct{}, 1)
	b.background.Go(func() { b.follow(run, advance, past) })
	b.background.Go(func() { b.index.keepSaved(run, store) })
	b.background.Go(func() { b.keepURLs(run) })
	b.background.Go(func() { b.index.keepPast(run, store, past, b.writer.followSides) })
	b.opened.Store(true)
	o.moved(b)
	return nil
}

// warnOfObstacles logs what no app will be able to post or upload.
func (b *Blog) warnOfObstacles() {
	s := b.index.site.current()
	if s == nil {
		return
	}
	refuses := func(file string) string {
		var wrong *gitstore.PathError
		if err := b.store.Allows(file); errors.As(err, &wrong) {
			return wrong.Reason + "; " + wrong.Hint
		}
		return ""
	}
	for _, warning := range s.Obstacles(refuses) {
		b.log.Warn("some posts or uploads will be refused", "because", warning)
	}
}

// served is how a running server reaches a repository.
func served(c gitstore.Config, poll, pushDelay time.Duration) gitstore.Config {
	c.Poll, c.PushDelay = poll, pushDelay
	return c
}

// signal wakes the reader of a channel of capacity 1; one signal that waits already is enough.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// adopt looks for the repository's clone among former clones.
func adopt(b *Blog, former []string) error {
	where := b.Config().Repository()
	for _, from := range former {
		moved, err := gitstore.Adopt(from, where)
		if err != nil {
			return err
		}
		if moved {
			b.log.Info("the clone was moved, with the posts that wait in it", "from", from, "to", where.Dir)
		}
	}
	return nil
}

// opensLater reports whether a failure may pass without anybody doing something on this machine.
func opensLater(b *Blog, err error) bool {
	var remote *gitstore.RemoteError
	switch {
	case errors.Is(err, gitstore.ErrLocked):
		return false
	case b.cloned():
		return true
	}
	return errors.As(err, &remote) && remote.Unreachable
}

func (b *Blog) failed(err error) {
	reason := err.Error()
	b.failure.Store(&reason)
	b.log.Error("the site cannot be opened yet; the others are served", "error", err)
}

// How long to wait before trying to open a site again.
const (
	firstReopenPause   = time.Second
	longestReopenPause = time.Minute
)

// later opens a site as soon as possible: it tries until it succeeds or ctx ends.
func (o opener) later(ctx context.Context, b *Blog) {
	for wait := firstReopenPause; ; wait = min(2*wait, longestReopenPause) {
		pause := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			pause.Stop()
			return
		case <-pause.C:
		}
		err := o.open(ctx, ctx, b)
		if err == nil {
			b.log.Info("the site is served now")
			return
		}
		if ctx.Err() != nil {
			return
		}
		b.failed(err)
	}
}

// follow keeps the index at the tip, so that no request has to wait for it, and has the site
// built when a scheduled post is due.
func (b *Blog) follow(ctx context.Context, advance <-chan struct{}, past chan<- struct{}) {
	due := time.NewTimer(0)
	defer due.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-due.C:
		case <-advance:
			if err := b.index.Advance(ctx, indexed{b.store.Snapshot()}); err != nil && ctx.Err() == nil {
				b.log.Error("the site cannot be read as it is now in its repository", "error", err)
			}
			signal(past)
			signal(b.urls.changed)
			b.moved(b)
		}
		due.Reset(b.schedule.run(ctx))
	}
}

// close waits for what open started, whose run has ended. It tries one last push until ctx ends.
func (b *Blog) close(ctx context.Context) error {
	b.background.Wait()
	if b.store == nil {
		return nil
	}
	b.index.save(ctx)
	return b.store.Close(ctx)
}

// mergePosts merges two changed versions of one file: by the structure of documents where both
// can be read.
func mergePosts(path string, base, ours, theirs []byte) ([]byte, bool, error) {
	if merged, conflicts, ok := site.MergeData(path, base, ours, theirs); ok {
		return merged, conflicts, nil
	}
	merged, conflicts, err := frontmatter.Merge(base, ours, theirs,
		frontmatter.Dialect{LeadingBlank: true, DotsClose: true, LastWins: true})
	return merged, len(conflicts) > 0, err
}
