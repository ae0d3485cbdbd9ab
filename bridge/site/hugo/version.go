package hugo

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"gitpost/bridge/site/generator"
)

// newest is the newest version whose rules were established by experiment
// (testdata/site-cases).
const newest = "0.165.0"

// versionFiles name the version of Hugo and nothing else.
var versionFiles = []string{".hugo-version", ".hvm"}

var release = regexp.MustCompile(`\d+\.\d+(?:\.\d+)?`)

// mentions find a version of Hugo in a build's definition. The most common spellings:
//
//	HUGO_VERSION: 0.121.0          hugo-version: '0.121.0'        "HUGO_VERSION": "0.121.0"
//	hugomods/hugo:exts-0.121.0     hugo_extended_0.121.0_linux    gohugoio/hugo@v0.121.0
//	hugo extended_0.121.0          "hugo-bin": "^0.121.0"         releases/download/v0.121.0/hugo
var mentions = []*regexp.Regexp{
	regexp.MustCompile(`(?i)hugo[-_]?version["']?\s*(?:\?|:)?[:=]\s*["']?v?(?:extended[_-])?(\d+\.\d+(?:\.\d+)?)`),
	regexp.MustCompile(`(?i)hugo_(?:extended_)?(?:withdeploy_)?(\d+\.\d+\.\d+)_`),
	regexp.MustCompile(`(?i)gohugoio/hugo(?:@|/releases/download/)v(\d+\.\d+\.\d+)`),
	regexp.MustCompile(`(?i)\bhugo(?:mods/hugo|_extended)?:(?:[a-z]+-)*v?(\d+\.\d+(?:\.\d+)?)`),
	regexp.MustCompile(
		`(?im)^\s*["']?(?:go)?hugo(?:-bin|-extended|-installer)?["']?\s*[:= ]\s*["']?[\^~v]*(?:extended[_-])?(\d+\.\d+(?:\.\d+)?)`,
	),
	regexp.MustCompile(`(?i)"hugo-(?:bin|extended|installer)"\s*:\s*"[\^~v]*(\d+\.\d+(?:\.\d+)?)`),
}

// versionOf returns the version asked for, else the one that the repository says, else the
// newest. from is the file that says it, "" when none does.
func versionOf(tree fs.FS, wanted string) (version, from string) {
	if wanted != "" {
		return wanted, ""
	}
	generator.VersionTexts(tree, versionFiles, func(file, text string) bool {
		from = file
		if slices.Contains(versionFiles, file) {
			version = release.FindString(text)
			return version != ""
		}
		if file == "netlify.toml" {
			text = productionFirst(text)
		}
		for _, mention := range mentions {
			if m := mention.FindStringSubmatch(text); m != nil {
				version = m[1]
				return true
			}
		}
		return false
	})
	if version == "" {
		return newest, ""
	}
	return version, from
}

// productionFirst is the text of a netlify.toml with the part for production at the top, and
// without those for previews and branches.
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
