package catalog

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"gitpost/bridge/site"
)

// TestURLsOfTheRealBuilds holds the catalog to the verified cases: what it knows of its
// surroundings must be enough to locate every file as the generators do.
func TestURLsOfTheRealBuilds(t *testing.T) {
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
				Name, Error                   string
				Env, Config, Files, Published map[string]string
			}
		}
		if err := json.Unmarshal(b, &corpus); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, c := range corpus.Cases {
			if c.Error != "" {
				continue
			}
			t.Run(corpus.Generator+"-"+corpus.Version+"/"+c.Name, func(t *testing.T) {
				tree := maps.Clone(c.Config)
				maps.Copy(tree, c.Files)
				catalog := New(func(tree fs.FS) (*site.Site, error) {
					return site.Open(tree, site.Options{Generator: corpus.Generator, Version: corpus.Version, Env: c.Env})
				})
				got, want := map[string]string{}, maps.Clone(c.Published)
				if err := catalog.Read(t.Context(), snapshotOf(tree), func(v *View) error {
					v.Pages(func(e *Entry) {
						if e.Page.Published && !e.Page.Static {
							got[e.Path] = e.Page.URL
						}
					})
					// A picture among Jekyll's posts has an URL, but no text to be read back.
					maps.DeleteFunc(want, func(path, _ string) bool { return !v.Site().Content(path) })
					return nil
				}); err != nil {
					t.Fatal(err)
				}
				if !maps.Equal(got, want) {
					t.Errorf("got %v\nwant %v", got, want)
				}
			})
		}
	}
}
