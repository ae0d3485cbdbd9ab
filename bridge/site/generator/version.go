package generator

import (
	"io/fs"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// versionFiles are where repositories say which version of a generator builds them.
var versionFiles = map[string]bool{
	"netlify.toml": true, "vercel.json": true, "render.yaml": true, "amplify.yml": true, "wrangler.toml": true,
	".tool-versions": true, "mise.toml": true, ".mise.toml": true, ".envrc": true, ".env": true,
	".gitlab-ci.yml": true, ".woodpecker.yml": true, ".woodpecker.yaml": true, ".drone.yml": true, ".travis.yml": true,
	".build.yml": true,
	"Dockerfile": true, "docker-compose.yml": true, "compose.yaml": true, "Makefile": true, "package.json": true,
	".circleci/config.yml": true,
}

// workflowDirs have CI definitions under any name.
var workflowDirs = []string{".github/workflows", ".forgejo/workflows", ".gitea/workflows", ".woodpecker"}

// NamesVersion reports whether the file may say which version of the generator is used.
func NamesVersion(file string) bool {
	if versionFiles[file] {
		return true
	}
	dir := path.Dir(file)
	for _, d := range workflowDirs {
		if dir == d {
			return strings.HasSuffix(file, ".yml") || strings.HasSuffix(file, ".yaml")
		}
	}
	return false
}

// VersionTexts calls each with all such files and the generator's own, until it is done. Workflows come first: what the
// CI uses is what the site is built with, whatever developers have installed.
//
// Of a site in a folder of its repository, the files of the top folder are read after the site's own, since workflows
// are nowhere else; but the generator's own files only when the site has none of them.
func VersionTexts(tree fs.FS, own []string, each func(file, text string) (done bool)) {
	if versionTexts(tree, own, each) {
		return
	}
	if part, ok := tree.(interface{ Whole() fs.FS }); ok {
		if whole := part.Whole(); whole != nil {
			if slices.ContainsFunc(own, func(name string) bool { return IsFile(tree, name) }) {
				own = nil
			}
			versionTexts(whole, own, each)
		}
	}
}

func versionTexts(tree fs.FS, own []string, each func(file, text string) (done bool)) (done bool) {
	var files []string
	for _, dir := range workflowDirs {
		entries, err := fs.ReadDir(tree, dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if file := dir + "/" + e.Name(); !e.IsDir() && NamesVersion(file) {
				files = append(files, file)
			}
		}
	}
	others := slices.Clone(own)
	for file := range versionFiles {
		others = append(others, file)
	}
	sort.Strings(others)
	for _, file := range append(files, others...) {
		text, err := fs.ReadFile(tree, file)
		if err == nil && each(file, string(text)) {
			return true
		}
	}
	return false
}

// AtLeast reports whether a dotted version is want or newer.
func AtLeast(have, want string) bool {
	h, w := versionNumbers(have), versionNumbers(want)
	for i := range h {
		if h[i] != w[i] {
			return h[i] > w[i]
		}
	}
	return true
}

func versionNumbers(v string) (n [3]int) {
	for i, part := range strings.SplitN(v, ".", 3) {
		digits := strings.IndexFunc(part, func(r rune) bool { return r < '0' || r > '9' })
		if digits >= 0 {
			part = part[:digits]
		}
		n[i], _ = strconv.Atoi(part)
	}
	return n
}
