package bridge_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

func TestPostIsKeptWhileTheSitesConfigurationIsBroken(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	good, err := os.ReadFile("../testdata/skeletons/hugo/hugo.toml")
	if err != nil {
		t.Fatal(err)
	}
	configure := func(text string) {
		f.edit("Change the configuration", func(dir string) {
			if err := os.WriteFile(filepath.Join(dir, "hugo.toml"), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		})
		f.fetch()
	}
	f.await("the index is not kept", func() bool {
		_, err := os.Stat(f.config.Sites[0].CatalogFile())
		return err == nil
	})
	configure("baseURL = ")
	location := f.create(`{"properties":{"content":["Sent while an edit was wrong"]}}`)
	if got := f.source(location).Properties.Text("content"); got != "Sent while an edit was wrong" {
		t.Errorf("reads back as %q", got)
	}
	if a := f.send("GET", "/readyz", "", ""); a.Status != http.StatusServiceUnavailable || a.json(t)["reason"] == nil {
		t.Errorf("/readyz does not tell of the broken configuration: %d %s", a.Status, a.Body)
	}
	// The index that is kept is of a state whose configuration could be read: a restart finds it.
	if err := f.stop(); err != nil {
		t.Fatal(err)
	}
	f.start()
	again := f.create(`{"properties":{"content":["Sent after a restart"]}}`)
	if got := f.source(again).Properties.Text("content"); got != "Sent after a restart" {
		t.Errorf("after a restart it reads back as %q", got)
	}
	configure(string(good))
	if a := f.send("GET", "/readyz", "", ""); a.Status != http.StatusOK {
		t.Errorf("/readyz after the repair: %d %s", a.Status, a.Body)
	}
	if got := f.source(location).Properties.Text("content"); got != "Sent while an edit was wrong" {
		t.Errorf("after the repair it reads back as %q", got)
	}
}
