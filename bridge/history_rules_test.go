package bridge_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func rewrite(t *testing.T, file string, change func(text string) string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, []byte(change(string(text))), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Apps remember addresses; the site's rules may change. Regression test: only posts that were
// moved one by one were found at their former addresses.
func TestPostIsFoundAtTheURLThatItHadBeforeThePermalinksChanged(t *testing.T) {
	t.Parallel()
	rules := map[string]struct{ file, before, after, url string }{
		"hugo": {"hugo.toml", `posts = "/:year/:month/:slug/"`, `posts = "/archive/:slug/"`,
			"https://example.org/archive/"},
		"jekyll": {"_config.yml", "permalink: /:year/:month/:title/", "permalink: /archive/:title/",
			"https://example.org/archive/"},
	}
	for _, skeleton := range skeletons {
		t.Run(skeleton, func(t *testing.T) {
			t.Parallel()
			f := serve(t, skeleton, nil)
			one := f.create(`{"properties":{"content":["One"],"mp-slug":["one"]}}`)
			two := f.create(`{"properties":{"content":["Two"],"mp-slug":["two"]}}`)
			f.act("delete", two)
			rule := rules[skeleton]
			f.edit("Other addresses", func(dir string) {
				rewrite(t, filepath.Join(dir, rule.file), func(text string) string {
					if !strings.Contains(text, rule.before) {
						t.Fatalf("%s has no %q", rule.file, rule.before)
					}
					return strings.Replace(text, rule.before, rule.after, 1)
				})
			})
			f.await("the post is not found at its new URL", func() bool { return f.status(rule.url+"one/") == http.StatusOK })
			f.await("the post is not found at its former URL", func() bool { return f.status(one) == http.StatusOK })
			if a := f.json(`{"action":"update","url":"` + one +
				`","replace":{"content":["Changed"]}}`); a.Status != http.StatusOK {
				t.Errorf("update by the former URL: %d %s", a.Status, a.Body)
			}
			if a := f.command("undelete", two); a.Status != http.StatusCreated || a.Header.Get("Location") != rule.url+"two/" {
				t.Errorf("undelete by the former URL: %d %s %s", a.Status, a.Header.Get("Location"), a.Body)
			}
			f.act("delete", one) // by the former URL again, and back by it
			if a := f.command("undelete", one); a.Status != http.StatusCreated || a.Header.Get("Location") != rule.url+"one/" {
				t.Errorf("undelete of what was deleted by the former URL: %d %s %s", a.Status, a.Header.Get("Location"), a.Body)
			}
			if got := f.source(one).Properties.Text("content"); got != "Changed" {
				t.Errorf("content %q", got)
			}
		})
	}
}

// Regression test: the answer to undelete was that there is no such post.
func TestPostThatWasMovedAndDeletedComesBackByEachOfItsURLs(t *testing.T) {
	t.Parallel()
	for _, skeleton := range skeletons {
		t.Run(skeleton, func(t *testing.T) {
			t.Parallel()
			f := serve(t, skeleton, nil)
			first := f.create(`{"properties":{"content":["Boats"],"mp-slug":["harbour"]}}`)
			was := f.postedFile()
			f.edit("Renamed", func(dir string) {
				rewrite(t, filepath.Join(dir, was), func(text string) string {
					return strings.Replace(text, "slug: harbour", "slug: quay", 1)
				})
				if err := os.Rename(filepath.Join(dir, was),
					filepath.Join(dir, strings.Replace(was, "harbour", "quay", 1))); err != nil {
					t.Fatal(err)
				}
			})
			second := strings.Replace(first, "harbour", "quay", 1)
			f.await("the renamed post is not found", func() bool { return f.status(second) == http.StatusOK })
			for _, by := range []string{first, second} {
				f.act("delete", second)
				if a := f.command("undelete", by); a.Status >= 300 {
					t.Errorf("undelete by %s: %d %s", by, a.Status, a.Body)
				}
				if f.status(second) != http.StatusOK {
					t.Errorf("undelete by %s did not bring it back", by)
				}
			}
		})
	}
}

// Regression test: the post that went was taken for deleted, and undelete made it twice.
func TestPostThatAHandRenamedAndChangedIsFoundAtItsFormerURL(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	first := f.create(`{"properties":{"name":["Harbour"],"content":["A line about boats.\n\nA line about gulls.\n\nA line about rope."]}}`)
	was := f.postedFile()
	f.edit("Renamed and changed", func(dir string) {
		rewrite(t, filepath.Join(dir, was), func(text string) string {
			return strings.NewReplacer("slug: harbour", "slug: quay", "about gulls", "about many gulls").Replace(text)
		})
		if err := os.Rename(filepath.Join(dir, was), filepath.Join(dir, "content", "posts", "other.md")); err != nil {
			t.Fatal(err)
		}
	})
	second := strings.Replace(first, "harbour", "quay", 1)
	f.await("the renamed post is not found at its new URL", func() bool { return f.status(second) == http.StatusOK })
	f.await("the renamed post is not found at its former URL", func() bool { return f.status(first) == http.StatusOK })
	f.act("undelete", first)
	if files := f.below("content/posts/"); len(files) != 3 {
		t.Errorf("after the undelete of a post that is there: %v", files)
	}
}

// importCommit puts a commit on the remote's branch; changes are commands of git fast-import.
func (f *fixture) importCommit(changes string) {
	f.t.Helper()
	cmd := exec.Command("git", "fast-import", "--quiet", "--date-format=now")
	cmd.Dir = f.remote
	cmd.Stdin = strings.NewReader("commit refs/heads/main\ncommitter Hand <hand@example.org> now\ndata 4\nMany\n" +
		"from refs/heads/main^0\n" + changes)
	if out, err := cmd.CombinedOutput(); err != nil {
		f.t.Fatalf("git fast-import: %v\n%s", err, out)
	}
}

// Regression test: of more than 2,000 files in one commit none was followed, and renaming the
// folder of a large blog made every address that an app remembered unknown.
func TestFolderOfThousandsOfPostsIsFollowed(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	var posts strings.Builder
	for i := range 2100 {
		text := fmt.Sprintf("---\ntitle: Post %d\ndate: 2024-01-01\nslug: post-%d\n---\nText %d\n", i, i, i)
		fmt.Fprintf(&posts, "M 100644 inline content/posts/%d.md\ndata %d\n%s\n", i, len(text), text)
	}
	f.importCommit(posts.String())
	const was, is = "https://example.org/2024/01/post-77/", "https://example.org/blog/post-77/"
	f.await("the posts are not seen", func() bool { return f.status(was) == http.StatusOK })
	f.importCommit("R content/posts content/blog\n")
	f.await("the moved posts are not seen", func() bool { return f.status(is) == http.StatusOK })
	f.await("the post is not found at its former URL", func() bool { return f.status(was) == http.StatusOK })
}

// Who pulls without rebasing merges gitpost's commits into his line, where the first parents do
// not lead past them. Regression test: what was deleted there could not be undeleted.
func TestPostThatWasDeletedBeforeAPersonMergedComesBack(t *testing.T) {
	t.Parallel()
	for _, remembered := range []bool{true, false} {
		t.Run(fmt.Sprint("remembered ", remembered), func(t *testing.T) {
			t.Parallel()
			f := serve(t, "hugo", nil)
			work := filepath.Join(t.TempDir(), "work")
			git(t, "", "clone", "-q", f.remote, work)
			if err := os.WriteFile(filepath.Join(work, "content", "posts", "hand.md"), []byte(page("By hand")),
				0o644); err != nil {
				t.Fatal(err)
			}
			git(t, work, "add", "-A")
			git(t, work, "commit", "-q", "-m", "By hand")
			one := f.create(`{"properties":{"content":["One"],"mp-slug":["one"]}}`)
			f.act("delete", one)
			git(t, work, "pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
			git(t, work, "push", "-q", "origin", "HEAD:main")
			f.await("the merge is not seen", func() bool {
				return f.status("https://example.org/2024/01/by-hand/") == http.StatusOK
			})
			if !remembered {
				if err := f.stop(); err != nil {
					t.Fatal(err)
				}
				if err := os.Remove(f.config.Sites[0].CatalogFile()); err != nil {
					t.Fatal(err)
				}
				f.start()
			}
			f.act("undelete", one)
			if got := f.source(one).Properties.Text("content"); got != "One" {
				t.Errorf("it came back with %q", got)
			}
		})
	}
}

// An author who pushes with force what he rewrote without having seen the newest post drops it.
// It is kept, told on the status page, and comes back by undelete. Regression test: nothing
// knew of it.
func TestPostThatAForcedPushDroppedComesBack(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	work := filepath.Join(t.TempDir(), "work")
	git(t, "", "clone", "-q", f.remote, work)
	one := f.create(`{"properties":{"content":["One"],"mp-slug":["one"]}}`)
	file := f.postedFile()
	git(t, work, "commit", "-q", "--amend", "--allow-empty", "-m", "The same, in other words")
	git(t, work, "push", "-q", "--force", "origin", "HEAD:main")
	f.await("the forced push is not seen", func() bool { return f.status(one) == http.StatusBadRequest })
	p := f.person().signIn()
	p.want(p.get("/status"), http.StatusOK, "history was rewritten", file)
	f.act("undelete", one)
	if got := f.source(one).Properties.Text("content"); got != "One" {
		t.Errorf("it came back with %q", got)
	}
	if got := f.remoteFile(file); !strings.Contains(got, "One") {
		t.Errorf("the remote has %q", got)
	}
}
