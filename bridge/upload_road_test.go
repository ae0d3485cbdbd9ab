package bridge_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gitpost/bridge"
	"gitpost/bridge/mf2"
)

// location uploads a picture of its own and gives its address.
func (f *fixture) location(seed uint8) string {
	f.t.Helper()
	a := f.upload("heron.jpg", string(picture(f.t, seed)))
	if a.Status != http.StatusCreated {
		f.t.Fatalf("upload: %d %s", a.Status, a.Body)
	}
	return a.Header.Get("Location")
}

func TestUploadSurvivesARestartAndIsCommittedWithItsPost(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	u := f.location(20)
	if err := f.stop(); err != nil {
		t.Fatal(err)
	}
	f.start()
	if a := f.send("GET", "/media/"+path.Base(u), "", ""); a.Status != http.StatusOK {
		t.Errorf("preview after the restart: %d %s", a.Status, a.Body)
	}
	f.create(`{"type":["h-entry"],"properties":{"content":[{"html":"<p>After <img src=\"` + u +
		`\" alt=\"A heron\"></p>"}]}}`)
	if change := f.lastChange(); !strings.Contains(change, path.Base(u)) {
		t.Errorf("the post's commit does not hold the file:\n%s", change)
	}
	if a := f.send("GET", "/media?q=source&url="+url.QueryEscape(u), "", ""); a.json(t)["committed"] != true {
		t.Errorf("the upload is not noted as committed: %s", a.Body)
	}
}

func TestFileThatNobodyNotedAndUnusedUploadsGo(t *testing.T) {
	t.Parallel()
	var server *bridge.Server
	f := serve(t, "hugo", nil)
	if err := f.stop(); err != nil {
		t.Fatal(err)
	}
	f.opened = func(s *bridge.Server) { server = s }
	// What a crash leaves between the file and its row in the database.
	if err := os.WriteFile(filepath.Join(f.config.Data, "uploads", "heron-abcdefgh234567ab.jpg"), picture(t, 21),
		0o600); err != nil {
		t.Fatal(err)
	}
	f.start()
	f.location(22)
	if err := server.DropUnused(t.Context(), time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(filepath.Join(f.config.Data, "uploads")); err != nil || len(files) != 2 {
		t.Errorf("young files went: %v %v", files, err)
	}
	if err := server.DropUnused(t.Context(), time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	f.leavesNothing(f.commits())
}

func TestUpdateCommitsItsPhotosAndKeepsTheirAlt(t *testing.T) {
	t.Parallel()
	for _, name := range skeletons {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, name, nil)
			post := f.create(`{"properties":{"content":["Heron"],"mp-slug":["heron"]}}`)
			first, second, third, fourth, fifth := f.location(31), f.location(32), f.location(33), f.location(34), f.location(35)
			photo := func(u, alt string) any { return map[string]any{"value": u, "alt": alt} }
			update := func(parts string) answer {
				return f.json(`{"action":"update","url":"` + post + `",` + parts + `}`)
			}
			form := func(pairs ...string) answer {
				v := url.Values{"action": {"update"}, "url": {post}}
				for i := 0; i+1 < len(pairs); i += 2 {
					v.Add(pairs[i], pairs[i+1])
				}
				return f.form(v)
			}
			steps := []struct {
				what string
				do   func() answer
				file string // what the commit must bring
				want []any
			}{
				{"add with an object", func() answer { return update(`"add":{"photo":[{"value":"` + first + `","alt":"One"}]}`) },
					first, []any{photo(first, "One")}},
				{"add with mp-photo-alt",
					func() answer { return update(`"add":{"photo":["` + second + `"],"mp-photo-alt":["Two"]}`) }, second,
					[]any{photo(first, "One"), photo(second, "Two")}},
				{"replace", func() answer { return update(`"replace":{"photo":[{"value":"` + third + `","alt":"Three"}]}`) }, third,
					[]any{photo(third, "Three")}},
				{"a reference in the text",
					func() answer { return update(`"replace":{"content":["Heron ![Five](` + fifth + `)"]}`) }, fifth,
					[]any{photo(third, "Three")}},
				{"another alt alone",
					func() answer { return update(`"replace":{"photo":[{"value":"` + third + `","alt":"Three, again"}]}`) }, "",
					[]any{photo(third, "Three, again")}},
				{"a form", func() answer { return form("replace[photo][]", fourth, "mp-photo-alt[]", "Four") }, fourth,
					[]any{photo(fourth, "Four")}},
				{"delete by address", func() answer { return update(`"delete":{"photo":["` + fourth + `"]}`) }, "", nil},
			}
			for _, step := range steps {
				before := f.commits()
				if a := step.do(); a.Status >= 300 {
					t.Fatalf("%s: %d %s", step.what, a.Status, a.Body)
				}
				if f.commits() == before {
					t.Errorf("%s: no commit", step.what)
				}
				if change := f.lastChange(); step.file != "" && (!strings.Contains(change, path.Base(step.file)) ||
					strings.Count(change, "\n") != 1) {
					t.Errorf("%s: the commit is not the post and the file:\n%s", step.what, change)
				}
				if got := f.source(post).Properties["photo"]; !mf2.Equal([]any(got), step.want) {
					t.Errorf("%s: photo reads back as %v, want %v", step.what, got, step.want)
				}
			}
		})
	}
}

func TestFilesLieBesideTheirPostWhereTheSiteHasBundles(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", func(c *settings) {
		c.MediaPlace = "bundle"
		c.Options.Path = "posts/{slug}/index.md"
		c.MediaDimensions = true
	})
	beforehand := f.location(40)
	contentType, body := multipartBody(t, part{"h", "", "entry"},
		part{"content", "", "By the water ![before](" + beforehand + ")"}, part{"mp-slug", "", "water"},
		part{"mp-photo-alt[]", "", "One"}, part{"mp-photo-alt[]", "", "Two"},
		part{"photo[]", "one.jpg", string(picture(t, 41))}, part{"photo[]", "two.jpg", string(picture(t, 42))})
	a := f.send("POST", "/micropub", contentType, body)
	if a.Status != http.StatusCreated {
		t.Fatalf("create: %d %s", a.Status, a.Body)
	}
	post := a.Header.Get("Location")
	change := f.lastChange()
	if strings.Count(change, "/water/one-") != 1 || strings.Count(change, "/water/two-") != 1 ||
		strings.Count(change, "static/media/") != 1 || strings.Count(change, "\n") != 3 {
		t.Errorf("the commit is not the post with two files beside it and one in the static folder:\n%s", change)
	}
	// photos checks what q=source says of the photos: beside the page, with alt and size.
	photos := func(post string, alts ...string) {
		t.Helper()
		values := f.source(post).Properties["photo"]
		if len(values) != len(alts) {
			t.Fatalf("photo reads back as %v", values)
		}
		for i, v := range values {
			photo, _ := v.(map[string]any)
			address, _ := photo["value"].(string)
			if !strings.HasPrefix(address, post) || photo["alt"] != alts[i] || mf2.Text(photo["width"]) != "32" ||
				mf2.Text(photo["height"]) != "24" {
				t.Errorf("photo %d of %s reads back as %v", i, post, photo)
			}
			if a := f.send("GET", "/media?q=source&url="+url.QueryEscape(address), "", ""); a.Status != http.StatusOK && i < 2 &&
				strings.Contains(post, "water") {
				t.Errorf("the upload is not known at %s: %s", address, a.Body)
			}
		}
	}
	photos(post, "One", "Two")

	contentType, body = multipartBody(t, part{"action", "", "update"}, part{"url", "", post},
		part{"mp-photo-alt[]", "", "Three"}, part{"add[photo][]", "three.jpg", string(picture(t, 43))})
	if a := f.send("POST", "/micropub", contentType, body); a.Status >= 300 {
		t.Fatalf("update: %d %s", a.Status, a.Body)
	}
	if change := f.lastChange(); !strings.Contains(change, "/water/three-") {
		t.Errorf("the update's file is not beside the post:\n%s", change)
	}
	photos(post, "One", "Two", "Three")

	// The addresses follow when the post moves.
	a = f.json(`{"action":"update","url":"` + post + `","replace":{"mp-slug":["river"]}}`)
	moved := a.Header.Get("Location")
	if a.Status != http.StatusCreated || !strings.Contains(moved, "river") {
		t.Fatalf("move: %d %s", a.Status, a.Body)
	}
	photos(moved, "One", "Two", "Three")
	if change := f.lastChange(); strings.Count(change, "/river/") != 4 {
		t.Errorf("the files did not move with the post:\n%s", change)
	}

	// They stay where they are now when the post names them again.
	first, _ := f.source(moved).Properties["photo"][0].(map[string]any)
	if a := f.json(`{"action":"update","url":"` + moved + `","replace":{"photo":[{"value":"` + first["value"].(string) +
		`","alt":"Only one"}]}}`); a.Status >= 300 {
		t.Fatalf("update: %d %s", a.Status, a.Body)
	}
	photos(moved, "Only one")
	if change := f.lastChange(); strings.Contains(change, "\n") {
		t.Errorf("the commit has more than the post:\n%s", change)
	}
}

func TestDimensionsAreWrittenWithPhotosOnUpdateToo(t *testing.T) {
	t.Parallel()
	f := serve(t, "jekyll", func(c *settings) { c.MediaDimensions = true })
	u := f.location(50)
	post := f.create(`{"properties":{"content":["x"]}}`)
	if a := f.json(`{"action":"update","url":"` + post + `","add":{"photo":["` + u +
		`","https://elsewhere.example/a.jpg"]}}`); a.Status >= 300 {
		t.Fatalf("update: %d %s", a.Status, a.Body)
	}
	want := []any{map[string]any{"value": u, "width": 32.0, "height": 24.0}, "https://elsewhere.example/a.jpg"}
	if got := f.source(post).Properties["photo"]; !mf2.Equal([]any(got), want) {
		text, _ := json.Marshal(got)
		t.Errorf("photo reads back as %s", text)
	}
}

func TestPhotoWithDimensionsIsRemovedByAnObjectWithoutThem(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", func(c *settings) { c.MediaDimensions = true })
	u, other := f.location(51), f.location(52)
	post := f.create(`{"properties":{"content":["x"],"photo":[{"value":"` + u + `","alt":"One"},{"value":"` + other +
		`","alt":"Two"}]}}`)
	remove := func(object string) int {
		t.Helper()
		if a := f.json(`{"action":"update","url":"` + post + `","delete":{"photo":[` + object + `]}}`); a.Status >= 300 {
			t.Fatalf("update: %d %s", a.Status, a.Body)
		}
		return len(f.source(post).Properties["photo"])
	}
	if n := remove(`{"value":"` + u + `","alt":"Another"},{"alt":"One"},{}`); n != 2 {
		t.Errorf("objects that mean neither left %d photos", n)
	}
	if n := remove(`{"value":"` + u + `","alt":"One"}`); n != 1 {
		t.Errorf("by address and alt text: %d photos are left", n)
	}
	if n := remove(`{"value":"` + other + `"}`); n != 0 {
		t.Errorf("by address alone: %d photos are left", n)
	}
}

func TestConfigurationSaysWhatIsTakenAndWhatFilesKeep(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", func(c *settings) {
		c.MediaMetadata, c.MediaAccept = "keep-location", []string{"image/jpeg", "video/*"}
	})
	photo := string(picture(t, 60))
	a := f.upload("a.jpg", photo[:2]+placeSegment()+photo[2:])
	if a.Status != http.StatusCreated {
		t.Fatalf("upload: %d %s", a.Status, a.Body)
	}
	if a := f.send("GET", "/media/"+path.Base(a.Header.Get("Location")), "", ""); !strings.Contains(a.Body, "Exif") {
		t.Error("keep-location does not keep the EXIF data")
	}
	if a := f.upload("a.png", hugePNG(1, 1)); a.Status != http.StatusUnsupportedMediaType ||
		!strings.Contains(a.Body, "JPEG") || strings.Contains(a.Body, "PDF") {
		t.Errorf("a kind that is not among media.accept: %d %s", a.Status, a.Body)
	}
}
