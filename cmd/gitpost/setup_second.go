package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"strings"

	"gitpost/bridge/config"
	"gitpost/gitstore"
)

// addSite adds a site to the gitpost.yaml that is there. It changes no line of it.
func (s *setup) addSite(ctx context.Context) (err error) {
	text, err := os.ReadFile(s.file())
	if err != nil {
		return fmt.Errorf("read the configuration: %w; run init without --add first", err)
	}
	before, err := config.Load(s.file(), s.environ)
	if err != nil {
		return err
	}
	// A clone for looking at the site alone: the server makes its own.
	s.set = map[string]string{"data": filepath.Join(before.Data, "new-site")}
	s.second = true
	access, err := s.findRepository(ctx)
	if err != nil {
		return err
	}
	store, _, err := s.clone(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.forget()) }()
	defer func() { s.close(ctx, store, &err) }()
	if store, err = s.findSite(ctx, store); err != nil {
		return fmt.Errorf("%s: %w", s.set["repo"], err)
	}
	if err := s.chooseSite(ctx, store.Snapshot()); err != nil {
		return err
	}
	s.set["branch"] = access.Branch
	next, err := config.AddSite(text, s.set)
	if err != nil {
		return err
	}
	after, err := s.checkAdded(before, next)
	if err != nil {
		return err
	}
	added := lastSite(after)
	read, err := s.explain(ctx, store.Snapshot(), added)
	if err != nil {
		return err
	}
	if err := s.chooseTheme(ctx, read); err != nil {
		return err
	}
	if next, err = config.AddSite(text, s.set); err != nil { // with what was chosen
		return err
	}
	if err := replaceFile(s.file(), next); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	s.say("\n== Configuration\n\n%s is the last entry of sites in %s. No other line was changed.", added.Me(), s.file())
	if err := s.head(ctx, store, added); err != nil {
		return err
	}
	s.say("\n== Next\n\nRestart gitpost, then run gitpost doctor.")
	return nil
}

// lastSite is a configuration with its last site alone.
func lastSite(c config.Config) config.Config {
	c.Sites = c.Sites[len(c.Sites)-1:]
	return c
}

// chooseSite finds out what the further site needs beside its repository.
func (s *setup) chooseSite(ctx context.Context, tip *gitstore.Snapshot) error {
	if err := s.chooseMe(ctx, tip); err != nil {
		return err
	}
	return s.chooseAuthor(ctx, tip)
}

// checkAdded loads the new text. The sites that there were must be what they were, and the new one must not
// take what was written for the only one.
func (s *setup) checkAdded(before config.Config, text []byte) (config.Config, error) {
	name := filepath.Join(s.dir, ".gitpost.yaml.new")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		return config.Config{}, fmt.Errorf("write the configuration: %w", err)
	}
	after, err := config.Load(name, s.environ)
	if err = errors.Join(err, os.Remove(name)); err != nil {
		return config.Config{}, err
	}
	for i, was := range before.Sites {
		is := after.Sites[i]
		is.Dir, was.Dir = "", ""
		if !reflect.DeepEqual(is, was) {
			return config.Config{}, fmt.Errorf("%s would not stay as it is; "+
				"add the site by hand: gitpost help sites shows how", was.Me)
		}
	}
	o := after.Sites[len(after.Sites)-1].Options
	if o.Section+o.Path+o.URL+o.MediaDir != "" || len(o.Types) > 0 {
		return config.Config{}, errors.New("keys such as site.section, site.path or types are at the top level, " +
			"where they hold for all sites; move them into the entry of their site, then run the same command again: " +
			"gitpost help sites shows how")
	}
	return after, nil
}

// replaceFile replaces the content of a file durably, and keeps its mode. A link stays a link.
func replaceFile(name string, text []byte) error {
	name, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	at, err := os.Stat(name)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".gitpost-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(at.Mode().Perm()), f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// secretName is the name of a file with a secret. A further site has its own, named after its repository.
func (s *setup) secretName(name string) string {
	if !s.second {
		return name
	}
	repository := path.Base(strings.ReplaceAll(filepath.ToSlash(s.set["repo"]), ":", "/"))
	return name + "-" + strings.TrimSuffix(repository, ".git")
}
