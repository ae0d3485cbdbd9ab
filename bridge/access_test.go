package bridge_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"gitpost/bridge"
)

func TestTokenIsTakenFromHeaderOrBodyAndTheTwoMustAgree(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	post := func(body url.Values, headers ...string) answer {
		body.Set("h", "entry")
		body.Set("content", "Hello")
		return f.form(body, headers...)
	}
	for _, tt := range []struct {
		name   string
		answer answer
		status int
		code   string
	}{
		{"header", post(url.Values{}), 201, ""},
		{"body", post(url.Values{"access_token": {f.token}}, "Authorization", "-"), 201, ""},
		{"both, equal", post(url.Values{"access_token": {f.token}}), 201, ""},
		{"both, different", post(url.Values{"access_token": {f.token + "x"}}), 400, "invalid_request"},
		{"none", post(url.Values{}, "Authorization", "-"), 401, "unauthorized"},
		{"unknown", post(url.Values{}, "Authorization", "Bearer gp_nobody"), 401, "invalid_token"},
		{"another scheme", post(url.Values{}, "Authorization", "Basic eDp5"), 401, "unauthorized"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := tt.answer
			if a.Status != tt.status {
				t.Fatalf("status %d, want %d: %s", a.Status, tt.status, a.Body)
			}
			if tt.code == "" {
				return
			}
			if got := a.json(t)["error"]; got != tt.code {
				t.Errorf("error %v, want %s", got, tt.code)
			}
			if a.Header.Get("Access-Control-Allow-Origin") != "*" {
				t.Error("a browser could not read this error: no CORS header")
			}
			if a.Status == 401 && !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("WWW-Authenticate is %q", a.Header.Get("WWW-Authenticate"))
			}
		})
	}
}

func TestScopesAreEnforced(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	published := f.create(`{"properties":{"content":["Published"],"mp-slug":["published-one"]}}`)
	draft := f.create(`{"properties":{"content":["Draft"],"mp-slug":["draft-one"],"post-status":["draft"]}}`)
	create := func(string) string { return `{"properties":{"content":["By scope"]}}` }
	update := func(u string) string {
		return `{"action":"update","url":"` + u + `","replace":{"content":["Changed"]}}`
	}
	publish := func(u string) string {
		return `{"action":"update","url":"` + u + `","replace":{"post-status":["published"]}}`
	}
	remove := func(u string) string { return `{"action":"delete","url":"` + u + `"}` }
	for _, tt := range []struct {
		scope  string
		body   string
		status int
	}{
		{"update delete", create(""), 403},
		{"create", update(published), 403},
		{"create update", remove(published), 403},
		{"media", create(""), 403},
		{"create", create(""), 201},
		{"post", create(""), 201},
		{"post", update(published), 200},
		{"draft", create(""), 201},
		{"draft", update(published), 403},
		{"draft", update(draft), 200},
		{"draft", publish(draft), 403},
		{"draft", remove(published), 403},
		{"read profile", create(""), 403},
	} {
		t.Run(tt.scope+" "+tt.body, func(t *testing.T) {
			a := f.json(tt.body, "Authorization", "Bearer "+f.newToken(tt.scope))
			if a.Status != tt.status {
				t.Fatalf("status %d, want %d: %s", a.Status, tt.status, a.Body)
			}
			if a.Status == 403 {
				if v := a.json(t); v["error"] != "insufficient_scope" || v["scope"] == nil {
					t.Errorf("answer %v", v)
				}
			}
			if tt.scope == "draft" && a.Status == 201 {
				if got := f.source(a.Header.Get("Location")).Properties.Text("post-status"); got != "draft" {
					t.Errorf("a token for drafts made a post with post-status %q", got)
				}
			}
		})
	}
}

func TestManyBadTokensAreToldToWaitAndGoodOnesAreNot(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", func(c *settings) { c.RateBadTokens = 5 })
	last := answer{}
	for i := range 7 {
		last = f.send("GET", "/micropub", "", "", "Authorization", fmt.Sprintf("Bearer gp_guess%d", i))
	}
	if last.Status != http.StatusTooManyRequests || last.Header.Get("Retry-After") == "" {
		t.Errorf("the seventh guess: %d, Retry-After %q", last.Status, last.Header.Get("Retry-After"))
	}
	if a := f.send("GET", "/micropub", "", ""); a.Status != http.StatusOK {
		t.Errorf("a good token from the same address: %d %s", a.Status, a.Body)
	}
}

func TestPreflightIsAnsweredWithoutAToken(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	for _, path := range []string{"/micropub", "/media", "/media/x.jpg"} {
		a := f.send("OPTIONS", path, "", "", "Authorization", "-", "Origin", "https://editor.example",
			"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
		if a.Status != http.StatusNoContent || a.Header.Get("Access-Control-Allow-Origin") != "*" ||
			!strings.Contains(strings.ToLower(a.Header.Get("Access-Control-Allow-Headers")), "authorization") {
			t.Errorf("OPTIONS %s: %d %v", path, a.Status, a.Header)
		}
	}
}

func TestErrorsOfRoutingAreJSONToo(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	for _, tt := range []struct {
		method, path string
		status       int
	}{{"GET", "/nothing", 404}, {"PUT", "/micropub", 405}, {"DELETE", "/media", 405}} {
		a := f.send(tt.method, tt.path, "", "")
		if a.Status != tt.status || a.json(t)["error_description"] == nil ||
			a.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s %s: %d %s", tt.method, tt.path, a.Status, a.Body)
		}
	}
}

func TestHookTakesOnlySignedCallsWhenASecretIsSet(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", func(c *settings) { c.HookSecret = "s3cret" })
	const body = `{"ref":"refs/heads/main"}`
	const signature = "ad3a2cac9a59a4d1c1a2b76ae2e3c2d4d2f4bd4b0a5c0a8a4e9f2d3ff3a4f001" // of another body
	good := hmacHex("s3cret", body)
	for _, tt := range []struct {
		name, header, value string
		status              int
	}{
		{"unsigned", "X-Nothing", "x", 403},
		{"GitHub", "X-Hub-Signature-256", "sha256=" + good, 200},
		{"GitHub, wrong", "X-Hub-Signature-256", "sha256=" + signature, 403},
		{"GitHub, empty", "X-Hub-Signature-256", "sha256=", 403},
		{"Gitea", "X-Gitea-Signature", good, 200},
		{"Forgejo", "X-Forgejo-Signature", good, 200},
		{"GitLab", "X-Gitlab-Token", "s3cret", 200},
		{"GitLab, wrong", "X-Gitlab-Token", "guess", 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if a := f.send("POST", "/hooks/push", "application/json", body, tt.header, tt.value, "Authorization",
				"-"); a.Status != tt.status {
				t.Errorf("status %d, want %d: %s", a.Status, tt.status, a.Body)
			}
		})
	}
}

// TestHeadIsAnsweredAsGet asks every route that takes GET.
func TestHeadIsAnsweredAsGet(t *testing.T) {
	t.Parallel()
	routes := map[string]bool{}
	f := serve(t, "hugo", nil)
	if err := f.stop(); err != nil {
		t.Fatal(err)
	}
	f.opened = func(s *bridge.Server) {
		for _, r := range s.Handler().(*echo.Echo).Routes() {
			if r.Method == http.MethodGet {
				routes[r.Path] = true
			}
		}
	}
	f.start()
	if len(routes) < 15 {
		t.Fatalf("the routes are %v", routes)
	}
	for path := range routes {
		path = strings.ReplaceAll(path, ":name", "x")
		get, head := f.send("GET", path, "", ""), f.send("HEAD", path, "", "")
		if head.Status != get.Status || head.Header.Get("Content-Type") != get.Header.Get("Content-Type") || head.Body != "" {
			t.Errorf("HEAD %s: %d %s %q, GET: %d %s", path, head.Status, head.Header.Get("Content-Type"), head.Body, get.Status,
				get.Header.Get("Content-Type"))
		}
	}
	if a := f.send("HEAD", "/micropub?q=source", "", ""); a.Status != http.StatusOK ||
		a.Header.Get("Content-Length") == "0" {
		t.Errorf("HEAD of a list: %d %v", a.Status, a.Header)
	}
}

// TestScopesForOneTypeOfPosts: create:photo and the like, as the Micropub page names them.
func TestScopesForOneTypeOfPosts(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	post := func(kind string) string {
		return map[string]string{
			"note":  `{"properties":{"content":["Words"]}}`,
			"photo": `{"properties":{"content":["Words"],"photo":["https://m.example/a.jpg"]}}`,
			"like":  `{"properties":{"like-of":["https://b.example/"]}}`,
		}[kind]
	}
	note, photo := f.create(post("note")), f.create(post("photo"))
	update := func(u, parts string) string { return `{"action":"update","url":"` + u + `",` + parts + `}` }
	retitle, intoLike := `"replace":{"name":["x"]}`, `"add":{"like-of":["https://b.example/"]}`
	for _, tt := range []struct {
		scope, body string
		status      int
	}{
		{"create:photo", post("photo"), 201},
		{"create:photo", post("note"), 403},
		{"create:photo create:like", post("like"), 201},
		{"create:photo", update(photo, retitle), 403},
		{"create:photo draft", post("note"), 201},
		{"post:photo", post("photo"), 201},
		{"post:photo", update(photo, retitle), 200},
		{"post:photo", update(note, retitle), 403},
		{"update:photo", post("photo"), 403},
		{"update:photo", update(photo, intoLike), 403}, // it would be a like then
		{"update:photo draft", update(note, retitle), 403},
		{"update:note", update(photo, `"delete":["photo"]`), 403},
		{"delete:photo", `{"action":"delete","url":"` + note + `"}`, 403},
		{"delete:photo", `{"action":"delete","url":"` + photo + `"}`, 200},
		{"delete:photo", `{"action":"undelete","url":"` + photo + `"}`, 403},
		{"create:", post("note"), 403},
		{":note", post("note"), 403},
		{"create:*", post("note"), 403},
	} {
		t.Run(tt.scope+" "+tt.body, func(t *testing.T) {
			before := f.commits()
			a := f.json(tt.body, "Authorization", "Bearer "+f.newToken(tt.scope))
			if a.Status != tt.status {
				t.Fatalf("status %d, want %d: %s", a.Status, tt.status, a.Body)
			}
			if a.Status == 403 && (a.json(t)["error"] != "insufficient_scope" || f.commits() != before) {
				t.Errorf("%s, and %s commits of %s", a.Body, f.commits(), before)
			}
			if a.Status == 201 && strings.Contains(tt.scope, "draft") {
				if got := f.source(a.Header.Get("Location")).Properties.Text("post-status"); got != "draft" {
					t.Errorf("a type that is not in the scope was published: %q", got)
				}
			}
		})
	}
	card := f.send("POST", "/micropub?q=contact", "application/x-www-form-urlencoded", "h=card&name=x", "Authorization",
		"Bearer "+f.newToken("create:card"))
	if card.Status != http.StatusForbidden {
		t.Errorf("a contact is no post: %d %s", card.Status, card.Body)
	}
	token := "Bearer " + f.newToken("create:photo")
	if a := f.upload("a.jpg", string(picture(t, 3)), "Authorization", token); a.Status != http.StatusCreated {
		t.Errorf("a photo for it: %d %s", a.Status, a.Body)
	}
	if a := f.send("GET", "/micropub?q=source", "", "", "Authorization", token); a.Status != http.StatusOK {
		t.Errorf("a list for it: %d %s", a.Status, a.Body)
	}
}
