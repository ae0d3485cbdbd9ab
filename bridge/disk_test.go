package bridge_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func (f *fixture) ready() answer {
	f.t.Helper()
	return f.send("GET", "/readyz", "", "")
}

// Regression test: the answer was "try again", and /readyz that all is well.
func TestPostThatCannotBeStoredIsRefusedInWordsAndShownByReadyz(t *testing.T) {
	f := serve(t, "hugo", nil)
	clone := f.config.Sites[0].CloneDir()
	if err := os.Rename(clone, clone+".away"); err != nil {
		t.Fatal(err)
	}
	a := f.json(`{"properties":{"content":["nowhere to put it"]}}`)
	if a.Status != http.StatusServiceUnavailable || !strings.Contains(a.Body, "restart gitpost") {
		t.Errorf("without the clone: %d %s", a.Status, a.Body)
	}
	if r := f.ready(); r.Status != http.StatusServiceUnavailable || !strings.Contains(r.Body, "cannot be stored") {
		t.Errorf("readyz: %d %s", r.Status, r.Body)
	}
	if err := os.Rename(clone+".away", clone); err != nil {
		t.Fatal(err)
	}
	f.create(`{"properties":{"content":["there it is"]}}`)
	if r := f.ready(); r.Status != http.StatusOK {
		t.Errorf("readyz afterwards: %d %s", r.Status, r.Body)
	}
}

// Regression test: a configuration that cannot be read was one that is not there, and posts
// got other addresses.
func TestSiteWhoseConfigurationIsDamagedInTheCloneKeepsItsAddresses(t *testing.T) {
	for _, skeleton := range skeletons {
		t.Run(skeleton, func(t *testing.T) {
			f := serve(t, skeleton, nil)
			first := f.create(`{"properties":{"content":["x"],"mp-slug":["before"]}}`)
			if err := f.stop(); err != nil {
				t.Fatal(err)
			}
			packs, _ := filepath.Glob(filepath.Join(f.config.Sites[0].CloneDir(), "objects", "pack", "*.pack"))
			for _, pack := range packs { // all but the head of each
				if err := os.Truncate(pack, 20); err != nil {
					t.Fatal(err)
				}
			}
			f.start()
			want := strings.Replace(first, "before", "after", 1)
			if got := f.create(`{"properties":{"content":["x"],"mp-slug":["after"]}}`); got != want {
				t.Errorf("the post is at %s, want %s", got, want)
			}
			if got := f.source(first); got.Properties.Text("content") != "x" {
				t.Errorf("the post from before is %v", got)
			}
		})
	}
}

// Regression test: the file was taken, and the post that referred to it refused.
func TestUploadThatTheRepositoryKeepsInLFSIsRefusedAtOnce(t *testing.T) {
	lfs := map[string]string{".gitattributes": "static/** filter=lfs diff=lfs merge=lfs -text\n"}
	f := serveFiles(t, skeletonWith(t, "hugo", lfs), nil)
	a := f.upload("heron.jpg", string(picture(t, 1)))
	if a.Status != http.StatusBadRequest || !strings.Contains(a.Body, "Git LFS") {
		t.Errorf("upload: %d %s", a.Status, a.Body)
	}
	if left, _ := os.ReadDir(filepath.Join(f.config.Data, "uploads")); len(left) != 0 {
		t.Errorf("what was refused is kept: %v", left)
	}
	f = serveFiles(t, skeletonWith(t, "hugo", map[string]string{".gitattributes": "*.png filter=lfs\n"}), nil)
	f.location(1)
}
