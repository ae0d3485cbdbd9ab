package eleventy

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/npmtest"
	"gitpost/bridge/site/generator"
	"gitpost/bridge/site/generator/generatortest"
)

// TestDifferential builds random sites with Eleventy itself and compares where each file is published.
func TestDifferential(t *testing.T) {
	t.Parallel()
	modules := npmtest.Modules(t, "@11ty/eleventy")
	random := generatortest.RandomSites(t)
	compared, failed := 0, 0
	for start := 0; start < random.Sites && failed < 3; start += batch {
		sites := map[string]map[string]string{}
		for i := start; i < min(start+batch, random.Sites); i++ {
			seed := random.Seed + uint64(i)
			sites[fmt.Sprintf("seed-%d", seed)] = randomSite(rand.New(rand.NewPCG(seed, 11)))
		}
		built := buildWithEleventy(t, modules, sites)
		for name, files := range sites {
			n, problems := differences(files, built[name])
			compared += n
			if len(problems) > 0 {
				failed++
				t.Errorf("%s:\n%s\n%s", name, strings.Join(problems, "\n"), shownSite(files))
			}
		}
	}
	t.Logf("%d sites, %d files compared", random.Sites, compared)
	if compared < random.Sites && failed == 0 {
		t.Errorf("only %d files were compared", compared)
	}
}

// batch is the number of sites that one process builds.
const batch = 200

// A built site is what Eleventy says of one.
type built struct {
	Error   string
	Pages   map[string]any // URL by input file; false for a page that is not written
	Outputs map[string]string
}

func buildWithEleventy(t *testing.T, modules string, sites map[string]map[string]string) map[string]built {
	t.Helper()
	folder := t.TempDir()
	for name, files := range sites {
		for file, text := range files {
			at := filepath.Join(folder, name, filepath.FromSlash(file))
			if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	script, err := filepath.Abs("../../../testdata/site-cases/eleventy.mjs")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", script, modules, folder)
	cmd.Env = append(os.Environ(), "TZ=UTC")
	said, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, said)
	}
	results := map[string]built{}
	if err := json.Unmarshal(said, &results); err != nil {
		t.Fatalf("%v: %.500s", err, said)
	}
	return results
}

// differences compares one site, and returns the number of files that were compared.
func differences(files map[string]string, want built) (compared int, problems []string) {
	s, err := generatortest.Open(Definition, generator.Options{URL: "https://e.example/"}, nil, files)
	if err != nil {
		return 0, []string{"open: " + err.Error()}
	}
	breaks, unknown := false, false
	for file := range files {
		reason := s.Page(file).Reason
		breaks = breaks || strings.HasPrefix(reason, generator.Breaks)
		unknown = unknown || strings.HasPrefix(reason, "its URL is computed")
	}
	switch {
	case want.Error != "" && unknown: // a template that gitpost does not know fails
		return 0, nil
	case strings.Contains(want.Error, "DuplicatePermalinkOutputError"):
		return 0, nil // which of two pages is there is no question of one file
	case want.Error != "" && !breaks:
		return 0, []string{"Eleventy fails: " + want.Error}
	case want.Error == "" && breaks:
		problems = append(problems, "gitpost expects that the build fails")
	case want.Error != "":
		return 1, nil
	}
	for file := range files {
		page := s.Page(file)
		at, written := want.Pages[file].(string)
		got := ""
		if page.Published {
			u, err := url.PathUnescape(strings.TrimPrefix(page.URL, strings.TrimSuffix(s.Convention().BaseURL, "/")))
			if err != nil {
				problems = append(problems, err.Error())
			}
			got = u
		}
		switch {
		case strings.HasPrefix(page.Reason, "its URL is computed"):
			continue // what gitpost does not know, it does not say
		case got != at:
			problems = append(problems, fmt.Sprintf("%s is at %q (%s), and Eleventy says %q", file, got, page.Reason, at))
		}
		if written || page.Reason != "" {
			compared++
		}
	}
	return compared, problems
}

func shownSite(files map[string]string) string {
	var b strings.Builder
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "-- %s --\n%s", name, files[name])
	}
	return b.String()
}
