package blog

import (
	"context"
	"maps"
	"sync/atomic"
	"time"

	"gitpost/bridge/catalog"
	"gitpost/bridge/config"
	"gitpost/bridge/urlmap"
)

// urlKeeper keeps the map of URLs that a site's build publishes (site.urls_from).
type urlKeeper struct {
	changed chan struct{} // the site will be built
	built   chan struct{} // it may have been built just now
	failure atomic.Pointer[string]
	seen    map[string]string // what was fetched last; of the goroutine that keeps the map
}

// After a push the map is fetched again at these times, until it differs; else it is fetched at the last one.
var urlPauses = []time.Duration{15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute,
	8 * time.Minute, time.Hour}

// keptURLs returns the map that was fetched in an earlier run.
func keptURLs(c *config.Site) map[string]string {
	if from := c.Options.Description.URLsFrom; from != "" {
		if m := urlmap.Load(c.URLsFile(), from); m != nil {
			return m.URLs
		}
	}
	return nil
}

// Built says that the site's host may have built it just now.
func (b *Blog) Built() { signal(b.urls.built) }

// keepURLs fetches the map at the start, after pushes and builds, and from time to time.
func (b *Blog) keepURLs(ctx context.Context) {
	next := time.NewTimer(0)
	defer next.Stop()
	step := len(urlPauses) - 1
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.urls.changed:
			step = 0
		case <-b.urls.built:
			b.fetchURLs(ctx)
			step = 0 // a cache in between may still have the old one
		case <-next.C:
			if b.fetchURLs(ctx) {
				step = len(urlPauses)
			}
			step = min(step+1, len(urlPauses)-1)
		}
		next.Reset(urlPauses[step])
	}
}

// fetchURLs fetches the map, and reports whether it differs from the one before.
func (b *Blog) fetchURLs(ctx context.Context) bool {
	c := b.Config()
	from := c.Options.Description.URLsFrom
	if from == "" {
		b.urls.failure.Store(nil)
		return false
	}
	m, err := urlmap.Fetch(ctx, from, time.Now())
	if err != nil {
		reason := "the map of URLs at site.urls_from is not known: " + err.Error()
		if was := b.urls.failure.Swap(&reason); ctx.Err() == nil && (was == nil || *was != reason) {
			b.log.Warn("the map of the site's URLs cannot be read; the last one counts", "error", err)
		}
		return false
	}
	b.urls.failure.Store(nil)
	if maps.Equal(m.URLs, b.urls.seen) {
		return false
	}
	if err := m.Save(c.URLsFile()); err != nil {
		b.log.Warn("the map of the site's URLs cannot be kept", "error", err)
	}
	if err := b.useURLs(ctx, m); err != nil {
		if ctx.Err() == nil {
			b.log.Error("the map of the site's URLs is not used: the repository cannot be read just now", "error", err)
		}
		return false
	}
	b.urls.seen = m.URLs
	return true
}

// useURLs reads the site again with a map, unless it says what is known already: after most posts it does.
func (b *Blog) useURLs(ctx context.Context, m *urlmap.Map) error {
	b.changing.Lock()
	defer b.changing.Unlock()
	next := *b.Config()
	if next.Options.Description.URLsFrom != m.From || maps.Equal(next.Options.Published, m.URLs) {
		return nil
	}
	same := true
	err := b.view(ctx, func(v *catalog.View) error {
		same = confirms(v, next.Options.Published, m.URLs)
		return nil
	})
	if err == nil && same {
		return nil
	}
	was := b.Config().SiteOptions()
	next.Options.Published = m.URLs
	b.index.site.use(next.SiteOptions())
	if err := b.index.Rebuild(ctx, indexed{b.store.Snapshot()}); err != nil {
		b.index.site.use(was)
		return err
	}
	b.settings.Store(&next)
	b.log.Info("the map of the site's URLs is read", "files", len(m.URLs))
	return nil
}

// confirms reports whether the posts are where a new map has them.
func confirms(v *catalog.View, was, now map[string]string) bool {
	for file := range was {
		if _, still := now[file]; !still && v.Exists(file) {
			return false
		}
	}
	for file, url := range now {
		if was[file] == url || !v.Exists(file) {
			continue
		}
		if e := v.Entry(file); e == nil || !e.Page.Published || e.Page.URL != v.Site().Resolve(url) {
			return false
		}
	}
	return true
}
