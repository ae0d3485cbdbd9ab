package bridge_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// TestPostsThatLookAlikeByChanceAreNotOnePost: a person deletes one and writes another in one push. The
// address of the first is gone, and an update of it changes nothing; a post that was truly renamed is followed.
func TestPostsThatLookAlikeByChanceAreNotOnePost(t *testing.T) {
	t.Parallel()
	front := func(date, more string) string { return "---\ndate: " + date + "\n" + more + "---\n\n" }
	tags := "tags:\n- food\n- canteen\nauthor: me\n"
	long := "The ferry leaves at seven, and whoever comes later takes the road around the lake.\n\nIt takes an hour more."
	cases := []struct{ name, went, before, came, after string }{
		{"two small notes", "lunch.md", front("2024-03-01T12:00:00Z", tags) + "Lunch.\n",
			"supper.md", front("2024-03-02T18:00:00Z", tags) + "Supper.\n"},
		{"the same word", "one.md", front("2024-03-01T12:00:00Z", "") + "Yes.\n", "other.md",
			front("2024-03-05T12:00:00Z", "") + "Yes.\n"},
		{"a name in another folder", "photo.md", front("2024-03-01T12:00:00Z", "title: P\n") + "A heron.\n",
			"../notes/photo.md", front("2024-04-01T12:00:00Z", "title: Q\n") + "A train.\n"},
		{"the same front matter", "a/index.md", front("2024-03-01", tags) + "👍\n", "b/index.md",
			front("2024-03-01", tags) + "👎\n"},
		{"no text", "like.md", front("2024-03-01T12:00:00Z", "likeOf: https://a.example/\n"), "like-2.md",
			front("2024-03-01T12:00:01Z", "likeOf: https://b.example/\n")},
		{"renamed", "ferry.md", front("2024-03-01T12:00:00Z", "title: Ferry\n") + long + "\n", "boat.md",
			front("2024-03-01T12:00:00Z", "title: Ferry\n") + long + "\n\nMore.\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			folder := "content/posts/"
			f := serveFiles(t, fstest.MapFS{"hugo.toml": {Data: []byte("baseURL = 'https://example.org/'\n")},
				folder + c.went: {Data: []byte(c.before)}}, nil)
			at := "https://example.org/posts/" + strings.TrimSuffix(strings.TrimSuffix(c.went, ".md"), "/index") + "/"
			f.source(at)
			f.edit("One goes, one comes", func(dir string) {
				if err := os.Remove(filepath.Join(dir, folder, c.went)); err != nil {
					t.Fatal(err)
				}
				file := filepath.Join(dir, folder, c.came)
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(c.after), 0o644); err != nil {
					t.Fatal(err)
				}
			})
			f.fetch()
			f.await("the push", func() bool {
				return !strings.Contains(f.send("GET", "/micropub?q=source", "", "").Body, `"`+at+`"`)
			})
			a := f.json(`{"action": "update", "url": "` + at + `", "replace": {"content": ["Changed in an app."]}}`)
			f.awaitPush()
			now := f.remoteFile(filepath.ToSlash(filepath.Join(folder, c.came)))
			if c.name == "renamed" {
				if a.Status/100 != 2 || !strings.Contains(now, "Changed in an app.") {
					t.Errorf("the update: %d %s\n%s", a.Status, a.Body, now)
				}
				return
			}
			if a.Status != 400 || now != c.after {
				t.Errorf("the update: %d %s\n%s", a.Status, a.Body, now)
			}
			if a := f.json(`{"action": "undelete", "url": "` + at + `"}`); a.Status/100 != 2 {
				t.Errorf("undelete: %d %s", a.Status, a.Body)
			}
			f.awaitPush()
			if text := f.remoteFile(folder + c.went); text != c.before {
				t.Errorf("undeleted as\n%s\nwas\n%s", text, c.before)
			}
		})
	}
}
