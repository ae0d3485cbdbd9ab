package delivery

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/mf2"
	"gitpost/bridge/state"
)

func TestAPostIsFollowedFromThePushUntilTheSiteShowsIt(t *testing.T) {
	r := newRig(t)
	r.commit("/a/", note("The very first words"))
	if row := r.one(Live); row.State != state.DeliveryWaiting || !row.Due.IsZero() {
		t.Fatalf("before the push: %+v", row)
	}
	r.pass(time.Hour)
	if row := r.one(Live); row.Tries != 0 {
		t.Errorf("the page of a post that is not pushed was looked for %d times", row.Tries)
	}
	r.push()
	r.pass(2 * time.Minute)
	row := r.one(Live)
	if got := Describe(row, r.clock()); got != "pushed, not live for 2 minutes: the site answers 404 Not Found" {
		t.Errorf("after two minutes: %s", got)
	}
	if IsLate(row, r.clock()) {
		t.Error("two minutes are late already")
	}
	r.pass(10 * time.Minute)
	late, err := r.deliver.Late(t.Context(), r.Me())
	if err != nil || !strings.HasSuffix(late.Reason,
		"/a/ is pushed, not live for 12 minutes: the site answers 404 Not Found") {
		t.Errorf("after twelve minutes: %+v, %v", late, err)
	}
	r.build("/a/", entryPage("<p>The very first words</p>"))
	row = r.one(Live)
	if row.State != state.DeliveryDone || row.Result != "live after 12m0s" {
		t.Errorf("when the site shows it: %+v", row)
	}
	if wait := r.round(); wait >= 0 {
		t.Errorf("something is due in %s when all is done", wait)
	}
}

func TestAPostThatPollingFindsNeedsFewRequests(t *testing.T) {
	r := newRig(t)
	r.commit("/a/", note("The very first words"))
	r.push()
	r.pass(40 * time.Second)
	r.mu.Lock()
	r.pages["/a/"] = entryPage("The very first words")
	r.mu.Unlock()
	r.pass(time.Minute)
	if row := r.one(Live); row.State != state.DeliveryDone {
		t.Errorf("polling has not found it: %+v", row)
	}
	if r.asked > 12 { // one before the push, one every five seconds
		t.Errorf("it took %d requests", r.asked)
	}
}

func TestAFailedBuildIsNamedAtOnce(t *testing.T) {
	r := newRig(t)
	r.commit("/a/", note("The very first words"))
	r.push()
	r.pass(10 * time.Second)
	b := Build{Failed: true, Host: "Netlify", Reason: "exit code 1", Link: "https://app.example/42"}
	if err := r.deliver.Built(t.Context(), r.Me(), b); err != nil {
		t.Fatal(err)
	}
	r.round()
	late, err := r.deliver.Late(t.Context(), r.Me())
	want := "not live for 10 seconds: the site answers 404 Not Found; the build failed, says Netlify: exit code 1 (https://app.example/42)"
	if err != nil || !strings.HasSuffix(late.Reason, want) {
		t.Errorf("got %+v, %v; want %s", late, err, want)
	}
	r.build("/a/", entryPage("The very first words"))
	if late, err = r.deliver.Late(t.Context(), r.Me()); err != nil || late.Posts != 0 {
		t.Errorf("after a good build: %+v, %v", late, err)
	}
}

func TestAnUpdateIsLiveWhenItsNewWordsAreThere(t *testing.T) {
	r := newRig(t)
	r.publish("/a/", note("Some old words here"), entryPage("Some old words here"))
	r.commit("/a/", note("Some old words here and quite new ones"))
	r.push()
	r.build("/a/", entryPage("Some old words here")+"<!-- built again, of the old commit -->")
	if row := r.one(Live); row.State != state.DeliveryWaiting || row.Action != update {
		t.Errorf("the old text counts as the new one: %+v", row)
	}
	r.build("/a/", entryPage("Some old words here and&nbsp;quite <em>new</em> ones"))
	if row := r.one(Live); row.State != state.DeliveryDone {
		t.Errorf("the new text does not count: %+v", row)
	}
}

func TestAnUpdateThatThePageDoesNotShowIsNoAlarm(t *testing.T) {
	r := newRig(t)
	first := note("Some words here")
	r.publish("/a/", first, entryPage("Some words here"))
	tagged := first.Clone()
	tagged.Properties["category"] = []any{"boats"}
	r.commit("/a/", &tagged)
	r.push()
	r.pass(20 * time.Minute)
	if row := r.one(Live); row.State != state.DeliveryDone {
		t.Errorf("got %+v", row)
	}
}

func TestADeletedPostIsFollowedUntilItIsGone(t *testing.T) {
	r := newRig(t)
	r.publish("/a/", note("Some words here"), entryPage("Some words here"))
	r.commit("/a/", nil)
	r.push()
	r.pass(12 * time.Minute)
	if got := Describe(r.one(Live), r.clock()); got != "pushed, not gone for 12 minutes: the site answers as before" {
		t.Errorf("got %s", got)
	}
	r.build("/a/", "")
	if row := r.one(Live); row.State != state.DeliveryDone || row.Result != "gone after 12m0s" {
		t.Errorf("got %+v", row)
	}
}

func TestWhatGitpostWritesAfterADeliveryIsNoNewVersion(t *testing.T) {
	r := newRig(t)
	first := note("Some words here")
	r.publish("/a/", first, entryPage("Some words here"))
	done := r.one(Live)
	again := first.Clone()
	again.Properties["syndication"] = []any{"https://social.example/1"}
	row, err := r.deliver.row(t.Context(), r, Change{URL: r.web.URL + "/a/", Item: again, Before: *first})
	if err != nil || row != nil {
		t.Errorf("got %+v, %v; the post is %+v", row, err, done)
	}
}

func TestAWeekWithoutThePageIsTheEnd(t *testing.T) {
	r := newRig(t)
	r.commit("/a/", note("The very first words"))
	r.push()
	r.pass(8 * 24 * time.Hour)
	row := r.one(Live)
	if row.State != state.DeliveryFailed || !strings.HasPrefix(row.Result, "given up after 7 days: the site answers 404") {
		t.Errorf("got %+v", row)
	}
	if row.Tries > 400 {
		t.Errorf("it was looked for %d times", row.Tries)
	}
	if late, err := r.deliver.Late(t.Context(), r.Me()); err != nil || late.Posts != 1 {
		t.Errorf("the owner is not told any more: %+v, %v", late, err)
	}
}

func TestARestartGoesOnWhereItWas(t *testing.T) {
	r := newRig(t)
	r.commit("/a/", note("The very first words"))
	r.push()
	r.pass(3 * time.Minute)
	r.restart()
	r.round()
	if got := Describe(r.one(Live), r.clock()); !strings.HasPrefix(got, "pushed, not live for 3 minutes") {
		t.Errorf("after the restart: %s", got)
	}
	r.build("/a/", entryPage("The very first words"))
	if row := r.one(Live); row.State != state.DeliveryDone {
		t.Errorf("got %+v", row)
	}
}

func TestNewWordsAreOnesThatEveryGeneratorKeeps(t *testing.T) {
	for _, c := range []struct{ name, text, before, want string }{
		{"words between signs", "Hello there, world", "", ""},
		{"plain words", "It is a fine day", "", "it is"},
		{"words that were there", "It is a fine day and late", "It is a fine day", "it is a fine day and"},
		{"markup", "*It* is a [fine](https://x.example) day today", "", "is a"},
		{"none", "# !", "", ""},
		{"other scripts", "Привет большой мир", "", "привет большой"},
	} {
		got := newWords(*note(c.text), mf2.Item{Properties: mf2.Properties{"content": {c.before}}})
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// A year of ten posts a day, each of which links to two pages, leaves few rows.
func TestRowsOfAYearAreFew(t *testing.T) {
	r := newRig(t)
	for day := range 365 {
		r.mu.Lock()
		r.now = r.now.Add(24 * time.Hour)
		now := r.now
		r.mu.Unlock()
		var rows []state.Delivery
		for post := range 10 {
			url := fmt.Sprintf("%s/%d/%d/", r.web.URL, day, post)
			row := state.Delivery{Site: r.Me(), URL: url, Kind: Live, State: state.DeliveryDone, Begun: now, Changed: now}
			told, not := row, row
			told.Kind, told.Target = Webmention, "https://told.example/"
			not.Kind, not.Target, not.State = Webmention, "https://takes-none.example/", state.DeliverySkipped
			rows = append(rows, row, told, not)
		}
		if err := r.db.Follow(t.Context(), r.Me(), fmt.Sprint(day), rows); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.deliver.prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	if live, mentions := len(r.rows(Live)), len(r.rows(Webmention)); live > 310 || mentions > 3650+910 {
		t.Errorf("%d rows of pages and %d of mentions are left", live, mentions)
	} else {
		t.Logf("%d rows of pages, %d of mentions", live, mentions)
	}
}

func TestAScheduledPostIsLookedForWhenItIsDue(t *testing.T) {
	r := newRig(t)
	r.commit("/a/", note("The very first words"))
	due := r.clock().Add(5 * time.Hour)
	row, err := r.deliver.row(t.Context(), r, Change{URL: r.web.URL + "/a/", Path: r.web.URL + "/a/",
		Blob: versionOf(*note("The very first words")), Item: *note("The very first words"), Due: due})
	if err != nil || row == nil {
		t.Fatalf("got %v, %v", row, err)
	}
	if err := r.db.Follow(t.Context(), r.Me(), "1", []state.Delivery{*row}); err != nil {
		t.Fatal(err)
	}
	r.push()
	r.pass(4 * time.Hour)
	if row := r.one(Live); row.Tries != 0 || Describe(row, r.clock()) != "scheduled" {
		t.Errorf("before its time: %s, %+v", Describe(row, r.clock()), row)
	}
	r.mu.Lock()
	r.pages["/a/"] = entryPage("The very first words")
	r.mu.Unlock()
	r.pass(61 * time.Minute)
	if row := r.one(Live); row.State != state.DeliveryDone {
		t.Errorf("after its time: %+v", row)
	}
}

// A site may be built before gitpost looks, and its theme may not show the post's title.
func TestPageWithoutTheTitleThatIsThereAtOnceIsLive(t *testing.T) {
	item := mf2.Item{Properties: mf2.Properties{"name": {"By hand"}, "content": {"Words that only a hand can write."}}}
	found := page{Status: http.StatusOK, body: []byte("<p>Words that only a hand can write.")}
	notes := liveNotes{Words: newWords(item, mf2.Item{}), Before: found}
	if !isLive(create, notes, found) {
		t.Errorf("%q is not found on the page", notes.Words)
	}
}
