package hugo

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/site/generator/generatortest"
)

const (
	twoHugos = "0.147.9 0.165.0" // that keep pages in one tree
)

// TestDifferentialRows builds the sites of the rows with the installed Hugo, so that no row says what its author only believes.
func TestDifferentialRows(t *testing.T) {
	t.Parallel()
	if generatortest.RandomSites(t).Sites < 100 {
		t.Skip("builds many sites: set GITPOST_TEST_ALL=1")
	}
	b := installedHugo(t)
	check := func(name, versions, config string, files, published map[string]string) {
		if versions != "" && !slices.Contains(strings.Fields(versions), b.version) {
			return
		}
		s := fuzzSite{config: []string{"baseURL = 'https://e.org/'\n" + config}, files: map[string]fuzzFile{}}
		for name, text := range files {
			s.files[name] = fuzzFile{body: text}
		}
		real := b.build(t, s)
		if real.failed != "" {
			t.Errorf("%s: the build fails: %s", name, real.failed)
		}
		urls := map[string]string{}
		for file, page := range real.pages {
			urls[file] = strings.TrimPrefix(page.url, "https://e.org/")
		}
		if !rulesOf(b.version).rootBundle {
			delete(urls, "content/index.md") // written over the home page or under it, by chance
		}
		if !maps.Equal(urls, published) {
			t.Errorf("%s: Hugo publishes\n     %v\nrow: %v", name, urls, published)
		}
	}
	for _, row := range slices.Concat(hugoRows, hugoCapitalRows) {
		check(row.name, row.versions, row.config, row.files, row.want)
	}
}
