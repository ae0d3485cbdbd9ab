package bridge_test

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

var redeemSentences = []sentence{
	{"5.2.1", "the code MUST be valid for only one use", func(t *testing.T, x *signIn) {
		a := x.newApp(t, htmlPage(appPage))
		code := a.granted(t).Get("code")
		if got := a.redeem("/token", code); got.Status != 200 {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		refused(t, a.redeem("/token", code), 400, "invalid_grant")
		refused(t, a.redeem("/auth", code), 400, "invalid_grant")
	}},
	{"5.3.1", "client_id MUST match the one of the authorization request", func(t *testing.T, x *signIn) {
		a, b := x.newApp(t, htmlPage(appPage)), x.newApp(t, htmlPage(appPage))
		code := a.granted(t).Get("code")
		for _, path := range []string{"/token", "/auth"} {
			refused(t, a.redeem(path, code, "client_id", b.id), 400, "invalid_grant")
			refused(t, a.redeem(path, code, "client_id", "-"), 400, "invalid_request")
		}
		if got := a.redeem("/token", code); got.Status != 200 {
			t.Errorf("the app itself: %d %s", got.Status, got.Body)
		}
	}},
	{"5.3.1", "redirect_uri MUST match the one of the authorization request", func(t *testing.T, x *signIn) {
		a := x.newApp(t, htmlPage(appPage))
		code := a.granted(t).Get("code")
		for _, path := range []string{"/token", "/auth"} {
			for _, other := range []string{a.redirect + "/", a.redirect + "?x=1", strings.ToUpper(a.redirect),
				"https://evil.example/"} {
				refused(t, a.redeem(path, code, "redirect_uri", other), 400, "invalid_grant")
			}
			refused(t, a.redeem(path, code, "redirect_uri", "-"), 400, "invalid_request")
		}
	}},
	{"5.3.1", "a code issued with a code_challenge MUST be exchanged with the code_verifier",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, htmlPage(appPage))
			code := a.granted(t).Get("code")
			for _, path := range []string{"/token", "/auth"} {
				for _, wrong := range []string{"-", "short", a.verifier + "0", strings.Repeat("x", 129), a.challenge()} {
					refused(t, a.redeem(path, code, "code_verifier", wrong), 400, "invalid_grant")
				}
			}
		}},
	{"5.3.1", "a code issued without a code_challenge MUST NOT be exchanged with a code_verifier",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, htmlPage(appPage))
			code := a.granted(t, "code_challenge", "-", "code_challenge_method", "-").Get("code")
			for _, path := range []string{"/token", "/auth"} {
				refused(t, a.redeem(path, code), 400, "invalid_grant")
			}
		}},
	{"5.3.1", "grant_type is authorization_code", func(t *testing.T, x *signIn) {
		a := x.newApp(t, htmlPage(appPage))
		code := a.granted(t).Get("code")
		refused(t, a.redeem("/token", code, "grant_type", "password"), 400, "unsupported_grant_type")
		if got := a.redeem("/token", code, "grant_type", "-"); got.Status != 200 { // as before 2020
			t.Errorf("%d %s", got.Status, got.Body)
		}
	}},
	{"5.3.2", "the authorization endpoint answers with me, and profile when it was asked for, and no token",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, htmlPage(appPage))
			got := a.redeem("/auth", a.granted(t, "scope", "profile email create").Get("code")).json(t)
			profile, _ := got["profile"].(map[string]any)
			if got["me"] != "https://example.org/" || got["access_token"] != nil || profile["email"] != "ada@example.org" {
				t.Errorf("got %v", got)
			}
		}},
	{"5.3.3", "the token response is JSON with access_token, token_type, scope, me, expires_in and refresh_token",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, htmlPage(appPage))
			got := a.redeem("/token", a.granted(t, "scope", "create update").Get("code"))
			v := got.json(t)
			if v["token_type"] != "Bearer" || v["scope"] != "create update" || v["me"] != "https://example.org/" ||
				v["profile"] != nil {
				t.Errorf("got %v", v)
			}
			if n, _ := v["expires_in"].(float64); n < 89*24*3600 || n > 90*24*3600 {
				t.Errorf("expires_in is %v", v["expires_in"])
			}
			for _, name := range []string{"access_token", "refresh_token"} {
				if s, _ := v[name].(string); len(s) < 32 || len(s) > 254 {
					t.Errorf("%s is %q", name, s)
				}
			}
			if got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("Content-Type") != "application/json" {
				t.Errorf("the headers are %v", got.Header)
			}
		}},
	{"5.3.4", "profile gives name, url and photo; email is given only together with it", func(t *testing.T, x *signIn) {
		a := x.newApp(t, htmlPage(appPage))
		p, _ := a.tokens(t, "create profile")["profile"].(map[string]any)
		if p["name"] != "Ada Example" || p["url"] != "https://example.org/" || p["photo"] != "https://example.org/ada.jpg" ||
			p["email"] != nil {
			t.Errorf("profile: %v", p)
		}
		p, _ = a.tokens(t, "create profile email")["profile"].(map[string]any)
		if p["email"] != "ada@example.org" {
			t.Errorf("profile email: %v", p)
		}
		if p := a.tokens(t, "create email")["profile"]; p != nil {
			t.Errorf("email alone: %v", p)
		}
	}},
}

func (a *anApp) refresh(token any, pairs ...string) answer {
	s, _ := token.(string)
	return a.x.post("/token", with(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {s}, "client_id": {a.id}},
		pairs...))
}

// works tells whether the token may ask the Micropub endpoint.
func (x *signIn) works(token any) bool {
	s, _ := token.(string)
	return x.send("GET", "/micropub?q=config", "", "", "Authorization", "Bearer "+s).Status == 200
}

var tokenSentences = []sentence{
	{"5.5.1", "a refresh token gives a new access token and a new refresh token; the old ones end",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, htmlPage(appPage))
			first := a.tokens(t, "create update")
			second := a.refresh(first["refresh_token"]).json(t)
			if second["scope"] != "create update" || second["me"] != "https://example.org/" ||
				second["access_token"] == first["access_token"] || second["refresh_token"] == first["refresh_token"] {
				t.Errorf("got %v", second)
			}
			if x.works(first["access_token"]) || !x.works(second["access_token"]) {
				t.Error("the old token works, or the new one does not")
			}
		}},
	{"5.5.1", "client_id is the one that was used when the refresh token was issued", func(t *testing.T, x *signIn) {
		a, b := x.newApp(t, htmlPage(appPage)), x.newApp(t, htmlPage(appPage))
		first := a.tokens(t, "create")
		refused(t, a.refresh(first["refresh_token"], "client_id", b.id), 400, "invalid_grant")
		refused(t, a.refresh(first["refresh_token"], "client_id", "-"), 400, "invalid_request")
		refused(t, a.refresh("gpr_invented"), 400, "invalid_grant")
		if got := a.refresh(first["refresh_token"]); got.Status != 200 {
			t.Errorf("the app itself: %d %s", got.Status, got.Body)
		}
	}},
	{"5.5.1", "the client may request the same or fewer scopes; the new refresh token's scope MUST be identical to the old one's", func(t *testing.T, x *signIn) {
		a := x.newApp(t, htmlPage(appPage))
		first := a.tokens(t, "create update")
		refused(t, a.refresh(first["refresh_token"], "scope", "create delete"), 400, "invalid_scope")
		narrow := a.refresh(first["refresh_token"], "scope", "update").json(t)
		if narrow["scope"] != "update" {
			t.Errorf("got %v", narrow)
		}
		if wide := a.refresh(narrow["refresh_token"]).json(t); wide["scope"] != "create update" {
			t.Errorf("got %v", wide)
		}
	}},
	{"5.5", "the server MAY revoke refresh tokens: one that is used again revokes what came of it",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, htmlPage(appPage))
			first := a.tokens(t, "create")
			second := a.refresh(first["refresh_token"]).json(t)
			refused(t, a.refresh(first["refresh_token"]), 400, "invalid_grant")
			if x.works(second["access_token"]) {
				t.Error("the token still works")
			}
			refused(t, a.refresh(second["refresh_token"]), 400, "invalid_grant")
		}},
	{"7.1", "revocation answers 200 for a good token, and for one that is none", func(t *testing.T, x *signIn) {
		a := x.newApp(t, htmlPage(appPage))
		tokens := a.tokens(t, "create")
		for _, token := range []string{tokens["access_token"].(string), tokens["access_token"].(string), "invented",
			tokens["refresh_token"].(string)} {
			if got := x.post("/revoke", url.Values{"token": {token}}); got.Status != 200 {
				t.Errorf("%d %s", got.Status, got.Body)
			}
		}
		if x.works(tokens["access_token"]) {
			t.Error("the token still works")
		}
		refused(t, a.refresh(tokens["refresh_token"]), 400, "invalid_grant")
		other := a.tokens(t, "create")
		x.post("/revoke", url.Values{"token": {other["refresh_token"].(string)}, "token_type_hint": {"refresh_token"}})
		if x.works(other["access_token"]) {
			t.Error("the token of a revoked refresh token still works")
		}
	}},
	{"7", "action=revoke at the token endpoint is kept for older clients", func(t *testing.T, x *signIn) {
		a := x.newApp(t, htmlPage(appPage))
		tokens := a.tokens(t, "create")
		if got := x.post("/token", url.Values{"action": {"revoke"},
			"token": {tokens["access_token"].(string)}}); got.Status != 200 {
			t.Errorf("%d %s", got.Status, got.Body)
		}
		if x.works(tokens["access_token"]) {
			t.Error("the token still works")
		}
	}},
}

var verificationSentences = []sentence{
	{"6.1", "introspection MUST require authorization, and MUST answer 401 when it is insufficient",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, htmlPage(appPage))
			form := url.Values{"token": {a.tokens(t, "create")["access_token"].(string)}}
			for _, credential := range []string{"-", "Bearer invented", "Bearer ", "Basic eDp4", "Basic !"} {
				if got := x.post("/introspect", form, "Authorization", credential); got.Status != 401 ||
					got.Header.Get("WWW-Authenticate") == "" || strings.Contains(got.Body, "active") {
					t.Errorf("%s: %d %s", credential, got.Status, got.Body)
				}
			}
		}},
	{"6.2", "introspection answers active as a boolean, me, client_id, scope, exp and iat", func(t *testing.T, x *signIn) {
		a := x.newApp(t, htmlPage(appPage))
		token := a.tokens(t, "create update")["access_token"].(string)
		for _, credential := range []string{"Bearer " + token, "Bearer " + x.token, "Bearer between servers",
			"Basic YW55OmJldHdlZW4gc2VydmVycw=="} {
			got := x.post("/introspect", url.Values{"token": {token}}, "Authorization", credential).json(t)
			exp, _ := got["exp"].(float64)
			iat, _ := got["iat"].(float64)
			if got["active"] != true || got["me"] != "https://example.org/" || got["client_id"] != a.id ||
				got["scope"] != "create update" ||
				time.Unix(int64(exp), 0).Before(time.Now()) || time.Since(time.Unix(int64(iat), 0)) > time.Minute {
				t.Errorf("%s: got %v", credential, got)
			}
		}
		if got := x.post("/introspect", url.Values{"token": {x.token}}, "Authorization",
			"Bearer "+token).json(t); got["active"] != true || got["me"] != "https://example.org/" {
			t.Errorf("a token made by hand: %v", got)
		}
	}},
	{"6.2", "for an invalid token the endpoint MUST answer 200 with active false and nothing else",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, htmlPage(appPage))
			revoked := a.tokens(t, "create")["access_token"].(string)
			x.post("/revoke", url.Values{"token": {revoked}})
			for _, token := range []string{"invented", revoked} {
				if got := x.post("/introspect", url.Values{"token": {token}}, "Authorization",
					"Bearer between servers"); got.Status != 200 || strings.TrimSpace(got.Body) != `{"active":false}` {
					t.Errorf("%s: %d %s", token, got.Status, got.Body)
				}
			}
		}},
	{"6", "the token endpoint's GET of earlier versions still verifies a token", func(t *testing.T, x *signIn) {
		a := x.newApp(t, htmlPage(appPage))
		token := a.tokens(t, "create update")["access_token"].(string)
		got := x.send("GET", "/token", "", "", "Authorization", "Bearer "+token).json(t)
		if got["me"] != "https://example.org/" || got["client_id"] != a.id || got["scope"] != "create update" {
			t.Errorf("got %v", got)
		}
		form := x.send("GET", "/token", "", "", "Authorization", "Bearer "+token, "Accept",
			"application/x-www-form-urlencoded")
		if q, err := url.ParseQuery(form.Body); err != nil || q.Get("me") != "https://example.org/" ||
			q.Get("scope") != "create update" {
			t.Errorf("as a form: %s", form.Body)
		}
	}},
	{"8", "the resource server MUST validate the token, that it has not expired, and that its scope covers the request",
		func(t *testing.T, x *signIn) {
			a := x.newApp(t, htmlPage(appPage))
			token := a.tokens(t, "update")["access_token"].(string)
			got := x.form(url.Values{"h": {"entry"}, "content": {"Hello"}}, "Authorization", "Bearer "+token)
			if got.Status != 403 || got.json(t)["error"] != "insufficient_scope" {
				t.Errorf("%d %s", got.Status, got.Body)
			}
		}},
	{"8.1", "invalid_request is 400, invalid_token 401, insufficient_scope 403", func(t *testing.T, x *signIn) {
		refused(t, x.post("/introspect", url.Values{}, "Authorization", "Bearer "+x.token), 400, "invalid_request")
		refused(t, x.send("GET", "/userinfo", "", "", "Authorization", "Bearer invented"), 401, "invalid_token")
		refused(t, x.send("GET", "/userinfo", "", ""), 403, "insufficient_scope")
	}},
	{"9", "userinfo answers the profile to a token with the scope for it", func(t *testing.T, x *signIn) {
		a := x.newApp(t, htmlPage(appPage))
		tokens := a.tokens(t, "profile email create")
		got := x.send("GET", "/userinfo", "", "", "Authorization", "Bearer "+tokens["access_token"].(string)).json(t)
		profile := tokens["profile"].(map[string]any)
		if len(got) != 4 || len(profile) != 4 {
			t.Errorf("got %v, and at sign-in %v", got, profile)
		}
		for name, value := range profile {
			if got[name] != value {
				t.Errorf("%s is %v, and was %v at sign-in", name, got[name], value)
			}
		}
		if got := x.send("GET", "/userinfo", "", "", "Authorization", "-"); got.Status != 401 ||
			strings.Contains(got.Header.Get("WWW-Authenticate"), "error") {
			t.Errorf("without a token: %d %s", got.Status, got.Header.Get("WWW-Authenticate"))
		}
	}},
}
