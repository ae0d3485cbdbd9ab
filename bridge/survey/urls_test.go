package survey_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"gitpost/bridge/config"
	"gitpost/bridge/site"
	"gitpost/bridge/survey"
)

// What `gitpost urls --json` prints is, for every site of the corpus, what the real generator
// did, file by file.
func TestURLsAreThoseOfTheRealBuilds(t *testing.T) {
	files, err := filepath.Glob("../../testdata/site-cases/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no site cases: %v", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var corpus struct {
			Generator, Version string
			Cases              []struct {
				Name, Error        string
				Env, Config, Files map[string]string
				Published          map[string]string
				Unpublished        []string
			}
		}
		if err := json.Unmarshal(b, &corpus); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		t.Run(corpus.Generator+"-"+corpus.Version, func(t *testing.T) {
			for _, c := range corpus.Cases {
				if c.Error != "" {
					continue
				}
				t.Run(c.Name, func(t *testing.T) {
					tree := fstest.MapFS{}
					for _, part := range []map[string]string{c.Config, c.Files} {
						for name, text := range part {
							tree[name] = &fstest.MapFile{Data: []byte(text)}
						}
					}
					got, err := survey.URLsOf(t.Context(), tree, config.Site{
						Options: site.Options{Generator: corpus.Generator, Version: corpus.Version, Env: c.Env},
					})
					if err != nil {
						t.Fatal(err)
					}
					if !maps.Equal(got.Published, c.Published) {
						t.Errorf("published\n got %v\nwant %v", got.Published, c.Published)
					}
					slices.Sort(c.Unpublished)
					if !slices.Equal(got.Unpublished, c.Unpublished) {
						t.Errorf("unpublished\n got %v\nwant %v", got.Unpublished, c.Unpublished)
					}
				})
			}
		})
	}
}
