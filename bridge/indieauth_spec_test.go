package bridge_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/indieauth"
)

// sentence is one that binds an authorization server, in the IndieAuth specification of
// 11 July 2024. Those about the consent page are the pages' own tests; those about what
// identifiers look like stand beside them, in package indieauth.
type sentence struct {
	section, text string
	holds         func(t *testing.T, x *signIn)
}

func TestIndieAuthSpecification(t *testing.T) {
	t.Parallel()
	x := serveSignIn(t, nil)
	for _, s := range slices.Concat(metadataSentences, requestSentences, redeemSentences, tokenSentences,
		verificationSentences) {
		t.Run(s.section+" "+s.text, func(t *testing.T) {
			x.t = t
			s.holds(t, x)
		})
	}
	x.t = t
}

var metadataSentences = []sentence{
	{"3.1", "the issuer MUST be a prefix of the indieauth-metadata URL, without query and fragment",
		func(t *testing.T, x *signIn) {
			issuer, _ := x.metadata()["issuer"].(string)
			if issuer == "" || !strings.HasPrefix(x.base+"/.well-known/oauth-authorization-server", issuer) ||
				strings.ContainsAny(issuer, "?#") {
				t.Errorf("issuer is %q", issuer)
			}
		}},
	{"4.1.1", "the metadata endpoint returns a JSON object with these properties; the .well-known path is RECOMMENDED",
		func(t *testing.T, x *signIn) {
			got := x.send("GET", "/.well-known/oauth-authorization-server", "", "", "Authorization", "-")
			if got.Status != 200 || got.Header.Get("Content-Type") != "application/json" {
				t.Fatalf("%d %s", got.Status, got.Header.Get("Content-Type"))
			}
			want := map[string]any{
				"authorization_endpoint": x.base + "/auth", "token_endpoint": x.base + "/token",
				"introspection_endpoint": x.base + "/introspect", "introspection_endpoint_auth_methods_supported": []any{"Bearer",
					"client_secret_basic"},
				"revocation_endpoint": x.base + "/revoke", "revocation_endpoint_auth_methods_supported": []any{"none"},
				"userinfo_endpoint": x.base + "/userinfo", "response_types_supported": []any{"code"},
				"scopes_supported": []any{"create", "update", "delete", "undelete", "media", "draft", "read",
					"profile", "email"},
				"grant_types_supported":            []any{"authorization_code", "refresh_token"},
				"code_challenge_methods_supported": []any{"S256"}, "authorization_response_iss_parameter_supported": true,
				"service_documentation": "https://indieauth.spec.indieweb.org/",
			}
			have := got.json(t)
			for name, value := range want {
				a, _ := json.Marshal(have[name])
				b, _ := json.Marshal(value)
				if string(a) != string(b) {
					t.Errorf("%s is %s, want %s", name, a, b)
				}
			}
		}},
}

var requestSentences = []sentence{
	{"3.4", "a URL with no path component MUST be treated as if it had the path /", func(t *testing.T, x *signIn) {
		a := x.newApp(t, htmlPage(appPage))
		bare := strings.TrimSuffix(a.id, "/")
		code := a.granted(t, "client_id", bare).Get("code")
		if got := a.redeem("/token", code, "client_id", bare); got.Status != 200 {
			t.Errorf("%d %s", got.Status, got.Body)
		}
	}},
	{"3.4", "the host component of the URL MUST be compared case insensitively", func(t *testing.T, x *signIn) {
		a := x.newApp(t, htmlPage(appPage))
		code := a.granted(t).Get("code")
		if got := a.redeem("/token", code, "client_id", strings.Replace(a.id, "app", "APP", 1)); got.Status != 200 {
			t.Errorf("%d %s", got.Status, got.Body)
		}
	}},
	{"4.2", "the authorization server SHOULD fetch the URL to find more information about the client",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, htmlPage(appPage))
			if r, err := a.ask(t); err != nil || r.Client.Name != "An App" {
				t.Errorf("got %+v, %v", r, err)
			}
		}},
	{"4.2", "if the client_id contains 127.0.0.1 or [::1], or a name of them, the endpoint MUST NOT fetch it",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, htmlPage(appPage))
			web := strings.TrimPrefix(x.base, "http://127.0.0.1")
			for _, host := range []string{"127.0.0.1", "[::1]", "localhost", "app.localhost"} {
				r, err := a.ask(t, "client_id", "http://"+host+web+"/", "redirect_uri", "http://"+host+web+"/redirect")
				if err != nil || r.Client.Name != "" || r.Client.Warning == "" {
					t.Errorf("%s: got %+v, %v", host, r, err)
				}
			}
			if a.fetched.Load() != 0 {
				t.Error("a page was fetched")
			}
		}},
	{"4.2.1", "the server MUST verify that the client_id in the document matches the URL it was retrieved from",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, jsonPage(`{"client_id": "https://quill.p3k.io/", "client_name": "Quill", "redirect_uris": ["https://evil.example/"]}`))
			for _, redirect := range []string{a.redirect, "https://evil.example/"} {
				if _, err := a.ask(t, "redirect_uri", redirect); !isForThePage(err) {
					t.Errorf("%s: got %v", redirect, err)
				}
			}
		}},
	{"4.2.1", "client_name, client_uri, logo_uri and redirect_uris are read from the JSON document",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, jsonPage(`{"client_id": "HERE/", "client_name": "An App", "client_uri": "HERE/", "redirect_uris": ["HERE/redirect", "/relative"]}`))
			r, err := a.ask(t)
			if err != nil || r.Client.Name != "An App" || r.Client.URL != a.id || r.Client.Warning != "" {
				t.Errorf("got %+v, %v", r, err)
			}
			if _, err := a.ask(t, "redirect_uri", a.id+"relative"); err != nil {
				t.Error(err)
			}
		}},
	{"4.2.1", "the client_uri MUST be a prefix of the client_id; the server SHOULD warn when its host differs",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, jsonPage(`{"client_id": "HERE/", "client_uri": "https://quill.p3k.io/"}`))
			r, err := a.ask(t)
			if err != nil || r.Client.URL != a.id || !strings.Contains(r.Client.Warning, "another host") {
				t.Errorf("got %+v, %v", r, err)
			}
			b := x.newApp(t, jsonPage(`{"client_id": "HERE/", "client_uri": "HERE/elsewhere"}`))
			if r, err := b.ask(t); err != nil || r.Client.URL != b.id {
				t.Errorf("got %+v, %v", r, err)
			}
		}},
	{"4.2.1", "the server MAY cache the metadata and SHOULD respect cache-control, with defaults",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, htmlPage(appPage, "Cache-Control", "max-age=3600"))
			for range 3 {
				if _, err := a.ask(t); err != nil {
					t.Fatal(err)
				}
			}
			if n := a.fetched.Load(); n != 1 {
				t.Errorf("the page was fetched %d times", n)
			}
		}},
	{"4.2.2", "the endpoint MUST look for an exact match of redirect_uri after resolving relative URLs",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, jsonPage(`{"client_id": "HERE/", "redirect_uris": ["https://callback.example/a?b=c", "app.example:/signed-in"]}`))
			for _, good := range []string{"https://callback.example/a?b=c", "app.example:/signed-in"} {
				if r, err := a.ask(t, "redirect_uri", good); err != nil || r.RedirectWarning == "" {
					t.Errorf("%s: got %+v, %v; want a warning", good, r, err)
				}
			}
			for _, bad := range []string{"https://callback.example/a", "https://callback.example/a?b=c&d=e",
				"https://callback.example/a?b=C", "http://callback.example/a?b=c",
				"https://callback.example/", "https://callback.example.evil.example/a?b=c", "https://callback.example:444/a?b=c", "app.example:/signed-in/", "other:/signed-in", a.redirect} {
				if _, err := a.ask(t, "redirect_uri", bad); !isForThePage(err) {
					t.Errorf("%s: got %v, want a refusal on the page", bad, err)
				}
			}
		}},
	{"4.2.2", "the client MAY publish <link> tags or Link headers with rel=redirect_uri at the client_id URL",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, htmlPage(`<link rel="redirect_uri" href="https://callback.example/html"><a rel="redirect_uri" href="https://evil.example/">a comment</a>`,
				"Link", `<https://callback.example/header>; rel="redirect_uri", <https://callback.example/other>; rel="next"`))
			for _, good := range []string{"https://callback.example/html", "https://callback.example/header"} {
				if _, err := a.ask(t, "redirect_uri", good); err != nil {
					t.Errorf("%s: %v", good, err)
				}
			}
			for _, bad := range []string{"https://callback.example/other", "https://evil.example/"} {
				if _, err := a.ask(t, "redirect_uri", bad); !isForThePage(err) {
					t.Errorf("%s: got %v", bad, err)
				}
			}
		}},
	{"5.2", "if scheme, host or port of redirect_uri do not match the client_id's, the server SHOULD verify it and SHOULD block the request", func(t *testing.T, x *signIn) {
		a := x.newApp(t, htmlPage(appPage))
		for _, bad := range []string{"https://evil.example/", strings.Replace(a.redirect, "http:", "https:", 1),
			strings.Replace(a.redirect, ".example/", ".example:8080/", 1)} {
			if _, err := a.ask(t, "redirect_uri", bad); !isForThePage(err) {
				t.Errorf("%s: got %v", bad, err)
			}
		}
	}},
	{"5.2", "the server MUST return the unmodified state value back to the client", func(t *testing.T, x *signIn) {
		a := x.newApp(t, htmlPage(appPage))
		const state = `a b+c&d=e%20f;"ü"/?#` + "\n"
		r, err := a.ask(t, "state", state)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.granted(t, "state", state).Get("state"); got != state {
			t.Errorf("granted: %q", got)
		}
		if u, err := url.Parse(x.server.SignInServer().Deny(r)); err != nil || u.Query().Get("state") != state ||
			u.Query().Get("error") != "access_denied" {
			t.Errorf("denied: %v, %v", u, err)
		}
	}},
	{"5.2", "if the client omits scope, the server MUST NOT issue an access token for the code",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, htmlPage(appPage))
			code := a.granted(t, "scope", "-").Get("code")
			refused(t, a.redeem("/token", code), 400, "invalid_grant")
			if got := a.redeem("/auth", code); got.Status != 200 || got.json(t)["me"] != "https://example.org/" ||
				len(got.json(t)) != 1 {
				t.Errorf("/auth answers %d %s", got.Status, got.Body)
			}
		}},
	{"5.2", "the endpoint MAY accept requests without a code challenge to support older clients",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, htmlPage(appPage))
			r, err := a.ask(t, "code_challenge", "-", "code_challenge_method", "-")
			if err != nil || !r.WithoutPKCE || r.ClientApproved {
				t.Fatalf("got %+v, %v", r, err)
			}
			if _, err := x.server.SignInServer().Grant(t.Context(), r, indieauth.Decision{Scope: r.Scope}); err == nil {
				t.Error("the app may, though the owner did not allow it by name")
			}
			code := a.granted(t, "code_challenge", "-", "code_challenge_method", "-").Get("code") // and now the owner did
			if got := a.redeem("/token", code, "code_verifier", "-"); got.Status != 200 {
				t.Errorf("%d %s", got.Status, got.Body)
			}
			if r, err = a.ask(t, "code_challenge", "-", "code_challenge_method", "-"); err != nil || !r.ClientApproved {
				t.Errorf("the owner's word is forgotten: %+v, %v", r, err)
			}
		}},
	{"5.2", "me is unverified external data and MUST NOT be assumed to be valid", func(t *testing.T, x *signIn) {
		a := x.newApp(t, htmlPage(appPage))
		for me, want := range map[string]string{"https://example.org/": "https://example.org/",
			"http://EXAMPLE.org": "https://example.org/", "https://evil.example/": "", "javascript:x": "", "": ""} {
			r, err := a.ask(t, "me", me)
			if err != nil || r.Me != want {
				t.Errorf("%s: got %q, %v", me, r.Me, err)
			}
		}
		if got := a.tokens(t, "create")["me"]; got != "https://example.org/" {
			t.Errorf("me is %v", got)
		}
		if got := a.granted(t, "me", "https://evil.example/").Get("me"); got != "https://example.org/" {
			t.Errorf("me is %v", got)
		}
	}},
	{"5.2.1", "the redirect adds code, state and iss to the query of redirect_uri", func(t *testing.T, x *signIn) {
		a := x.newApp(t, htmlPage(appPage))
		got := a.granted(t, "redirect_uri", a.redirect+"?kept=1")
		if got.Get("kept") != "1" || got.Get("code") == "" || got.Get("state") != "1234567890" ||
			got.Get("iss") != x.metadata()["issuer"] || got.Get("me") == "" {
			t.Errorf("got %v", got)
		}
	}},
	{"5.2.1", "errors go to the client as OAuth 2.0 section 4.1.2.1 says, with state and iss",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, htmlPage(appPage))
			for _, c := range []struct{ name, value, want string }{
				{"response_type", "token", "unsupported_response_type"},
				{"code_challenge_method", "plain", "invalid_request"},
				{"code_challenge_method", "-", "invalid_request"},
				{"code_challenge", "-", "invalid_request"},
				{"code_challenge", "short", "invalid_request"},
				{"scope", "create \"quoted\"", "invalid_scope"},
				{"scope", strings.Repeat("a ", 1000) + "b" + strings.Repeat(" c", 3) + many(60), "invalid_scope"},
			} {
				_, err := a.ask(t, c.name, c.value)
				var r *indieauth.RedirectError
				if !errors.As(err, &r) || r.Code != c.want {
					t.Errorf("%s=%s: got %v, want %s", c.name, c.value, err, c.want)
					continue
				}
				u, err := url.Parse(r.URL)
				q := u.Query()
				if err != nil || !strings.HasPrefix(r.URL, a.redirect+"?") || q.Get("error") != c.want ||
					q.Get("state") != "1234567890" || q.Get("iss") != x.base+"/" || q.Get("error_description") == "" || q.Has("code") {
					t.Errorf("%s=%s leads to %s", c.name, c.value, r.URL)
				}
			}
		}},
}

// many are so many different scopes.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" s" + strings.Repeat("x", i))
	}
	return b.String()
}

// isForThePage tells whether an authorization request was refused without sending the
// browser anywhere.
func isForThePage(err error) bool {
	var r *indieauth.RedirectError
	return err != nil && !errors.As(err, &r)
}

func (x *signIn) metadata() map[string]any {
	x.t.Helper()
	return x.send(http.MethodGet, "/.well-known/oauth-authorization-server", "", "", "Authorization", "-").json(x.t)
}
