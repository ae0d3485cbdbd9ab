package jekyll

import (
	"io/fs"
	"regexp"
	"strings"
)

// themeNames are the names of the site's theme, which is never in its repository, the most exact
// first: with the major version ("minima@3") where that is known.
func (j *site) themeNames(tree fs.FS) (names []string) {
	remote := j.configuration.text("remote_theme", "")
	for _, name := range []string{remote, j.configuration.text("theme", "")} {
		if name == "" {
			continue
		}
		bare, ref, _ := strings.Cut(name, "@")
		if name != remote {
			ref = gemVersion(tree, name)
		} else if ref == "" {
			ref = "HEAD"
		}
		if major := majorOf(ref); major != "" {
			names = append(names, bare+"@"+major)
		}
		names = append(names, bare)
	}
	return names
}

// majorOf is the major version that a Git reference or a gem's version names, "head" for the newest,
// "" for one that says nothing.
func majorOf(ref string) string {
	if m := refMajor.FindStringSubmatch(ref); m != nil {
		return m[1]
	}
	switch ref {
	case "HEAD", "main", "master":
		return "head"
	}
	return ""
}

var refMajor = regexp.MustCompile(`^v?(\d+)(?:\.|$)`)

// gemVersion is the version of a gem as Gemfile.lock or the Gemfile has it: "HEAD" for one from a
// Git repository.
func gemVersion(tree fs.FS, gem string) string {
	name := regexp.QuoteMeta(gem)
	if lock, err := fs.ReadFile(tree, "Gemfile.lock"); err == nil {
		locked := regexp.MustCompile(`(?m)^    ` + name + ` \((\d[^)]*)\)`)
		if m := locked.FindSubmatch(lock); m != nil {
			return string(m[1])
		}
	}
	file, err := fs.ReadFile(tree, "Gemfile")
	if err != nil {
		return ""
	}
	m := regexp.MustCompile(`(?m)^\s*gem\s*\(?\s*["']` + name + `["'](.*)$`).FindSubmatch(file)
	switch {
	case m == nil:
		return ""
	case gitSource.Match(m[1]):
		return "HEAD"
	}
	if version := gemConstraint.FindSubmatch(m[1]); version != nil {
		return string(version[2])
	}
	return ""
}

var gitSource = regexp.MustCompile(`\b(?:git|github)(?::|\s*=>)`)
