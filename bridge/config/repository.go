package config

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"

	"gopkg.in/yaml.v3"

	"gitpost/bridge/site"
	"gitpost/gitstore"
)

// CloneDir is the site's bare clone.
func (s Site) CloneDir() string { return cloneIn(s.Dir) }

func cloneIn(dir string) string { return filepath.Join(dir, "repo.git") }

// CatalogFile is where the index of posts is kept between two runs. It can be deleted.
func (s Site) CatalogFile() string { return filepath.Join(s.Dir, "repo.catalog") }

// URLsFile is where the map of site.urls_from is kept.
func (s Site) URLsFile() string { return filepath.Join(s.Dir, "repo.urls") }

// Repository is how the site's repository is reached and where its clone is.
func (s Site) Repository() gitstore.Config {
	return gitstore.Config{
		Dir: s.CloneDir(), Remote: s.Repo, Branch: s.Branch, Folder: s.Folder,
		Username: s.RepoUser, Password: s.RepoToken, SSHKeyFile: s.SSHKeyFile, KnownHostsFile: s.KnownHosts,
		AuthorName: s.AuthorName, AuthorEmail: s.AuthorEmail,
		SigningKeyFile: s.SigningKeyFile, SignOff: s.SignOff, SubjectPattern: s.CommitMessage,
	}
}

// SiteOptions says how the site is read.
func (s Site) SiteOptions() site.Options {
	o := s.Options
	o.Me = s.Me
	return o
}

// OptionsKey differs for options under which the site may be read differently.
func (s Site) OptionsKey() string {
	o, zone := s.SiteOptions(), ""
	if o.TimeZone != nil {
		zone = o.TimeZone.String()
	}
	h := sha256.New()
	for _, file := range slices.Sorted(maps.Keys(o.Published)) {
		fmt.Fprintf(h, "%q %q\n", file, o.Published[file])
	}
	o.TimeZone, o.Now, o.Published = nil, nil, nil
	return fmt.Sprintf("%+v %s %s %x", o, zone, s.Folder, h.Sum(nil)) // maps are printed in the order of their keys
}

// OpenSite reads the site of a tree as the server does.
func (s Site) OpenSite(tree fs.FS) (*site.Site, error) { return site.Open(tree, s.SiteOptions()) }

// CheckKey reports what is wrong with one value that a person wrote for a key, or nil. Relative
// paths start at folder.
func CheckKey(name, value, folder string) error {
	key, _, ok := findKey(Keys(), name)
	if !ok {
		return &flaw{name + " is not a key of gitpost", "gitpost help configuration lists all keys"}
	}
	v := written{name: name, node: &yaml.Node{Kind: yaml.ScalarNode, Value: value}, base: folder}
	return key.set(&Server{}, &Site{}, v)
}
