package blog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/media"
	"gitpost/bridge/state"
	"gitpost/gitstore"
)

// Options is what the sites of a server need.
type Options struct {
	Config   func() *config.Config // the one in force
	State    *state.DB
	Log      *slog.Logger
	Progress io.Writer // of first clones; may be nil
}

// Blogs is the set of sites that are served; the first is the default. Its methods are safe for
// concurrent use.
type Blogs struct {
	Uploads *Uploads
	list    []*Blog // fixed by New
	state   *state.DB

	reopening sync.WaitGroup // what Open started
}

// New prepares the sites of the configuration, and the folder of uploads. Open must be called
// before they are used, and Close at the end.
func New(o Options) (*Blogs, error) {
	c := o.Config()
	uploads, err := openUploads(o, mediaConfig(&c.Server))
	if err != nil {
		return nil, err
	}
	s := &Blogs{Uploads: uploads, state: o.State}
	for _, site := range c.Sites {
		log := o.Log
		if len(c.Sites) > 1 {
			log = log.With("site", site.Me)
		}
		s.list = append(s.list, newBlog(site, func() *config.Server { return &o.Config().Server }, log))
	}
	return s, nil
}

// All lists the sites, the default one first.
func (s *Blogs) All() []*Blog { return slices.Clone(s.list) }

// Several reports whether more than one site is served.
func (s *Blogs) Several() bool { return len(s.list) > 1 }

// Addresses lists the addresses of the sites, the default one first.
func (s *Blogs) Addresses() []string {
	var addresses []string
	for _, b := range s.list {
		addresses = append(addresses, b.Me())
	}
	return addresses
}

// Open opens all sites. What is wrong with one of several does not keep the others from being
// served if it may pass by itself: a site that has a clone, or that cannot be reached, is opened
// later. A site that is new and configured wrongly is an error. What Open starts ends with run.
func (s *Blogs) Open(ctx, run context.Context, o Options) error {
	open := opener{state: o.State, files: s.Uploads.files, progress: o.Progress, mayUse: s.MayUse, owns: func(b *Blog, url string) bool { return s.holder(url) == b }}
	var later []*Blog
	var failures []error
	former := formerClones(o.Config())
	for _, b := range s.list {
		if err := b.adopt(former); err != nil {
			return err
		}
		err := b.open(ctx, run, open)
		if err == nil {
			continue
		}
		if !s.Several() {
			return err
		}
		err = fmt.Errorf("site %s: %w", b.Me(), err)
		if !b.opensLater(err) {
			return err
		}
		later, failures = append(later, b), append(failures, err)
	}
	if len(later) == len(s.list) {
		return errors.Join(failures...)
	}
	open.progress = nil
	for i, b := range later {
		b.failed(failures[i])
		s.reopening.Go(func() { b.openLater(run, open) })
	}
	return nil
}

// formerClones are clones in the data folder that belong to none of the sites: from before there
// were several, from after, or of a site that had another address.
func formerClones(c *config.Config) []string {
	return slices.DeleteFunc(c.Clones(), func(dir string) bool {
		return slices.ContainsFunc(c.Sites, func(s config.Site) bool { return s.CloneDir() == dir })
	})
}

// opensLater reports whether a failure may pass without anybody doing something on this machine.
func (b *Blog) opensLater(err error) bool {
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

// openLater tries until it succeeds or ctx ends.
func (b *Blog) openLater(ctx context.Context, open opener) {
	for wait := firstReopenPause; ; wait = min(2*wait, longestReopenPause) {
		pause := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			pause.Stop()
			return
		case <-pause.C:
		}
		err := b.open(ctx, ctx, open)
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

// Close closes all sites at once, so that each has all of ctx for its last push. The run of Open
// must have ended.
func (s *Blogs) Close(ctx context.Context) error {
	s.reopening.Wait()
	errs := make([]error, len(s.list))
	var all sync.WaitGroup
	for i, b := range s.list {
		all.Go(func() { errs[i] = b.close(ctx) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// mediaConfig is what a configuration says of uploads.
func mediaConfig(c *config.Server) media.Config {
	return media.Config{
		Dir: c.UploadsDir(), MaxSize: c.MediaMaxSize, MaxWidth: c.MediaMaxWidth, Keep: c.MediaMetadata, Accept: c.MediaAccept,
	}
}
