package bridge_test

import (
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"gitpost/bridge/config"
)

// editForm is what a browser sends of the page that edits a post, with changes.
func (p *person) editForm(post string, changes ...string) []string {
	p.t.Helper()
	page := p.want(p.get("/posts/edit?url="+url.QueryEscape(post)), http.StatusOK)
	values := map[string]string{"url": post}
	for _, m := range regexp.MustCompile(`<input type="(?:hidden|text|url|datetime-local)"[^>]*? name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(page.Body, -1) {
		values[m[1]] = html.UnescapeString(m[2])
	}
	for _, m := range regexp.MustCompile(`(?s)<textarea [^>]*?name="([^"]+)"[^>]*>\n(.*?)</textarea>`).FindAllStringSubmatch(page.Body, -1) {
		values[m[1]] = html.UnescapeString(m[2])
	}
	for _, m := range regexp.MustCompile(`(?s)<select [^>]*?name="([^"]+)">.*?<option value="([^"]*)" selected>`).FindAllStringSubmatch(page.Body, -1) {
		values[m[1]] = html.UnescapeString(m[2])
	}
	for i := 0; i+1 < len(changes); i += 2 {
		values[changes[i]] = changes[i+1]
	}
	var form []string
	for name, v := range values {
		form = append(form, name, strings.ReplaceAll(strings.ReplaceAll(v, "\r\n", "\n"), "\n", "\r\n")) // as browsers do
	}
	return form
}

func TestPostsAreWrittenOnThePages(t *testing.T) {
	t.Parallel()
	for _, name := range skeletons {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, name, nil).owned()
			p := f.person().signIn()
			for _, c := range []struct {
				form []string
				want []string // in the file
			}{
				{[]string{"type", "note", "content", "Low tide.\r\n\r\nA second paragraph.", "category", "sea, swimming , sea",
					"mp-slug", "low-tide"}, []string{"Low tide.\n\nA second paragraph.", "sea", "swimming"}},
				{[]string{"type", "article", "name", "A title: with a colon", "content", "Text", "summary", "Short"},
					[]string{"A title: with a colon", "Short"}},
				{[]string{"type", "reply", "in-reply-to", "https://other.example/post", "content", "I agree"},
					[]string{"https://other.example/post", "I agree"}},
				{[]string{"type", "bookmark", "bookmark-of", "https://other.example/page", "name", "A page"},
					[]string{"https://other.example/page"}},
				{[]string{"type", "event", "name", "Swim", "start", "2027-01-01T10:00", "end", "2027-01-01T11:00", "content",
					"Cold"}, []string{"Swim", "2027-01-01"}},
				{[]string{"type", "note", "content", "Not yet", "save", "draft"}, []string{"Not yet"}},
			} {
				a := p.post("/posts/new", c.form...)
				if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/?done=") {
					t.Fatalf("%v: %d %s\n%s", c.form, a.Status, a.Header.Get("Location"), a.Body)
				}
				f.awaitPush()
				text := f.remoteFile(f.newFile())
				for _, want := range c.want {
					if !strings.Contains(text, want) {
						t.Errorf("%v: the file has no %q\n%s", c.form, want, text)
					}
				}
			}
			p.want(p.get("/"), http.StatusOK, "Low tide.", "A title: with a colon", "Not yet", "draft")
			if a := p.want(p.get("/?state=draft"), http.StatusOK, "Not yet"); strings.Contains(a.Body, "Low tide.") {
				t.Error("the list of drafts has a post that is none")
			}
			p.want(p.get("/?q=colon"), http.StatusOK, "A title: with a colon")
			p.want(p.get("/?tag=sea"), http.StatusOK, "Low tide.")
			p.want(p.get("/?after=nonsense"), http.StatusBadRequest)
		})
	}
}

func TestFormThatIsRefusedKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	p := serve(t, "hugo", nil).owned().person().signIn()
	p.want(p.post("/posts/new", "type", "reply", "in-reply-to", "https://other.example/", "content", "My long answer",
		"visibility", "secret"), http.StatusBadRequest, "My long answer", `id="problem"`)
	p.want(p.post("/posts/new", "type", "note", "content", "Dated", "visibility", "nobody"), http.StatusBadRequest,
		"Dated")
}

func TestEditingOnThePagesTouchesOnlyWhatWasChanged(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	const text = "---\n# mine\ntitle:   'By hand'   # aligned\ndate: 2026-03-04T05:06:07+02:00\ntags: [one,   two]\nmood: {a: 1}\n---\n\nFirst.  \n\n\n* a list\n\n<!-- kept -->\n"
	f.edit("By hand", func(dir string) {
		if err := os.WriteFile(filepath.Join(dir, "content/posts/by-hand.md"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	p := f.person().signIn()
	f.fetch()
	until(t, "the post is known", func() bool { return strings.Contains(p.get("/").Body, "By hand") })
	link := regexp.MustCompile(`href="/posts/edit\?url=([^"]+)"[^>]*>By hand<`).FindStringSubmatch(p.get("/").Body)
	if link == nil {
		t.Fatal("the list has no link to edit the post")
	}
	post, err := url.QueryUnescape(html.UnescapeString(link[1]))
	if err != nil {
		t.Fatal(err)
	}
	commits := f.commits()
	p.want(p.post("/posts/edit", p.editForm(post, "save", "keep")...), http.StatusSeeOther)
	f.awaitPush()
	if got := f.commits(); got != commits {
		t.Errorf("saving without a change made a commit: %s", f.remoteFile("content/posts/by-hand.md"))
	}
	p.want(p.post("/posts/edit", p.editForm(post, "category", "one, two, three", "save", "keep")...), http.StatusSeeOther)
	f.awaitPush()
	if got, want := f.remoteFile("content/posts/by-hand.md"), strings.Replace(text, "two]", "two,   three]", 1); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A hand edit of which gitpost has not heard yet is fetched before an edit on the page is saved.
func TestEditMeetsWhatWasPushedAMomentAgo(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", func(c *settings) { c.Poll = time.Hour }).owned()
	p := f.person().signIn()
	post := f.create(`{"type":["h-entry"],"properties":{"name":["A title"],"content":["As it was"]}}`)
	f.awaitPush()
	mine := p.editForm(post, "content", "My version", "save", "keep")
	path := strings.TrimSpace(f.askRemote("grep", "-l", "As it was", "main"))
	path = strings.TrimPrefix(path, "main:")
	f.edit("By hand", func(dir string) {
		text := strings.Replace(f.remoteFile(path), "As it was", "Their version", 1)
		if err := os.WriteFile(filepath.Join(dir, path), []byte(text), 0o600); err != nil {
			t.Error(err)
		}
	})
	p.want(p.post("/posts/edit", mine...), http.StatusConflict, "My version", "Their version", "changed elsewhere")
	if got := f.source(post).Properties.Text("content"); got != "Their version" {
		t.Errorf("the post says %q", got)
	}
}

func TestEditOfAPostThatChangedMeanwhileShowsBothTexts(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person().signIn()
	post := f.create(`{"type":["h-entry"],"properties":{"name":["A title"],"content":["As it was"]}}`)
	mine := p.editForm(post, "content", "My version", "save", "keep")
	if a := f.json(`{"action":"update","url":"` + post + `","replace":{"content":["Their version"],"name":["Another title"]}}`); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	a := p.want(p.post("/posts/edit", mine...), http.StatusConflict, "My version", "Their version", "changed elsewhere")
	if strings.Contains(a.Body, "As it was") {
		t.Error("the second try would be refused as well")
	}
	if got := f.source(post).Properties.Text("content"); got != "Their version" {
		t.Errorf("the post says %q", got)
	}
	p.want(p.post("/posts/edit", p.editForm(post, "content", "Both versions", "save", "keep")...), http.StatusSeeOther)
	got := f.source(post)
	if got.Properties.Text("content") != "Both versions" || got.Properties.Text("name") != "Another title" {
		t.Errorf("got %v", got.Properties)
	}
}

func TestPostIsDeletedAndRestoredOnThePages(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person().signIn()
	post := f.create(`{"type":["h-entry"],"properties":{"content":["Gone and back"]}}`)
	f.awaitPush()
	a := p.post("/posts/delete", "url", post)
	if a.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	page := p.want(p.get(a.Header.Get("Location")), http.StatusOK, "Deleted.", "/posts/restore")
	if strings.Contains(page.Body, "Gone and back") {
		t.Error("the deleted post is in the list")
	}
	p.want(p.post("/posts/restore", "url", post), http.StatusSeeOther)
	p.want(p.get("/"), http.StatusOK, "Gone and back")
	p.want(p.post("/posts/publish", "url", post, "status", "draft"), http.StatusSeeOther)
	p.want(p.get("/?state=draft"), http.StatusOK, "Gone and back")
	p.want(p.post("/posts/publish", "url", post, "status", "published"), http.StatusSeeOther)
	if got := f.source(post).Properties.Text("post-status"); got != "published" {
		t.Errorf("the post is %s", got)
	}
	p.want(p.post("/posts/delete", "url", "https://example.org/nothing"), http.StatusBadRequest)
}

func TestPhotosAreUploadedWithTheForm(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person().signIn()
	contentType, body := multipartBody(t, part{"type", "", "photo"}, part{"content", "", "Two photos"}, part{"alt.0", "", "A boat"},
		part{"file.0", "boat.jpg", string(picture(t, 1))}, part{"file.1", "sea.jpg", string(picture(t, 2))}, part{"file.2", "empty", ""})
	r, err := http.NewRequestWithContext(t.Context(), "POST", p.base+"/posts/new", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := p.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("answered %d", res.StatusCode)
	}
	f.awaitPush()
	text := f.remoteFile(f.newFile())
	if !strings.Contains(text, "A boat") || strings.Count(f.lastChange(), ".jpg") != 2 {
		t.Errorf("the commit is\n%s\n%s", f.lastChange(), text)
	}
}

func TestLanguageAndChannelOfAPostAreChangedOnThePage(t *testing.T) {
	t.Parallel()
	f := serveFiles(t, fstest.MapFS{
		"hugo.toml": {Data: []byte("baseURL = 'https://example.org/'\ndefaultContentLanguage = 'en'\n" +
			"[languages.en]\ncontentDir = 'content/en'\n[languages.de]\ncontentDir = 'content/de'\n")},
		"content/en/posts/hello.md": {Data: []byte("---\ntitle: Hello\ndate: 2026-01-02T03:04:05Z\n---\nHello\n")},
		"content/de/posts/hallo.md": {Data: []byte("---\ntitle: Hallo\ndate: 2026-01-02T03:04:05Z\n---\nHallo\n")},
	}, func(s *settings) {
		s.Channels = []config.Channel{{UID: "diary", Name: "Diary", Path: "diary/{slug}.md"}, {UID: "work", Name: "Work"}}
	}).owned()
	p := f.person().signIn()
	p.want(p.get("/posts/new"), http.StatusOK, `name="mp-language"`, `name="mp-channel"`, ">Diary</option>", ">de</option>")
	p.wantGo(p.post("/posts/new", "type", "note", "content", "Low tide", "mp-slug", "tide", "mp-channel", "work"), "/?done=created&saved=new-note&site=https%3A%2F%2Fexample.org%2F")
	post := "https://example.org/posts/tide/"
	page := p.want(p.get("/posts/edit?url="+url.QueryEscape(post)), http.StatusOK, `<option value="work" selected>Work</option>`,
		`<option value="en" selected>en</option>`)
	if strings.Contains(page.Body, "Also in this post") {
		t.Errorf("language or channel are listed as properties without a field\n%s", page.Body)
	}
	for _, c := range []struct{ field, value, file, url string }{
		{"lang", "de", "content/de/posts/tide.md", "https://example.org/de/posts/tide/"},
		{"channel", "diary", "content/de/diary/tide.md", "https://example.org/de/diary/tide/"},
	} {
		if a := p.post("/posts/edit", p.editForm(post, c.field, c.value)...); a.Status != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", c.field, a.Status, a.Body)
		}
		f.awaitPush()
		if text := f.remoteFile(c.file); !strings.Contains(text, "Low tide") {
			t.Errorf("%s: the file is\n%s", c.file, text)
		}
		post = c.url
	}
	p.want(p.get("/posts/edit?url="+url.QueryEscape(post)), http.StatusOK, `<option value="diary" selected>Diary</option>`)
}
