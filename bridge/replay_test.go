package bridge_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"gitpost/bridge/micropub/micropubtest"
)

// TestRequestsOfRealApps plays what some twenty apps send against the real server, for every
// kind of site, each app on a site of its own.
func TestRequestsOfRealApps(t *testing.T) {
	t.Parallel()
	for _, name := range allSkeletons {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := t.TempDir()
			if err := os.CopyFS(site, os.DirFS(filepath.Join("..", "testdata", "skeletons", name))); err != nil {
				t.Fatal(err)
			}
			if name == "jekyll" { // unlisted posts need a place of their own there
				appendTo(t, filepath.Join(site, "_config.yml"), "collections:\n  unlisted:\n    output: true\n")
			}
			f := serveFiles(t, os.DirFS(site), func(c *settings) {
				c.describe(t, name)
				c.PushWait = 0
			})
			micropubtest.Run(t, filepath.Join("..", "testdata", "client-requests"), micropubtest.Endpoint{
				Micropub: f.base + "/micropub", Media: f.base + "/media", Token: f.token, Client: http.DefaultClient,
			})
		})
	}
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
