package delivery

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/state"
)

// onNews is a rig whose site has a target of type indienews: a page that takes webmentions.
func onNews(t *testing.T) (*rig, *receiver) {
	r, v := newRig(t), newReceiver(t)
	v.page("/en", `<link rel="webmention" href="/endpoint">`)
	v.page("/en/blog.example/a", `<link rel="webmention" href="/endpoint">`)
	v.header.Set("Location", "/en/blog.example/a")
	v.answer(http.StatusCreated, "")
	r.settings.SyndicateTo = []config.Target{{UID: "social", Type: "indienews", Server: v.URL + "/en", Edits: true,
		Deletes: true}}
	return r, v
}

// newsPage is a built page that links to places as its syndication.
func newsPage(text string, places ...string) string {
	var links strings.Builder
	for _, place := range places {
		links.WriteString(`<a class="u-syndication" href="` + place + `">also there</a>`)
	}
	return `<!doctype html><title>A post</title><article class="h-entry"><div class="e-content">` + text + `</div>` +
		links.String() + `</article>`
}

func TestAPostIsListedAtIndieNews(t *testing.T) {
	r, v := onNews(t)
	r.publish("/a/", asked("Some fine words"), newsPage("Some fine words", v.URL+"/en"))
	r.pass(time.Hour)
	v.wants(t, "it is told once, although the page links to it", "/a/ /en")
	if got := r.post("/a/").Properties["syndication"]; len(got) != 1 || got[0] != v.URL+"/en/blog.example/a" {
		t.Errorf("the post has the addresses %v", got)
	}
	if rows := r.rows(Webmention); len(rows) != 0 {
		t.Errorf("there are webmentions, too: %+v", rows)
	}
	r.push()
	shown := []string{v.URL + "/en", v.URL + "/en/blog.example/a"}
	r.build("/a/", newsPage("Some fine words", shown...))
	r.pass(time.Hour)
	v.wants(t, "its own address on the page is nothing new")
	changed := r.post("/a/").Clone()
	changed.Properties["content"] = []any{"Quite other words"}
	r.publish("/a/", &changed, newsPage("Quite other words", shown...))
	r.pass(time.Hour)
	v.wants(t, "an update", "/a/ /en")
	r.commit("/a/", nil)
	r.push()
	r.build("/a/", "")
	r.pass(time.Hour)
	v.wants(t, "the deletion", "/a/ /en")
}

func TestAPageWithoutTheLinkIsNotSentToIndieNews(t *testing.T) {
	r, v := onNews(t)
	r.publish("/a/", asked("Some fine words"), newsPage("Some fine words"))
	r.pass(24 * time.Hour)
	v.wants(t, "without a link")
	row := r.one(Syndication)
	if row.State != state.DeliveryFailed || !strings.Contains(row.Result,
		`have the theme show <a class="u-syndication" href="`+v.URL+`/en">`) {
		t.Fatalf("got %+v", row)
	}
	r.build("/a/", newsPage("Some fine words", v.URL+"/en"))
	if err := r.deliver.Retry(t.Context(), row.ID); err != nil {
		t.Fatal(err)
	}
	r.pass(time.Minute)
	v.wants(t, "with the link", "/a/ /en")
	if row := r.one(Syndication); row.State != state.DeliveryDone || row.Link != v.URL+"/en/blog.example/a" {
		t.Errorf("got %+v", row)
	}
}

// What the page of the news answers decides whether it is told again.
func TestAnswersOfIndieNews(t *testing.T) {
	for _, c := range []struct {
		name       string
		status     int
		location   string
		state      state.DeliveryState
		result     string
		once, link bool
	}{
		{"an address", http.StatusCreated, "/en/1", state.DeliveryDone, "copied", true, true},
		{"an address elsewhere", http.StatusCreated, "https://queue.example/1", state.DeliveryDone, "copied", true, false},
		{"no address", http.StatusAccepted, "", state.DeliveryDone, "copied", true, false},
		{"a refusal", http.StatusBadRequest, "", state.DeliveryFailed, "its webmention endpoint answers 400 Bad Request",
			true, false},
		{"a failure", http.StatusBadGateway, "", state.DeliveryWaiting, "its webmention endpoint answers 502 Bad Gateway",
			false, false},
	} {
		r, v := onNews(t)
		v.header.Del("Location")
		if c.location != "" {
			v.header.Set("Location", c.location)
		}
		v.answer(c.status, "")
		r.publish("/a/", asked("Some fine words"), newsPage("Some fine words", v.URL+"/en"))
		r.pass(time.Hour)
		row := r.one(Syndication)
		if row.State != c.state || row.Result != c.result || (row.Link != "") != c.link {
			t.Errorf("%s: got %+v", c.name, row)
		}
		if times := len(v.takeTold()); (times == 1) != c.once || times == 0 {
			t.Errorf("%s: told %d times", c.name, times)
		}
		if got := r.post("/a/").Properties["syndication"]; (len(got) == 1) != c.link {
			t.Errorf("%s: the post has %v", c.name, got)
		}
	}
}

// A post that links to the news without asking for it there gets an ordinary webmention.
func TestALinkToIndieNewsIsStillALink(t *testing.T) {
	r, v := onNews(t)
	r.publish("/a/", note("Some fine words"), entryPage("Some fine words "+v.link("/en")))
	r.pass(time.Hour)
	v.wants(t, "an ordinary link", "/a/ /en")
	if rows := r.rows(Syndication); len(rows) != 0 {
		t.Errorf("got %+v", rows)
	}
}
