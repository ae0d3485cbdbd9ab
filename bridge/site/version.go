package site

import (
	"io/fs"
	"path"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// The newest versions whose rules were established by experiment (testdata/site-cases).
const (
	newestHugo   = "0.165.0"
	newestJekyll = "4.4.1"
	pagesJekyll  = "3.10.0" // what GitHub Pages builds with
)

// versionFiles are the places where repositories say which generator builds them.
var versionFiles = map[string]bool{
	"netlify.toml": true, "vercel.json": true, "render.yaml": true, "amplify.yml": true, "wrangler.toml": true,
	".tool-versions": true, "mise.toml": true, ".mise.toml": true, ".hugo-version": true, ".hvm": true, ".envrc": true, ".env": true,
	".gitlab-ci.yml": true, ".woodpecker.yml": true, ".woodpecker.yaml": true, ".drone.yml": true, ".travis.yml": true, ".build.yml": true,
	"Dockerfile": true, "docker-compose.yml": true, "compose.yaml": true, "Makefile": true, "package.json": true, "go.mod": true,
	".circleci/config.yml": true, "Gemfile": true, "Gemfile.lock": true,
}

// workflowDirs hold CI definitions under free names.
var workflowDirs = []string{".github/workflows", ".forgejo/workflows", ".gitea/workflows", ".woodpecker"}

// namesVersion tells whether the file may say which version of the generator is used.
func namesVersion(file string) bool {
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

// versionTexts are the texts of all such files, workflows first: what the CI uses is what
// the site is built with, whatever developers have installed.
func versionTexts(tree fs.FS, each func(file, text string) (done bool)) {
	var files []string
	for _, dir := range workflowDirs {
		entries, err := fs.ReadDir(tree, dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if file := dir + "/" + e.Name(); !e.IsDir() && namesVersion(file) {
				files = append(files, file)
			}
		}
	}
	var others []string
	for file := range versionFiles {
		others = append(others, file)
	}
	sort.Strings(others)
	for _, file := range append(files, others...) {
		text, err := fs.ReadFile(tree, file)
		if err == nil && each(file, string(text)) {
			return
		}
	}
}

// hugoMentions find a version of Hugo in a build's definition. The commonest spellings:
//
//	HUGO_VERSION: 0.121.0          hugo-version: '0.121.0'        "HUGO_VERSION": "0.121.0"
//	hugomods/hugo:exts-0.121.0     hugo_extended_0.121.0_linux    gohugoio/hugo@v0.121.0
//	hugo extended_0.121.0          "hugo-bin": "^0.121.0"         releases/download/v0.121.0/hugo
var hugoMentions = []*regexp.Regexp{
	regexp.MustCompile(`(?i)hugo[-_]?version["']?\s*(?:\?|:)?[:=]\s*["']?v?(?:extended[_-])?(\d+\.\d+(?:\.\d+)?)`),
	regexp.MustCompile(`(?i)hugo_(?:extended_)?(?:withdeploy_)?(\d+\.\d+\.\d+)_`),
	regexp.MustCompile(`(?i)gohugoio/hugo(?:@|/releases/download/)v(\d+\.\d+\.\d+)`),
	regexp.MustCompile(`(?i)\bhugo(?:mods/hugo|_extended)?:(?:[a-z]+-)*v?(\d+\.\d+(?:\.\d+)?)`),
	regexp.MustCompile(`(?im)^\s*["']?(?:go)?hugo(?:-bin|-extended|-installer)?["']?\s*[:= ]\s*["']?[\^~v]*(?:extended[_-])?(\d+\.\d+(?:\.\d+)?)`),
	regexp.MustCompile(`(?i)"hugo-(?:bin|extended|installer)"\s*:\s*"[\^~v]*(\d+\.\d+(?:\.\d+)?)`),
}

// hugoVersion is the version asked for, else the one that the repository says, else the
// newest. from is the file that says it, "" when none does.
func hugoVersion(tree fs.FS, wanted string) (version, from string) {
	if wanted != "" {
		return wanted, ""
	}
	versionTexts(tree, func(file, text string) bool {
		from = file
		if strings.HasPrefix(file, ".hugo-version") || file == ".hvm" {
			version = release.FindString(text)
			return version != ""
		}
		if file == "go.mod" || strings.HasPrefix(file, "Gemfile") {
			return false
		}
		if file == "netlify.toml" {
			text = productionFirst(text)
		}
		for _, mention := range hugoMentions {
			if m := mention.FindStringSubmatch(text); m != nil {
				version = m[1]
				return true
			}
		}
		return false
	})
	if version == "" {
		return newestHugo, ""
	}
	return version, from
}

// productionFirst is the text of a netlify.toml with what holds for production at the top, and
// without what holds for previews and branches.
func productionFirst(text string) string {
	var production, rest strings.Builder
	into := &rest
	for line := range strings.Lines(text) {
		if table, ok := strings.CutPrefix(strings.TrimSpace(line), "["); ok {
			context, scoped := strings.CutPrefix(table, "context.")
			switch {
			case !scoped:
				into = &rest
			case strings.HasPrefix(context, "production"):
				into = &production
			default:
				into = nil
			}
		}
		if into != nil {
			into.WriteString(line)
		}
	}
	return production.String() + rest.String()
}

var (
	release       = regexp.MustCompile(`\d+\.\d+(?:\.\d+)?`)
	lockedJekyll  = regexp.MustCompile(`(?m)^\s+jekyll \((\d+\.\d+\.\d+)`)
	gemJekyll     = regexp.MustCompile(`(?m)^\s*gem\s*\(?\s*["']jekyll["']((?:\s*,\s*["'][^"'\n]*["'])*)`)
	gemConstraint = regexp.MustCompile(`["']\s*(~>|<=|>=|<|>|=)?\s*(\d+(?:\.\d+)*)`)
	gemPages      = regexp.MustCompile(`(?m)^\s*gem\s*\(?\s*["']github-pages["']`)
	pagesWorkflow = regexp.MustCompile(`actions/jekyll-build-pages`)
)

// jekyllVersion is the version asked for, else the locked one, else what the Gemfile or the
// workflow implies, else the newest. from is the file that says it, "" when none does.
func jekyllVersion(tree fs.FS, wanted string) (version, from string) {
	if wanted != "" {
		return wanted, ""
	}
	locked, gem, pagesAction := "", "", ""
	pagesGem := false
	versionTexts(tree, func(file, text string) bool {
		switch {
		case pagesWorkflow.MatchString(text):
			pagesAction = file // it brings its own gems and ignores a lock file
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
		return pagesJekyll, pagesAction
	case locked != "":
		return locked, "Gemfile.lock"
	case pagesGem:
		return pagesJekyll, "Gemfile"
	case gem != "":
		return gem, "Gemfile"
	}
	return newestJekyll, ""
}

// newestAllowed is the newest Jekyll known here that a Gemfile's constraints let in, "" when
// they let in all.
func newestAllowed(constraints string) string {
	allowed := ""
	for _, m := range gemConstraint.FindAllStringSubmatch(constraints, -1) {
		op, version := m[1], m[2]
		below4 := !atLeast(version, "4")
		switch {
		case op == "" || op == "=", op == "~>" && strings.Count(version, ".") >= 2:
			return version
		case op == "~>" && below4, op == "<=" && below4, op == "<" && !atLeast(version, "4.0.1"):
			allowed = pagesJekyll
		}
	}
	return allowed
}

// atLeast compares dotted versions by number.
func atLeast(have, want string) bool {
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
