package hugo

import (
	"fmt"
	"slices"
	"strings"
)

// warnings names the permalinks of which Hugo uses a random one in each build: since 0.161 the
// keys of a table are patterns for paths, tried in no particular order.
func (h *site) warnings() []string {
	var found []string
	if !h.rules.permalinkGlobs {
		return nil
	}
	for _, name := range sortedNames(h.languages) {
		lang := h.languages[name]
		for i := range lang.permalinks {
			for j := range lang.permalinks[:i] {
				a, b := &lang.permalinks[j], &lang.permalinks[i] // a is tried first here
				if a.keyed && b.keyed && a.pattern.text != b.pattern.text && overlap(a, b) {
					found = append(found, fmt.Sprintf("permalinks: %q and %q both match pages of the kind %q, "+
						"and Hugo %s picks one of them at random in each build; "+
						"write them as a list of [[permalinks]] with a target, the narrower one first (gitpost assumes %q)",
						a.shown(), b.shown(), a.kind.section, h.release, a.pattern.text))
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found) // languages that share the permalinks of the site
}

func sortedNames(languages map[string]*language) []string {
	names := make([]string, 0, len(languages))
	for name := range languages {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (r *permalinkRule) shown() string {
	if r.exact == "" {
		return "/"
	}
	return r.exact
}

// overlap reports whether some page can match both rules. Of two patterns with wildcards it tries
// what the wildcards most likely match.
func overlap(a, b *permalinkRule) bool {
	if a.kind.section != b.kind.section {
		return false
	}
	for _, r := range []*permalinkRule{a, b} {
		sample := "/" + strings.NewReplacer("**", "x", "*", "x", "?", "x").Replace(r.exact)
		samples := []string{strings.TrimSuffix(sample, "/") + "/x"}
		if kind := r.kind.section; kind == "section" || kind == "taxonomy" {
			samples = append(samples, sample) // a page would have to be a file beside the folder
		}
		for _, s := range samples {
			if a.paths.match(s) && b.paths.match(s) {
				return true
			}
		}
	}
	return false
}
