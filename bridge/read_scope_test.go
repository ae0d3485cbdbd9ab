package bridge_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Every token that could write read all drafts, and every token saw their tags and places.
func TestUnpublishedPostsAreReadWithScopesForThemAlone(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	const place = `{"type":["h-card"],"properties":{"name":["%s"],"latitude":["52.1"],"longitude":["13.1"]}}`
	post := func(text, tag, more string) string {
		property := "checkin"
		if strings.Contains(more, "photo") {
			property = "location" // else it is a check-in too
		}
		return f.create(`{"properties":{"content":["` + text + `"],"category":["` + tag + `"],"` + property + `":[` +
			fmt.Sprintf(place, tag) + `]` + more + `}}`)
	}
	posts := map[string]string{
		"open":  post("Openwords", "opentag", ""),
		"draft": post("Draftwords", "drafttag", `,"post-status":["draft"]`),
		"photo": post("Photowords", "phototag", `,"post-status":["draft"],"photo":["https://m.example/a.jpg"]`),
		"schedule": post("Schedulewords", "scheduletag",
			`,"published":["`+time.Now().Add(48*time.Hour).Format(time.RFC3339)+`"]`),
	}
	contact := f.send("POST", "/micropub?q=contact", "application/x-www-form-urlencoded", "h=card&name=Contactname")
	if contact.Status != http.StatusCreated {
		t.Fatalf("%d %s", contact.Status, contact.Body)
	}
	for _, tt := range []struct {
		scope string
		sees  string // of posts, beside the open one
		cards bool
	}{
		{"create", "", false},
		{"create:photo", "", false},
		{"create media delete undelete", "", false},
		{"media", "", false},
		{"profile", "", false},
		{"read", "draft photo schedule", true},
		{"update", "draft photo schedule", true},
		{"post", "draft photo schedule", true},
		{"draft", "draft photo", false},
		{"create draft", "draft photo", false},
		{"update:checkin", "draft schedule", false},
		{"create update:photo", "photo", false},
	} {
		t.Run(tt.scope, func(t *testing.T) {
			token := "Bearer " + f.newToken(tt.scope)
			ask := func(query string) string {
				a := f.send("GET", "/micropub?q="+query, "", "", "Authorization", token)
				return fmt.Sprint(a.Status, " ", a.Body)
			}
			var all strings.Builder
			for _, query := range []string{
				"source", "source&post-status=draft", "source&post-status=published", "source&filter=words", "source&search=tag",
				"source&order=asc&limit=1",
				"source&limit=1&offset=1", "source&exists[]=checkin", "source&category[]=drafttag",
				"source&property-category=scheduletag", "source&post-type=photo",
				"category", "category&filter=tag", "category&limit=2", "geo&uri=geo:52.1,13.1", "geo&lat=52.1&lon=13.1", "geo",
				"config", "source&properties[]=category",
			} {
				all.WriteString(ask(query) + "\n")
			}
			for name, u := range posts {
				one := ask("source&url="+url.QueryEscape(u)) + ask("source&properties[]=content&url="+url.QueryEscape(u))
				sees := name == "open" || strings.Contains(tt.sees, name)
				if got := strings.Count(one, "200 {") == 2; got != sees {
					t.Errorf("%s: q=source says %s", name, one)
				}
				if got := strings.Contains(all.String(), name+"tag"); got != sees {
					t.Errorf("%s: shown is %v in\n%s", name, got, all.String())
				}
				if !sees && one != strings.ReplaceAll(ask("source&url=https%3A%2F%2Fexample.org%2Fnothing%2F")+ask("source&properties[]=content&url=https%3A%2F%2Fexample.org%2Fnothing%2F"), "https://example.org/nothing/", u) {
					t.Errorf("%s: the refusal differs from that of an address without a post: %s", name, one)
				}
			}
			for _, query := range []string{"contact", "contact&filter=name",
				"source&url=" + url.QueryEscape(contact.Header.Get("Location"))} {
				if got := strings.Contains(ask(query), "Contactname"); got != tt.cards {
					t.Errorf("q=%s: %s", query, ask(query))
				}
			}
		})
	}
}

// Deleted posts came back with the scope create, or delete.
func TestUndeleteNeedsItsScope(t *testing.T) {
	t.Parallel()
	f := serve(t, "jekyll", nil)
	post := f.create(`{"properties":{"content":["Gone"]}}`)
	contact := f.send("POST", "/micropub?q=contact", "application/x-www-form-urlencoded",
		"h=card&name=Someone").Header.Get("Location")
	for _, u := range []string{post, contact} {
		if a := f.json(`{"action":"delete","url":"` + u + `"}`); a.Status != http.StatusOK {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		commits := f.commits()
		for _, scope := range []string{"create", "delete", "post", "create update delete media draft", "undelete:note",
			"read"} {
			token := "Bearer " + f.newToken(scope)
			form := url.Values{"action": {"undelete"}, "url": {u}}
			for _, a := range []answer{f.json(`{"action":"undelete","url":"`+u+`"}`, "Authorization", token),
				f.form(form, "Authorization", token)} {
				if a.Status != http.StatusForbidden || a.json(t)["error"] != "insufficient_scope" ||
					a.json(t)["scope"] != "undelete" || f.commits() != commits {
					t.Errorf("%s with %q: %d %s", u, scope, a.Status, a.Body)
				}
			}
		}
		if a := f.json(`{"action":"undelete","url":"`+u+`"}`, "Authorization",
			"Bearer "+f.newToken("undelete")); a.Status != http.StatusOK {
			t.Errorf("%s with undelete: %d %s", u, a.Status, a.Body)
		}
	}
}

// Old forms said of a hidden post that it may not be changed, and of nothing that it is nothing.
func TestOldFormsSayNothingOfHiddenPosts(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	draft := f.create(`{"properties":{"content":["Hidden"],"post-status":["draft"]}}`)
	for _, scope := range []string{"create", "create:note update:photo", "delete:photo"} {
		token := "Bearer " + f.newToken(scope)
		for _, body := range []string{"url=U&add_tags=a", "url=U&content=x", "action=update&url=U&replace[content]=x",
			"action=delete&url=U", "edit-of=U&content=x"} {
			said := func(u string) string {
				a := f.send("POST", "/micropub", "application/x-www-form-urlencoded",
					strings.ReplaceAll(body, "U", url.QueryEscape(u)), "Authorization", token)
				if a.Status == http.StatusCreated {
					return "created"
				}
				return fmt.Sprint(a.Status, strings.ReplaceAll(a.Body, u, "U"))
			}
			if hidden, nothing := said(draft), said("https://example.org/posts/nothing/"); hidden != nothing {
				t.Errorf("%s with %q: %s, and of nothing %s", body, scope, hidden, nothing)
			}
		}
	}
}
