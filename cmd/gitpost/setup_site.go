package main

import (
	"context"
	"errors"
	"io/fs"

	"gitpost/bridge/config"
	"gitpost/bridge/doctor"
	"gitpost/bridge/site"
	"gitpost/gitstore"
)

// findSite finds the folder of the repository that has the site: the top one, or the only one below
// with a site's configuration. The store that it returns shows that folder.
func (s *setup) findSite(ctx context.Context, store *gitstore.Store) (*gitstore.Store, error) {
	folder := s.siteDir
	if folder == "" {
		_, err := site.Open(store.Snapshot(), site.Options{})
		if err == nil {
			return store, nil
		}
		found := site.Find(store.Snapshot())
		if len(found) != 1 {
			return store, err
		}
		folder = found[0]
		s.say("The site is in the folder %s of the repository (site.dir).", folder)
	}
	s.set["site.dir"] = folder
	c := s.repository()
	c.Dir, c.Folder = s.cloneDir(), folder
	if err := store.Close(ctx); err != nil {
		return store, err
	}
	below, err := openStore(ctx, c, s.progress)
	if err != nil {
		return store, err
	}
	if _, err := site.Open(below.Snapshot(), site.Options{}); err != nil {
		return store, errors.Join(err, below.Close(ctx))
	}
	return below, nil
}

// takeVersion takes the generator's version from the live page where no file of the site says it.
func (s *setup) takeVersion(ctx context.Context, tree fs.FS) {
	opened, err := site.Open(tree, site.Options{})
	if err != nil || opened.VersionStated() {
		return
	}
	name, assumed := opened.Generator()
	live := doctor.LiveVersion(ctx, s.set["me"], name)
	if live == "" || live == assumed || config.CheckKey("site.version", live, s.dir) != nil {
		return
	}
	s.set["site.version"] = live
	s.say("The live page says that it was built by %s %s, which no file of the site does: "+
		"posts are written for that (site.version).",
		name, live)
}
