package blog

import (
	"errors"
	"io/fs"
	"log/slog"
	"slices"
	"sync"

	"gitpost/bridge/site"
)

// siteReader opens the site of a tree. When the configuration there cannot be read, the last one
// that could be read holds: a slip in an editor must not lose a post that comes from a phone. It is
// safe for concurrent use.
type siteReader struct {
	log *slog.Logger

	mu      sync.Mutex // guards all below
	options site.Options
	last    *site.Site
	reason  string   // why the newest configuration is not the one in force; "" when it is
	warned  []string // of what in the configuration the log has warned
}

func (r *siteReader) open(tree fs.FS) (*site.Site, error) {
	r.mu.Lock()
	options := r.options
	r.mu.Unlock()
	watched := &watchedTree{FS: tree}
	opened, err := site.Open(watched, options)
	if watched.failed != nil {
		err = watched.failed
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		r.last, r.reason = opened, ""
		if warnings := opened.Warnings(); !slices.Equal(warnings, r.warned) {
			r.warned = warnings
			for _, w := range warnings {
				r.log.Warn("check the site's configuration", "because", w)
			}
		}
		return opened, nil
	}
	if r.last == nil {
		r.reason = err.Error()
		return nil, err
	}
	if r.reason != err.Error() {
		r.log.Error("the site's configuration cannot be read as it is now in the repository; the last valid one is "+
			"used", "error", err)
	}
	r.reason = err.Error()
	return r.last, nil
}

// use sets the options of sites that are opened from now on.
func (r *siteReader) use(options site.Options) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.options = options
}

// unread is why no configuration could be read since the start; nil when one could.
func (r *siteReader) unread() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil && r.reason != "" {
		return errors.New(r.reason)
	}
	return nil
}

// base is the URL at which the site is published; "" as long as its configuration was not read.
func (r *siteReader) base() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil {
		return ""
	}
	return r.last.BaseURL()
}

// current is the site as it is served; nil as long as its configuration was not read.
func (r *siteReader) current() *site.Site {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

// problem is why the newest configuration is not the one in force; "" when it is.
func (r *siteReader) problem() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reason
}
