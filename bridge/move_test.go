package bridge_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestMovedPostIsFoundAtItsFormerURL: an update that changes what the URL is made of answers
// 201 with the new Location; the former URL still names the post, also after a restart, and
// leads to it on the built site where the generator has a means for that.
func TestMovedPostIsFoundAtItsFormerURL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ skeleton, generator, change, file, address string }{
		{"hugo", "hugo", `"mp-slug": ["renamed"]`, "content/posts/renamed.md", "/2024/05/renamed/"},
		{"hugo", "hugo", `"mp-slug": ["renamed"], "published": ["2023-02-03T10:00:00Z"]`, "content/posts/renamed.md",
			"/2023/02/renamed/"},
		{"hugo", "hugo", `"published": ["2023-02-03T10:00:00Z"]`, "content/posts/mine.md", "/2023/02/mine/"},
		{"hugo-covers", "hugo", `"mp-slug": ["renamed"]`, "content/posts/renamed/index.md", "/posts/renamed/"},
		{"hugo-folders", "hugo", `"mp-slug": ["renamed"]`, "content/post/2024/05/renamed.md", "/p/renamed/"},
		{"jekyll", "jekyll", `"mp-slug": ["renamed"]`, "_posts/2024-05-06-renamed.md", "/2024/05/renamed/"},
		{"jekyll", "jekyll", `"published": ["2023-02-03T10:00:00Z"]`, "_posts/2023-02-03-mine.md", "/2023/02/mine/"},
		{"jekyll-teasers", "jekyll", `"mp-slug": ["renamed"], "published": ["2023-02-03T10:00:00Z"]`,
			"_posts/2023-02-03-renamed.md", "/2023/02/03/renamed/"},
	} {
		t.Run(c.skeleton+" "+c.change, func(t *testing.T) {
			t.Parallel()
			f := serve(t, c.skeleton, func(s *settings) { s.Me = "https://blog.example/" })
			old := f.create(`{"type": ["h-entry"], "properties": {"content": ["Mine, and moved"], "published": ["2024-05-06T10:00:00Z"], "mp-slug": ["mine"]}}`)
			was := f.newFile()

			a := f.json(`{"action": "update", "url": "` + old + `", "replace": {` + c.change + `}}`)
			now := a.Header.Get("Location")
			if a.Status != http.StatusCreated || now != "https://blog.example"+c.address {
				t.Fatalf("update: %d, Location %s: %s", a.Status, now, a.Body)
			}
			text := f.remoteFile(c.file)
			if was != c.file && !strings.Contains(f.lastChange(), "D\t"+was) {
				t.Errorf("%s is still there:\n%s", was, f.lastChange())
			}
			if strings.Contains(text, "mp-slug") {
				t.Errorf("a command is in the file:\n%s", text)
			}
			found := func(when string) {
				t.Helper()
				for _, u := range []string{old, now} {
					if got := f.source(u).Properties.Text("content"); got != "Mine, and moved" {
						t.Errorf("%s: %s reads %q", when, u, got)
					}
				}
			}
			found("at once")
			if err := f.stop(); err != nil {
				t.Fatal(err)
			}
			f.start()
			found("after a restart")

			// An app that knows the former URL alone goes on with it.
			if a := f.json(`{"action": "update", "url": "` + old + `", "add": {"category": ["found"]}}`); a.Status/100 != 2 {
				t.Errorf("update by the former URL: %d %s", a.Status, a.Body)
			}
			if got := f.source(now).Properties["category"]; len(got) != 1 || got[0] != "found" {
				t.Errorf("the update by the former URL gave %v", got)
			}
			if c.generator == "hugo" && !strings.Contains(text, strings.TrimPrefix(old, "https://blog.example")) {
				t.Errorf("no alias:\n%s", text)
			}
			if a := f.json(`{"action": "delete", "url": "` + old + `"}`); a.Status/100 != 2 {
				t.Errorf("delete by the former URL: %d %s", a.Status, a.Body)
			}
			if a := f.json(`{"action": "undelete", "url": "` + now + `"}`); a.Status/100 != 2 {
				t.Errorf("undelete: %d %s", a.Status, a.Body)
			}
			found("undeleted")
		})
	}
}
