package delivery

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/fuzztest"
	"gitpost/bridge/mf2"
	"gitpost/bridge/state"
)

func TestACopyFetchesNoPhotoFromAPrivateNetwork(t *testing.T) {
	for _, photo := range []string{
		"http://10.0.0.1/secret.png", "http://169.254.169.254/latest/meta-data/", "//192.168.1.1/admin.jpg",
		"http://[fd00:ec2::254]/x", "http://user:word@example.org/x.png", "file:///etc/passwd",
	} {
		r, m := onMastodon(t)
		item := asked("The old bridge")
		item.Properties["photo"] = []any{photo}
		r.publish("/a/", item, entryPage("The old bridge"))
		r.pass(10 * time.Minute)
		row := r.one(Syndication)
		if list, requests := m.Statuses(); len(list) != 0 || requests != 0 || row.State != state.DeliveryFailed ||
			!strings.Contains(row.Result, "the photo cannot be fetched") {
			t.Errorf("%s: got %+v, %d requests", photo, row, requests)
		}
	}
}

func TestAPhotoThatIsTooLargeIsNotCutOff(t *testing.T) {
	r, m := onMastodon(t)
	r.mu.Lock()
	r.pages["/p.png"] = dot(t) + strings.Repeat("x", largestPicture)
	r.mu.Unlock()
	item := asked("The old bridge")
	item.Properties["photo"] = []any{"/p.png"}
	r.publish("/a/", item, entryPage("The old bridge"))
	r.pass(10 * time.Minute)
	row := r.one(Syndication)
	if list, _ := m.Statuses(); len(list) != 0 || row.State != state.DeliveryFailed ||
		!strings.Contains(row.Result, "larger than 20 MB") {
		t.Errorf("got %+v, %+v", list, row)
	}
}

func TestANetworkSendsNoRequestToAnotherServer(t *testing.T) {
	elsewhere := 0
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer inside.Close()
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect,
		http.StatusPermanentRedirect} {
		r, _ := onMastodon(t)
		evil := httptest.NewServer(http.RedirectHandler(inside.URL, status))
		defer evil.Close()
		r.settings.SyndicateTo[0].Server = evil.URL
		item := asked("Fog on the river")
		r.publish("/a/", item, entryPage("Fog on the river"))
		r.pass(10 * time.Minute)
		if row := r.one(Syndication); elsewhere != 0 || row.State != state.DeliveryFailed ||
			!strings.Contains(row.Result, "it redirects to "+inside.URL) {
			t.Errorf("%d: %d requests went elsewhere; %+v", status, elsewhere, row)
		}
	}
}

func TestAnAnswerWithoutAnEndIsNoCopy(t *testing.T) {
	for name, answer := range map[string]string{
		"10 MB of JSON": `{"id":"1","url":"` + strings.Repeat("x", 10<<20) + `"}`,
		"deep JSON":     strings.Repeat(`{"reblog":`, 400_000),
		"deep lists":    strings.Repeat("[", 4<<20),
		"no JSON":       "<html>",
	} {
		r, _ := onMastodon(t)
		evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) }))
		defer evil.Close()
		r.settings.SyndicateTo[0].Server = evil.URL
		r.publish("/a/", asked("Fog on the river"), entryPage("Fog on the river"))
		if row := r.one(Syndication); row.State != state.DeliveryWaiting || row.Tries != 1 || len(row.Result) > 1000 {
			t.Errorf("%s: got %.500v", name, row)
		}
	}
}

// Each took from seconds to minutes, or gigabytes.
func TestHostilePostsAreCopiedInBoundedTime(t *testing.T) {
	many := make([]any, 50_000)
	for i := range many {
		many[i] = fmt.Sprint("tag", i)
	}
	html := func(s string) []any { return []any{map[string]any{"html": s}} }
	for name, p := range map[string]mf2.Properties{
		"tags":               {"content": {"x"}, "category": many},
		"texts between tags": {"content": html(strings.Repeat("a<b>b</b>", 100_000))},
		"meaningless tags":   {"content": html(strings.Repeat("x</a>", 200_000))},
		"a reference to much": {"content": {"[a]: http://x/" + strings.Repeat("x", 400_000) + "\n\n" +
			strings.Repeat("[a] ", 100_000)}},
		"brackets": {"content": {strings.Repeat("[", 1_000_000)}},
		"quotes":   {"content": {strings.Repeat(">", 1_000_000)}},
	} {
		begun := fuzztest.Spent(t)
		runs := copyText(mf2.Item{Type: []string{"h-entry"}, Properties: p}, "https://blog.example/a/", false, blueskyText)
		if took := fuzztest.Spent(t) - begun; took > 5*time.Second || blueskyText.all(runs) > blueskyText.Characters {
			t.Errorf("%s: took %s for %d characters", name, took, blueskyText.all(runs))
		}
	}
}

func TestALongTextIsCopiedWithItsAddress(t *testing.T) {
	text := "Short. <!-- " + strings.Repeat("x", mostSource) + " --> And more."
	item := mf2.Item{Type: []string{"h-entry"}, Properties: mf2.Properties{"content": {text}}}
	if got := flat(copyText(item, "https://blog.example/a/", false, blueskyText)); !strings.Contains(got,
		"https://blog.example/a/") {
		t.Errorf("got %q", got)
	}
}

func TestAPageOfManyLinksIsReadInBoundedTime(t *testing.T) {
	var page strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&page, "<a href=/%d>x</a>", i)
	}
	begun := fuzztest.Spent(t)
	if list := hrefs([]byte(page.String())); len(list) != mostLinks || fuzztest.Spent(t)-begun > 5*time.Second {
		t.Errorf("%d links in %s", len(list), fuzztest.Spent(t)-begun)
	}
}

func TestAnUnchangedLongTextIsComparedInBoundedTime(t *testing.T) {
	var text strings.Builder
	for i := range 150_000 {
		fmt.Fprintf(&text, "w%d ", i)
	}
	begun := fuzztest.Spent(t)
	item := *note(text.String())
	if words := newWords(item, item); words != "" || fuzztest.Spent(t)-begun > 5*time.Second {
		t.Errorf("got %q after %s", words, fuzztest.Spent(t)-begun)
	}
}

// Anybody can make an unsigned call. It must not hide that a build failed, nor say that one succeeded.
func TestAnUnsignedCallSaysNothingOfABuild(t *testing.T) {
	r := newRig(t)
	r.commit("/a/", note("Some words here"))
	r.push()
	if err := r.deliver.Built(t.Context(), r.Me(), Build{Failed: true, Reason: "no space"}); err != nil {
		t.Fatal(err)
	}
	r.round()
	if err := r.deliver.Look(t.Context(), r.Me()); err != nil {
		t.Fatal(err)
	}
	r.round()
	if row := r.one(Live); row.Tries < 2 || !strings.Contains(row.Result, "no space") {
		t.Errorf("got %+v", row)
	}
	if r.deliver.builtSince(r, time.Time{}) {
		t.Error("a build is said to have succeeded")
	}
}
