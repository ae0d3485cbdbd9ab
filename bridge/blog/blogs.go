package blog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"

	"gitpost/bridge/config"
	"gitpost/bridge/media"
	"gitpost/bridge/state"
)

// Options is what the sites of a server need.
type Options struct {
	Config   func() *config.Config // the one in force
	State    *state.DB
	Log      *slog.Logger
	Progress io.Writer     // of first clones; may be nil
	Staging  media.Staging // where uploads wait for their post; nil: a folder

	// Moved is called when the tip of a site, or what is known of its remote, may have moved, and after
	// the site was opened. It must not block. It may be nil.
	Moved func(*Blog)
}

// Blogs is the set of sites that are served; the first is the default. Its methods are safe for
// concurrent use.
type Blogs struct {
	Uploads *Uploads
	Once    *Once
	list    []*Blog // fixed by New

	reopening sync.WaitGroup // what Open started
}

// New prepares the sites of the configuration, and the folder of uploads. Open must be called
// before they are used, and Close at the end.
func New(ctx context.Context, o Options) (*Blogs, error) {
	c := o.Config()
	s := &Blogs{Once: &Once{state: o.State, log: o.Log}}
	var err error
	if s.Uploads, err = openUploads(ctx, s, o, mediaConfig(&c.Server)); err != nil {
		return nil, err
	}
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
	open := opener{state: o.State, files: s.Uploads.files, progress: o.Progress, mayUse: s.Uploads.MayUse, moved: o.Moved,
		owns: func(b *Blog, url string) bool { return s.Uploads.holder(url) == b }}
	if open.moved == nil {
		open.moved = func(*Blog) {}
	}
	var later []*Blog
	var failures []error
	former := formerClones(o.Config())
	for _, b := range s.list {
		if err := adopt(b, former); err != nil {
			return err
		}
		err := open.open(ctx, run, b)
		if err == nil {
			continue
		}
		if !s.Several() {
			return err
		}
		err = fmt.Errorf("site %s: %w", b.Me(), err)
		if !opensLater(b, err) {
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
		s.reopening.Go(func() { open.later(run, b) })
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
		Dir: c.UploadsDir(), MaxSize: c.MediaMaxSize, MaxWidth: c.MediaMaxWidth, Keep: c.MediaMetadata,
		Accept: c.MediaAccept,
	}
}
