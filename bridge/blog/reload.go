package blog

import (
	"context"
	"errors"
	"fmt"

	"gitpost/bridge/config"
	"gitpost/bridge/site"
)

// Reload puts another configuration in force for the sites and the uploads. Its sites are those
// of New, in their order (see config.Reloaded). It is all or nothing: after an error everything is
// as it was.
func (s *Blogs) Reload(ctx context.Context, next *config.Config) error {
	rules, err := s.Uploads.files.With(mediaConfig(&next.Server))
	wrong := []error{err}
	for i, b := range s.list {
		wrong = append(wrong, b.check(&next.Sites[i]))
	}
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	for i, b := range s.list {
		b.reload(ctx, &next.Sites[i])
	}
	s.Uploads.rules.Store(rules)
	return nil
}

// check reports whether the site in the repository can be read under a new configuration. One
// that cannot be read now either is not the configuration's fault.
func (b *Blog) check(next *config.Site) error {
	was := b.Config()
	b.keepMap(next)
	if !b.opened.Load() || was.OptionsKey() == next.OptionsKey() {
		return nil
	}
	tree := b.store.Snapshot()
	_, err := site.Open(tree, next.SiteOptions())
	if err == nil {
		return nil
	}
	if _, before := site.Open(tree, was.SiteOptions()); before != nil {
		return nil
	}
	return fmt.Errorf("read the site %s with the new settings: %w", b.Me(), err)
}

// keepMap gives a new configuration the map of URLs of the present one, or the one that was kept.
func (b *Blog) keepMap(next *config.Site) {
	was := b.Config().Options
	next.Options.Published = was.Published
	if next.Options.Description.URLsFrom != was.Description.URLsFrom {
		next.Options.Published = keptURLs(next)
	}
}

// reload puts a checked configuration in force, and sets in next what could not be. The index
// comes first: it must never be kept under settings that it was not made with.
func (b *Blog) reload(ctx context.Context, next *config.Site) {
	b.changing.Lock()
	defer b.changing.Unlock()
	b.keepMap(next)
	was, opened := b.Config(), b.opened.Load()
	if next.OptionsKey() != was.OptionsKey() {
		b.index.site.use(next.SiteOptions())
		if opened {
			if err := b.index.Rebuild(ctx, indexed{b.store.Snapshot()}); err != nil {
				b.log.Error("the site is read with its former settings: its repository cannot be read just now",
					"error", err)
				b.index.site.use(was.SiteOptions())
				next.Options = was.Options
			}
		}
	}
	c := *next
	b.settings.Store(&c)
	if c.Options.Description.URLsFrom != was.Options.Description.URLsFrom {
		b.Built() // to fetch the map now
	}
	if opened { // else it is opened with what holds then
		if err := b.store.Reconfigure(served(c.Repository(), c.Poll, c.PushDelay)); err != nil {
			b.log.Error("the remote is reached as before", "error", err)
		}
	}
}
