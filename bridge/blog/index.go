package blog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"gitpost/bridge/catalog"
	"gitpost/bridge/config"
	"gitpost/gitstore"
)

// index is the catalog of a site's posts, kept on disk between two runs.
type index struct {
	*catalog.Catalog
	site   *siteReader
	config func() *config.Site
	log    *slog.Logger
}

func newIndex(c func() *config.Site, log *slog.Logger) *index {
	x := &index{site: &siteReader{options: c().SiteOptions(), log: log}, config: c, log: log}
	x.Catalog = catalog.New(x.site.open)
	x.Progress = (&indexing{log: log}).report
	return x
}

// cache is where the catalog is kept.
func (x *index) cache() catalog.Cache {
	c := x.config()
	return catalog.Cache{File: c.CatalogFile(), Key: programKey() + "\n" + c.OptionsKey()}
}

// programKey identifies this build of gitpost: another one may read posts differently.
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
	// Builds between two commits differ in the file's size and time.
	if name, err := os.Executable(); err == nil {
		if info, err := os.Stat(name); err == nil {
			fmt.Fprintf(&key, " %d %d", info.Size(), info.ModTime().UnixNano())
		}
	}
	return key.String()
}

// load brings the catalog to the tip, from the cache where that is valid.
func (x *index) load(ctx context.Context, store *gitstore.Store) error {
	cache := x.cache()
	removeUnfinished(cache)
	if err := x.Restore(ctx, cache, indexed{store.Snapshot()}); err != nil && !errors.Is(err, fs.ErrNotExist) {
		x.log.Info("the index of posts is rebuilt from the repository", "reason", err)
	}
	return x.Advance(ctx, indexed{store.Snapshot()})
}

// removeUnfinished removes what a run that was killed while it wrote the cache has left.
func removeUnfinished(cache catalog.Cache) {
	left, _ := filepath.Glob(cache.File + catalog.Unfinished) // the pattern is valid
	for _, file := range left {
		os.Remove(file)
	}
}

// keepSaved saves the catalog after the whole repository had to be read for it, and otherwise at
// most once an hour, when a minute passed without a commit. What the cache misses costs the next
// start a diff.
func (x *index) keepSaved(ctx context.Context, store *gitstore.Store) {
	const quiet, seldom = time.Minute, time.Hour
	again := time.NewTicker(quiet)
	defer again.Stop()
	saved, tip := time.Now(), store.Snapshot().Commit()
	for {
		now := store.Snapshot().Commit()
		fresh := x.Unsaved()
		if fresh || now == tip && time.Since(saved) > seldom {
			x.save(ctx)
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

// save saves the catalog, but not while the site's configuration cannot be read: the next start
// then finds the last valid one in the state that was saved before.
func (x *index) save(ctx context.Context) {
	if x.site.problem() != "" {
		return
	}
	if err := x.Save(ctx, x.cache()); err != nil && ctx.Err() == nil {
		x.log.Warn("the index of posts could not be saved; the next start takes longer", "error", err)
	}
}
