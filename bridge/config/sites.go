package config

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

// SiteAt returns the site with that address; without an address, the default one.
func (c Config) SiteAt(me string) (Site, error) {
	if me == "" {
		return c.Sites[0], nil
	}
	var known []string
	for _, site := range c.Sites {
		if address.Same(site.Me, me) {
			return site, nil
		}
		known = append(known, site.Me)
	}
	return Site{}, fmt.Errorf("no site %s is configured; use %s", me, strings.Join(known, " or "))
}

// State is the location of the database of tokens and waiting uploads: StateFile, or the URL of PostgreSQL.
func (c Server) State() string { return cmp.Or(c.Database, c.StateFile()) }

// StateFile is where that database is unless Database names another.
func (c Server) StateFile() string { return filepath.Join(c.Data, "state.db") }

// UploadsDir is the folder of uploads that wait for their posts.
func (c Server) UploadsDir() string { return filepath.Join(c.Data, "uploads") }

// siteDir is the folder of one of several sites. It is named after the address, so that it stays
// the same wherever the site stands in the list.
func siteDir(data, me string) string { return filepath.Join(data, "sites", folderName(me)) }

// Clones returns the folders of a data folder in which clones may be: of its sites, of former
// ones, and of the only site before there were several.
func (c Server) Clones() []string {
	found := []string{cloneIn(c.Data)}
	folders, _ := os.ReadDir(filepath.Join(c.Data, "sites")) // there need not be one
	for _, folder := range folders {
		found = append(found, cloneIn(filepath.Join(c.Data, "sites", folder.Name())))
	}
	return found
}

// folderName is the name of a site's folder: its host if it has no path, else host and path made safe
// for every file system, with a hash that makes it unique.
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

// sites reads the entries of sites, each on top of what stands at the top.
func (l *loader) sites(top Site, data string) []Site {
	s := l.settings["sites"]
	entries := s.node.Content
	if s.node.Kind != yaml.SequenceNode || len(entries) == 0 {
		l.problem(Problem{Key: "sites", Where: s.where, Message: "is not a list of sites",
			Remedy: "write an entry such as - {me: https://example.org/, repo: https://git.example/me/blog.git} for " +
				"each, or leave the key out"})
		return nil
	}
	top.Me = ""
	var list []Site
	for i, node := range entries {
		site := l.site(top, i, node, s.where)
		site.Dir = siteDir(data, site.Me)
		list = append(list, site)
	}
	if me, written := l.settings["me"]; written && !address.Same(me.node.Value, list[0].Me) {
		l.problem(Problem{Key: "me", Where: me.where, Message: "is set beside sites, which each have their own",
			Remedy: "move it into the first entry of sites"})
	}
	for i := range list {
		for j := range i {
			l.different(list, i, j, lineNumber(entries[i].Line))
		}
	}
	return list
}

// different notes what two sites must not have in common.
func (l *loader) different(list []Site, i, j int, line string) {
	switch c, before := list[i], list[j]; {
	case c.Me != "" && address.Same(c.Me, before.Me):
		l.problem(Problem{Key: fmt.Sprintf("sites[%d].me", i), Value: c.Me, Where: line,
			Message: fmt.Sprintf("is the address of sites[%d] too", j), Remedy: "give each site its own address"})
	case c.Repo != "" && c.Repo == before.Repo && c.Branch == before.Branch && c.Folder == before.Folder:
		l.problem(Problem{Key: fmt.Sprintf("sites[%d].repo", i), Where: line,
			Message: fmt.Sprintf("is the repository of sites[%d] too", j),
			Remedy:  "give each site its own repository, its own branch, or its own folder (site.dir)"})
	}
}

// site reads one entry of sites.
func (l *loader) site(top Site, i int, node *yaml.Node, where string) Site {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	own := &loader{keys: l.keys, base: l.base, settings: map[string]setting{}, prefix: fmt.Sprintf("sites[%d].", i)}
	if l.settings["sites"].line == 0 {
		own.variable = where
	}
	own.begins = own.at(node.Line)
	if node.Kind == yaml.MappingNode {
		own.readMap("", node)
	} else {
		own.problem(Problem{Where: own.begins, Message: "is not a map of keys",
			Remedy: "write lines such as me: https://example.org/ below the hyphen"})
	}
	site := top
	for _, name := range own.inOrder() {
		own.set(nil, &site, name, own.settings[name])
	}
	for _, k := range l.keys {
		if k.Required && k.PerSite() && !own.has(k.Name) && (k.Name == "me" || !l.has(k.Name)) {
			own.missing(k)
		}
	}
	l.problems = append(l.problems, own.problems...)
	fillIn(&site)
	return site
}

// has reports whether a key was written.
func (l *loader) has(name string) bool {
	_, written := l.settings[name]
	return written
}

// at is where a line of the text is: the text may be that of a variable of the environment.
func (l *loader) at(line int) string {
	if l.variable != "" {
		return l.variable
	}
	return lineNumber(line)
}

// inOrder lists the names of the settings as they stand in the file.
func (l *loader) inOrder() []string {
	return slices.SortedFunc(maps.Keys(l.settings), func(a, b string) int {
		x, y := l.settings[a], l.settings[b]
		return cmp.Or(cmp.Compare(x.line, y.line), cmp.Compare(x.node.Column, y.node.Column), cmp.Compare(a, b))
	})
}
