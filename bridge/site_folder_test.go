package bridge_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// TestSiteInASubfolder: with site.dir everything works from that folder, and nothing outside is
// touched or taken for a post.
func TestSiteInASubfolder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, folder, config, post, text string }{
		{"hugo", "site", "hugo.toml", "content/posts/p.md", "baseURL = 'https://example.org/'\n"},
		{"jekyll", "things/web/blog", "_config.yml", "_posts/2024-01-01-p.md", "url: https://example.org\ntimezone: UTC\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := fstest.MapFS{
				"README.md":                  {Data: []byte("# all my things\n")},
				c.post:                       {Data: []byte("---\ntitle: not a post\ndate: 2024-01-01\n---\nOutside\n")},
				c.folder + "/" + c.config:    {Data: []byte(c.text)},
				c.folder + "/" + c.post:      {Data: []byte("---\ntitle: P\ndate: 2024-01-01\n---\nText\n")},
				c.folder + "/.gitattributes": {Data: []byte("*.zip filter=lfs\n")},
			}
			f := serveFiles(t, files, func(s *settings) { s.Folder = c.folder })
			at := f.create(`{"type": ["h-entry"], "properties": {"name": ["Mine"], "content": ["From the phone"], "category": ["a"]}}`)
			f.awaitPush()
			if change := f.lastChange(); !strings.Contains(change, "A\t"+c.folder+"/") {
				t.Errorf("the post was written elsewhere:\n%s", change)
			}
			if a := f.json(`{"action": "update", "url": "` + at + `", "replace": {"mp-slug": ["renamed"]}}`); a.Status != 201 {
				t.Fatalf("rename: %d %s", a.Status, a.Body)
			} else {
				at = a.Header.Get("Location")
			}
			if a := f.json(`{"action": "delete", "url": "` + at + `"}`); a.Status/100 != 2 {
				t.Errorf("delete: %d %s", a.Status, a.Body)
			}
			if a := f.json(`{"action": "undelete", "url": "` + at + `"}`); a.Status/100 != 2 {
				t.Errorf("undelete: %d %s", a.Status, a.Body)
			}
			f.awaitPush()
			f.edit("Edited by hand", func(dir string) {
				for _, name := range []string{c.post, c.folder + "/" + c.post} {
					file := filepath.Join(dir, filepath.FromSlash(name))
					text, err := os.ReadFile(file)
					if err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(text), "Text", "By hand")), 0o644); err != nil {
						t.Fatal(err)
					}
				}
			})
			f.fetch()
			list := f.send("GET", "/micropub?q=source", "", "")
			if !strings.Contains(list.Body, "By hand") || strings.Contains(list.Body, "Outside") ||
				!strings.Contains(list.Body, "From the phone") {
				t.Errorf("the list is %s", list.Body)
			}
			if got := f.remoteFile(c.post); !strings.Contains(got, "Outside") {
				t.Errorf("a file outside became %q", got)
			}
			if got := f.source(at).Properties.Text("content"); got != "From the phone" {
				t.Errorf("the post reads %q", got)
			}
		})
	}
}
