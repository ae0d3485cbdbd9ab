package bridge_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"gitpost/bridge/owner"
)

// TestWritingInABrowser writes, edits, deletes and finds posts in chromium, on a phone and on a desk.
func TestWritingInABrowser(t *testing.T) {
	t.Parallel()
	all := startChromium(t)
	for _, width := range []int64{phone, desk} {
		b := all.at(width)
		for name, f := range map[string]func(t *testing.T){
			"a note with preview":                         b.writesANote,
			"photos with alternative texts, in order":     b.writesPhotos,
			"a hand-written post keeps its bytes":         b.editsByHand,
			"a post for later":                            b.schedules,
			"two edits at once":                           b.meetsAnotherEdit,
			"delete and undo":                             b.deletesAndUndoes,
			"what was typed outlives the session":         b.outlivesTheSession,
			"without a connection, then exactly one post": b.writesOffline,
			"shared from another app":                     b.isSharedTo,
			"another language":                            b.speaks,
			"a reply, beside what it replies to":          b.replies,
			"by keyboard alone":                           b.usesKeysAlone,
		} {
			t.Run(fmt.Sprintf("%s, %d wide", name, width), func(t *testing.T) {
				t.Parallel()
				f(t)
			})
		}
	}
	t.Run("typing does not read the text", all.typesAtOnce)
	t.Run("a form of another site is not kept", all.refusesForeignForms)
}

// writer is a site whose owner is signed in.
func (b *chromium) writer(t *testing.T) (*fixture, *tab) {
	t.Helper()
	f := serve(t, "hugo", func(c *settings) { c.URL, c.Context = localhost, true }).owned()
	w := b.tab(t)
	w.open(f.config.URL + "/signin")
	w.enter()
	w.sees("New post")
	return f, w
}

func (b *chromium) writesANote(t *testing.T) {
	f, w := b.writer(t)
	w.press("New post")
	w.arrives("/posts/new")
	w.types("#f-content", "A *quiet* morning")
	w.press("Preview")
	w.awaits(`document.querySelector("#preview em")?.textContent === "quiet"`)
	w.click("#preview summary")
	w.sees("content/posts/")
	w.photograph("editor-preview")
	w.press("Publish")
	w.sees("Saved.")
	w.sees("A quiet morning")
	w.photograph("posts-written")
	f.awaitPush()
	if text := f.remoteFile(f.newFile()); !strings.Contains(text, "A *quiet* morning") {
		t.Errorf("the file is\n%s", text)
	}
	w.press("New post")
	w.awaits(`document.querySelector("#f-content")?.value === ""`)
}

func (b *chromium) writesPhotos(t *testing.T) {
	f, w := b.writer(t)
	var files []string
	for i := range 3 {
		file := filepath.Join(t.TempDir(), "photo"+strconv.Itoa(i)+".jpg")
		if err := os.WriteFile(file, picture(t, byte(i+1)), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	w.open(f.config.URL + "/posts/new?type=photo")
	w.do(chromedp.SetUploadFiles(chromedp.CSS("#add-photos"), files))
	w.awaits(`document.querySelectorAll("[data-photos] .photo").length === 3`)
	for i, alt := range []string{"First", "Second", "Third"} {
		w.fill("#photo-alt-"+strconv.Itoa(i), alt)
	}
	w.do(chromedp.Click(chromedp.Search(`(//fieldset[contains(@class,"photo")])[3]//button[text()="Earlier"]`),
		chromedp.NodeVisible))
	w.types("#f-content", "Three photos")
	w.photograph("editor-photos")
	w.press("Publish")
	w.sees("Saved.")
	f.awaitPush()
	text := f.remoteFile(f.newFile())
	first, third, second := strings.Index(text, "First"), strings.Index(text, "Third"), strings.Index(text, "Second")
	if first < 0 || first > third || third > second {
		t.Errorf("the photos are not in the order First, Third, Second\n%s", text)
	}
	if n := strings.Count(f.lastChange(), ".jpg"); n != 3 {
		t.Errorf("the commit has %d photos\n%s", n, f.lastChange())
	}
	w.awaits(`[...document.querySelectorAll("img.thumb")].some((i) => i.naturalWidth > 0)`)
	w.press("Files")
	w.sees("in the repository")
	w.awaits(`[...document.querySelectorAll(".grid img")].every((i) => i.naturalWidth > 0)`)
	w.photograph("files")
	w.click(".grid li:first-child a")
	w.sees("Three photos")
	w.photograph("file")
}

func (b *chromium) deletesAndUndoes(t *testing.T) {
	f, w := b.writer(t)
	post := f.create(`{"type":["h-entry"],"properties":{"name":["Going"],"content":["x"]}}`)
	w.press("Posts")
	w.click(`button[aria-label="Delete Going"]`)
	w.sees("Deleted.")
	w.press("Undo")
	w.sees("The post is back.")
	w.click(`button[aria-label="Delete Going"]`)
	w.sees("Deleted.")
	w.press("Deleted posts")
	w.sees("Going")
	w.photograph("deleted")
	w.click(`button[aria-label="Bring back Going"]`)
	w.sees("The post is back.")
	if got := f.source(post).Properties.Text("name"); got != "Going" {
		t.Errorf("the post is %q", got)
	}
}

func (b *chromium) outlivesTheSession(t *testing.T) {
	f, w := b.writer(t)
	w.open(f.config.URL + "/posts/new?type=note")
	w.types("#f-content", "Typed for a long time")
	f.asOwner(func(o *owner.Owner) error { return o.SignOutEverywhere(t.Context()) })
	w.press("Publish")
	w.sees("as the owner of")
	w.enter()
	w.awaits(`document.querySelector("#f-content")?.value === "Typed for a long time"`)
	w.press("Publish")
	w.sees("Saved.")
}

func (b *chromium) writesOffline(t *testing.T) {
	f, w := b.writer(t)
	before := f.commits()
	w.awaits(`navigator.serviceWorker.controller !== null`)
	w.open(f.config.URL + "/posts/new?type=note")
	w.types("#f-content", "From the train")
	f.listen = strings.TrimPrefix(f.base, "http://")
	if err := f.stop(); err != nil { // the connection is gone for the worker too
		t.Fatal(err)
	}
	w.press("Publish")
	w.sees("From the train")
	w.awaits(`location.pathname === "/outbox"`)
	w.photograph("outbox")
	f.start()
	w.press("Send now")
	w.sees("Nothing waits.")
	f.awaitPush()
	w.press("Send now")
	was, _ := strconv.Atoi(before)
	if got := f.commits(); got != strconv.Itoa(was+1) {
		t.Errorf("there are %s commits, before there were %s", got, before)
	}
	w.open(f.config.URL)
	w.sees("From the train")
}

// refusesForeignForms: what is kept without a connection is sent later as one of gitpost's own forms.
func (b *chromium) refusesForeignForms(t *testing.T) {
	f, w := b.writer(t)
	before := f.commits()
	w.awaits(`navigator.serviceWorker.controller !== null`)
	form := `<form method="post" action="` + f.config.URL + `/posts/new"><input name="content" value="Not mine">
		<input name="type" value="note"><input name="key" value="0123456789abcdef"><button>Go</button></form>`
	other := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		rw.Header().Set("Referrer-Policy", strings.TrimPrefix(r.URL.Path, "/"))
		io.WriteString(rw, form)
	}))
	defer other.Close()
	w.open(other.URL + "/unsafe-url")
	w.press("Go")
	w.sees("A form of another site was refused.")
	f.listen = strings.TrimPrefix(f.base, "http://")
	if err := f.stop(); err != nil {
		t.Fatal(err)
	}
	for _, policy := range []string{"unsafe-url", "no-referrer"} {
		w.open(other.URL + "/" + policy)
		w.press("Go")
		w.awaits(`location.protocol === "chrome-error:"`)
	}
	f.start()
	w.open(f.config.URL + "/outbox")
	w.press("Send now")
	w.sees("Nothing waits.")
	if got := f.commits(); got != before {
		t.Errorf("there are %s commits, before there were %s", got, before)
	}
}

func (b *chromium) isSharedTo(t *testing.T) {
	f, w := b.writer(t)
	w.open(f.config.URL + "/posts/new?title=A+page&text=Read+this+https%3A%2F%2Fother.example%2Fpage")
	w.awaits(`document.querySelector("#f-bookmark-of")?.value === "https://other.example/page"`)
	manifest := ask[string](w, `fetch("/manifest.webmanifest").then((r) => r.json()).then((m) => m.share_target.action)`)
	if manifest != "/posts/share" {
		t.Errorf("the share target is %q", manifest)
	}
	p := f.person().signIn()
	contentType, body := multipartBody(t, part{"title", "", "A boat"}, part{"text", "", "Look"},
		part{"files", "boat.jpg", string(picture(t, 1))})
	a := p.upload("/posts/share", contentType, body)
	if a.Status != http.StatusOK || !strings.Contains(a.Body, `name="photo.0.url"`) || !strings.Contains(a.Body, "Look") {
		t.Errorf("the share target answers %d\n%s", a.Status, a.Body)
	}
}

func (b *chromium) speaks(t *testing.T) {
	_, w := b.writer(t)
	w.press("Account")
	for _, c := range []struct{ tag, says, dir string }{{"de", "Konto", "ltr"}, {"zh-Hans", "账户", "ltr"}} {
		w.do(chromedp.SetValue(chromedp.CSS("#language"), c.tag))
		w.click(`form[action="/account/language"] button`)
		w.sees(c.says)
		w.awaits(`document.documentElement.lang === ` + strconv.Quote(c.tag))
		w.photograph("account-" + c.tag)
	}
}

// upload sends a form with files.
func (p *person) upload(path, contentType, body string) answer {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), "POST", p.base+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(text)}
}

// arrives waits until a page is there, with what its scripts add.
func (w *tab) arrives(path string) {
	w.t.Helper()
	w.awaits(`location.pathname === ` + strconv.Quote(path) + ` && document.readyState === "complete"`)
}

// types types into an empty field.
func (w *tab) types(selector, text string) {
	w.t.Helper()
	w.do(chromedp.SendKeys(chromedp.CSS(selector), text))
}
