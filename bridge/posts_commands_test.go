package bridge_test

import (
	"net/http"
	"strings"
	"testing"

	"gitpost/bridge/config"
)

// TestTargetsOfASiteThatNamesNoneAreKept: apps remember targets that a site no longer lists, and
// the post must not fail for it.
func TestTargetsOfASiteThatNamesNoneAreKept(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	u := f.create(`{"properties":{"content":["x"],"mp-syndicate-to":["https://social.example/@ada",""],"mp-channel":["diary"]}}`)
	has(t, f.source(u), "syndicate-to", "https://social.example/@ada")
	has(t, f.source(u), "channel", "diary")
	for _, body := range []string{
		`{"action":"update","url":"` + u + `","mp-syndicate-to":["https://other.example/"]}`,
		`{"action":"update","url":"` + u + `","add":{"syndicate-to":["https://other.example/"]}}`, // there already
	} {
		if a := f.json(body); a.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", body, a.Status, a.Body)
		}
	}
	has(t, f.source(u), "syndicate-to", "https://social.example/@ada", "https://other.example/")
	if a := f.json(`{"action":"update","url":"` + u + `","delete":["syndicate-to"]}`); a.Status != http.StatusOK {
		t.Fatalf("delete: %d %s", a.Status, a.Body)
	}
	has(t, f.source(u), "syndicate-to")
}

// TestUpdateRefusesTargetsThatTheSiteDoesNotHave: by the command and by the property alike.
func TestUpdateRefusesTargetsThatTheSiteDoesNotHave(t *testing.T) {
	t.Parallel()
	f := serve(t, "jekyll", func(c *settings) {
		c.SyndicateTo = []config.Target{{UID: "https://social.example/", Name: "Social"}}
	})
	u := f.create(`{"properties":{"content":["x"]}}`)
	before := f.commits()
	for _, part := range []string{`"mp-syndicate-to":["https://nobody.example/"]`,
		`"replace":{"syndicate-to":["https://nobody.example/"]}`, `"add":{"syndicate-to":["https://nobody.example/"]}`} {
		if a := f.json(`{"action":"update","url":"` + u + `",` + part + `}`); a.Status != http.StatusBadRequest ||
			!strings.Contains(a.Body, "https://social.example/") {
			t.Errorf("%s: %d %s", part, a.Status, a.Body)
		}
	}
	if f.commits() != before {
		t.Error("a refused update made a commit")
	}
}

// TestHiddenLocationAndPhotosThatTellItAreNotPostedTogether: with media.metadata keep-location
// the coordinates would reach the repository inside the file.
func TestHiddenLocationAndPhotosThatTellItAreNotPostedTogether(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", func(c *settings) { c.MediaMetadata = "keep-location" })
	contentType, body := multipartBody(t, part{"h", "", "entry"}, part{"content", "", "Here"},
		part{"location-visibility", "", "private"}, part{"photo", "a.jpg", string(picture(t, 3))})
	before := f.commits()
	if a := f.send("POST", "/micropub", contentType, body); a.Status != http.StatusBadRequest ||
		!strings.Contains(a.Body, "media.metadata") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	photo := created(t, f.upload("file", string(picture(t, 4))))
	u := f.create(`{"properties":{"content":["Here"],"location-visibility":["private"]}}`)
	if a := f.json(`{"action":"update","url":"` + u + `","add":{"photo":["` + photo +
		`"]}}`); a.Status != http.StatusBadRequest {
		t.Errorf("an update: %d %s", a.Status, a.Body)
	}
	if f.commits() == before {
		t.Error("the post without a photo was not made")
	}
}

// TestAudienceMakesAPostPrivate: it never reaches the public site, not even when it is published
// later.
func TestAudienceMakesAPostPrivate(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", func(c *settings) { c.Private = "draft" })
	u := f.create(`{"properties":{"content":["Between us"],"audience":["https://friend.example/"]}}`)
	i := f.source(u)
	has(t, i, "post-status", "draft")
	has(t, i, "visibility", "private")
	has(t, i, "audience", "https://friend.example/")
	f.json(`{"action":"update","url":"` + u + `","replace":{"post-status":["published"]}}`)
	has(t, f.source(u), "post-status", "draft")

	open := f.create(`{"properties":{"content":["For all"]}}`)
	if a := f.json(`{"action":"update","url":"` + open +
		`","add":{"audience":["https://friend.example/"]}}`); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	has(t, f.source(open), "post-status", "draft")
}

// TestUpdateLeavesAHandWrittenPlaceAlone: only an update that is about the location's visibility
// takes a place away that its author wrote into the file.
func TestUpdateLeavesAHandWrittenPlaceAlone(t *testing.T) {
	t.Parallel()
	for _, visibility := range []string{"private", "text", "friends only"} {
		f := serve(t, "hugo", nil)
		text := "---\ntitle: Walk\ndate: 2026-01-02T10:00:00Z\nlocation-visibility: " + visibility +
			"\nlocation: geo:52.378901,4.900581\n---\nx\n"
		f.edit("By hand", func(dir string) { write(t, dir, "content/posts/walk.md", text) })
		f.fetch()
		const at = "https://example.org/2026/01/walk/"
		if a := f.json(`{"action":"update","url":"` + at +
			`","replace":{"content":["y"]},"add":{"checkin":["geo:1.5,2.5;name=Pier"]}}`); a.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", visibility, a.Status, a.Body)
		}
		has(t, f.source(at), "location", "geo:52.378901,4.900581")
		switch file := f.remoteFile("content/posts/walk.md"); {
		case visibility == "friends only":
		case strings.Contains(file, "1.5"), strings.Contains(file, "Pier") != (visibility == "text"):
			t.Errorf("%s: the app's place is in\n%s", visibility, file)
		}
		if a := f.json(`{"action":"update","url":"` + at +
			`","replace":{"location-visibility":["private"]}}`); a.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", visibility, a.Status, a.Body)
		}
		if file := f.remoteFile("content/posts/walk.md"); strings.Contains(file, "52.37") {
			t.Errorf("%s: the place is still there after the app hid it\n%s", visibility, file)
		}
	}
}
