package delivery

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"gitpost/bridge/fuzztest"
	"gitpost/bridge/outbound"
	"gitpost/bridge/state"
)

func TestWhatPagesSayOfThemselves(t *testing.T) {
	const og = `<meta property="og:title" content="A title"><meta property="og:description" content="In short">
		<meta property="article:published_time" content="2026-02-03T04:05:06Z"><meta name="author" content="Ada">`
	for _, c := range []struct {
		name, html string
		want       Cite
	}{
		{"an article in microformats", `<div class="h-entry"><h1 class="p-name">On rivers</h1><a class="p-author h-card" href="/">Ada</a>
			<time class="dt-published" datetime="2026-02-03T04:05:06+0100">x</time><div class="e-content"><p>They <b>rise</b>.</p><p>And fall.</p></div></div>`,
			Cite{Name: "On rivers", Author: "Ada", Published: "2026-02-03T04:05:06+01:00", Summary: "They rise. And fall."}},
		{"a note has no name",
			`<div class="h-entry"><p class="p-name e-content">Fog on the river</p><span class="p-author">Ada</span></div>`,
			Cite{Author: "Ada", Summary: "Fog on the river"}},
		{"its own summary", `<div class="h-entry"><b class="p-name">N</b><p class="p-summary">Short</p><p class="e-content">Long text</p></div>`,
			Cite{Name: "N", Summary: "Short"}},
		{"Open Graph", og, Cite{Name: "A title", Author: "Ada", Published: "2026-02-03T04:05:06Z", Summary: "In short"}},
		{"microformats first", og + `<div class="h-entry"><p class="p-author">Bob</p><p class="e-content">Its text</p></div>`,
			Cite{Name: "A title", Author: "Bob", Published: "2026-02-03T04:05:06Z", Summary: "Its text"}},
		{"JSON-LD", `<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "name": "S"},
			{"@type": ["BlogPosting"], "headline": "H", "author": [{"name": "Ada"}], "datePublished": "2026-02-03", "description": "D"}]}</script>`,
			Cite{Name: "H", Author: "Ada", Published: "2026-02-03", Summary: "D"}},
		{"broken JSON-LD", `<script type="application/ld+json">{"@type": </script><title>T</title>`, Cite{Name: "T"}},
		{"a title alone", `<title> A
			page </title><p>x`, Cite{Name: "A page"}},
		{"nothing", `<p>x</p>`, Cite{}},
		{"a date that is none", `<title>T</title><meta property="article:published_time" content="yesterday">`,
			Cite{Name: "T"}},
		{"code is text", `<title>&lt;script&gt;x()&lt;/script&gt;</title>`, Cite{Name: "<script>x()</script>"}},
		{"hidden signs", "<title>a\u202eb\u0007c</title>", Cite{Name: "abc"}},
	} {
		at, err := url.Parse("https://there.example/post")
		if err != nil {
			t.Fatal(err)
		}
		got := citeOf(&outbound.Response{URL: at, Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte(c.html)})
		if got != c.want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", c.name, got, c.want)
		}
	}
	long := plain(strings.Repeat("Überschwemmung ", 50), longestSummary)
	if n := utf8.RuneCountInString(long); n > longestSummary || n < longestSummary-20 ||
		!strings.HasSuffix(long, "Überschwemmung…") {
		t.Errorf("a long text has %d characters: %s", n, long)
	}
}

func TestThePageThatAPostRepliesToIsKeptOnce(t *testing.T) {
	r, v := newRig(t), newReceiver(t)
	r.settings.Context = true
	v.page("/post", `<title>A fine page</title><meta name="description" content="About fog">`)
	item := note("I agree with that")
	item.Properties["in-reply-to"] = []any{v.URL + "/post", r.web.URL + "/own/"}
	r.commit("/a/", item)
	r.push()
	r.pass(time.Minute)
	if len(r.cites) != 0 {
		t.Fatalf("kept before the post is live: %v", r.cites)
	}
	r.build("/a/", entryPage("I agree with that"))
	want := []Cite{{URL: v.URL + "/post", Name: "A fine page", Summary: "About fog"}}
	if !slices.Equal(r.cites, want) {
		t.Errorf("got %+v, want %+v", r.cites, want)
	}
	changed := r.post("/a/").Clone()
	changed.Properties["content"] = []any{"Quite other words"}
	r.publish("/a/", &changed, entryPage("Quite other words"))
	r.pass(time.Hour)
	if len(r.cites) != 1 {
		t.Errorf("after an update: %+v", r.cites)
	}
}

func TestPagesWithoutContextAreNoFailure(t *testing.T) {
	for _, c := range []struct {
		name   string
		target func(v *receiver) string
		result string
	}{
		{"missing", func(v *receiver) string { return v.URL + "/missing" }, "the page answers 404 Not Found"},
		{"empty", func(v *receiver) string { return v.URL + "/page" }, "the page says nothing of itself"},
		{"private", func(*receiver) string { return "http://10.0.0.1/" }, outbound.ErrAddress.Error()},
		{"down", func(*receiver) string { return "http://127.0.0.1:1/" }, ""},
	} {
		r, v := newRig(t), newReceiver(t)
		r.settings.Context, r.settings.Webmention = true, false
		item := note("I agree with that")
		item.Properties["in-reply-to"] = []any{c.target(v)}
		r.publish("/a/", item, entryPage("I agree with that"))
		r.pass(48 * time.Hour)
		if row := r.one(Context); row.State != state.DeliverySkipped || !strings.Contains(row.Result, c.result) ||
			len(r.cites) != 0 {
			t.Errorf("%s: got %+v, %v", c.name, row, r.cites)
		}
	}
}

func TestContextFalseReadsNothing(t *testing.T) {
	for _, inPost := range []bool{true, false} {
		r, v := newRig(t), newReceiver(t)
		r.settings.Context = inPost
		item := note("I agree with that")
		item.Properties["in-reply-to"] = []any{v.URL + "/page"}
		if inPost {
			item.Properties["context"] = []any{false}
		}
		r.publish("/a/", item, entryPage("I agree with that"))
		r.pass(time.Hour)
		if rows := r.rows(Context); len(rows) != 0 {
			t.Errorf("in the post %t: got %+v", inPost, rows)
		}
	}
}

// Elements inside of one another, each of which is to be copied, do not take long.
func TestPagesOfStrangersAreReadInBoundedTime(t *testing.T) {
	at, err := url.Parse("https://there.example/")
	if err != nil {
		t.Fatal(err)
	}
	body := `<title>Deep</title><div class="h-entry">` + strings.Repeat(`<div class="p-name e-content">`, 400) +
		strings.Repeat("word <b>x</b>", 50000)
	begun := fuzztest.Spent(t)
	c := citeOf(&outbound.Response{URL: at, Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte(body)})
	if c.Name != "Deep" || fuzztest.Spent(t)-begun > 10*time.Second {
		t.Errorf("got %+v after %s", c, fuzztest.Spent(t)-begun)
	}
}
