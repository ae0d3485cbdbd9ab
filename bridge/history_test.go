package bridge_test

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// await calls the webhook for an edit that was pushed elsewhere until the answer is as wanted.
func (f *fixture) await(what string, done func() bool) {
	f.t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for deadline := time.After(time.Minute); ; {
		f.send("POST", "/hooks/push", "application/json", "{}")
		if done() {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			f.t.Fatal(what)
		}
	}
}

// fetch calls the webhook until what was pushed elsewhere has been fetched. On a busy machine the first answer can be
// that this still goes on.
func (f *fixture) fetch() {
	f.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		a := f.send("POST", "/hooks/push", "application/json", "{}")
		if a.Status == http.StatusOK {
			return
		}
		if a.Status != http.StatusAccepted || time.Now().After(deadline) {
			f.t.Fatalf("hook: %d %s", a.Status, a.Body)
		}
	}
}

// status is that of q=source for an URL.
func (f *fixture) status(u string) int {
	return f.send("GET", "/micropub?q=source&url="+url.QueryEscape(u), "", "").Status
}

func (f *fixture) command(action, u string) answer {
	f.t.Helper()
	return f.form(url.Values{"action": {action}, "url": {u}})
}

// postedFile is the file of a post, from the commit that made it.
func (f *fixture) postedFile() string {
	f.t.Helper()
	_, file, _ := strings.Cut(f.lastChange(), "\t")
	return file
}

func TestPostThatAHandMovedOrRenamedIsFoundAtItsFormerURLs(t *testing.T) {
	t.Parallel()
	for _, skeleton := range skeletons {
		t.Run(skeleton, func(t *testing.T) {
			t.Parallel()
			f := serve(t, skeleton, nil)
			first := f.create(`{"type":["h-entry"],"properties":{"content":["Boats"],"mp-slug":["harbour"]}}`)
			was := f.postedFile()
			now := strings.Replace(was, "harbour", "quay", 1)
			f.edit("Renamed", func(dir string) {
				text, err := os.ReadFile(filepath.Join(dir, was))
				if err == nil {
					err = os.WriteFile(filepath.Join(dir, now), bytes.ReplaceAll(text, []byte("harbour"), []byte("quay")), 0o644)
				}
				if err == nil {
					err = os.Remove(filepath.Join(dir, was))
				}
				if err != nil {
					t.Fatal(err)
				}
			})
			second := strings.Replace(first, "harbour", "quay", 1)
			f.await("the renamed post is not found at its new URL", func() bool { return f.status(second) == http.StatusOK })
			f.await("the renamed post is not found at its former URL", func() bool { return f.status(first) == http.StatusOK })
			// Then moved by an app, and the alias that this leaves behind removed by hand.
			a := f.json(`{"action":"update","url":"` + first + `?utm_source=mail","replace":{"mp-slug":["pier"]}}`)
			third := strings.Replace(first, "harbour", "pier", 1)
			if a.Status != http.StatusCreated || a.Header.Get("Location") != third {
				t.Fatalf("update by a former URL: %d %s, want 201 %s\n%s", a.Status, a.Header.Get("Location"), third, a.Body)
			}
			moved := strings.Replace(was, "harbour", "pier", 1)
			f.edit("No aliases, and other words", func(dir string) {
				text := "---\ntitle: Down to the harbour\ndate: 2024-05-06T07:08:09Z\n---\nOther words\n"
				if err := os.WriteFile(filepath.Join(dir, moved), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			})
			f.await("the edit is not seen", func() bool {
				return strings.Contains(f.send("GET", "/micropub?q=source&filter=harbour", "", "").Body, "Other words")
			})
			for _, u := range []string{first, second} {
				f.await("the post is not found at "+u, func() bool { return f.status(u) == http.StatusOK })
			}
			// What the history told is there at the next start, and is read again without the cache.
			for _, keep := range []bool{true, false} {
				if err := f.stop(); err != nil {
					t.Fatal(err)
				}
				if !keep {
					if err := os.Remove(f.config.Sites[0].CatalogFile()); err != nil {
						t.Fatal(err)
					}
				}
				f.start()
				f.await("after a restart the post is not found at its first URL", func() bool {
					return f.status(first) == http.StatusOK
				})
			}
			if got := f.source(strings.TrimSuffix(second, "/") + "#top").Properties.Text("content"); got != "Other words" {
				t.Errorf("content %q", got)
			}
			if a := f.command("delete", second); a.Status != http.StatusOK {
				t.Errorf("delete by a former URL: %d %s", a.Status, a.Body)
			}
		})
	}
}

func TestDeletedPostComesBackWhoeverDeletedIt(t *testing.T) {
	t.Parallel()
	for _, skeleton := range skeletons {
		t.Run(skeleton, func(t *testing.T) {
			t.Parallel()
			f := serve(t, skeleton, nil)
			one := f.create(`{"type":["h-entry"],"properties":{"name":["One"],"content":["First words"]}}`)
			if a := f.command("delete", one); a.Status != http.StatusOK {
				t.Fatalf("delete: %d %s", a.Status, a.Body)
			}
			two := f.create(`{"type":["h-entry"],"properties":{"name":["Two"],"content":["Second words"]}}`)
			file := f.postedFile()
			f.edit("Away with it", func(dir string) {
				if err := os.Remove(filepath.Join(dir, file)); err != nil {
					t.Fatal(err)
				}
			})
			f.await("the deletion by hand is not seen", func() bool { return f.status(two) == http.StatusBadRequest })
			restart := func(keep bool) {
				t.Helper()
				if err := f.stop(); err != nil {
					t.Fatal(err)
				}
				if !keep {
					if err := os.Remove(f.config.Sites[0].CatalogFile()); err != nil {
						t.Fatal(err)
					}
				}
				f.start()
			}
			for round, again := range []func(){func() {}, func() { restart(true) }, func() { restart(false) }} {
				again()
				for u, words := range map[string]string{one: "First words", two: "Second words"} {
					if a := f.command("undelete", u+"#x"); a.Status != http.StatusOK {
						t.Fatalf("round %d: undelete %s: %d %s", round, u, a.Status, a.Body)
					}
					if got := f.source(u).Properties.Text("content"); got != words {
						t.Errorf("round %d: %s came back with %q", round, u, got)
					}
					if a := f.command("delete", u); a.Status != http.StatusOK {
						t.Fatalf("round %d: delete %s: %d %s", round, u, a.Status, a.Body)
					}
				}
			}
			if a := f.command("undelete", "https://example.org/never/was/"); a.Status != http.StatusBadRequest {
				t.Errorf("undelete of what never was: %d %s", a.Status, a.Body)
			}
			// A former version of the post is not what comes back.
			if a := f.command("undelete", one); a.Status != http.StatusOK {
				t.Fatal(a.Body)
			}
			f.json(`{"action":"update","url":"` + one + `","replace":{"content":["Newest words"]}}`)
			f.command("delete", one)
			f.command("undelete", one)
			if got := f.source(one).Properties.Text("content"); got != "Newest words" {
				t.Errorf("it came back with %q", got)
			}
		})
	}
}
