package delivery

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/mf2"
	"gitpost/bridge/outbound"
	"gitpost/bridge/state"
)

// receiver is a foreign site that takes webmentions at /endpoint.
type receiver struct {
	*httptest.Server
	mux   *http.ServeMux
	heard chan struct{} // one token: something was told

	mu     sync.Mutex // guards all below
	told   []string   // "source target", without the addresses of the servers
	status int        // of the endpoint's answer
	header http.Header
	body   string
}

func newReceiver(t *testing.T) *receiver {
	v := &receiver{mux: http.NewServeMux(), status: http.StatusAccepted, header: http.Header{},
		heard: make(chan struct{}, 1)}
	v.Server = httptest.NewServer(v.mux)
	t.Cleanup(v.Close)
	v.mux.HandleFunc("POST /endpoint", v.take)
	v.page("/page", `<link rel="webmention" href="/endpoint">`)
	v.page("/other", `<link rel="webmention" href="/endpoint">`)
	return v
}

func (v *receiver) page(path, html string) {
	v.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, html)
	})
}

func (v *receiver) take(w http.ResponseWriter, q *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	path := func(name string) string {
		u, err := url.Parse(q.PostFormValue(name))
		if err != nil {
			return q.PostFormValue(name)
		}
		return u.RequestURI()
	}
	v.told = append(v.told, path("source")+" "+path("target"))
	for name, values := range v.header {
		w.Header()[name] = values
	}
	w.WriteHeader(v.status)
	io.WriteString(w, v.body)
	select {
	case v.heard <- struct{}{}:
	default:
	}
}

func (v *receiver) answer(status int, body string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.status, v.body = status, body
}

// take returns what was told since the last call, in order of the text.
func (v *receiver) takeTold() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	told := slices.Sorted(slices.Values(v.told))
	v.told = nil
	return told
}

func (v *receiver) wants(t *testing.T, when string, want ...string) {
	t.Helper()
	if got := v.takeTold(); !slices.Equal(got, want) {
		t.Errorf("%s: told %q, want %q", when, got, want)
	}
}

func (v *receiver) link(path string) string { return `<a href="` + v.URL + path + `">a page</a>` }

// The published cases of discovery: webmention.rocks, tests 1 to 23.
func TestEndpointsAreDiscovered(t *testing.T) {
	const none = "none"
	for _, c := range []struct {
		name string
		link []string // headers
		body string
		kind string // of the body; default HTML
		want string // path and query of the endpoint
	}{
		{name: "1 header, unquoted rel, relative", link: []string{"</ep>; rel=webmention"}, want: "/ep"},
		{name: "2 header, unquoted rel, absolute", link: []string{"<BASE/ep>; rel=webmention"}, want: "/ep"},
		{name: "3 link element, relative", body: `<head><link rel="webmention" href="/ep"></head>`, want: "/ep"},
		{name: "4 link element, absolute", body: `<head><link rel="webmention" href="BASE/ep"></head>`, want: "/ep"},
		{name: "5 a element, relative", body: `<p><a rel="webmention" href="/ep">webmention</a></p>`, want: "/ep"},
		{name: "6 a element, absolute", body: `<p><a href="BASE/ep" rel="webmention">webmention</a></p>`, want: "/ep"},
		{name: "7 header of strange case", link: []string{"lInK: <BASE/ep>; rel=webmention"}, want: "/ep"},
		{name: "8 header, quoted rel", link: []string{`<BASE/ep>; rel="webmention"`}, want: "/ep"},
		{name: "9 several rels of a link element", body: `<link rel="webmention somethingelse" href="/ep">`, want: "/ep"},
		{name: "10 several rels of a header", link: []string{`</ep>; rel="webmention somethingelse"`}, want: "/ep"},
		{name: "11 header before link before a", link: []string{"</ep>; rel=webmention"},
			body: `<link rel="webmention" href="/no1"><a rel="webmention" href="/no2">x</a>`, want: "/ep"},
		{name: "12 exact rel", body: `<link rel="not-webmention" href="/no"><link rel="webmention" href="/ep">`, want: "/ep"},
		{name: "13 comment", body: `<!-- <a rel="webmention" href="/no"></a> --><a rel="webmention" href="/ep">x</a>`,
			want: "/ep"},
		{name: "14 escaped", body: `<code>&lt;a href="/no" rel="webmention"&gt;</code><a rel="webmention" href="/ep">x</a>`,
			want: "/ep"},
		{name: "15 empty href", body: `<link rel="webmention" href="">`, want: "/page?q=1"},
		{name: "16 a before link", body: `<body><a rel="webmention" href="/ep">x</a><link rel="webmention" href="/no">`,
			want: "/ep"},
		{name: "17 link before a", body: `<body><link rel="webmention" href="/ep"><a rel="webmention" href="/no">x</a>`,
			want: "/ep"},
		{name: "18 several headers", link: []string{"</no>; rel=\"other\"", "</ep>; rel=\"webmention\""}, want: "/ep"},
		{name: "19 one header of several values", link: []string{"</no>; rel=\"other\", </ep>; rel=\"webmention\""},
			want: "/ep"},
		{name: "20 link without href", body: `<link rel="webmention"><a rel="webmention" href="/ep">x</a>`, want: "/ep"},
		{name: "21 query of the endpoint", body: `<link rel="webmention" href="/ep?query=yes">`, want: "/ep?query=yes"},
		{name: "22 relative to the path", body: `<link rel="webmention" href="page/ep">`, want: "/page/ep"},
		{name: "23 relative, after a redirect", body: `REDIRECT<link rel="webmention" href="ep">`, want: "/moved/ep"},

		{name: "none", body: `<p>nothing</p>`, want: none},
		{name: "base element", body: `<base href="/deep/er/"><link rel="webmention" href="ep">`, want: "/deep/er/ep"},
		{name: "not HTML", body: `<link rel="webmention" href="/no">`, kind: "text/plain", want: none},
		{name: "header of a picture", link: []string{"</ep>; rel=webmention"}, kind: "image/png", want: "/ep"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var web *httptest.Server
			web = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
				body, redirects := strings.CutPrefix(c.body, "REDIRECT")
				if redirects && q.URL.Path == "/page" {
					http.Redirect(w, q, "/moved/page", http.StatusFound)
					return
				}
				for _, value := range c.link {
					name := "Link"
					if n, v, ok := strings.Cut(value, ": "); ok {
						name, value = n, v
					}
					w.Header()[name] = append(w.Header()[name], strings.ReplaceAll(value, "BASE", web.URL))
				}
				w.Header().Set("Content-Type", "text/html")
				if c.kind != "" {
					w.Header().Set("Content-Type", c.kind)
				}
				io.WriteString(w, strings.ReplaceAll(body, "BASE", web.URL))
			}))
			defer web.Close()
			answer, err := outbound.New(outbound.Options{}).Get(t.Context(), web.URL+"/page?q=1", "")
			if err != nil {
				t.Fatal(err)
			}
			got, ok := endpointOf(answer)
			if got = strings.TrimPrefix(got, web.URL); !ok {
				got = none
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestAPageIsToldOnceThatAPostLinksToIt(t *testing.T) {
	r, v := newRig(t), newReceiver(t)
	v.header.Set("Location", "/status/1")
	v.answer(http.StatusCreated, "")
	html := v.link("/page") + ` and <a href="` + r.web.URL + `/own/">mine</a>`
	r.publish("/a/", note("See this fine page"), entryPage("<p>See this fine page</p>"+html))
	v.wants(t, "when live", "/a/ /page")
	row := r.one(Webmention)
	if row.State != state.DeliveryDone || row.Link != v.URL+"/status/1" || row.Result != "told; it answers 201 Created" {
		t.Errorf("got %+v", row)
	}
	r.build("/a/", entryPage("<p>See this fine page</p>"+html+" built again"))
	r.pass(time.Hour)
	v.wants(t, "after another build")
}

// Update tests 1 and 2 of webmention.rocks.
func TestAnUpdateTellsOldAndNewPages(t *testing.T) {
	r, v := newRig(t), newReceiver(t)
	r.publish("/a/", note("The first version"), entryPage("The first version "+v.link("/page")))
	v.wants(t, "first", "/a/ /page")
	r.publish("/a/", note("A second one"), entryPage("A second one "+v.link("/page")))
	v.wants(t, "an update tells the same page again", "/a/ /page")
	r.publish("/a/", note("Quite another page"), entryPage("Quite another page "+v.link("/other")))
	v.wants(t, "the old page and the new one", "/a/ /other", "/a/ /page")
	r.publish("/a/", note("Only that other"), entryPage("Only that other "+v.link("/other")))
	v.wants(t, "the old one was told already", "/a/ /other")
	r.publish("/a/", note("Both of them now"), entryPage("Both of them now "+v.link("/other")+v.link("/page")))
	v.wants(t, "it is linked again", "/a/ /other", "/a/ /page")
}

// Delete test 1 of webmention.rocks.
func TestADeletionTellsAllAgain(t *testing.T) {
	r, v := newRig(t), newReceiver(t)
	r.publish("/a/", note("Some text here"), entryPage("Some text here "+v.link("/page")))
	v.wants(t, "first", "/a/ /page")
	r.commit("/a/", nil)
	r.push()
	r.pass(time.Minute)
	v.wants(t, "before the page is gone")
	r.build("/a/", "")
	v.wants(t, "when it is gone", "/a/ /page")
	r.publish("/a/", note("It is back again"), entryPage("It is back again "+v.link("/page")))
	v.wants(t, "when it is back", "/a/ /page")
}

func TestWebmentionFalseTellsNobody(t *testing.T) {
	for name, silence := range map[string]func(*rig, *config.Site) any{
		"in the configuration": func(_ *rig, c *config.Site) any { c.Webmention = false; return nil },
		"in the post":          func(*rig, *config.Site) any { return false },
	} {
		t.Run(name, func(t *testing.T) {
			r, v := newRig(t), newReceiver(t)
			post := note("Some text here")
			if said := silence(r, &r.settings); said != nil {
				post.Properties["webmention"] = []any{said}
			}
			r.publish("/a/", post, entryPage("Some text here "+v.link("/page")))
			r.pass(time.Hour)
			v.wants(t, name)
			if row := r.one(Live); row.State != state.DeliveryDone {
				t.Errorf("it is not live: %+v", row)
			}
		})
	}
}

func TestWhatFailsForATimeIsTriedForADay(t *testing.T) {
	r, v := newRig(t), newReceiver(t)
	v.answer(http.StatusServiceUnavailable, "")
	r.publish("/a/", note("Some text here"), entryPage("Some text here "+v.link("/page")))
	r.pass(2 * time.Hour)
	if tries := len(v.takeTold()); tries < 3 || tries > 8 {
		t.Errorf("tried %d times in two hours", tries)
	}
	v.answer(http.StatusOK, "")
	r.pass(3 * time.Hour)
	v.wants(t, "when it is well again", "/a/ /page")

	v.answer(http.StatusBadGateway, "")
	r.publish("/b/", note("Another text here"), entryPage("Another text here "+v.link("/page")))
	r.pass(48 * time.Hour)
	v.takeTold()
	rows, err := r.db.Deliveries(t.Context(), state.DeliveryFilter{URL: r.web.URL + "/b/", Kind: Webmention})
	if err != nil || len(rows) != 1 || rows[0].State != state.DeliveryFailed ||
		rows[0].Result != "given up after a day: its webmention endpoint answers 502 Bad Gateway" {
		t.Errorf("got %+v, %v", rows, err)
	}
	if err := r.deliver.Retry(t.Context(), rows[0].ID); err != nil {
		t.Fatal(err)
	}
	v.answer(http.StatusAccepted, "")
	r.round()
	v.wants(t, "when the owner tries again", "/b/ /page")
}

func TestARefusalIsKeptInTheReceiversWords(t *testing.T) {
	r, v := newRig(t), newReceiver(t)
	v.header.Set("Content-Type", "text/plain")
	v.answer(http.StatusBadRequest, "the source has no link to the target")
	r.publish("/a/", note("Some text here"), entryPage("Some text here "+v.link("/page")))
	r.pass(48 * time.Hour)
	v.wants(t, "a refusal is final", "/a/ /page")
	want := "its webmention endpoint answers 400 Bad Request: the source has no link to the target"
	if row := r.one(Webmention); row.State != state.DeliveryFailed || row.Result != want {
		t.Errorf("got %+v", row)
	}
}

func TestPrivateAddressesAreNotTold(t *testing.T) {
	r := newRig(t)
	r.publish("/a/", note("Some text here"), entryPage(`Some text here <a href="http://10.0.0.1/">x</a>`))
	row := r.one(Webmention)
	if row.State != state.DeliveryFailed || !strings.Contains(row.Result, outbound.ErrAddress.Error()) {
		t.Errorf("got %+v", row)
	}
}

func TestOnlyThePostsOwnLinksCount(t *testing.T) {
	at, err := url.Parse("https://blog.example/a/")
	if err != nil {
		t.Fatal(err)
	}
	liked := note("Nice")
	liked.Properties["like-of"] = []any{"https://liked.example/1"}
	linked := note("See [this](https://x.example/1) and <https://x.example/2>")
	for _, c := range []struct {
		name, html string
		want       []string
	}{
		{"an entry", entryPage(`<a href="https://x.example/1">x</a><a href="/tags/">t</a>`),
			[]string{"https://x.example/1", "https://blog.example/tags/"}},
		{"what it responds to", `<div class="h-entry"><a class="u-like-of" href="https://liked.example/1">l</a></div>`,
			[]string{"https://liked.example/1"}},
		{"a cite", `<div class="h-entry"><div class="u-in-reply-to h-cite"><a class="u-url" href="https://r.example/">r</a></div></div>`, []string{"https://r.example/"}},
		{"IndieNews", entryPage("Nice") + `<a href="https://liked.example/1">l</a>` +
			`<div class="h-entry"><a class="u-url" href="/a/"></a><a class="u-syndication" href="https://news.example/en">n</a><a class="p-category" href="/t/">tag</a></div>`,
			[]string{"https://news.example/en", "https://liked.example/1"}},
		{"no microformats", `<nav><a href="https://menu.example/">m</a></nav><p><a href="https://x.example/1">x</a> <a href="https://x.example/2">x</a></p>`,
			[]string{"https://x.example/1", "https://x.example/2"}},
		{"a response without a mark", entryPage("Nice") + `<a href="https://liked.example/1">liked</a>`,
			[]string{"https://liked.example/1"}},
		{"of several entries its own", `<div class="h-entry"><a class="u-url" href="/b/">b</a><div class="e-content"><a href="https://no.example/">n</a></div></div>
			<div class="h-entry"><a class="u-url" href="/a/">a</a><div class="e-content"><a href="https://yes.example/">y</a></div></div>`, []string{"https://yes.example/"}},
		{"other schemes", entryPage(`<a href="mailto:a@x.example">m</a><a href="javascript:x()">j</a><a href="https://u:p@x.example/">u</a>`), nil},
	} {
		item := *linked
		if strings.Contains(c.html, "liked.example") {
			item = *liked
		}
		if got := links(page{body: []byte(c.html), at: at}, item); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// A mention goes out at once when the host reports the build.
func TestRunDeliversWithoutPolling(t *testing.T) {
	r, v := newRig(t), newReceiver(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); r.deliver.Run(ctx) }()
	defer func() { stop(); <-ended }()
	r.mu.Lock()
	r.tips = append(r.tips, map[string]mf2.Item{r.web.URL + "/a/": *note("Some text here")})
	r.remote = 1
	r.pages["/a/"] = entryPage("Some text here " + v.link("/page"))
	r.mu.Unlock()
	r.moved()
	select {
	case <-v.heard:
		v.wants(t, "when the site shows it", "/a/ /page")
	case <-time.After(30 * time.Second):
		t.Fatal("nobody was told")
	}
}
