package bridge

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"gitpost/bridge/address"
)

// siteKeys are the keys that each entry of sites may have for itself. All others are of the
// server as a whole.
var siteKeys = []string{
	"me", "repo", "branch", "repo_user", "repo_token", "ssh_key_file", "known_hosts_file", "author.name", "author.email",
	"poll", "push_wait", "push_delay", "set_updated", "skip_ci", "private", "hooks.secret", "build_hook", "syndicate_to", "channels", "post_types",
	"site.generator", "site.version", "site.section", "site.path", "site.timezone", "site.media_dir", "site.env", "types.*.path",
	"media.place", "media.dimensions",
}

// PerSite tells whether an entry of sites may have the key for itself.
func (k Key) PerSite() bool { return slices.Contains(siteKeys, k.Name) }

// sites are the configurations of all sites, each as if it were alone. The first is the default.
func (c Config) sites() []Config {
	if len(c.Sites) == 0 {
		return []Config{c}
	}
	list := slices.Clone(c.Sites)
	for i := range list {
		list[i].several = true
	}
	return list
}

// SiteAt is the configuration of the site with that address, as if it were alone; without an
// address it is the default's.
func (c Config) SiteAt(me string) (Config, error) {
	sites := c.sites()
	if me == "" {
		return sites[0], nil
	}
	var known []string
	for _, site := range sites {
		if address.Same(site.Me, me) {
			return site, nil
		}
		known = append(known, site.Me)
	}
	return Config{}, fmt.Errorf("%s is not the address of a site that is configured; take %s", me, strings.Join(known, " or "))
}

// StateFile is where tokens and waiting uploads are noted.
func (c Config) StateFile() string { return filepath.Join(c.Data, "state.db") }

// CloneDir is the site's bare clone. Of several, each has one that is named after its address,
// so that it stays the same wherever the site stands in the list.
func (c Config) CloneDir() string {
	if !c.several {
		return filepath.Join(c.Data, "repo.git")
	}
	return filepath.Join(c.Data, "sites", folderName(c.Me), "repo.git")
}

// formerClones are clones in the data folder that belong to none of the sites: from before there
// were several, from after, or of a site that had another address.
func formerClones(data string, sites []Config) []string {
	found := []string{filepath.Join(data, "repo.git")}
	folders, _ := os.ReadDir(filepath.Join(data, "sites")) // there need not be one
	for _, folder := range folders {
		found = append(found, filepath.Join(data, "sites", folder.Name(), "repo.git"))
	}
	return slices.DeleteFunc(found, func(dir string) bool {
		return slices.ContainsFunc(sites, func(c Config) bool { return c.CloneDir() == dir })
	})
}

// folderName is the name of a site's folder: its host where that says all, else with a path,
// made safe for every file system, and a part that tells it from all others.
func folderName(me string) string {
	u, err := url.Parse(me)
	if err != nil {
		u = &url.URL{Path: me}
	}
	address := strings.ToLower(u.Host) + strings.TrimSuffix(u.Path, "/")
	name := strings.Trim(unsafeInNames.ReplaceAllString(strings.ToLower(address), "-"), "-.")
	if name == address {
		return name
	}
	sum := sha256.Sum256([]byte(address))
	return name[:min(len(name), 60)] + "-" + hex.EncodeToString(sum[:4])
}

var unsafeInNames = regexp.MustCompile(`[^a-z0-9.]+`)

// applySites makes the configurations of sites: the values of each entry before those of the top.
func (l *configLoader) applySites() []Config {
	s := l.settings["sites"]
	entries := s.node.Content
	if s.node.Kind != yaml.SequenceNode || len(entries) == 0 {
		l.problem(Problem{Key: "sites", Where: s.where, Message: "is not a list of sites", Remedy: "write an entry such as - {me: https://example.org/, repo: https://git.example/me/blog.git} for each, or leave the key out"})
		return nil
	}
	var list []Config
	for i, node := range entries {
		list = append(list, l.applySite(i, node, s.where))
	}
	if me, written := l.settings["me"]; written && !address.Same(me.node.Value, list[0].Me) {
		l.problem(Problem{Key: "me", Where: me.where, Message: "stands beside sites, which each have their own", Remedy: "move it into the first entry of sites"})
	}
	for i, c := range list {
		for j, before := range list[:i] {
			line := lineNumber(entries[i].Line)
			switch {
			case c.Me != "" && address.Same(c.Me, before.Me):
				l.problem(Problem{Key: fmt.Sprintf("sites[%d].me", i), Value: c.Me, Where: line, Message: fmt.Sprintf("is the address of sites[%d] too", j), Remedy: "give each site its own address"})
			case c.Repo != "" && c.Repo == before.Repo && c.Branch == before.Branch:
				l.problem(Problem{Key: fmt.Sprintf("sites[%d].repo", i), Where: line, Message: fmt.Sprintf("is the repository of sites[%d] too", j), Remedy: "give each site its own repository, or its own branch"})
			}
		}
	}
	return list
}

// applySite reads one entry of sites.
func (l *configLoader) applySite(i int, node *yaml.Node, where string) Config {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	own := &configLoader{keys: l.keys, base: l.base, settings: map[string]configSetting{}, prefix: fmt.Sprintf("sites[%d].", i)}
	if l.settings["sites"].line == 0 {
		own.variable = where
	}
	own.begins = own.at(node.Line)
	if node.Kind == yaml.MappingNode {
		own.readMap("", node)
	} else {
		own.problem(Problem{Where: own.begins, Message: "is not a map of keys", Remedy: "write lines such as me: https://example.org/ below the hyphen"})
	}
	own.inherited = map[string]bool{}
	for name, s := range l.settings {
		if name == "me" || name == "sites" || own.has(name) {
			continue
		}
		own.settings[name], own.inherited[name] = s, true
	}
	c := own.apply()
	c.several = true
	l.problems = append(l.problems, own.problems...)
	return c
}

// has tells whether a key was written.
func (l *configLoader) has(name string) bool {
	_, written := l.settings[name]
	return written
}

// required lists the keys without which there is no configuration here.
func (l *configLoader) required() []Key {
	return slices.DeleteFunc(slices.Clone(l.keys), func(k Key) bool {
		return !k.Required || l.prefix == "" && l.has("sites") && k.PerSite() || l.prefix != "" && !k.PerSite()
	})
}

// at is where a line of the text is: the text may be that of a variable of the environment.
func (l *configLoader) at(line int) string {
	if l.variable != "" {
		return l.variable
	}
	return lineNumber(line)
}

// inOrder lists the names of the settings as they stand in the file.
func (l *configLoader) inOrder() []string {
	return slices.SortedFunc(maps.Keys(l.settings), func(a, b string) int {
		x, y := l.settings[a], l.settings[b]
		return cmp.Or(cmp.Compare(x.line, y.line), cmp.Compare(x.node.Column, y.node.Column), cmp.Compare(a, b))
	})
}
