package eleventy

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/url"
	"os"
	"testing"

	"gitpost/bridge/npmtest"
)

var update = flag.Bool("update", false, "write what Eleventy says into the site cases")

// TestCasesAreWhatEleventySays builds the site cases again. Package site checks that gitpost says the same.
func TestCasesAreWhatEleventySays(t *testing.T) {
	modules := npmtest.Modules(t, "@11ty/eleventy")
	const file = "../../../testdata/site-cases/eleventy-3.1.2.json"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	type siteCase struct {
		Name        string            `json:"name"`
		About       string            `json:"about"`
		Config      map[string]string `json:"config"`
		Files       map[string]string `json:"files"`
		Published   map[string]string `json:"published"`
		Output      map[string]string `json:"output"`
		Unpublished []string          `json:"unpublished"`
	}
	var cases struct {
		Generator string     `json:"generator"`
		Version   string     `json:"version"`
		Cases     []siteCase `json:"cases"`
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	sites := map[string]map[string]string{}
	for i, c := range cases.Cases {
		files := maps.Clone(c.Config)
		maps.Copy(files, c.Files)
		sites[fmt.Sprint("case-", i)] = files
	}
	said := buildWithEleventy(t, modules, sites)
	for i := range cases.Cases {
		c, got := &cases.Cases[i], said[fmt.Sprint("case-", i)]
		published := map[string]string{}
		for file, at := range got.Pages {
			if text, ok := at.(string); ok {
				published[file] = "https://example.org" + (&url.URL{Path: text}).EscapedPath()
			}
		}
		if got.Error != "" || !*update && (!maps.Equal(published, c.Published) || !maps.Equal(got.Outputs, c.Output)) {
			t.Errorf("%s: Eleventy says %v, %v %s", c.Name, published, got.Outputs, got.Error)
		}
		c.Published, c.Output = published, got.Outputs
	}
	if !*update {
		return
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(cases); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
