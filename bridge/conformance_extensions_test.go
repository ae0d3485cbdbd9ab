package bridge_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/config"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
)

// TestExtensions asks for what https://indieweb.org/Micropub-extensions and the drafts of
// 2014 and 2015 describe, a row for each, for both generators. Requests that those pages show
// are sent as they stand there.
func TestExtensions(t *testing.T) {
	t.Parallel()
	for _, name := range skeletons {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, name, func(c *settings) {
				c.PushWait = 0
				c.SyndicateTo = []config.Target{
					{UID: "https://myfavoritesocialnetwork.example/aaronpk", Name: "Favorite", Checked: true},
					{UID: "https://archive.org/", Name: "archive.org", PostTypes: []string{"article"},
						Service: map[string]string{"name": "Internet Archive", "url": "https://archive.org/"}},
					{UID: "https://twitter.com/aaronpk", Name: "Twitter"}, {UID: "http://twitter.com/aaronpk", Name: "Twitter, once"},
				}
				c.Channels = []config.Channel{{UID: "diary", Name: "Diary",
					Path: map[string]string{"hugo": "diary/{slug}.md", "jekyll": "diary/_posts/{date}-{slug}.md"}[name]},
					{UID: "all", Name: "All"}}
			})
			e := extensions{f, name}
			t.Run("2014", e.draft2014)
			t.Run("2015", e.draft2015)
			t.Run("stable", e.stable)
			t.Run("proposed", e.proposed)
			t.Run("a peer's manual", e.peer)
		})
	}
}

type extensions struct {
	*fixture
	generator string
}

// The server does not wait for its pushes, so what is read of the remote waits for them.

func (e extensions) commits() string {
	e.awaitPush()
	return e.fixture.commits()
}

func (e extensions) lastChange() string {
	e.awaitPush()
	return e.fixture.lastChange()
}

func (e extensions) remoteFile(path string) string {
	e.awaitPush()
	return e.fixture.remoteFile(path)
}

func (e extensions) edit(message string, change func(dir string)) {
	e.awaitPush()
	e.fixture.edit(message, change)
}

// raw sends a form as a page shows it: its line breaks are not part of it.
func (e extensions) raw(body string) answer {
	e.t.Helper()
	return e.send("POST", "/micropub", "application/x-www-form-urlencoded", strings.ReplaceAll(body, "\n", ""))
}

// made is the item that a form created.
func (e extensions) made(t *testing.T, body string) (mf2.Item, answer) {
	t.Helper()
	a := e.raw(body)
	return e.source(created(t, a)), a
}

// changed is the item after a form changed the post at u.
func (e extensions) changed(t *testing.T, u, body string) mf2.Item {
	t.Helper()
	a := e.raw(body)
	if a.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", body, a.Status, a.Body)
	}
	return e.source(u)
}

func (e extensions) get(t *testing.T, query string) map[string]any {
	t.Helper()
	a := e.send("GET", "/micropub?"+query, "", "")
	if a.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", query, a.Status, a.Body)
	}
	return a.json(t)
}

// refused is a form that must change nothing, with the words of the answer.
func (e extensions) refused(t *testing.T, body, words string) {
	t.Helper()
	before := e.commits()
	a := e.raw(body)
	if a.Status != http.StatusBadRequest || !strings.Contains(a.Body, words) {
		t.Errorf("%s: %d %s, want 400 with %q", body, a.Status, a.Body, words)
	}
	if after := e.commits(); after != before {
		t.Errorf("%s was refused and made a commit", body)
	}
}

func has(t *testing.T, i mf2.Item, name string, want ...any) {
	t.Helper()
	if got := i.Properties[name]; !mf2.Equal([]any(got), want) {
		t.Errorf("%s is %v, want %v", name, got, want)
	}
}

func (e extensions) draft2014(t *testing.T) {
	t.Run("new note", func(t *testing.T) {
		i, _ := e.made(t, `h=entry
&content=The+%40Jawbone+UP%2C+my+favorite+of+the+%23quantifiedself+trackers%2C+finally+released+their+official+API%21+http%3A%2F%2Fjawbone.com%2Fup%2Fdeveloper%2F
&category[]=jawbone&category[]=quantifiedself&category[]=api
&syndicate-to=http://twitter.com/aaronpk`)
		has(t, i, "category", "jawbone", "quantifiedself", "api")
		has(t, i, "syndicate-to", "http://twitter.com/aaronpk")
	})
	t.Run("new bookmark", func(t *testing.T) {
		i, _ := e.made(t, `h=entry
&bookmark=https%3A%2F%2Fplus.google.com%2F%2BKartikPrabhu%2Fposts%2FUzKErSbfmHq
&name=To+everyone+who+is+complaining+about+Popular+Science+shutting+down+comments...
&category[]=indieweb&category[]=comments`)
		has(t, i, "bookmark-of", "https://plus.google.com/+KartikPrabhu/posts/UzKErSbfmHq")
	})
	t.Run("un-prefixed slug", func(t *testing.T) {
		if _, a := e.made(t, "h=entry&content=x&slug=by-the-draft"); !strings.Contains(a.Header.Get("Location"),
			"by-the-draft") {
			t.Errorf("Location %s", a.Header.Get("Location"))
		}
	})
	t.Run("venue and check-in", func(t *testing.T) {
		_, a := e.made(t, `h=card
&name=Ford+Food+and+Drink
&url=http://www.fordfoodanddrink.com/
&street-address=2505 SE 11th Ave
&locality=Portland
&region=OR
&postal-code=97214
&geo=geo:45.5048473,-122.6549551
&tel=(503) 236-3023`)
		venue := a.Header.Get("Location")
		i := e.source(venue)
		has(t, i, "url", "http://www.fordfoodanddrink.com/")
		has(t, i, "tel", "(503) 236-3023")
		if !slices.Equal(i.Type, []string{"h-card"}) {
			t.Errorf("type %v", i.Type)
		}
		i, _ = e.made(t, "h=entry\n&location="+venue+"\n&name=Working on Micropub\n&category=indieweb")
		has(t, i, "location", venue)
	})
	t.Run("nested objects", func(t *testing.T) {
		i, _ := e.made(t, "h=entry\n&weight[type]=h-measure\n&weight[properties][num]=155.73\n&weight[properties][unit]=lb\n&bodyfat[type]=h-measure\n&bodyfat[properties][num]=19.83\n&bodyfat[properties][unit]=%")
		has(t, i, "weight", map[string]any{"type": []any{"h-measure"},
			"properties": map[string]any{"num": []any{"155.73"}, "unit": []any{"lb"}}})
	})
	t.Run("event", func(t *testing.T) {
		i, _ := e.made(t, `h=event
&name=IndieWeb Dinner at 21st Amendment
&description=In SF Monday evening? Join @caseorganic and I for an #indieweb dinner at 6pm! (Sorry for the short notice!)
&start=2013-09-30T18:00:00-07:00
&category=indieweb
&location=http://21st-amendment.com/`)
		has(t, i, "start", "2013-09-30T18:00:00-07:00")
		has(t, i, "location", "http://21st-amendment.com/")
	})
	post := e.create(`{"properties":{"content":["For the drafts"],"category":["indieweb"],"mp-slug":["for-the-drafts"]}}`)
	t.Run("adding a syndication URL", func(t *testing.T) {
		body := "url=" + post + "\n&syndication=https://twitter.com/aaronpk/status/473186139172384770"
		a := e.raw(body)
		if links := a.Header.Values("Link"); !slices.Contains(links,
			`<https://twitter.com/aaronpk/status/473186139172384770>; rel="syndication"`) {
			t.Errorf("%d, Link %q", a.Status, links)
		}
		has(t, e.source(post), "syndication", "https://twitter.com/aaronpk/status/473186139172384770")
		has(t, e.source(post), "content", "For the drafts")
	})
	t.Run("adding, removing and replacing tags", func(t *testing.T) {
		has(t, e.changed(t, post, "url="+post+"\n&tags=webmention"), "category", "indieweb", "webmention")
		has(t, e.changed(t, post, "url="+post+"&add_tags=a,b"), "category", "indieweb", "webmention", "a", "b")
		has(t, e.changed(t, post, "url="+post+"&remove_tags=indieweb"), "category", "webmention", "a", "b")
		has(t, e.changed(t, post, "url="+post+"&tags=webmention,indieweb"), "category", "webmention", "indieweb")
	})
	t.Run("syndicating a post", func(t *testing.T) {
		has(t, e.changed(t, post, "url="+post+"\n&syndicate-to=https://twitter.com/aaronpk"), "syndicate-to",
			"https://twitter.com/aaronpk")
		has(t, e.source(post), "content", "For the drafts")
	})
	t.Run("custom syndication content", func(t *testing.T) {
		e.refused(t, "url="+post+"\n&syndicate-to=https://twitter.com/aaronpk\n&content=Shorter+version+of+the+post",
			"could mean the post's text or a shorter one")
		e.refused(t, "url="+post+"\n&syndicate-to[]=https://twitter.com/aaronpk\n&syndicate-to[]=https://facebook.com/aaronpk\n&content[https://twitter.com/aaronpk]=Shorter+version+of+the+post\n&content[https://facebook.com/aaronpk]=Content+to+post+to+Facebook", "shorter one for the target")
		e.refused(t, "h=entry&content[https://twitter.com/aaronpk]=Shorter", "for one syndication target")
		i, _ := e.made(t, "h=entry&content[html]=<b>Bold</b>")
		has(t, i, "content", map[string]any{"html": "<b>Bold</b>"})
	})
	t.Run("syndication targets, form-encoded", func(t *testing.T) {
		a := e.send("GET", "/micropub?q=syndicate-to", "", "", "Accept", "application/x-www-form-urlencoded")
		v, err := url.ParseQuery(a.Body)
		if err != nil || !slices.Contains(v["syndicate-to[]"], "https://twitter.com/aaronpk") {
			t.Errorf("%v: %s", err, a.Body)
		}
	})
	t.Run("verification without q", func(t *testing.T) {
		if v := e.get(t, ""); v["me"] != "https://example.org/" || v["scope"] == "" {
			t.Errorf("%v", v)
		}
	})
}

func (e extensions) draft2015(t *testing.T) {
	post := e.create(`{"properties":{"content":["hello sun"],"category":["foo","bar"],"mp-slug":["hello-sun"]}}`)
	t.Run("replace", func(t *testing.T) {
		has(t, e.changed(t, post, "mp-url="+post+"&content=hello+moon"), "content", "hello moon")
	})
	t.Run("add", func(t *testing.T) {
		has(t, e.changed(t, post, "mp-url="+post+"&mp-add[category]=value"), "category", "foo", "bar", "value")
		has(t, e.changed(t, post, "mp-url="+post+"&category[]=foo1"), "category", "foo", "bar", "value", "foo1")
	})
	t.Run("remove", func(t *testing.T) {
		has(t, e.changed(t, post, "mp-url="+post+"&mp-remove[category]=value"), "category", "foo", "bar", "foo1")
		has(t, e.changed(t, post, "mp-url="+post+"&mp-remove[category]=nobody"), "category", "foo", "bar", "foo1")
		has(t, e.changed(t, post, "mp-url="+post+"&mp-remove=category"), "category")
	})
	t.Run("syndicate", func(t *testing.T) {
		has(t, e.changed(t, post, "mp-url="+post+"&mp-syndicate-to=https://twitter.com/aaronpk"), "syndicate-to",
			"https://twitter.com/aaronpk")
		e.refused(t, "mp-url="+post+"&mp-syndicate-to=https://twitter.com/aaronpk&content[2]=Shorter+text+for+tweet",
			"shorter one for the target")
	})
	t.Run("edit-of sends the post again", func(t *testing.T) {
		has(t, e.changed(t, post, "h=entry&edit-of="+post+"&content=hello+stars&category[]=x"), "content", "hello stars")
		has(t, e.changed(t, post, "mp-action=edit&url="+post+"&content=hello+again"), "content", "hello again")
	})
	t.Run("delete and undelete", func(t *testing.T) {
		for _, action := range []string{"delete", "undelete"} {
			if a := e.raw("mp-url=" + post + "&mp-action=" + action); a.Status != 200 && a.Status != 204 {
				t.Fatalf("%s: %d %s", action, a.Status, a.Body)
			}
		}
		has(t, e.source(post), "content", "hello again")
	})
}

// peer sends what the manual of another server shows its users.
func (e extensions) peer(t *testing.T) {
	i, _ := e.made(t, "content=Hello+**world**&name=My+Post&category[]=ruby&category[]=rails")
	has(t, i, "content", "Hello **world**")
	u := e.create(`{
  "type": ["h-entry"],
  "properties": {
    "content": ["Hello **world**"],
    "name": ["My Post"],
    "category": ["ruby", "rails"]
  }
}`)
	for _, c := range []struct {
		parts, property string
		want            []any
	}{
		{`"replace": {"content": ["Updated **content**"], "name": ["New Title"], "category": ["new-tag"], "post-status": ["draft"]}`, "post-status", []any{"draft"}},
		{`"add": {"category": ["another-tag"]}`, "category", []any{"new-tag", "another-tag"}},
		{`"delete": {"category": ["another-tag"]}`, "category", []any{"new-tag"}},
	} {
		a := e.json(`{"action": "update", "url": "` + u + `", ` + c.parts + `}`)
		if a.Status != http.StatusOK && a.Status != http.StatusCreated {
			t.Fatalf("%s: %d %s", c.parts, a.Status, a.Body)
		}
		if a.Header.Get("Location") != "" {
			u = a.Header.Get("Location")
		}
		has(t, e.source(u), c.property, c.want...)
	}
	media := created(t, e.upload("file", string(picture(t, 77))))
	i = e.source(e.create(`{"properties": {"content": ["![My cat](` + media + `)"], "name": ["Post With Photos"]}}`))
	has(t, i, "content", "![My cat]("+media+")")
	if files := e.lastChange(); !strings.Contains(files, media[strings.LastIndexByte(media, '/')+1:]) {
		t.Errorf("the picture of the text is not in the commit: %s", files)
	}
	i = e.source(e.create(`{"properties": {"photo": [{"value": "` + media +
		`", "alt": "A sunset"}], "published": ["2025-06-15T10:30:00Z"]}}`))
	has(t, i, "photo", map[string]any{"value": media, "alt": "A sunset"})
	for _, c := range []struct {
		body   string
		status int
		code   string
	}{
		{`{"properties": {}}`, 400, "invalid_request"},
		{`{"action": "explode", "url": "` + u + `"}`, 400, "invalid_request"},
		{`{"action": "update", "url": "https://example.org/nowhere/", "replace": {"name": ["x"]}}`, 400, "invalid_request"},
	} {
		if a := e.json(c.body); a.Status != c.status || a.json(t)["error"] != c.code || a.json(t)["error_description"] == "" {
			t.Errorf("%s: %d %s", c.body, a.Status, a.Body)
		}
	}
}

func (e extensions) stable(t *testing.T) {
	t.Run("destination", func(t *testing.T) {
		e.made(t, "h=entry&content=There&mp-destination=https://example.org/")
	})
	t.Run("slug", func(t *testing.T) {
		_, a := e.made(t, "h=entry&content=One&mp-slug=a-slug")
		_, b := e.made(t, "h=entry&content=Two&mp-slug=a-slug")
		if !strings.Contains(a.Header.Get("Location"), "/a-slug") ||
			!strings.Contains(b.Header.Get("Location"), "/a-slug-2") {
			t.Errorf("%s and %s", a.Header.Get("Location"), b.Header.Get("Location"))
		}
	})
	t.Run("post status", func(t *testing.T) {
		i, _ := e.made(t, "h=entry&content=Not+yet&post-status=draft")
		has(t, i, "post-status", "draft")
		i, _ = e.made(t, "h=entry&content=Now&post-status=published")
		has(t, i, "post-status", "published")
	})
	t.Run("visibility", func(t *testing.T) {
		e.made(t, "h=entry&content=All&visibility=public")
		e.refused(t, "h=entry&content=Few&visibility=private", "static site cannot keep")
		e.refused(t, "h=entry&content=Few&visibility=nonsense", "not known")
	})
	t.Run("supported vocabulary", func(t *testing.T) {
		for _, query := range []string{"q=config", "q=post-types"} {
			list, _ := e.get(t, query)["post-types"].([]any)
			if len(list) < 5 || !mf2.Equal(list[0].(map[string]any)["type"], "note") || list[0].(map[string]any)["name"] == "" {
				t.Errorf("%s: %v", query, list)
			}
		}
	})
	t.Run("post list", func(t *testing.T) {
		items, _ := e.get(t, "q=source")["items"].([]any)
		if len(items) == 0 || items[0].(map[string]any)["properties"] == nil {
			t.Errorf("items %v", items)
		}
		items, _ = e.get(t, "q=source&limit=3&properties[]=url&properties[]=published")["items"].([]any)
		for _, item := range items {
			if got := item.(map[string]any)["properties"].(map[string]any); len(got) != 2 || got["url"] == nil ||
				got["published"] == nil {
				t.Errorf("of the properties url and published: %v", got)
			}
		}
	})
	t.Run("category list, limit, offset, filter", func(t *testing.T) {
		e.made(t, "h=entry&content=Tags&category[]=indieweb&category[]=indieweb-goals&category[]=indienews&category[]=cats")
		all, _ := e.get(t, "q=category")["categories"].([]any)
		one, _ := e.get(t, "q=category&limit=1")["categories"].([]any)
		second, _ := e.get(t, "q=category&limit=1&offset=1")["categories"].([]any)
		if len(all) < 4 || len(one) != 1 || len(second) != 1 || one[0] != all[0] || second[0] != all[1] {
			t.Errorf("all %v, one %v, the second %v", all, one, second)
		}
		found, _ := e.get(t, "q=category&filter=indie")["categories"].([]any)
		if len(found) != 3 || !slices.Contains(found, any("indieweb-goals")) || slices.Contains(found, any("cats")) {
			t.Errorf("filter=indie: %v", found)
		}
	})
}

func (e extensions) proposed(t *testing.T) {
	t.Run("supported queries", e.supportedQueries)
	t.Run("syndication targets", e.syndicationTargets)
	t.Run("channels", e.channels)
	t.Run("location visibility", e.locationVisibility)
	t.Run("audience", func(t *testing.T) {
		e.refused(t, "h=entry&content=For+a+friend&audience=https://friend.example/", "static site cannot keep")
		e.made(t, "h=entry&content=For+all&audience=https://www.w3.org/ns/activitystreams%23Public")
	})
	t.Run("post type, post status and visibility of a list", func(t *testing.T) {
		e.made(t, "h=entry&like-of=https://en.m.wikipedia.org/wiki/Poka-yoke")
		e.made(t, "h=entry&content=Later&post-status=draft")
		for query, name := range map[string]string{
			"post-type=like": "like-of", "exists[]=like-of": "like-of",
			"property-like-of=https://en.m.wikipedia.org/wiki/Poka-yoke": "like-of",
		} {
			items, _ := e.get(t, "q=source&"+query)["items"].([]any)
			if len(items) != 1 || items[0].(map[string]any)["properties"].(map[string]any)[name] == nil {
				t.Errorf("%s: %v", query, items)
			}
		}
		items, _ := e.get(t, "q=source&post-status=draft")["items"].([]any)
		for _, item := range items {
			if !mf2.Equal(item.(map[string]any)["properties"].(map[string]any)["post-status"], []any{"draft"}) {
				t.Errorf("post-status=draft lists %v", item)
			}
		}
		if len(items) == 0 {
			t.Error("no drafts are listed")
		}
	})
	t.Run("pagination and order", func(t *testing.T) {
		first := e.get(t, "q=source&limit=2")
		paging, _ := first["paging"].(map[string]any)
		after, _ := paging["after"].(string)
		second := e.get(t, "q=source&limit=2&after="+url.QueryEscape(after))
		if after == "" || mf2.Equal(first["items"], second["items"]) {
			t.Errorf("paging %v leads to the same page", paging)
		}
		oldest, _ := e.get(t, "q=source&limit=1&order=ascending")["items"].([]any)
		newest, _ := e.get(t, "q=source&limit=1&order=descending")["items"].([]any)
		if len(oldest) != 1 || len(newest) != 1 || mf2.Equal(oldest, newest) {
			t.Errorf("oldest %v, newest %v", oldest, newest)
		}
	})
	t.Run("pages of every list", e.pages)
	t.Run("places", e.geo)
	t.Run("contacts", e.contacts)
	t.Run("standalone page", func(t *testing.T) {
		i, a := e.made(t, "h=page&name=About+me&content=Hello")
		want := map[string]string{"hugo": "content/about-me.md", "jekyll": "about-me.md"}[e.generator]
		if got := e.lastChange(); got != "A\t"+want {
			t.Errorf("the commit has %q, want %s", got, want)
		}
		if u := a.Header.Get("Location"); !strings.HasPrefix(u, "https://example.org/about-me") {
			t.Errorf("Location %s", u)
		}
		if !slices.Equal(i.Type, []string{"h-page"}) {
			t.Errorf("type %v", i.Type)
		}
	})
	t.Run("extended geo URI", func(t *testing.T) {
		i, _ := e.made(t, "h=entry&content=Here&checkin=geo:51.5258325,-0.1359825,0.0;name=london;url=https://hwclondon.co.uk")
		has(t, i, "checkin", "geo:51.5258325,-0.1359825,0.0;name=london;url=https://hwclondon.co.uk")
		if data := e.remoteFile(strings.TrimPrefix(e.lastChange(), "A\t")); !strings.Contains(data,
			"At [london](https://hwclondon.co.uk)") {
			t.Errorf("the page does not say where:\n%s", data)
		}
	})
	t.Run("draft scope", func(t *testing.T) {
		token := "Bearer " + e.newToken("draft")
		a := e.json(`{"properties":{"content":["By a draft token"],"post-status":["published"]}}`, "Authorization", token)
		u := created(t, a)
		has(t, e.source(u), "post-status", "draft")
		for _, body := range []string{
			`{"action":"update","url":"` + u + `","replace":{"post-status":["published"]}}`,
			`{"action":"update","url":"` + u + `","delete":["post-status"]}`,
			`{"action":"update","url":"` + u + `","delete":{"post-status":["draft"]}}`,
			`{"action":"delete","url":"` + u + `"}`,
			`{"action":"undelete","url":"` + u + `"}`,
		} {
			if a := e.json(body, "Authorization", token); a.Status != http.StatusForbidden ||
				a.json(t)["error"] != "insufficient_scope" {
				t.Errorf("%s: %d %s", body, a.Status, a.Body)
			}
		}
		if a := e.json(`{"action":"update","url":"`+u+`","replace":{"post-status":["published","draft"]}}`, "Authorization",
			token); a.Status != http.StatusBadRequest {
			t.Errorf("two words for the status: %d %s", a.Status, a.Body)
		}
		if a := e.json(`{"action":"update","url":"`+u+`","replace":{"content":["Better"]}}`, "Authorization",
			token); a.Status != http.StatusOK {
			t.Errorf("an update of the draft: %d %s", a.Status, a.Body)
		}
	})
	t.Run("a short link", func(t *testing.T) {
		_, a := e.made(t, "h=entry&content=Short&shortlink=http://aaron.pk/xxxxx")
		if links := a.Header.Values("Link"); !slices.Contains(links, `<http://aaron.pk/xxxxx>; rel="shortlink"`) {
			t.Errorf("Link %q", links)
		}
		_, a = e.made(t, "h=entry&content=Not+a+link&shortlink=javascript:alert(1)&syndication=%0d%0aX-Evil:+1")
		if links := a.Header.Values("Link"); len(links) > 0 || a.Header.Get("X-Evil") != "" {
			t.Errorf("Link %q", links)
		}
	})
	t.Run("answers of the media endpoint", func(t *testing.T) {
		contentType, body := multipartBody(t, part{"file", "a.jpg", string(picture(t, 7))})
		a := e.send("POST", "/media", contentType, body, "Accept", "text/plain")
		if got := strings.TrimSpace(a.Body); got != created(t, a) ||
			!strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain") {
			t.Errorf("text/plain: %s %q", a.Header.Get("Content-Type"), a.Body)
		}
		contentType, body = multipartBody(t, part{"file", "b.jpg", string(picture(t, 8))})
		if a = e.send("POST", "/media", contentType, body); a.json(t)["url"] != created(t, a) {
			t.Errorf("JSON: %s", a.Body)
		}
	})
}

// supportedQueries: what q=config lists is answered, and what is not in it is refused in words.
func (e extensions) supportedQueries(t *testing.T) {
	listed, _ := e.get(t, "q=config")["q"].([]any)
	if len(listed) != len(micropub.Queries) {
		t.Errorf("q lists %v", listed)
	}
	for _, q := range listed {
		name := map[any]string{"channel": "channels", "category": "categories", "contact": "contacts", "geo": "places",
			"source": "items"}[q]
		if name == "" {
			name = q.(string)
		}
		answer := e.get(t, "q="+q.(string))
		if _, isList := answer[name].([]any); q != "config" && !isList {
			t.Errorf("q=%v: %v, want a list %q", q, answer, name)
		}
		for _, accept := range []string{"application/json", "application/x-www-form-urlencoded"} {
			if a := e.send("GET", "/micropub?q="+q.(string), "", "", "Accept", accept); a.Header.Get("Content-Type") != accept {
				t.Errorf("q=%v, Accept %s: %s", q, accept, a.Header.Get("Content-Type"))
			}
		}
		if q == "config" {
			continue
		}
		if list, _ := e.get(t, "q="+q.(string)+"&limit=1&offset=1&filter=zzzzz")[name].([]any); len(list) > 0 {
			t.Errorf("q=%v: a filter that finds nothing gives %v", q, list)
		}
		if a := e.send("GET", "/micropub?q="+q.(string)+"&limit=none", "", ""); a.Status != http.StatusBadRequest {
			t.Errorf("q=%v&limit=none: %d", q, a.Status)
		}
	}
	for _, q := range []string{"nonsense", "last", "CONFIG"} {
		if a := e.send("GET", "/micropub?q="+q, "", ""); a.Status != http.StatusBadRequest ||
			a.json(t)["error"] != "invalid_request" {
			t.Errorf("q=%s: %d %s", q, a.Status, a.Body)
		}
	}
	if list, _ := e.get(t, "q=config")["properties"].([]any); !slices.Contains(list, any("photo")) {
		t.Errorf("properties %v", list)
	}
}

func (e extensions) syndicationTargets(t *testing.T) {
	uids := func(query string) []string {
		var all []string
		list, _ := e.get(t, query)["syndicate-to"].([]any)
		for _, v := range list {
			all = append(all, v.(map[string]any)["uid"].(string))
		}
		return all
	}
	if got := uids("q=syndicate-to&post-type=note"); slices.Contains(got, "https://archive.org/") || len(got) != 3 {
		t.Errorf("for notes: %v", got)
	}
	if got := uids("q=syndicate-to&post-type=article"); !slices.Contains(got, "https://archive.org/") {
		t.Errorf("for articles: %v", got)
	}
	first := e.get(t, "q=syndicate-to")["syndicate-to"].([]any)
	if first[0].(map[string]any)["checked"] != true || first[1].(map[string]any)["checked"] != nil {
		t.Errorf("checked: %v", first)
	}
	i, _ := e.made(t, `h=entry
&content=%40BarnabyWalters+My+favorite+for+that+use+case+is+Redis.
&in-reply-to=http://waterpigs.co.uk/notes/4S0LMw/
&mp-syndicate-to=https://myfavoritesocialnetwork.example/aaronpk`)
	has(t, i, "syndicate-to", "https://myfavoritesocialnetwork.example/aaronpk")
	key := map[string]string{"hugo": "syndicateTo", "jekyll": "syndicate_to"}[e.generator]
	if data := e.remoteFile(strings.TrimPrefix(e.lastChange(), "A\t")); !strings.Contains(data, "\n"+key+":\n- ") &&
		!strings.Contains(data, "\n"+key+":\n  - ") && !strings.Contains(data, "\n"+key+": [") {
		t.Errorf("no list %s in\n%s", key, data)
	}
	e.refused(t, "h=entry&content=x&mp-syndicate-to[]=https://archive.org/&mp-syndicate-to[]=https://nobody.example/",
		"not a syndication target")
	e.made(t, "h=entry&content=x&mp-syndicate-to[]=&mp-syndicate-to=")
	waiting, _ := e.get(t, "q=source&exists[]=syndicate-to&not-exists[]=syndication")["items"].([]any)
	if len(waiting) == 0 {
		t.Error("nothing waits to be syndicated")
	}
}

func (e extensions) channels(t *testing.T) {
	if list, _ := e.get(t, "q=channel&filter=DIA")["channels"].([]any); len(list) != 1 ||
		list[0].(map[string]any)["uid"] != "diary" {
		t.Errorf("channels %v", list)
	}
	i, _ := e.made(t, "h=entry&content=Dear+diary&mp-channel=diary")
	has(t, i, "channel", "diary")
	if got := e.lastChange(); !strings.Contains(got, "diary/") {
		t.Errorf("the post is at %s", got)
	}
	e.refused(t, "h=entry&content=x&mp-channel=nobody", "no channel")

	// An update moves the post into its channel, and out of it only when another one has a place.
	_, a := e.made(t, "h=entry&content=Changes+its+place&mp-slug=changes-its-place")
	u := a.Header.Get("Location")
	e.refused(t, "action=update&url="+u+"&mp-channel=nobody", "no channel")
	a = e.raw("action=update&url=" + u + "&mp-channel=diary")
	if got := e.lastChange(); !strings.Contains(got, "diary/") ||
		!strings.Contains(got, "\nD\t") && !strings.HasPrefix(got, "D\t") {
		t.Errorf("mp-channel on an update: %d, %s", a.Status, got)
	}
	has(t, e.source(u), "channel", "diary")
	if a.Status == http.StatusCreated { // Hugo has the folder in the address
		u = a.Header.Get("Location")
	}
	for _, body := range []string{
		`{"action":"update","url":"` + u + `","replace":{"content":["Stays"],"channel":["diary"]}}`,
		`{"action":"update","url":"` + u + `","delete":["channel"]}`,
	} {
		if a := e.json(body); a.Status != http.StatusOK || !strings.HasPrefix(e.lastChange(), "M\t") {
			t.Errorf("%s: %d, %s", body, a.Status, e.lastChange())
		}
	}
}

func (e extensions) locationVisibility(t *testing.T) {
	const card = `{"type":["h-card"],"properties":{"name":["Station Cafe"],"url":["https://foursquare.com/v/4b05"],"latitude":[52.378901],"longitude":[4.900581]},"value":"https://foursquare.com/v/4b05"}`
	for _, c := range []struct{ visibility, properties string }{
		{"private", `"location":["geo:52.378901,4.900581"]`},
		{"private", `"checkin":[` + card + `]`},
		{"private", `"location":[{"type":["h-adr"],"properties":{"locality":["Amsterdam"],"geo":[{"type":["h-geo"],"properties":{"latitude":[52.378901],"longitude":[4.900581]}}]}}]`},
		{"private", `"ate":[{"type":["h-food"],"properties":{"name":["Soup"],"location":[` + card + `]}}]`},
		{"text", `"location":["geo:52.378901,4.900581;name=Station Cafe"]`},
		{"text", `"checkin":[` + card + `]`},
		{"protected", `"latitude":[52.378901],"longitude":[4.900581],"geo":["geo:52.378901,4.900581"]`},
	} {
		u := e.create(`{"properties":{"content":["Where am I?"],"location-visibility":["` + c.visibility + `"],` +
			c.properties + `}}`)
		e.awaitPush()
		commit := git(t, e.remote, "show", "main")
		for _, secret := range []string{"52.37", "4.90", "foursquare", "geo:"} {
			if strings.Contains(commit, secret) {
				t.Errorf("%s %s: the commit tells %q:\n%s", c.visibility, c.properties, secret, commit)
			}
		}
		if says := strings.Contains(commit, "Station Cafe"); says != (c.visibility == "text") {
			t.Errorf("%s %s: the commit names the place: %v\n%s", c.visibility, c.properties, says, commit)
		}
		has(t, e.source(u), "location-visibility", c.visibility)
	}
	u := e.create(`{"properties":{"content":["Here"],"location-visibility":["public"],"checkin":[` + card + `]}}`)
	if len(e.source(u).Properties["checkin"]) != 1 {
		t.Error("a public place is gone")
	}
	if a := e.json(`{"action":"update","url":"` + u +
		`","replace":{"location-visibility":["private"]}}`); a.Status != http.StatusOK {
		t.Fatalf("hide afterwards: %d %s", a.Status, a.Body)
	}
	if a := e.json(`{"action":"update","url":"` + u +
		`","add":{"location":["geo:52.378901,4.900581"]}}`); a.Status != http.StatusOK {
		t.Fatalf("add a place to a post that hides it: %d %s", a.Status, a.Body)
	}
	i := e.source(u)
	has(t, i, "checkin")
	has(t, i, "location")
	e.refused(t, "h=entry&location=geo:52.378901,4.900581&location-visibility=private",
		"would be empty without its location")
	e.refused(t, "h=entry&content=x&location=geo:52.378901,4.900581&location-visibility=friends", "not known")
}

func (e extensions) geo(t *testing.T) {
	venue := e.create(`{"type":["h-card"],"properties":{"name":["Main Street Apothecary"],"latitude":["18.1123"],"longitude":["-72.1931"]}}`)
	e.create(`{"properties":{"content":["Market day"],"checkin":[{"type":["h-card"],"properties":{"name":["Main Street Market"],"latitude":["18.1129"],"longitude":["-72.1931"],"url":["https://example.com/venues/market"]}}]}}`)
	e.create(`{"type":["h-card"],"properties":{"name":["Ford Food and Drink"],"street-address":["2505 SE 11th Ave"],"geo":["geo:45.5048473,-122.6549551"]}}`)
	e.create(`{"properties":{"content":["Far away"],"checkin":["geo:48.1,16.2;name=Elsewhere"]}}`)
	for _, query := range []string{"q=geo&lat=18.1123&lon=-72.1933", "q=geo&uri=geo:18.1123,-72.1933;u=35",
		"q=geo&uri=geo%3A18.1123%2C-72.1933%3Bu%3D35", "q=geo:18.1123,-72.1933;u=35", "q=geo=18.1123,-72.1933;u=35"} {
		v := e.get(t, query)
		places, _ := v["places"].([]any)
		geo, _ := v["geo"].(map[string]any)
		if len(places) != 2 || geo["label"] != "Main Street Apothecary" || geo["latitude"] != "18.1123" ||
			geo["visibility"] != "public" {
			t.Fatalf("%s: %v", query, v)
		}
		want := map[string]any{"name": "Main Street Apothecary", "latitude": "18.1123", "longitude": "-72.1931", "url": venue,
			"visibility": "public"}
		if !mf2.Equal(places[0], want) {
			t.Errorf("%s: the nearest is %v, want %v", query, places[0], want)
		}
		if places[1].(map[string]any)["url"] != "https://example.com/venues/market" {
			t.Errorf("%s: the next is %v", query, places[1])
		}
	}
	if list, _ := e.get(t, "q=geo&filter=elsewhere")["places"].([]any); len(list) != 1 {
		t.Errorf("all places, filtered: %v", list)
	}
	if list, _ := e.get(t, "q=geo&lat=45.50485&lon=-122.65496")["places"].([]any); len(list) != 1 ||
		list[0].(map[string]any)["street-address"] != "2505 SE 11th Ave" {
		t.Errorf("the venue of the drafts: %v", list)
	}
	if v := e.get(t, "q=geo&lat=-40&lon=100"); len(v["places"].([]any)) != 0 || v["geo"] != nil {
		t.Errorf("in the sea: %v", v)
	}
	if a := e.send("GET", "/micropub?q=geo&lat=95&lon=0", "", ""); a.Status != http.StatusBadRequest {
		t.Errorf("lat=95: %d %s", a.Status, a.Body)
	}
}

func (e extensions) contacts(t *testing.T) {
	folder := map[string]string{"hugo": "data/contacts/", "jekyll": "_data/contacts/"}[e.generator]
	extension := map[string]string{"hugo": ".yaml", "jekyll": ".yml"}[e.generator]
	post := func(body string, status int) answer {
		t.Helper()
		a := e.send("POST", "/micropub?q=contact", "application/x-www-form-urlencoded", body)
		if a.Status != status {
			t.Fatalf("%s: %d %s", body, a.Status, a.Body)
		}
		return a
	}
	list := func(query string) []map[string]any {
		t.Helper()
		var v struct{ Contacts []map[string]any }
		a := e.send("GET", "/micropub?q=contact"+query, "", "")
		if err := json.Unmarshal([]byte(a.Body), &v); err != nil || a.Status != http.StatusOK {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		return v.Contacts
	}
	a := post("h=card&name=Kevin Marks&nickname=kevinmarks&photo=http://known.kevinmarks.com/file/9255656669173b7867ab839ee6556f9e&url=http://known.kevinmarks.com/profile/kevinmarks", 201)
	kevin := created(t, a)
	if got := e.lastChange(); got != "A\t"+folder+"kevinmarks"+extension {
		t.Errorf("the commit has %q", got)
	}
	if m := git(t, e.remote, "log", "-1", "--format=%B", "main"); !strings.HasPrefix(m, "Add contact: Kevin Marks\n") ||
		!strings.Contains(m, "Gitpost-Url: "+kevin) {
		t.Errorf("message:\n%s", m)
	}
	swentel := created(t,
		post("name=Kristof De Jaeger&nickname=swentel&photo=https://realize.be/vue/images/swentel-200.png&url=https://realize.be", 201))
	if second := created(t, post("name=Another&nickname=swentel", 201)); second == swentel {
		t.Errorf("two contacts at %s", swentel)
	} else {
		post("action=delete&url="+url.QueryEscape(second), 200)
	}
	if a := e.raw("q=contact&h=card&name=By the body"); !strings.Contains(created(t, a), "/contacts/") {
		t.Errorf("q=contact in the body: %s", a.Header.Get("Location"))
	} else {
		post("action=delete&url="+url.QueryEscape(created(t, a)), 200)
	}
	want := []map[string]any{
		{"name": "Kevin Marks", "nickname": "kevinmarks",
			"photo": "http://known.kevinmarks.com/file/9255656669173b7867ab839ee6556f9e",
			"url":   "http://known.kevinmarks.com/profile/kevinmarks", "_internal_url": kevin},
		{"name": "Kristof De Jaeger", "nickname": "swentel", "photo": "https://realize.be/vue/images/swentel-200.png",
			"url": "https://realize.be", "_internal_url": swentel},
	}
	got := list("")
	if len(got) != 2 || !mf2.Equal(any(got[0]), any(want[0])) || !mf2.Equal(any(got[1]), any(want[1])) {
		t.Errorf("contacts\n%v, want\n%v", got, want)
	}
	for query, n := range map[string]int{"&filter=REALIZE": 1, "&search=kristof": 1, "&filter=nobody": 0, "&limit=1": 1,
		"&limit=1&offset=1": 1, "&offset=9": 0} {
		if got := list(query); len(got) != n {
			t.Errorf("%s: %v", query, got)
		}
	}

	// A person's edit: a comment, another order; and a contact written by hand.
	e.edit("Contacts by hand", func(dir string) {
		write(t, dir, folder+"swentel"+extension,
			"# of the Drupal module\nurl: \"https://realize.be\"   # home\nnickname: swentel\nname:  'Kristof De Jaeger'\nextra_key: kept\n")
		write(t, dir, folder+"aaron.json",
			`{"name": "Aaron", "url": ["https://aaronparecki.com/", "https://aaronpk.com/"], "nickname": "007"}`+"\n")
		write(t, dir, folder+"broken"+extension, "name: [\n")
		write(t, dir, folder+"notes.txt", "not a contact\n")
	})
	e.fetch()
	if got := list("&filter=aaron"); len(got) != 1 || !mf2.Equal(got[0]["url"],
		[]any{"https://aaronparecki.com/", "https://aaronpk.com/"}) || got[0]["nickname"] != "007" {
		t.Errorf("the contact written by hand: %v", got)
	}
	if a := e.json(`{"action":"update","url":"` + swentel +
		`","replace":{"name":["Kristof"]},"add":{"note":["Met in Brussels: \"yes\""]}}`); a.Status != 200 {
		t.Fatalf("update: %d %s", a.Status, a.Body)
	}
	file := e.remoteFile(folder + "swentel" + extension)
	for _, line := range []string{"# of the Drupal module\n", "url: \"https://realize.be\"   # home\n",
		"extra_key: kept\n", "Kristof"} {
		if !strings.Contains(file, line) {
			t.Errorf("%q is gone from\n%s", line, file)
		}
	}
	post("h=card&_internal_url="+url.QueryEscape(swentel)+"&name=Kristof D&url=https://realize.be/", 200)
	if got := list("&filter=swentel"); len(got) != 1 || got[0]["name"] != "Kristof D" ||
		got[0]["url"] != "https://realize.be/" || got[0]["note"] != `Met in Brussels: "yes"` {
		t.Errorf("after the card was sent again: %v", got)
	}
	if a := e.raw("h=card&_internal_url=" + url.QueryEscape(swentel) + "&name=Kristof E"); a.Status != 200 {
		t.Errorf("a card with _internal_url and without q: %d %s", a.Status, a.Body)
	}
	if a := e.send("GET", strings.TrimPrefix(swentel, e.base), "", ""); a.Status != 200 ||
		!strings.Contains(a.Body, "Kristof E") {
		t.Errorf("GET %s: %d %s", swentel, a.Status, a.Body)
	}
	has(t, e.source(swentel), "name", "Kristof E")
	post("action=delete&url="+url.QueryEscape(swentel), 200)
	if got := list("&filter=swentel"); len(got) != 0 {
		t.Errorf("after it was deleted: %v", got)
	}
	post("action=undelete&url="+url.QueryEscape(swentel), 200)
	if got := list("&filter=swentel"); len(got) != 1 || got[0]["name"] != "Kristof E" {
		t.Errorf("after it was undeleted: %v", got)
	}
	for _, body := range []string{"h=card", "note=Nobody", "action=delete&url=https://realize.be",
		"action=update&name=x&url=" + url.QueryEscape(e.base+"/micropub/contacts/nobody"),
		"h=card&name=x&_internal_url=https://elsewhere.example/", "name=x&a.b=y"} {
		post(body, 400)
	}
	for scope, body := range map[string]string{"update": "name=x", "create": "action=delete&url=" + url.QueryEscape(kevin),
		"draft": "name=x"} {
		a := e.send("POST", "/micropub?q=contact", "application/x-www-form-urlencoded", body, "Authorization",
			"Bearer "+e.newToken(scope))
		if a.Status != http.StatusForbidden {
			t.Errorf("scope %s, %s: %d", scope, body, a.Status)
		}
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
