package bridge

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"

	"gitpost/bridge/address"
	"gitpost/bridge/media"
	"gitpost/bridge/site"
)

// The keys whose values hold until the server ends, with their fields of Config: of the server
// as a whole, and of each site. All others can be reloaded.
var (
	fixedKeys = map[string]string{
		"url": "URL", "listen": "Listen", "data": "Data", "auth": "Auth", "metrics.listen": "MetricsListen",
		"tls": "TLS", "tls_email": "TLSEmail", "tls_directory": "TLSDirectory",
	}
	fixedSiteKeys = map[string]string{"me": "Me", "repo": "Repo", "branch": "Branch"}
)

// Reload puts another configuration in force while requests are under way. It is all or nothing:
// after an error everything is as it was. What only a start can change stays as it is, and the
// log says so.
func (s *Server) Reload(ctx context.Context, next Config) error {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	if s.ended {
		return errors.New("the server is closed")
	}
	old := *s.config()
	kept := keepFixed(&next, old, fixedKeys)
	parts, more := s.reloadedSites(next)
	kept = append(kept, more...)

	// All that can fail comes first.
	taking, err := s.media.With(mediaConfig(&next))
	wrong := []error{err}
	for i, d := range s.destinations {
		wrong = append(wrong, d.check(&parts[i]))
	}
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	for i, d := range s.destinations {
		d.reload(ctx, parts[i])
	}
	s.taking.Store(taking)
	s.guests.allow(next.RateBadTokens)
	s.trust(next.TrustedProxies)
	keepFixed(&next, parts[0], fixedSiteKeys)
	next.several, next.Sites = old.several, nil
	if len(old.Sites) > 0 {
		next.Sites = parts
	}
	s.settings.Store(&next)
	for _, key := range kept {
		s.log.Warn("a key was changed that holds until gitpost is started again", "key", key)
	}
	s.log.Info("the configuration is reloaded")
	return nil
}

// keepFixed puts old values into a new configuration, and names the keys of those that differ.
func keepFixed(next *Config, old Config, fixed map[string]string) (kept []string) {
	to, from := reflect.ValueOf(next).Elem(), reflect.ValueOf(old)
	for _, key := range slices.Sorted(maps.Keys(fixed)) {
		now, was := to.FieldByName(fixed[key]), from.FieldByName(fixed[key])
		if !now.Equal(was) {
			now.Set(was)
			kept = append(kept, key)
		}
	}
	return kept
}

// reloadedSites gives each destination its part of a new configuration, and names what of that
// has to wait. Sites are known by their addresses; one that is new, or gone, has to wait too.
func (s *Server) reloadedSites(next Config) (parts []Config, kept []string) {
	sites := next.sites()
	alone := len(sites) == 1 && len(s.destinations) == 1
	same := len(sites) == len(s.destinations)
	for i, d := range s.destinations {
		was := *d.config()
		at := slices.IndexFunc(sites, func(c Config) bool { return alone || address.Same(c.Me, was.Me) })
		same = same && at == i
		part := was
		if at >= 0 {
			part = sites[at]
			for _, key := range keepFixed(&part, was, fixedSiteKeys) {
				if !alone {
					key = fmt.Sprintf("sites[%d].%s", at, key)
				}
				kept = append(kept, key)
			}
		}
		keepFixed(&part, was, fixedKeys)
		part.several, part.Sites = was.several, was.Sites
		parts = append(parts, part)
	}
	if !same {
		kept = append(kept, "sites")
	}
	return parts, kept
}

// check tells whether the site in the repository can be read under a new configuration. One that
// cannot be read as it is either is not the configuration's fault.
func (d *destination) check(next *Config) error {
	was, now := d.config().siteOptions(), next.siteOptions()
	if !d.opened.Load() || optionsKey(was) == optionsKey(now) {
		return nil
	}
	tree := d.store.Snapshot()
	_, err := site.Open(tree, now)
	if err == nil {
		return nil
	}
	if _, before := site.Open(tree, was); before != nil {
		return nil
	}
	return fmt.Errorf("read the site %s with the new settings: %w", d.me(), err)
}

// reload puts a checked configuration in force. The index of posts comes first: it must never be
// kept under settings that it was not made with.
func (d *destination) reload(ctx context.Context, next Config) {
	was, opened := d.config(), d.opened.Load()
	if now := next.siteOptions(); optionsKey(now) != optionsKey(was.siteOptions()) {
		d.site.use(now)
		if opened {
			if err := d.catalog.Rebuild(ctx, d.snapshot()); err != nil {
				d.log.Error("the site is read with its former settings: its repository cannot be read just now", "error", err)
				d.site.use(was.siteOptions())
				next.Site = was.Site
			}
		}
	}
	d.settings.Store(&next)
	if opened { // else it is opened with what holds then
		if err := d.store.Reconfigure(next.store()); err != nil {
			d.log.Error("the remote is reached as before", "error", err)
		}
	}
}

// mediaConfig is what a configuration says of uploads.
func mediaConfig(c *Config) media.Config {
	return media.Config{
		Dir: filepath.Join(c.Data, "uploads"), MaxSize: c.MediaMaxSize, MaxWidth: c.MediaMaxWidth, Keep: c.MediaMetadata, Accept: c.MediaAccept,
	}
}
