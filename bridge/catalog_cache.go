package bridge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"gitpost/bridge/catalog"
	"gitpost/bridge/site"
)

// CatalogFile is where the index of posts is kept between two runs. It can be deleted.
func (c Config) CatalogFile() string { return strings.TrimSuffix(c.CloneDir(), ".git") + ".catalog" }

// cache is the index of posts on disk.
func (d *destination) cache() catalog.Cache {
	return catalog.Cache{File: d.config().CatalogFile(), Key: programKey() + "\n" + optionsKey(d.config().siteOptions())}
}

// programKey names this build of gitpost: another one may read posts otherwise.
func programKey() string {
	var key strings.Builder
	if build, ok := debug.ReadBuildInfo(); ok {
		key.WriteString(build.Main.Version)
		for _, s := range build.Settings {
			if strings.HasPrefix(s.Key, "vcs.") {
				fmt.Fprintf(&key, " %s=%s", s.Key, s.Value)
			}
		}
	}
	// Of two builds between commits, file and time tell which is which.
	if name, err := os.Executable(); err == nil {
		if info, err := os.Stat(name); err == nil {
			fmt.Fprintf(&key, " %d %d", info.Size(), info.ModTime().UnixNano())
		}
	}
	return key.String()
}

func optionsKey(o site.Options) string {
	zone := ""
	if o.TimeZone != nil {
		zone = o.TimeZone.String()
	}
	o.TimeZone, o.Now = nil, nil
	return fmt.Sprintf("%+v %s", o, zone) // maps are printed in the order of their keys
}

// index brings the catalog to the tip, from the cache where that is good.
func (d *destination) index(ctx context.Context) error {
	cache := d.cache()
	d.removeUnfinished(cache)
	if err := d.catalog.Restore(ctx, cache, d.snapshot()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.log.Info("the index of posts is made anew from the repository", "reason", err)
	}
	return d.catalog.Advance(ctx, d.snapshot())
}

// removeUnfinished removes what a run that was killed while it wrote the cache has left.
func (d *destination) removeUnfinished(cache catalog.Cache) {
	left, _ := filepath.Glob(cache.File + catalog.Unfinished) // the pattern is a good one
	for _, file := range left {
		os.Remove(file)
	}
}

// keepIndex saves the catalog when the whole repository had to be read for it, and else, once
// an hour at most, when a minute passed without a commit. What the cache misses costs the
// next start a diff.
func (d *destination) keepIndex(ctx context.Context) {
	const quiet, seldom = time.Minute, time.Hour
	again := time.NewTicker(quiet)
	defer again.Stop()
	saved, tip := time.Now(), d.store.Snapshot().Commit()
	for {
		now := d.store.Snapshot().Commit()
		fresh := d.catalog.Unsaved()
		if fresh || now == tip && time.Since(saved) > seldom {
			d.saveIndex(ctx)
			saved = time.Now()
		}
		if fresh {
			debug.FreeOSMemory() // reading a whole site leaves as much garbage as the site has text
		}
		tip = now
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
	}
}

// saveIndex saves the catalog, but not while the site's configuration cannot be read: the next
// start then finds the last good one in the state that was saved before.
func (d *destination) saveIndex(ctx context.Context) {
	if d.site.problem() != "" {
		return
	}
	if err := d.catalog.Save(ctx, d.cache()); err != nil && ctx.Err() == nil {
		d.log.Warn("the index of posts could not be saved; the next start takes longer", "error", err)
	}
}
