package bridge

import (
	"io/fs"

	"gopkg.in/yaml.v3"

	"gitpost/bridge/site"
	"gitpost/gitstore"
)

// Repository is how the site's repository is reached and where its clone is.
func (c Config) Repository() gitstore.Config {
	return gitstore.Config{
		Dir: c.CloneDir(), Remote: c.Repo, Branch: c.Branch,
		Username: c.RepoUser, Password: c.RepoToken, SSHKeyFile: c.SSHKeyFile, KnownHostsFile: c.KnownHosts,
		AuthorName: c.AuthorName, AuthorEmail: c.AuthorEmail,
	}
}

// store is Repository with what a server that runs does there.
func (c Config) store() gitstore.Config {
	where := c.Repository()
	where.Poll, where.PushDelay = c.Poll, c.PushDelay
	return where
}

// OpenSite reads the site of a tree as the server does.
func (c Config) OpenSite(tree fs.FS) (*site.Site, error) { return site.Open(tree, c.siteOptions()) }

// CheckKey tells what is wrong with one value that a person wrote for a key, or nil. Relative
// paths start at folder.
func CheckKey(name, value, folder string) error {
	key, _, ok := findKey(Keys(), name)
	if !ok {
		return &flaw{name + " is not a key of gitpost", "the README lists all keys"}
	}
	var scratch Config
	return key.set(&scratch, written{name: name, node: &yaml.Node{Kind: yaml.ScalarNode, Value: value}, base: folder})
}
