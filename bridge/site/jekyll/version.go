package jekyll

import (
	"io/fs"
	"regexp"
	"strings"

	"gitpost/bridge/site/generator"
)

// Versions whose rules were established by experiment (testdata/site-cases).
const (
	newest      = "4.4.1"
	gitHubPages = "3.10.0" // what GitHub Pages builds with
)

// versionFiles are where Ruby programs name the versions of their gems.
var versionFiles = []string{"Gemfile", "Gemfile.lock"}

var (
	lockedJekyll  = regexp.MustCompile(`(?m)^\s+jekyll \((\d+\.\d+\.\d+)`)
	gemJekyll     = regexp.MustCompile(`(?m)^\s*gem\s*\(?\s*["']jekyll["']((?:\s*,\s*["'][^"'\n]*["'])*)`)
	gemConstraint = regexp.MustCompile(`["']\s*(~>|<=|>=|<|>|=)?\s*(\d+(?:\.\d+)*)`)
	gemPages      = regexp.MustCompile(`(?m)^\s*gem\s*\(?\s*["']github-pages["']`)
	pagesWorkflow = regexp.MustCompile(`actions/jekyll-build-pages`)
)

// versionOf returns the version asked for, else the locked one, else what the Gemfile or the
// workflow implies, else the newest. from is the file that says it, "" when none does.
func versionOf(tree fs.FS, wanted string) (version, from string) {
	if wanted != "" {
		return wanted, ""
	}
	locked, gem, pagesAction := "", "", ""
	pagesGem := false
	generator.VersionTexts(tree, versionFiles, func(file, text string) bool {
		switch {
		case pagesWorkflow.MatchString(text):
			pagesAction = file // it has its own gems and ignores a lock file
		case file == "Gemfile.lock":
			if m := lockedJekyll.FindStringSubmatch(text); m != nil {
				locked = m[1]
			}
		case file == "Gemfile":
			if m := gemJekyll.FindStringSubmatch(text); m != nil {
				gem = newestAllowed(m[1])
			}
			pagesGem = gemPages.MatchString(text)
		}
		return false
	})
	switch {
	case pagesAction != "":
		return gitHubPages, pagesAction
	case locked != "":
		return locked, "Gemfile.lock"
	case pagesGem:
		return gitHubPages, "Gemfile"
	case gem != "":
		return gem, "Gemfile"
	}
	return newest, ""
}

// newestAllowed is the newest known Jekyll that a Gemfile's constraints allow, "" if they allow
// all.
func newestAllowed(constraints string) string {
	allowed := ""
	for _, m := range gemConstraint.FindAllStringSubmatch(constraints, -1) {
		op, version := m[1], m[2]
		below4 := !generator.AtLeast(version, "4")
		switch {
		case op == "" || op == "=", op == "~>" && strings.Count(version, ".") >= 2:
			return version
		case op == "~>" && below4, op == "<=" && below4, op == "<" && !generator.AtLeast(version, "4.0.1"):
			allowed = gitHubPages
		}
	}
	return allowed
}
