package indieauth

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

// What apps really do, from testdata/client-requests/client-auth.md: the identifiers and scopes are
// theirs, the pages are made up in the form in which each publishes.
func TestRealAppsSignIn(t *testing.T) {
	const hApp = `<div class="h-app"><a class="u-url p-name" href="/">App</a></div>`
	for _, a := range []struct {
		name, id, redirect, scope string
		pkce                      bool
		kind, page                string
		warns                     bool // the owner is told where it leads
	}{
		{"Quill", "https://quill.p3k.io/", "https://quill.p3k.io/auth/callback", "create update media profile", true,
			"text/html", hApp, false},
		{"IndiePass", "https://indiepass.app/", "indiepass://callback",
			"create update delete media read follow channels mute block", true, "text/html",
			`<link rel="redirect_uri" href="indiepass://callback">` + hApp, true},
		{"micro.blog", "https://micro.blog/", "https://micro.blog/indieauth/redirect", "create", false, "text/html",
			`<title>Micro.blog</title>`, false},
		{"micro.blog Mac", "https://micro.blog/", "microblog://auth", "create", false, "text/html",
			`<link href="microblog://auth" rel="redirect_uri">`, true},
		{"Sparkles", "https://sparkles.sploot.com/id", "https://sparkles.sploot.com/callback", "create", true,
			"application/json",
			`{"client_id": "https://sparkles.sploot.com/id", "client_name": "Sparkles", "client_uri": "https://sparkles.sploot.com/", "redirect_uris": ["https://sparkles.sploot.com/callback"]}`, false},
		{"Micropublish", "https://micropublish.net/", "https://micropublish.net/auth/callback",
			"create update delete undelete draft", true, "text/html; charset=utf-8", hApp, false},
		{"shpub", "http://cweiske.de/shpub.htm", "http://127.0.0.1:12345/callback", "create update delete undelete media",
			false, "text/html", `<link rel="redirect_uri" href="http://127.0.0.1/callback"><h1>shpub</h1>`, true},
		{"OwnYourSwarm", "https://ownyourswarm.p3k.io/client.json", "https://ownyourswarm.p3k.io/auth/callback",
			"create update", true, "application/json",
			`{"client_id": "https://ownyourswarm.p3k.io/client.json", "client_name": "OwnYourSwarm", "client_uri": "https://ownyourswarm.p3k.io/", "redirect_uris": ["https://ownyourswarm.p3k.io/auth/callback"]}`, false},
		{"Omnibear", "https://omnibear.com", "https://omnibear.com/auth/success/", "create delete update", false, "text/html",
			hApp, false},
		{"Indigenous for iOS", "https://indigenous.abode.pub/ios/", "indigenous://indiewebcamp",
			"create update media read follow mute block", false, "text/html",
			`<link rel="redirect_uri" href="indigenous://indiewebcamp">`, true},
		{"Wrimini", "https://wrimini.net", "https://wrimini.net/callback", "create", false, "text/html", hApp, false},
		{"Together", "https://alltogethernow.io/", "https://alltogethernow.io/auth",
			"post create update delete read follow mute block channels", true, "text/html", hApp, false},
		{"an agent on the command line", "https://tool.example/client.json", "http://[::1]:49152/", "create draft media",
			true, "application/json",
			`{"client_id": "https://tool.example/client.json", "redirect_uris": ["http://127.0.0.1/"]}`, true},
	} {
		t.Run(a.name, func(t *testing.T) {
			s := newServer(t)
			app(t, s, a.kind, a.page)
			q := request("client_id", a.id, "redirect_uri", a.redirect, "scope", a.scope)
			form := url.Values{"grant_type": {"authorization_code"}, "client_id": {a.id}, "redirect_uri": {a.redirect},
				"code_verifier": {verifier}}
			if !a.pkce {
				q.Del("code_challenge")
				q.Del("code_challenge_method")
				form.Del("code_verifier")
			}
			r, err := s.Authorize(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			if r.WithoutPKCE == a.pkce || (r.RedirectWarning != "") != a.warns {
				t.Errorf("got %+v", r)
			}
			redirect, err := s.Grant(t.Context(), r, Decision{Scope: r.Scope, AllowWithoutPKCE: true})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(redirect, a.redirect+"?code=") {
				t.Fatalf("the browser is sent to %s", redirect)
			}
			_, query, _ := strings.Cut(redirect, "?")
			back, err := url.ParseQuery(query)
			if err != nil || back.Get("me") != me || back.Get("iss") != s.Issuer() || back.Get("state") != "1234567890" {
				t.Errorf("the browser comes with %v, %v", back, err)
			}
			form.Set("code", back.Get("code"))
			tokens, err := s.Exchange(t.Context(), form)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(strings.Fields(tokens.Scope), strings.Fields(a.scope)) || tokens.Me != me ||
				len(tokens.AccessToken) > 254 {
				t.Errorf("got %+v", tokens)
			}
		})
	}
}
