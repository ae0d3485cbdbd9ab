package bridge_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gitpost/bridge/mf2"
)

func TestCreatedPostIsOnTheRemoteAndReadsBack(t *testing.T) {
	t.Parallel()
	for _, name := range skeletons {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, name, nil)
			a := f.form(url.Values{"h": {"entry"}, "content": {"Fog on the river: morning & snow"},
				"category[]": {"weather", "river walk"}})
			if a.Status != http.StatusCreated {
				t.Fatalf("status %d: %s", a.Status, a.Body)
			}
			location := a.Header.Get("Location")
			if !strings.HasPrefix(location, "https://example.org/") {
				t.Errorf("Location %q is not below the site's address", location)
			}
			if pushed := a.json(t)["pushed"]; pushed != true {
				t.Errorf("pushed is %v: %s", pushed, a.Body)
			}
			item := f.source(location)
			if got := item.Properties.Text("content"); got != "Fog on the river: morning & snow" {
				t.Errorf("content reads back as %q", got)
			}
			if !mf2.Equal(item.Properties["category"], []any{"weather", "river walk"}) {
				t.Errorf("category reads back as %v", item.Properties["category"])
			}
			if change := f.lastChange(); !strings.HasPrefix(change, "A\t") || strings.Contains(change, "\n") {
				t.Errorf("the commit is not one added file: %s", change)
			}
			message := git(t, f.remote, "log", "-1", "--format=%B%an <%ae>", "main")
			for _, want := range []string{"Fog on the river", "Gitpost-Url: " + location, "Gitpost-Client: test",
				"Ada <ada@example.org>"} {
				if !strings.Contains(message, want) {
					t.Errorf("the commit does not say %q:\n%s", want, message)
				}
			}
		})
	}
}

func TestUpdateOfAHandWrittenPostTouchesOnlyItsKey(t *testing.T) {
	t.Parallel()
	const text = "---\ntitle:   \"A walk\"   # keep me\n# and me\ndate: 2026-01-02T10:00:00+01:00\ntags:\n    - old\nweird:    {a: 1,   b: [x,y]}\n---\n\nHello *there*.\n"
	f := serve(t, "hugo", nil)
	f.edit("By hand", func(dir string) {
		if err := os.WriteFile(filepath.Join(dir, "content/posts/walk.md"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	})
	f.fetch()
	const at = "https://example.org/2026/01/a-walk/"
	if got := f.source(at).Properties.Text("name"); got != "A walk" {
		t.Fatalf("the hand-written post reads back with name %q", got)
	}
	a := f.json(`{"action":"update","url":"` + at + `","add":{"category":["new"]}}`)
	if a.Status != http.StatusOK {
		t.Fatalf("update: %d %s", a.Status, a.Body)
	}
	want := strings.Replace(text, "    - old\n", "    - old\n    - new\n", 1)
	if got := f.remoteFile("content/posts/walk.md"); got != want {
		t.Errorf("the file is now\n%s\nwant\n%s", got, want)
	}
	before := f.commits()
	if a := f.json(`{"action":"update","url":"` + at + `","add":{"category":["new"]}}`); a.Status != http.StatusOK {
		t.Fatalf("second update: %d %s", a.Status, a.Body)
	}
	if after := f.commits(); after != before {
		t.Errorf("an update that changes nothing made a commit: %s → %s", before, after)
	}
}

func TestDeleteAndUndelete(t *testing.T) {
	t.Parallel()
	for _, name := range skeletons {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, name, nil)
			location := f.create(`{"type":["h-entry"],"properties":{"name":["Short lived"],"content":["Here and gone"],"category":["x"]}}`)
			was := f.source(location)
			path := strings.TrimPrefix(f.lastChange(), "A\t")
			text := f.remoteFile(path)
			if a := f.form(url.Values{"action": {"delete"}, "url": {location}}); a.Status != http.StatusOK {
				t.Fatalf("delete: %d %s", a.Status, a.Body)
			}
			if got := f.lastChange(); got != "D\t"+path {
				t.Errorf("delete changed %q, want D %s", got, path)
			}
			if a := f.send("GET", "/micropub?q=source&url="+url.QueryEscape(location), "",
				""); a.Status != http.StatusBadRequest {
				t.Errorf("q=source of a deleted post: %d %s", a.Status, a.Body)
			}
			if a := f.json(`{"action":"delete","url":"` + location + `"}`); a.Status != http.StatusBadRequest {
				t.Errorf("a second delete: %d %s", a.Status, a.Body)
			}
			if a := f.json(`{"action":"undelete","url":"` + location + `"}`); a.Status != http.StatusOK {
				t.Fatalf("undelete: %d %s", a.Status, a.Body)
			}
			if got := f.remoteFile(path); got != text {
				t.Errorf("the file came back as\n%s\nwant\n%s", got, text)
			}
			if is := f.source(location); !mf2.Equal(map[string]any{"p": anyProperties(is)},
				map[string]any{"p": anyProperties(was)}) {
				t.Errorf("came back as %v, was %v", is, was)
			}
		})
	}
}

func anyProperties(i mf2.Item) map[string]any {
	m := map[string]any{}
	for k, v := range i.Properties {
		m[k] = v
	}
	return m
}

func TestUndeleteFindsAPostDeletedByHand(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	location := f.create(`{"properties":{"content":["Deleted by a person"]}}`)
	path := strings.TrimPrefix(f.lastChange(), "A\t")
	f.edit("Tidy up", func(dir string) {
		if err := os.Remove(filepath.Join(dir, path)); err != nil {
			t.Fatal(err)
		}
	})
	f.fetch()
	if a := f.json(`{"action":"undelete","url":"` + location + `"}`); a.Status != http.StatusOK {
		t.Fatalf("undelete: %d %s", a.Status, a.Body)
	}
	if got := f.source(location).Properties.Text("content"); got != "Deleted by a person" {
		t.Errorf("came back with content %q", got)
	}
}

func TestUnknownURLIsABadRequestThatChangesNothing(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	before := f.commits()
	for _, body := range []string{
		`{"action":"update","url":"https://example.org/none/","replace":{"content":["x"]}}`,
		`{"action":"delete","url":"https://example.org/none/"}`,
		`{"action":"undelete","url":"https://example.org/none/"}`,
		`{"action":"delete","url":"https://example.org/"}`,
		`{"action":"delete","url":"https://elsewhere.example/posts/first/"}`,
	} {
		a := f.json(body)
		if a.Status != http.StatusBadRequest || a.json(t)["error"] != "invalid_request" {
			t.Errorf("%s: %d %s", body, a.Status, a.Body)
		}
	}
	if after := f.commits(); after != before {
		t.Errorf("refused requests made commits: %s → %s", before, after)
	}
}

func TestSlugCollisionLosesNoPost(t *testing.T) {
	t.Parallel()
	for _, name := range skeletons {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, name, nil)
			seen := map[string]bool{}
			for range 3 {
				location := f.create(`{"properties":{"content":["Twice the same"],"mp-slug":["same"]}}`)
				if seen[location] {
					t.Fatalf("two posts at %s", location)
				}
				seen[location] = true
				if got := f.source(location).Properties.Text("content"); got != "Twice the same" {
					t.Errorf("%s reads back as %q", location, got)
				}
			}
		})
	}
}

func TestPrivatePostIsRefusedUnlessItIsKeptAsADraft(t *testing.T) {
	t.Parallel()
	const post = `{"properties":{"content":["A secret"],"visibility":["private"]}}`
	f := serve(t, "hugo", nil)
	before := f.commits()
	if a := f.json(post); a.Status != http.StatusBadRequest {
		t.Errorf("private post: %d %s", a.Status, a.Body)
	}
	if f.commits() != before {
		t.Error("a refused private post made a commit")
	}
	f = serve(t, "hugo", func(c *settings) { c.Private = "draft" })
	location := f.create(post)
	item := f.source(location)
	if item.Properties.Text("post-status") != "draft" || item.Properties.Text("visibility") != "private" {
		t.Errorf("kept as %v", item.Properties)
	}
	if a := f.json(`{"action":"update","url":"` + location +
		`","replace":{"post-status":["published"]}}`); a.Status != http.StatusOK {
		t.Fatalf("update: %d %s", a.Status, a.Body)
	}
	if got := f.source(location).Properties.Text("post-status"); got != "draft" {
		t.Errorf("a private post was published: post-status %q", got)
	}
}

func TestPostsTogetherAreAllKept(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	const posts = 40
	answers := make(chan answer, posts)
	for range posts {
		go func() { answers <- f.json(`{"properties":{"content":["At the same moment"]}}`) }()
	}
	seen := map[string]bool{}
	for range posts {
		a := <-answers
		if a.Status != http.StatusCreated {
			t.Errorf("status %d: %s", a.Status, a.Body)
		}
		seen[a.Header.Get("Location")] = true
	}
	if len(seen) != posts {
		t.Fatalf("%d posts got %d different URLs", posts, len(seen))
	}
	if a := f.send("GET", "/micropub?q=source&limit=100", "", ""); strings.Count(a.Body, "At the same moment") != posts {
		t.Errorf("the list shows %d of %d posts", strings.Count(a.Body, "At the same moment"), posts)
	}
	git(t, f.remote, "fsck", "--full", "--strict")
}

// TestEveryPostArrivesWhilePushesRunBeside posts faster than the remote takes it: what was
// answered must be on the remote when the server has ended, one commit each.
func TestEveryPostArrivesWhilePushesRunBeside(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", func(c *settings) { c.PushWait = 0 })
	before, err := strconv.Atoi(f.commits())
	if err != nil {
		t.Fatal(err)
	}
	const posts = 60
	for i := range posts {
		f.create(fmt.Sprintf(`{"properties":{"content":["Number %d of a quick series"]}}`, i))
	}
	if err := f.stop(); err != nil {
		t.Fatal(err)
	}
	if after := f.commits(); after != strconv.Itoa(before+posts) {
		t.Errorf("the remote has %s commits, want %d", after, before+posts)
	}
	files := git(t, f.remote, "ls-tree", "-r", "--name-only", "main")
	if n := strings.Count(files, "number-"); n != posts {
		t.Errorf("the remote has %d of the %d posts", n, posts)
	}
	git(t, f.remote, "fsck", "--full", "--strict")
}

func TestPostWithAFileThatIsKeptInLFSIsRefusedInWords(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	u := f.upload("a.jpg", string(picture(t, 7))).Header.Get("Location") // later it would be refused itself
	f.edit("Keep pictures in LFS", func(dir string) {
		if err := os.WriteFile(filepath.Join(dir, ".gitattributes"), []byte("*.jpg filter=lfs diff=lfs merge=lfs -text\n"),
			0o644); err != nil {
			t.Fatal(err)
		}
	})
	f.fetch()
	before := f.commits()
	a := f.json(`{"properties":{"content":["With a picture"],"photo":["` + u + `"]}}`)
	if a.Status != http.StatusBadRequest || !strings.Contains(strings.ToUpper(a.Body), "LFS") {
		t.Errorf("status %d: %s", a.Status, a.Body)
	}
	if f.commits() != before {
		t.Error("a refused post made a commit")
	}
}

func TestTextThatIsNotUnicodeIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	before := f.commits()
	for _, c := range []struct{ contentType, body string }{
		{"application/json", `{"properties":{"content":["a\ud800b"]}}`},
		{"application/json", `{"properties":{"content":["x"],"mp-slug":["\udc00"]}}`},
		{"application/json", `{"properties":{"co\ud83dntent":["x"]}}`},
		{"application/json", "{\"properties\":{\"content\":[\"a\xffb\"]}}"},
		{"application/x-www-form-urlencoded", "h=entry&content=a%FFb"},
		{"application/x-www-form-urlencoded", "h=entry&content=a\xc3"},
		{"application/x-www-form-urlencoded", "h=entry&content=%ED%A0%80"}, // a surrogate as three bytes
		{"application/x-www-form-urlencoded", "h=entry&content=x&a%FF=b"},
		{"multipart/form-data; boundary=B",
			"--B\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\na\xffb\r\n--B--\r\n"},
		{"multipart/form-data; boundary=B",
			"--B\r\nContent-Disposition: form-data; name=\"cont\xffent\"\r\n\r\nab\r\n--B--\r\n"},
	} {
		if a := f.send("POST", "/micropub", c.contentType, c.body); a.Status != http.StatusBadRequest ||
			a.json(t)["error"] != "invalid_request" {
			t.Errorf("%q: %d %s", c.body, a.Status, a.Body)
		}
	}
	if after := f.commits(); after != before {
		t.Errorf("refused requests made commits: %s → %s", before, after)
	}
	u := f.create(`{"properties":{"content":["\ud83d\ude00 \\ud83d"]}}`)
	if got := f.source(u).Properties.Text("content"); got != `😀 \ud83d` {
		t.Errorf("a whole pair reads back as %q", got)
	}
}

func TestUpdateNeitherChangesTheTypeNorTakesTheDate(t *testing.T) {
	t.Parallel()
	for _, name := range skeletons {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, name, nil)
			note := f.create(`{"properties":{"content":["A note"]}}`)
			event := f.create(`{"type":["h-event"],"properties":{"name":["An event"],"start":["2026-05-09"]}}`)
			before := f.commits()
			refused := []string{
				`{"action":"update","url":"` + note + `","type":["h-event"],"replace":{"content":["x"]}}`,
				`{"action":"update","url":"` + note + `","replace":{"h":["event"],"content":["x"]}}`,
			}
			if name == "hugo" { // Jekyll has the date in the file's name too
				refused = append(refused, `{"action":"update","url":"`+note+`","delete":["published"]}`,
					`{"action":"update","url":"`+note+`","replace":{"published":[]}}`)
			}
			for _, body := range refused {
				if a := f.json(body); a.Status != http.StatusBadRequest || a.json(t)["error"] != "invalid_request" {
					t.Errorf("%s: %d %s", body, a.Status, a.Body)
				}
			}
			if after := f.commits(); after != before {
				t.Errorf("refused updates made commits: %s → %s", before, after)
			}
			for _, kind := range []string{"event", "entry"} { // apps say h-entry whatever it is
				if a := f.json(`{"action":"update","url":"` + event + `","type":["h-` + kind + `"],"replace":{"summary":["As ` +
					kind + `"]}}`); a.Status != http.StatusOK {
					t.Errorf("the event, taken for an %s: %d %s", kind, a.Status, a.Body)
				}
			}
			if got := f.source(event).Type; !slices.Equal(got, []string{"h-event"}) {
				t.Errorf("the event is now %v", got)
			}
		})
	}
}

// TestPostThatCouldNotBeReadBackIsRefused: a text has a limit far below that of a request.
func TestPostThatCouldNotBeReadBackIsRefused(t *testing.T) {
	t.Parallel()
	f := serve(t, "jekyll", nil)
	u := f.create(`{"properties":{"content":["Short"],"mp-slug":["short"]}}`)
	before, long := f.commits(), strings.Repeat("x", 11_000_000)
	for _, a := range []answer{
		f.form(url.Values{"h": {"entry"}, "content": {long}}),
		f.json(`{"action":"update","url":"` + u + `","replace":{"content":["` + long + `"]}}`),
	} {
		if a.Status != http.StatusRequestEntityTooLarge || !strings.Contains(a.Body, "longer than 1 MB") {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	if after := f.commits(); after != before {
		t.Errorf("refused posts made commits: %s → %s", before, after)
	}
	if got := f.source(u).Properties.Text("content"); got != "Short" {
		t.Errorf("the post says %q", got[:min(40, len(got))])
	}
}
