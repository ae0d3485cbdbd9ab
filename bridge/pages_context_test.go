package bridge_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"gitpost/bridge/outbound"
)

var hosts atomic.Int32 // of repliedTo

// repliedTo is a page to reply to, and how often it was fetched.
func repliedTo(t *testing.T) (address string, fetched *atomic.Int32) {
	fetched = new(atomic.Int32)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/rivers" {
			http.NotFound(w, r)
			return
		}
		fetched.Add(1)
		fmt.Fprint(w, `<title>x</title><article class="h-entry"><h1 class="p-name">On &lt;rivers&gt;</h1><a class="p-author h-card" href="/">Grace</a>
<time class="dt-published" datetime="2026-02-03T04:05:06Z">x</time><p class="p-summary">They rise.</p><div class="e-content">And they fall.</div></article>`)
	}))
	t.Cleanup(web.Close)
	host := fmt.Sprintf("replied-%d.example", hosts.Add(1))
	outbound.Pretend(map[string]string{host + ":80": web.Listener.Addr().String()})
	return "http://" + host + "/rivers", fetched
}

// Without JavaScript the preview shows what the page says that the post is about, and so does a form that
// was refused.
func TestTheFormShowsWhatAReplyIsAbout(t *testing.T) {
	t.Parallel()
	address, fetched := repliedTo(t)
	f := serve(t, "hugo", func(c *settings) { c.Context = true }).owned()
	p := f.person().signIn()
	p.want(p.get("/posts/new?type=reply"), http.StatusOK, "data-context")
	if page := p.want(p.get("/posts/new?type=note"), http.StatusOK); strings.Contains(string(page.Body), "data-context") {
		t.Error("the form of a note has a place for what it is about")
	}
	p.want(p.get("/posts/new?type=reply&in-reply-to="+address), http.StatusOK, "data-context")
	if n := fetched.Load(); n != 0 {
		t.Errorf("opening the form fetched the page %d times", n)
	}
	reply := []string{"type", "reply", "in-reply-to", address, "content", "So they do"}
	p.want(p.post("/posts/preview", reply...), http.StatusOK, "On &lt;rivers&gt;", "Grace · 2026-02-03", "They rise.")
	p.want(p.post("/posts/new", append(reply, "visibility", "secret")...), http.StatusBadRequest, "Grace · 2026-02-03")

	for at, why := range map[string]string{
		address: `{"name":"On \u003crivers\u003e","by":"Grace · 2026-02-03","summary":"They rise.","problem":""}`,
		strings.TrimSuffix(address, "/rivers") + "/gone": "404 Not Found",
		"http://192.168.1.1/":                            "is not on the public internet",
		"nonsense":                                       `"problem":"`,
	} {
		answer := p.post("/posts/context", "url", at)
		if p.want(answer, http.StatusOK, why); !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") {
			t.Errorf("%s: %s", at, answer.Header.Get("Content-Type"))
		}
	}
	if answer := f.person().post("/posts/context", "url", address); answer.Status == http.StatusOK {
		t.Errorf("a stranger gets %s", answer.Body)
	}
}

func TestTheFormReadsNoPageWhereTheOwnerWantsNone(t *testing.T) {
	t.Parallel()
	address, fetched := repliedTo(t)
	f := serve(t, "hugo", func(c *settings) { c.Context = false }).owned()
	p := f.person().signIn()
	page := p.want(p.post("/posts/preview", "type", "reply", "in-reply-to", address, "content", "So they do"),
		http.StatusOK)
	if strings.Contains(string(page.Body), "data-context") || fetched.Load() != 0 {
		t.Errorf("the page was fetched %d times", fetched.Load())
	}
}

func (b *chromium) replies(t *testing.T) {
	address, fetched := repliedTo(t)
	f, w := b.writer(t)
	w.open(f.config.URL + "/posts/new?type=reply")
	w.awaits(`document.querySelector("[data-context]")?.hidden === true`)
	w.types("#f-in-reply-to", address)
	w.click("#f-content")
	w.sees("On <rivers>")
	w.sees("Grace · 2026-02-03")
	w.sees("They rise.")
	w.photograph("editor-context")
	w.types("#f-content", "So they do")
	w.press("Publish")
	w.sees("Saved.")
	if n := fetched.Load(); n < 1 {
		t.Errorf("the page was fetched %d times", n)
	}
}
