package delivery

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/delivery/mastodontest"
	"gitpost/bridge/mf2"
	"gitpost/bridge/state"
)

var updateGolden = flag.Bool("update-texts", false, "write what the copies of posts say to testdata/delivery")

// The text of a copy, per type of post and network. testdata/delivery/texts.golden is looked at by people.
func TestTextsOfCopiesAreAsExpected(t *testing.T) {
	long := strings.Repeat("The river rises and nobody knows how far it will come this time. ", 12)
	entry := func(p mf2.Properties) mf2.Item { return mf2.Item{Type: []string{"h-entry"}, Properties: p} }
	const there = "https://there.example/a-page"
	items := []struct {
		name   string
		item   mf2.Item
		native bool
	}{
		{"a note", entry(mf2.Properties{"content": {"Fog on the river.\nAnd *cold*."}}), false},
		{"a note with tags",
			entry(mf2.Properties{"content": {"Fog again #weather"}, "category": {"weather", "river walk", "2026"}}), false},
		{"a note with links",
			entry(mf2.Properties{"content": {"See [the page](https://x.example/1) and <https://x.example/2>."}}), false},
		{"a note of paragraphs and a list", entry(mf2.Properties{"content": {"First.\n\n- one\n- two\n\nLast  \nline."}}),
			false},
		{"a note in HTML", entry(mf2.Properties{"content": {map[string]any{"html": `<p>Fog &amp; <b>more</b></p><script>x()</script>`}}}), false},
		{"a long note", entry(mf2.Properties{"content": {long}, "category": {"river"}}), false},
		{"one long word", entry(mf2.Properties{"content": {strings.Repeat("Wasserstand", 60)}}), false},
		{"an article", entry(mf2.Properties{"name": {"On rivers"}, "summary": {"What they do."}, "content": {long},
			"category": {"river"}}), false},
		{"an article with a long summary", entry(mf2.Properties{"name": {"On rivers"}, "summary": {long}, "content": {"x"}}),
			false},
		{"a photo", entry(mf2.Properties{"photo": {"/p.jpg"}, "content": {"The bridge"}}), false},
		{"a photo alone", entry(mf2.Properties{"photo": {"/p.jpg"}}), false},
		{"a reply", entry(mf2.Properties{"in-reply-to": {there}, "content": {"Well said"}}), false},
		{"a reply on the network", entry(mf2.Properties{"in-reply-to": {there}, "content": {"Well said"}}), true},
		{"a long reply", entry(mf2.Properties{"in-reply-to": {there}, "content": {long}}), false},
		{"a like", entry(mf2.Properties{"like-of": {there}}), false},
		{"a repost with words", entry(mf2.Properties{"repost-of": {there}, "content": {"Read this"}}), false},
		{"a bookmark", entry(mf2.Properties{"bookmark-of": {there}, "name": {"A page"}, "content": {"Good on rivers"}}),
			false},
		{"an RSVP", entry(mf2.Properties{"in-reply-to": {there}, "rsvp": {"yes"}}), false},
		{"emoji count as one", entry(mf2.Properties{"content": {strings.Repeat("👩‍👩‍👧‍👦", 299)}}), false},
	}
	var out strings.Builder
	networks := []struct {
		name string
		l    textLimits
	}{{"mastodon", textLimits{Characters: 500, URL: 23}}, {"bluesky", blueskyText}}
	for _, i := range items {
		for _, n := range networks {
			runs := copyText(i.item, "https://blog.example/2026/03/a-post/", i.native, n.l)
			if got := n.l.all(runs); got > n.l.Characters {
				t.Errorf("%s on %s has %d characters", i.name, n.name, got)
			}
			fmt.Fprintf(&out, "== %s on %s: %d\n%s\n", i.name, n.name, n.l.all(runs), flat(runs))
			if n.l.Links {
				text, facets := facetsOf(runs)
				for _, f := range facets {
					at := f["index"].(map[string]int)
					fmt.Fprintf(&out, "-- %q is %v\n", text[at["byteStart"]:at["byteEnd"]], f["features"])
				}
			}
		}
	}
	golden := filepath.Join("..", "..", "testdata", "delivery", "texts.golden")
	if *updateGolden {
		if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Errorf("the texts differ from %s; -update-texts writes them there. Now:\n%s", golden, out.String())
	}
}

// onMastodon is a rig whose site has a target on a fake Mastodon.
func onMastodon(t *testing.T) (*rig, *mastodontest.Server) {
	r, m := newRig(t), mastodontest.New()
	t.Cleanup(m.Close)
	m.Now = r.clock
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(mastodontest.Token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.settings.SyndicateTo = []config.Target{{UID: "social", Type: "mastodon", Server: m.URL, TokenFile: file, Edits: true,
		Deletes: true}}
	return r, m
}

// asked is a post for the target.
func asked(text string) *mf2.Item {
	item := note(text)
	item.Properties["syndicate-to"] = []any{"social"}
	return item
}

func (r *rig) post(path string) mf2.Item {
	item, _, _ := r.Post(r.t.Context(), r.web.URL+path)
	return item
}

func TestAPostIsCopiedWhenItIsLiveAndItsCopyFollowsIt(t *testing.T) {
	r, m := onMastodon(t)
	r.commit("/a/", asked("Some fine words"))
	r.push()
	r.pass(time.Minute)
	if list, _ := m.Statuses(); len(list) != 0 {
		t.Fatalf("copied before the post is live: %v", list)
	}
	r.build("/a/", entryPage("Some fine words"))
	r.pass(time.Minute)
	list, _ := m.Statuses()
	if len(list) != 1 || list[0].Text != "Some fine words" {
		t.Fatalf("got %+v", list)
	}
	if got := r.post("/a/").Properties["syndication"]; len(got) != 1 || got[0] != list[0].URL {
		t.Errorf("the post has the addresses %v, want %s", got, list[0].URL)
	}
	if row := r.one(Syndication); row.Link != list[0].URL || row.State != state.DeliveryDone {
		t.Errorf("got %+v", row)
	}
	r.push()
	changed := r.post("/a/").Clone()
	changed.Properties["content"] = []any{"Quite other words"}
	r.publish("/a/", &changed, entryPage("Quite other words"))
	r.pass(time.Minute)
	if list, requests := m.Statuses(); len(list) != 1 || list[0].Text != "Quite other words" || requests != 1 {
		t.Errorf("after the edit: %+v, %d requests", list, requests)
	}
	r.commit("/a/", nil)
	r.push()
	r.build("/a/", "")
	r.pass(time.Minute)
	if list, _ := m.Statuses(); len(list) != 0 {
		t.Errorf("after the deletion: %+v", list)
	}
}

func TestAPostAsksForACopyLater(t *testing.T) {
	r, m := onMastodon(t)
	r.publish("/a/", note("Some fine words"), entryPage("Some fine words"))
	r.pass(time.Minute)
	r.publish("/a/", asked("Some fine words"), entryPage("Some fine words"))
	r.pass(time.Minute)
	if list, _ := m.Statuses(); len(list) != 1 {
		t.Errorf("got %+v", list)
	}
}

func TestAPostThatHasACopyGetsNoOther(t *testing.T) {
	r, m := onMastodon(t)
	item := asked("Some fine words")
	item.Properties["syndication"] = []any{m.URL + "/@ada/1"}
	r.publish("/a/", item, entryPage("Some fine words"))
	r.pass(time.Hour)
	if list, _ := m.Statuses(); len(list) != 0 {
		t.Errorf("got %+v", list)
	}
}

// Whatever happens to requests, to their answers and to the process itself, there is one copy.
func TestThereIsOneCopyWhateverFails(t *testing.T) {
	const drop, broken, limit, fail, kill = mastodontest.Drop, mastodontest.Break, mastodontest.Limit, mastodontest.Fail, mastodontest.Kill
	rounds := [][]mastodontest.Answer{{drop}, {kill}, {broken, drop, fail}, {limit, drop},
		{fail, fail, fail, fail, fail, drop, fail, fail}, {kill, fail, fail, fail, fail, fail, fail}, {drop, drop, kill}}
	more := 25
	if os.Getenv("GITPOST_TEST_ALL") != "" {
		more = 200
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range more {
		var round []mastodontest.Answer
		for range random.IntN(9) {
			round = append(round, []mastodontest.Answer{drop, broken, limit, fail, kill}[random.IntN(5)])
		}
		rounds = append(rounds, round)
	}
	for _, round := range rounds {
		r, m := onMastodon(t)
		m.Killed = func() { r.kill() }
		m.Next(round...)
		r.publish("/a/", asked("Some fine words"), entryPage("Some fine words"))
		for i := range 12 {
			r.pass(time.Duration(1+i*i) * 7 * time.Minute)
			if i%3 == 1 {
				r.restart()
			}
		}
		list, _ := m.Statuses()
		if got := r.post("/a/").Properties["syndication"]; len(list) != 1 || len(got) != 1 || got[0] != list[0].URL {
			t.Errorf("after %v: %d copies, the post has %v; %+v", round, len(list), got, r.rows(Syndication))
		}
	}
}

// dot is a small picture.
func dot(t *testing.T) string {
	picture := image.NewGray(image.Rect(0, 0, 8, 8))
	picture.SetGray(1, 1, color.Gray{Y: 255})
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAPhotoIsUploadedWithItsText(t *testing.T) {
	r, m := onMastodon(t)
	r.mu.Lock()
	r.pages["/p.png"] = dot(t)
	r.mu.Unlock()
	item := asked("The old bridge")
	item.Properties["photo"] = []any{map[string]any{"value": "/p.png", "alt": "A bridge"}}
	item.Properties["lang"] = []any{"en-GB"}
	item.Properties["sensitive"] = []any{"true"}
	item.Properties["summary"] = []any{"Heights"}
	r.publish("/a/", item, entryPage("The old bridge"))
	r.pass(10 * time.Minute)
	list, requests := m.Statuses()
	if len(list) != 1 || requests != 1 {
		t.Fatalf("got %+v after %d requests; %+v", list, requests, r.rows(Syndication))
	}
	s := list[0]
	if len(s.Media) != 1 || s.Media[0].Description == nil || *s.Media[0].Description != "A bridge" ||
		s.Spoiler != "Heights" ||
		s.Language != "en" || !s.Sensitive {
		t.Errorf("got %+v", s)
	}
}

func TestResponsesToTheNetworkAreItsOwn(t *testing.T) {
	r, m := onMastodon(t)
	theirs := m.Add("Something that somebody wrote")
	like, boost, reply := asked(""), asked(""), asked("Well said")
	for item, name := range map[*mf2.Item]string{like: "like-of", boost: "repost-of", reply: "in-reply-to"} {
		item.Properties[name] = []any{theirs.URL}
		if name != "in-reply-to" {
			delete(item.Properties, "content")
		}
	}
	r.publish("/like/", like, entryPage("liked"))
	r.publish("/boost/", boost, entryPage("boosted"))
	r.publish("/reply/", reply, entryPage("Well said"))
	r.pass(10 * time.Minute)
	list, _ := m.Statuses()
	if len(list) != 2 || !list[0].Favourited || !list[0].Reblogged || list[1].ReplyTo == nil ||
		*list[1].ReplyTo != theirs.ID ||
		list[1].Text != "Well said" {
		t.Errorf("got %+v; %+v", list, r.rows(Syndication))
	}
	r.commit("/like/", nil)
	r.push()
	r.build("/like/", "")
	r.pass(time.Minute)
	if list, _ = m.Statuses(); list[0].Favourited {
		t.Error("the like of a deleted post stays")
	}
}

func TestAWrongTokenIsSaidAtOnce(t *testing.T) {
	r, m := onMastodon(t)
	if err := os.WriteFile(r.settings.SyndicateTo[0].TokenFile, []byte("wrong"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.publish("/a/", asked("Some fine words"), entryPage("Some fine words"))
	r.pass(time.Hour)
	row := r.one(Syndication)
	want := "it answers 401 Unauthorized: The access token is invalid; make a new token or password for it, and try again"
	if row.State != state.DeliveryFailed || row.Result != want || row.Tries != 1 {
		t.Errorf("got %+v", row)
	}
	if list, _ := m.Statuses(); len(list) != 0 {
		t.Errorf("got %+v", list)
	}
}

func TestKeysOfRecordsAreTheSameForEachTry(t *testing.T) {
	item := *note("x")
	item.Properties["published"] = []any{"2026-02-03T04:05:06Z"}
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	one, again, other := recordKey(item, "a", now), recordKey(item, "a", now.Add(time.Hour)), recordKey(item, "b", now)
	if one != again || one == other || len(one) != 13 || !strings.HasPrefix(one, other[:4]) {
		t.Errorf("got %s, %s and %s", one, again, other)
	}
}
