package bridge_test

import (
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"

	"gitpost/bridge/mf2"
	"gitpost/bridge/state"
)

// dropMedia asks the media endpoint to delete a file.
func (f *fixture) dropMedia(u string) answer {
	f.t.Helper()
	return f.send("POST", "/media", "application/x-www-form-urlencoded",
		url.Values{"action": {"delete"}, "url": {u}}.Encode())
}

// mediaItem is what q=source says of a file, or nil.
func (f *fixture) mediaItem(u string) map[string]any {
	f.t.Helper()
	a := f.send("GET", "/media?q=source&url="+url.QueryEscape(u), "", "")
	if a.Status == http.StatusBadRequest {
		return nil
	}
	return a.json(f.t)
}

func (f *fixture) act(action, post string) {
	f.t.Helper()
	if a := f.json(`{"action":"` + action + `","url":"` + post + `"}`); a.Status >= 300 {
		f.t.Fatalf("%s: %d %s", action, a.Status, a.Body)
	}
}

func TestMediaDeleteTakesAFileThatNoPageRefersToOutOfTheRepository(t *testing.T) {
	t.Parallel()
	for _, name := range skeletons {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, name, nil)
			u := f.location(70)
			post := f.create(`{"properties":{"content":["x"],"photo":["` + u + `"]}}`)
			other := f.create(`{"properties":{"content":["Look: ![it](` + u + `)"]}}`)
			before := f.commits()
			if a := f.dropMedia(u); a.Status != http.StatusBadRequest || !strings.Contains(a.Body, "still refers") {
				t.Errorf("while posts refer to it: %d %s", a.Status, a.Body)
			}
			f.act("delete", post)
			if a := f.dropMedia(u); a.Status != http.StatusBadRequest || !strings.Contains(a.Body, "still refers") {
				t.Errorf("while one post refers to it: %d %s", a.Status, a.Body)
			}
			f.act("delete", other)
			if item := f.mediaItem(u); item == nil || item["committed"] != true {
				t.Errorf("before it is deleted q=source says %v", item)
			}
			for _, scope := range []string{"create media", "delete"} { // both are needed
				token := "Bearer " + f.newToken(scope)
				if a := f.send("POST", "/media", "application/x-www-form-urlencoded",
					url.Values{"action": {"delete"}, "url": {u}}.Encode(), "Authorization", token); a.Status != http.StatusForbidden {
					t.Errorf("with the scope %q alone: %d %s", scope, a.Status, a.Body)
				}
			}
			if a := f.dropMedia(u); a.Status != http.StatusNoContent {
				t.Fatalf("afterwards: %d %s", a.Status, a.Body)
			}
			if change := f.lastChange(); !strings.HasPrefix(change, "D\t") || !strings.Contains(change, path.Base(u)) ||
				strings.Contains(change, "\n") {
				t.Errorf("the commit is not the file's removal:\n%s", change)
			}
			if f.commits() == before || f.mediaItem(u) != nil {
				t.Errorf("q=source still says %v", f.mediaItem(u))
			}
			if a := f.dropMedia(u); a.Status != http.StatusBadRequest {
				t.Errorf("a second time: %d %s", a.Status, a.Body)
			}
		})
	}
}

// bundle is a site whose photos lie beside their posts, and a post with one.
func bundle(t *testing.T) (f *fixture, post, photo string) {
	t.Helper()
	f = serve(t, "hugo", func(c *settings) { c.MediaPlace, c.Options.Path = "bundle", "posts/{slug}/index.md" })
	contentType, body := multipartBody(t, part{"h", "", "entry"}, part{"content", "", "By the water"},
		part{"mp-slug", "", "water"}, part{"photo", "one.jpg", string(picture(t, 71))})
	a := f.send("POST", "/micropub", contentType, body)
	if a.Status != http.StatusCreated {
		t.Fatalf("create: %d %s", a.Status, a.Body)
	}
	post = a.Header.Get("Location")
	photo, _ = f.source(post).Properties["photo"][0].(string)
	if !strings.HasPrefix(photo, post) {
		t.Fatalf("the photo of %s is at %s", post, photo)
	}
	return f, post, photo
}

func TestPhotoBesideADeletedPostIsNotSaidToBeInTheRepository(t *testing.T) {
	t.Parallel()
	f, post, photo := bundle(t)
	if item := f.mediaItem(photo); item == nil || item["committed"] != true {
		t.Errorf("of a post that is there q=source says %v", item)
	}
	f.act("delete", post)
	if item := f.mediaItem(photo); item == nil || item["committed"] != false {
		t.Errorf("of a deleted post q=source says %v", item)
	}
	f.act("undelete", post)
	if item := f.mediaItem(photo); item == nil || item["committed"] != true {
		t.Errorf("of a post that came back q=source says %v", item)
	}
	f.act("delete", post)
	before := f.commits()
	if a := f.dropMedia(photo); a.Status != http.StatusNoContent {
		t.Errorf("delete: %d %s", a.Status, a.Body)
	}
	if f.commits() != before || f.mediaItem(photo) != nil {
		t.Errorf("it made a commit, or q=source still says %v", f.mediaItem(photo))
	}
	f.act("undelete", post) // the history has both
	if change := f.lastChange(); strings.Count(change, "A\t") != 2 {
		t.Errorf("the post came back without its photo:\n%s", change)
	}
}

func TestPhotoOfADeletedBundleThatIsUsedAgainGoesWhereItIsServed(t *testing.T) {
	t.Parallel()
	f, post, photo := bundle(t)
	f.act("delete", post)
	again := f.create(`{"properties":{"content":["Once more ![x](` + photo + `)"],"photo":[{"value":"` + photo +
		`","alt":"Water"}],"mp-slug":["again"]}}`)
	got := f.source(again).Properties
	object, _ := got["photo"][0].(map[string]any)
	address, _ := object["value"].(string)
	if !strings.HasPrefix(address, "https://example.org/media/") || object["alt"] != "Water" ||
		!strings.Contains(got.Text("content"), address) {
		t.Errorf("it reads back as %v", got)
	}
	if change := f.lastChange(); strings.Count(change, "A\t") != 2 || !strings.Contains(change, "static/media/") {
		t.Errorf("the commit does not hold the photo in the folder for uploads:\n%s", change)
	}
	if item := f.mediaItem(address); item == nil || item["committed"] != true {
		t.Errorf("q=source says of %s: %v", address, item)
	}
	update := f.create(`{"properties":{"content":["Third"],"mp-slug":["third"]}}`)
	if a := f.json(`{"action":"update","url":"` + update + `","add":{"photo":["` + address + `"]}}`); a.Status >= 300 {
		t.Fatalf("update: %d %s", a.Status, a.Body)
	}
	if photos := f.source(update).Properties["photo"]; !mf2.Equal([]any(photos), []any{address}) {
		t.Errorf("after the update it reads back as %v", photos)
	}
}

func TestMediaDeleteNeedsATokenOfTheFilesSite(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	u := f.location(72)
	db, err := state.Open(t.Context(), f.config.StateFile())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	other, err := db.CreateToken(t.Context(), state.Token{Scope: []string{"delete", "media"},
		Sites: []string{"https://other.example/"}})
	if err != nil {
		t.Fatal(err)
	}
	body := url.Values{"action": {"delete"}, "url": {u}}.Encode()
	if a := f.send("POST", "/media", "application/x-www-form-urlencoded", body, "Authorization",
		"Bearer "+other); a.Status != http.StatusBadRequest || !strings.Contains(a.Body, "no upload") {
		t.Errorf("a token of another site: %d %s", a.Status, a.Body)
	}
	if f.mediaItem(u) == nil {
		t.Error("the file is gone")
	}
}

func TestMediaListTakesALimit(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	var uploads []string
	for seed := range uint8(23) {
		uploads = append(uploads, f.location(80+seed))
	}
	count := func(query string) int {
		t.Helper()
		items, _ := f.send("GET", "/media?q=source"+query, "", "").json(t)["items"].([]any)
		return len(items)
	}
	for query, want := range map[string]int{"": 20, "&limit=3": 3, "&limit=22": 22, "&limit=1000": 23,
		"&limit=5&offset=20": 3, "&offset=30": 0} {
		if got := count(query); got != want {
			t.Errorf("q=source%s lists %d, want %d", query, got, want)
		}
	}
	if last := f.send("GET", "/media?q=last", "", "").json(t); last["url"] != uploads[len(uploads)-1] ||
		last["mime_type"] != "image/jpeg" {
		t.Errorf("q=last says %v, want %s", last, uploads[len(uploads)-1])
	}
	for _, query := range []string{"q=nothing", "q=source&limit=x", "q=source&url=https://example.org/no",
		"q=source&limit=-1"} {
		if a := f.send("GET", "/media?"+query, "", ""); a.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", query, a.Status, a.Body)
		}
	}
	if a := f.send("GET", "/media?q=source", "", "", "Authorization", "-"); a.Status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", a.Status)
	}
}
