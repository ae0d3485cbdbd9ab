package bridge_test

import (
	"bytes"
	"image"
	"image/color/palette"
	"image/gif"
	"image/png"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/config"
	"gitpost/bridge/mf2"
)

// TestConformance asks what the Micropub working group's own tests of servers ask, under
// their numbers (100–805), for every kind of site. 800, 801 and 803–805 are
// TestTokenIsTakenFromHeaderOrBodyAndTheTwoMustAgree and TestScopesAreEnforced.
func TestConformance(t *testing.T) {
	t.Parallel()
	for _, name := range allSkeletons {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, name, func(c *settings) {
				c.describe(t, name)
				c.PushWait = 0
				c.SyndicateTo = []config.Target{{UID: "https://social.example/@ada", Name: "Social"}}
			})
			for _, c := range conformancePosts {
				t.Run(c.name, func(t *testing.T) { c.run(t, f.in(t)) })
			}
			for _, c := range conformanceTests {
				t.Run(c.name, func(t *testing.T) { c.run(t, f.in(t)) })
			}
		})
	}
}

// conformancePost is a post that is created, then perhaps updated, and read back.
type conformancePost struct {
	name   string
	form   []string // names and values of the form that creates it, or
	json   string   // its properties
	update string   // members of an update
	want   mf2.Properties
	absent []string
}

const (
	sunset = "https://media.example/sunset.jpg"
	markup = `<p>This post has <b>bold</b> and <i>italic</i> text.</p>`

	// conformanceStart is the post that updates, deletions and refusals start with.
	conformanceStart = `"content":["As it was"],"category":["test1","test2"]`
	checkin          = `"published":["2026-03-01T12:00:00+01:00"],"content":["Lunch"],"checkin":[{"type":["h-card"],"properties":{"name":["Los Gorditos"],` +
		`"url":["https://foursquare.com/v/502c"],"latitude":[45.524330801154],"longitude":[-122.68068808051]}}]`
)

var unchanged = mf2.Properties{"content": {"As it was"}, "category": {"test1", "test2"}}

var conformancePosts = []conformancePost{
	{name: "100 form", form: []string{"content", "Micropub test of a form"},
		want: mf2.Properties{"content": {"Micropub test of a form"}}, absent: []string{"name", "h"}},
	{name: "101 form, several categories", form: []string{"content", "Two", "category[]", "test1", "category[]", "test2"},
		want: mf2.Properties{"category": {"test1", "test2"}}},
	{name: "104 form, photo by URL", form: []string{"content", "Photo", "photo", sunset},
		want: mf2.Properties{"photo": {sunset}}},
	{name: "107 form, one category", form: []string{"content", "One", "category", "test1"},
		want: mf2.Properties{"category": {"test1"}}},

	{name: "200 JSON", json: `"content":["Micropub test of JSON"]`,
		want: mf2.Properties{"content": {"Micropub test of JSON"}}},
	{name: "201 JSON, several categories", json: `"content":["x"],"category":["test1","test2"]`,
		want: mf2.Properties{"category": {"test1", "test2"}}},
	{name: "202 JSON, HTML content", json: `"content":[{"html":"` + markup + `"}]`,
		want: mf2.Properties{"content": {map[string]any{"html": markup}}}},
	{name: "203 JSON, photo by URL", json: `"content":["x"],"photo":["` + sunset + `"]`,
		want: mf2.Properties{"photo": {sunset}}},
	{name: "204 JSON, nested object", json: checkin,
		want: mf2.Properties{"checkin": {map[string]any{"type": []any{"h-card"}, "properties": map[string]any{
			"name": []any{"Los Gorditos"}, "url": []any{"https://foursquare.com/v/502c"},
			"latitude": []any{45.524330801154}, "longitude": []any{-122.68068808051}}}}}},
	{name: "205 JSON, photo with alt", json: `"content":["x"],"photo":[{"value":"` + sunset + `","alt":"Sunset"}]`,
		want: mf2.Properties{"photo": {map[string]any{"value": sunset, "alt": "Sunset"}}}},
	{name: "206 JSON, several photos", json: `"content":["x"],"photo":["` + sunset + `","https://media.example/two.jpg"]`,
		want: mf2.Properties{"photo": {sunset, "https://media.example/two.jpg"}}},

	{name: "400 replace", json: conformanceStart, update: `"replace":{"content":["As it is"]}`,
		want: mf2.Properties{"content": {"As it is"}, "category": {"test1", "test2"}}},
	{name: "401 add to a property", json: conformanceStart, update: `"add":{"category":["test3"]}`,
		want: mf2.Properties{"content": {"As it was"}, "category": {"test1", "test2", "test3"}}},
	{name: "402 add a property", json: `"content":["Without tags"]`, update: `"add":{"category":["test1"]}`,
		want: mf2.Properties{"category": {"test1"}}},
	{name: "403 delete a value", json: conformanceStart, update: `"delete":{"category":["test1"]}`,
		want: mf2.Properties{"category": {"test2"}}},
	{name: "404 delete a property", json: conformanceStart, update: `"delete":["category"]`,
		want: mf2.Properties{"content": {"As it was"}}, absent: []string{"category"}},
}

func (c conformancePost) run(t *testing.T, f *fixture) {
	var at string
	if c.form == nil {
		at = f.createEntry(c.json)
	} else {
		form := url.Values{"h": {"entry"}}
		for pair := range slices.Chunk(c.form, 2) {
			form.Add(pair[0], pair[1])
		}
		at = created(t, f.form(form))
	}
	if c.update != "" {
		succeeds(t, f.json(`{"action":"update","url":"`+at+`",`+c.update+`}`))
	}
	f.readsBack(at, c.want, c.absent...)
}

// conformanceTests are the tests that do not read a post back, or not only.
var conformanceTests = []struct {
	name string
	run  func(t *testing.T, f *fixture)
}{
	{"300 multipart, photo", func(t *testing.T, f *fixture) { photosOfAForm(t, f, "photo", 10) }},
	{"301 multipart, two photos", func(t *testing.T, f *fixture) { photosOfAForm(t, f, "photo[]", 20, 21) }},
	{"405 refuse values that are no lists", updatesWithoutLists},
	{"500 delete by form", func(t *testing.T, f *fixture) { deleted(t, f, byForm) }},
	{"501 delete by JSON", func(t *testing.T, f *fixture) { deleted(t, f, byJSON) }},
	{"502 undelete by form", func(t *testing.T, f *fixture) { undeleted(t, f, byForm) }},
	{"503 undelete by JSON", func(t *testing.T, f *fixture) { undeleted(t, f, byJSON) }},
	{"600 configuration", configurationQuery},
	{"601 syndication targets", syndicationQuery},
	{"602 source, all properties", sourceQuery},
	{"603 source, some properties", sourcePropertiesQuery},
	{"700–702 media endpoint", mediaEndpoint},
	{"802 the token is not stored", tokenIsNotStored},
}

// photosOfAForm sends one file for each shade under the same name.
func photosOfAForm(t *testing.T, f *fixture, name string, shades ...uint8) {
	parts := []part{{"h", "", "entry"}, {"content", "", "Files"}}
	for _, shade := range shades {
		parts = append(parts, part{name, "photo.jpg", string(picture(t, shade))})
	}
	contentType, body := multipartBody(t, parts...)
	photos := f.source(created(t, f.send("POST", "/micropub", contentType, body))).Properties["photo"]
	if len(photos) != len(shades) {
		t.Fatalf("photo reads back as %v, want %d", photos, len(shades))
	}
	for _, p := range photos {
		if u, _ := p.(string); !strings.HasPrefix(u, "https://example.org/") {
			t.Errorf("photo %v is not a URL of the site", p)
		}
	}
}

func updatesWithoutLists(t *testing.T, f *fixture) {
	at := f.createEntry(conformanceStart)
	for _, update := range []string{`"replace":"x"`, `"replace":{"content":"x"}`, `"add":{"category":"x"}`,
		`"delete":"category"`} {
		if a := f.json(`{"action":"update","url":"` + at + `",` + update + `}`); a.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", update, a.Status, a.Body)
		}
	}
	f.readsBack(at, unchanged)
}

func byForm(f *fixture, action, at string) answer {
	return f.form(url.Values{"action": {action}, "url": {at}})
}

func byJSON(f *fixture, action, at string) answer {
	return f.json(`{"action":"` + action + `","url":"` + at + `"}`)
}

func deleted(t *testing.T, f *fixture, act func(f *fixture, action, at string) answer) {
	at := f.createEntry(conformanceStart)
	succeeds(t, act(f, "delete", at))
	if a := f.send("GET", "/micropub?q=source&url="+url.QueryEscape(at), "", ""); a.Status != http.StatusBadRequest {
		t.Errorf("the post is still there: %d %s", a.Status, a.Body)
	}
}

func undeleted(t *testing.T, f *fixture, act func(f *fixture, action, at string) answer) {
	at := f.createEntry(conformanceStart)
	succeeds(t, act(f, "delete", at))
	succeeds(t, act(f, "undelete", at))
	f.readsBack(at, unchanged)
}

func configurationQuery(t *testing.T, f *fixture) {
	v := f.send("GET", "/micropub?q=config", "", "").json(t)
	if v["media-endpoint"] != f.base+"/media" || v["syndicate-to"] == nil {
		t.Errorf("q=config: %v", v)
	}
}

func syndicationQuery(t *testing.T, f *fixture) {
	a := f.send("GET", "/micropub?q=syndicate-to", "", "")
	if !strings.Contains(a.Body, `"uid":"https://social.example/@ada"`) {
		t.Errorf("q=syndicate-to: %s", a.Body)
	}
}

func sourceQuery(t *testing.T, f *fixture) {
	at := f.createEntry(`"name":["N"],"content":["C"],"category":["a"]`)
	if item := f.source(at); !slices.Equal(item.Type, []string{"h-entry"}) {
		t.Errorf("type %v", item.Type)
	}
	f.readsBack(at, mf2.Properties{"name": {"N"}, "content": {"C"}, "category": {"a"}})
	for _, query := range []string{"url[]=", "url%5B0%5D="} { // as some libraries write it
		a := f.send("GET", "/micropub?q=source&"+query+url.QueryEscape(at), "", "")
		if a.Status != http.StatusOK || a.json(t)["items"] != nil {
			t.Errorf("q=source&%s…: %d %s", query, a.Status, a.Body)
		}
	}
	if a := f.send("GET", "/micropub?q=source&url[]="+url.QueryEscape(at)+"&url[]=x", "",
		""); a.Status != http.StatusBadRequest {
		t.Errorf("two URLs: %d %s", a.Status, a.Body)
	}
}

func sourcePropertiesQuery(t *testing.T, f *fixture) {
	at := f.createEntry(`"name":["N"],"content":["C"],"category":["a"]`)
	want := map[string]any{"properties": map[string]any{"content": []any{"C"}, "category": []any{"a"}}}
	for _, query := range []string{
		"properties[]=content&properties[]=category", "properties=content&properties=category",
		"properties[0]=content&properties[1]=category",
	} {
		v := f.send("GET", "/micropub?q=source&url="+url.QueryEscape(at)+"&"+query, "", "").json(t)
		if !mf2.Equal(v, want) {
			t.Errorf("%s: %v", query, v)
		}
	}
}

func mediaEndpoint(t *testing.T, f *fixture) {
	img := image.NewPaletted(image.Rect(0, 0, 4, 4), palette.Plan9)
	var p, g bytes.Buffer
	if err := png.Encode(&p, img); err != nil {
		t.Fatal(err)
	}
	if err := gif.Encode(&g, img, nil); err != nil {
		t.Fatal(err)
	}
	for ext, data := range map[string]string{".jpg": string(picture(t, 99)), ".png": p.String(), ".gif": g.String()} {
		if u := created(t, f.upload("file", data)); !strings.HasSuffix(u, ext) {
			t.Errorf("a %s file is at %s", ext, u)
		}
	}
}

func tokenIsNotStored(t *testing.T, f *fixture) {
	a := f.form(url.Values{"h": {"entry"}, "content": {"No token in here"}, "access_token": {f.token}}, "Authorization",
		"-")
	f.readsBack(created(t, a), mf2.Properties{"content": {"No token in here"}}, "access_token")
	f.awaitPush()
	if out := git(t, f.remote, "grep", "-c", "", "main"); out == "" {
		t.Fatal("nothing to search")
	}
	if found := gitGrep(t, f.remote, f.token); found != "" {
		t.Errorf("the token is in the repository: %s", found)
	}
}

// in is the same server for a subtest.
func (f *fixture) in(t *testing.T) *fixture {
	sub := *f
	sub.t = t
	return &sub
}

// createEntry creates an h-entry with the properties and returns its URL.
func (f *fixture) createEntry(properties string) string {
	f.t.Helper()
	return f.create(`{"type":["h-entry"],"properties":{` + properties + `}}`)
}

// readsBack compares properties of a post with what the server returns for it.
func (f *fixture) readsBack(at string, want mf2.Properties, absent ...string) {
	f.t.Helper()
	got := f.source(at)
	for name, values := range want {
		if !mf2.Equal([]any(got.Properties[name]), []any(values)) {
			f.t.Errorf("%s reads back as %v, want %v", name, got.Properties[name], values)
		}
	}
	for _, name := range absent {
		if len(got.Properties[name]) > 0 {
			f.t.Errorf("%s reads back as %v, want nothing", name, got.Properties[name])
		}
	}
}

func succeeds(t *testing.T, a answer) {
	t.Helper()
	if !slices.Contains([]int{200, 201, 204}, a.Status) {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
}

func created(t *testing.T, a answer) string {
	t.Helper()
	u, err := url.Parse(a.Header.Get("Location"))
	if a.Status != http.StatusCreated || err != nil || !u.IsAbs() {
		t.Fatalf("status %d, Location %q: %s", a.Status, a.Header.Get("Location"), a.Body)
	}
	return u.String()
}
