package bridge

import (
	"io/fs"
	"log/slog"
	"sync"

	"gitpost/bridge/site"
)

// siteReader opens the site of a tree. When the configuration there cannot be read, the last
// one that could be read holds: somebody's slip in an editor must not lose a post that comes
// from a phone. It is safe for concurrent use.
type siteReader struct {
	options site.Options
	log     *slog.Logger

	mu     sync.Mutex // guards last and reason
	last   *site.Site
	reason string // why the newest configuration is not the one in force; "" when it is
}

func (r *siteReader) open(tree fs.FS) (*site.Site, error) {
	opened, err := site.Open(tree, r.options)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		r.last, r.reason = opened, ""
		return opened, nil
	}
	if r.last == nil {
		return nil, err
	}
	if r.reason != err.Error() {
		r.log.Error("the site's configuration cannot be read as it is now in the repository; the last good one is used", "error", err)
	}
	r.reason = err.Error()
	return r.last, nil
}

// problem is why the newest configuration is not the one in force; "" when it is.
func (r *siteReader) problem() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reason
}
