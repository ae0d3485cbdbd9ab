package site

import (
	"io/fs"
	"path"
	"strings"

	"gitpost/bridge/fault"
	"gitpost/bridge/site/generator"
)

// Bounds of the search for sites below the top folder.
const (
	deepestSite  = 4
	mostSites    = 5
	mostSearched = 2000 // folders
)

// notSites are folders that have no site of the repository's author.
var notSites = map[string]bool{
	"node_modules": true, "vendor": true, "themes": true, "examplesite": true, "public": true, "_site": true,
	"testdata": true, "resources": true, "layouts": true, "static": true, "archetypes": true,
}

// Find returns the folders below the top one that have a site's configuration, the uppermost ones of
// each branch of the tree, in path order.
func Find(tree fs.FS) []string {
	var found []string
	searched := 0
	_ = fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || !d.IsDir() || name == ".":
			return nil
		case strings.HasPrefix(d.Name(), ".") || notSites[strings.ToLower(d.Name())]:
			return fs.SkipDir
		}
		if searched++; searched > mostSearched || len(found) == mostSites {
			return fs.SkipAll
		}
		if isSite(tree, name) {
			found = append(found, name)
			return fs.SkipDir
		}
		if strings.Count(name, "/")+1 >= deepestSite {
			return fs.SkipDir
		}
		return nil
	})
	return found
}

// isSite reports whether a folder has a site's configuration, and not only files that others may have too.
func isSite(tree fs.FS, folder string) bool {
	below, err := fs.Sub(tree, folder)
	if err != nil {
		return false
	}
	for _, g := range generators {
		found := g.Detect(below)
		if found.Other == "" && (found.Confidence == generator.OwnConfig ||
			found.Confidence == generator.CommonConfig && hasContent(below)) {
			return true
		}
	}
	return false
}

// hasContent reports whether a folder has one of the folders of a site.
func hasContent(tree fs.FS) bool {
	for _, name := range []string{"content", "layouts", "archetypes", "_posts", "_layouts"} {
		if generator.IsDir(tree, name) {
			return true
		}
	}
	return false
}

// nestedSite names the folders below that have a site: the most common reason for finding none.
func nestedSite(tree fs.FS) (message, hint string) {
	found := Find(tree)
	if len(found) == 0 {
		return "", ""
	}
	return " in the top folder (there is one in " + strings.Join(found, ", ") + ")",
		"set site.dir to " + path.Clean(found[0]) + " in gitpost's configuration"
}

// EmptyRepository is the error of a repository without a commit.
func EmptyRepository() error {
	return &fault.Error{Code: fault.InvalidRequest, Op: "read the site",
		Message: "the repository is empty: it has no commits", Hint: "push your site to it"}
}
