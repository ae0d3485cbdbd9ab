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
// their numbers (100–805), for both generators.
func TestConformance(t *testing.T) {
	for _, name := range skeletons {
		t.Run(name, func(t *testing.T) {
			f := serve(t, name, func(c *settings) {
				c.SyndicateTo = []config.Target{{UID: "https://social.example/@ada", Name: "Social"}}
			})
			conformance(t, f)
		})
	}
}

func conformance(t *testing.T, f *fixture) {
	form := func(pairs ...string) string {
		v := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			v.Add(pairs[i], pairs[i+1])
		}
		a := f.form(v)
		return created(t, a)
	}
	check := func(t *testing.T, u string, want mf2.Properties, absent ...string) {
		t.Helper()
		got := f.source(u)
		for name, values := range want {
			if !mf2.Equal([]any(got.Properties[name]), []any(values)) {
				t.Errorf("%s reads back as %v, want %v", name, got.Properties[name], values)
			}
		}
		for _, name := range absent {
			if len(got.Properties[name]) > 0 {
				t.Errorf("%s reads back as %v, want nothing", name, got.Properties[name])
			}
		}
	}
	var image1 = "https://media.example/sunset.jpg"

	t.Run("100 form", func(t *testing.T) {
		check(t, form("h", "entry", "content", "Micropub test of a form"), mf2.Properties{"content": {"Micropub test of a form"}}, "name", "h")
	})
	t.Run("101 form, several categories", func(t *testing.T) {
		check(t, form("h", "entry", "content", "Two", "category[]", "test1", "category[]", "test2"), mf2.Properties{"category": {"test1", "test2"}})
	})
	t.Run("104 form, photo by URL", func(t *testing.T) {
		check(t, form("h", "entry", "content", "Photo", "photo", image1), mf2.Properties{"photo": {image1}})
	})
	t.Run("107 form, one category", func(t *testing.T) {
		check(t, form("h", "entry", "content", "One", "category", "test1"), mf2.Properties{"category": {"test1"}})
	})
	t.Run("200 JSON", func(t *testing.T) {
		check(t, f.create(`{"type":["h-entry"],"properties":{"content":["Micropub test of JSON"]}}`), mf2.Properties{"content": {"Micropub test of JSON"}})
	})
	t.Run("201 JSON, several categories", func(t *testing.T) {
		check(t, f.create(`{"type":["h-entry"],"properties":{"content":["x"],"category":["test1","test2"]}}`), mf2.Properties{"category": {"test1", "test2"}})
	})
	t.Run("202 JSON, HTML content", func(t *testing.T) {
		const html = `<p>This post has <b>bold</b> and <i>italic</i> text.</p>`
		check(t, f.create(`{"type":["h-entry"],"properties":{"content":[{"html":"`+html+`"}]}}`), mf2.Properties{"content": {map[string]any{"html": html}}})
	})
	t.Run("203 JSON, photo by URL", func(t *testing.T) {
		check(t, f.create(`{"type":["h-entry"],"properties":{"content":["x"],"photo":["`+image1+`"]}}`), mf2.Properties{"photo": {image1}})
	})
	t.Run("204 JSON, nested object", func(t *testing.T) {
		check(t, f.create(`{"type":["h-entry"],"properties":{"published":["2026-03-01T12:00:00+01:00"],"content":["Lunch"],"checkin":[{"type":["h-card"],"properties":{"name":["Los Gorditos"],"url":["https://foursquare.com/v/502c"],"latitude":[45.524330801154],"longitude":[-122.68068808051]}}]}}`),
			mf2.Properties{"checkin": {map[string]any{"type": []any{"h-card"}, "properties": map[string]any{
				"name": []any{"Los Gorditos"}, "url": []any{"https://foursquare.com/v/502c"}, "latitude": []any{45.524330801154}, "longitude": []any{-122.68068808051}}}}})
	})
	t.Run("205 JSON, photo with alt", func(t *testing.T) {
		check(t, f.create(`{"type":["h-entry"],"properties":{"content":["x"],"photo":[{"value":"`+image1+`","alt":"Sunset"}]}}`),
			mf2.Properties{"photo": {map[string]any{"value": image1, "alt": "Sunset"}}})
	})
	t.Run("206 JSON, several photos", func(t *testing.T) {
		check(t, f.create(`{"type":["h-entry"],"properties":{"content":["x"],"photo":["`+image1+`","https://media.example/two.jpg"]}}`),
			mf2.Properties{"photo": {image1, "https://media.example/two.jpg"}})
	})
	for _, n := range []int{1, 2} {
		t.Run([]string{"", "300 multipart, photo", "301 multipart, two photos"}[n], func(t *testing.T) {
			parts := []part{{"h", "", "entry"}, {"content", "", "Files"}}
			for i := range n {
				parts = append(parts, part{[]string{"", "photo", "photo[]"}[n], "photo.jpg", string(picture(t, uint8(10*n+i)))})
			}
			contentType, body := multipartBody(t, parts...)
			photos := f.source(created(t, f.send("POST", "/micropub", contentType, body))).Properties["photo"]
			if len(photos) != n {
				t.Fatalf("photo reads back as %v, want %d", photos, n)
			}
			for _, p := range photos {
				if u, _ := p.(string); !strings.HasPrefix(u, "https://example.org/") {
					t.Errorf("photo %v is not an URL of the site", p)
				}
			}
		})
	}
	post := func(t *testing.T) string {
		t.Helper()
		return f.create(`{"type":["h-entry"],"properties":{"content":["As it was"],"category":["test1","test2"]}}`)
	}
	update := func(t *testing.T, u, parts string) {
		t.Helper()
		if a := f.json(`{"action":"update","url":"` + u + `",` + parts + `}`); !slices.Contains([]int{200, 201, 204}, a.Status) {
			t.Fatalf("update: %d %s", a.Status, a.Body)
		}
	}
	t.Run("400 replace", func(t *testing.T) {
		u := post(t)
		update(t, u, `"replace":{"content":["As it is"]}`)
		check(t, u, mf2.Properties{"content": {"As it is"}, "category": {"test1", "test2"}})
	})
	t.Run("401 add to a property", func(t *testing.T) {
		u := post(t)
		update(t, u, `"add":{"category":["test3"]}`)
		check(t, u, mf2.Properties{"content": {"As it was"}, "category": {"test1", "test2", "test3"}})
	})
	t.Run("402 add a property", func(t *testing.T) {
		u := f.create(`{"properties":{"content":["Without tags"]}}`)
		update(t, u, `"add":{"category":["test1"]}`)
		check(t, u, mf2.Properties{"category": {"test1"}})
	})
	t.Run("403 delete a value", func(t *testing.T) {
		u := post(t)
		update(t, u, `"delete":{"category":["test1"]}`)
		check(t, u, mf2.Properties{"category": {"test2"}})
	})
	t.Run("404 delete a property", func(t *testing.T) {
		u := post(t)
		update(t, u, `"delete":["category"]`)
		check(t, u, mf2.Properties{"content": {"As it was"}}, "category")
	})
	t.Run("405 refuse values that are no lists", func(t *testing.T) {
		u := post(t)
		for _, parts := range []string{`"replace":"x"`, `"replace":{"content":"x"}`, `"add":{"category":"x"}`, `"delete":"category"`} {
			if a := f.json(`{"action":"update","url":"` + u + `",` + parts + `}`); a.Status != http.StatusBadRequest {
				t.Errorf("%s: %d %s", parts, a.Status, a.Body)
			}
		}
		check(t, u, mf2.Properties{"content": {"As it was"}, "category": {"test1", "test2"}})
	})
	for _, how := range []string{"form", "JSON"} {
		act := func(t *testing.T, action, u string) {
			t.Helper()
			var a answer
			if how == "form" {
				a = f.form(url.Values{"action": {action}, "url": {u}})
			} else {
				a = f.json(`{"action":"` + action + `","url":"` + u + `"}`)
			}
			if !slices.Contains([]int{200, 201, 204}, a.Status) {
				t.Fatalf("%s: %d %s", action, a.Status, a.Body)
			}
		}
		number := map[string][2]string{"form": {"500", "502"}, "JSON": {"501", "503"}}[how]
		t.Run(number[0]+" delete by "+how, func(t *testing.T) {
			u := post(t)
			act(t, "delete", u)
			if a := f.send("GET", "/micropub?q=source&url="+url.QueryEscape(u), "", ""); a.Status != http.StatusBadRequest {
				t.Errorf("the post is still there: %d %s", a.Status, a.Body)
			}
		})
		t.Run(number[1]+" undelete by "+how, func(t *testing.T) {
			u := post(t)
			act(t, "delete", u)
			act(t, "undelete", u)
			check(t, u, mf2.Properties{"content": {"As it was"}, "category": {"test1", "test2"}})
		})
	}
	t.Run("600 configuration", func(t *testing.T) {
		v := f.send("GET", "/micropub?q=config", "", "").json(t)
		if v["media-endpoint"] != f.base+"/media" || v["syndicate-to"] == nil {
			t.Errorf("q=config: %v", v)
		}
	})
	t.Run("601 syndication targets", func(t *testing.T) {
		a := f.send("GET", "/micropub?q=syndicate-to", "", "")
		if !strings.Contains(a.Body, `"uid":"https://social.example/@ada"`) {
			t.Errorf("q=syndicate-to: %s", a.Body)
		}
	})
	t.Run("602 source, all properties", func(t *testing.T) {
		u := f.create(`{"type":["h-entry"],"properties":{"name":["N"],"content":["C"],"category":["a"]}}`)
		item := f.source(u)
		if !slices.Equal(item.Type, []string{"h-entry"}) {
			t.Errorf("type %v", item.Type)
		}
		check(t, u, mf2.Properties{"name": {"N"}, "content": {"C"}, "category": {"a"}})
		for _, query := range []string{"url[]=", "url%5B0%5D="} { // as some libraries write it
			if a := f.send("GET", "/micropub?q=source&"+query+url.QueryEscape(u), "", ""); a.Status != http.StatusOK || a.json(t)["items"] != nil {
				t.Errorf("q=source&%s…: %d %s", query, a.Status, a.Body)
			}
		}
		if a := f.send("GET", "/micropub?q=source&url[]="+url.QueryEscape(u)+"&url[]=x", "", ""); a.Status != http.StatusBadRequest {
			t.Errorf("two urls: %d %s", a.Status, a.Body)
		}
	})
	t.Run("603 source, some properties", func(t *testing.T) {
		u := f.create(`{"type":["h-entry"],"properties":{"name":["N"],"content":["C"],"category":["a"]}}`)
		for _, query := range []string{"properties[]=content&properties[]=category", "properties=content&properties=category", "properties[0]=content&properties[1]=category"} {
			v := f.send("GET", "/micropub?q=source&url="+url.QueryEscape(u)+"&"+query, "", "").json(t)
			if !mf2.Equal(v, map[string]any{"properties": map[string]any{"content": []any{"C"}, "category": []any{"a"}}}) {
				t.Errorf("%s: %v", query, v)
			}
		}
	})
	t.Run("700–702 media endpoint", func(t *testing.T) {
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
	})
	t.Run("802 the token is not stored", func(t *testing.T) {
		a := f.form(url.Values{"h": {"entry"}, "content": {"No token in here"}, "access_token": {f.token}}, "Authorization", "-")
		check(t, created(t, a), mf2.Properties{"content": {"No token in here"}}, "access_token")
		if out := git(t, f.remote, "grep", "-c", "", "main"); out == "" {
			t.Fatal("nothing to search")
		}
		if found := gitGrep(t, f.remote, f.token); found != "" {
			t.Errorf("the token is in the repository: %s", found)
		}
	})
	// 800, 801, 803–805: TestTokenIsTakenFromHeaderOrBodyAndTheTwoMustAgree, TestScopesAreEnforced.
}

func created(t *testing.T, a answer) string {
	t.Helper()
	u, err := url.Parse(a.Header.Get("Location"))
	if a.Status != http.StatusCreated || err != nil || !u.IsAbs() {
		t.Fatalf("status %d, Location %q: %s", a.Status, a.Header.Get("Location"), a.Body)
	}
	return u.String()
}
