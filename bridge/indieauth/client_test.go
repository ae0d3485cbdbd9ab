package indieauth

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/state"
)

func TestAnAppsPage(t *testing.T) {
	for name, c := range map[string]struct{ kind, body, wantName, wantLogo, wantURL string }{
		"h-app": {"text/html",
			`<div class="h-app"><img class="u-logo" src="logo.png" alt="x"><a class="u-url p-name" href="/">An App</a></div>`,
			"An App", "https://app.example/logo.png", "https://app.example/"},
		"h-x-app": {"text/html; charset=utf-8", `<div class="h-x-app"><span class="p-name"> An
			App </span></div>`, "An App", "", "https://app.example/"},
		"no type": {"", `<div class="h-app p-name">An App</div>`, "An App", "", "https://app.example/"},
		"foreign logo": {"text/html",
			`<div class="h-app"><img class="u-logo" src="https://other.example/logo.png"><p class="p-name">An App</p></div>`,
			"An App", "", "https://app.example/"},
		"logo by script": {"text/html",
			`<div class="h-app"><a class="u-logo" href="javascript:alert(1)"></a><p class="p-name">An App</p></div>`, "An App",
			"", "https://app.example/"},
		"a card, no app": {"text/html", `<div class="h-card"><p class="p-name">Somebody</p></div>`, "", "",
			"https://app.example/"},
		"plain text": {"text/plain", `An App`, "", "", "https://app.example/"},
		"JSON": {"application/json; charset=utf-8",
			`{"client_id": "https://app.example", "client_name": "An App", "client_uri": "https://app.example/", "logo_uri": "/logo.png", "more": {}}`, "An App", "https://app.example/logo.png", "https://app.example/"},
		"a kind of JSON": {"application/cid+json", `{"client_id": "https://app.example/", "client_name": "An App"}`,
			"An App", "", "https://app.example/"},
		"broken HTML": {"text/html", "<div class=h-app><<<p class=p-name>An App" + strings.Repeat("<b></i>", 100),
			"An App", "", "https://app.example/"},
		"nested too often": {"text/html", strings.Repeat(`<div class="h-app p-name">`, 30000), "", "",
			"https://app.example/"},
	} {
		s := newServer(t)
		app(t, s, c.kind, c.body)
		r, err := s.Authorize(t.Context(), request())
		if err != nil || r.Client.Name != c.wantName || r.Client.Logo != c.wantLogo || r.Client.URL != c.wantURL {
			t.Errorf("%s: got %+v, %v", name, r, err)
		}
	}
	for name, body := range map[string]string{
		"another app": `{"client_id": "https://other.example/"}`, "no client_id": `{}`, "no JSON": `<html>`, "a list": `[]`,
		"a number": `{"client_id": 1}`,
	} {
		s := newServer(t)
		app(t, s, "application/json", body)
		if _, err := s.Authorize(t.Context(), request()); codeOf(t, err) != fault.InvalidRequest {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAnAppsPageIsRememberedForAWhile(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"": defaultCached, "no-store": minCached, "max-age=0": minCached, "private, max-age=600": 10 * time.Minute,
		"max-age=31536000": maxCached, "max-age=x": defaultCached, "max-age=-5": defaultCached,
	} {
		s := newServer(t)
		app(t, s, "text/html", `<p>`, "Cache-Control", header)
		now := time.Now()
		s.now = func() time.Time { return now }
		if _, err := s.Authorize(t.Context(), request()); err != nil {
			t.Fatal(err)
		}
		if got := s.clients["https://app.example/"].expires.Sub(now); got != want {
			t.Errorf("Cache-Control %q: for %s, want %s", header, got, want)
		}
	}
}

func TestRememberedAppsAreFew(t *testing.T) {
	s := newServer(t)
	app(t, s, "text/html", `<p>`)
	for i := range maxClients + 20 {
		id := fmt.Sprintf("https://app%d.example/", i)
		if _, err := s.Authorize(t.Context(), request("client_id", id, "redirect_uri", id)); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.clients) > maxClients {
		t.Errorf("%d are remembered", len(s.clients))
	}
}

// The app is down, but its address is its own: the owner is told that its name is not known.
func TestAnAppWhosePageCannotBeReadIsUnknown(t *testing.T) {
	s := newServer(t)
	r, err := s.Authorize(t.Context(), request("client_id", "https://app.invalid/", "redirect_uri",
		"https://app.invalid/redirect"))
	if err != nil || r.Client.Name != "" || !strings.Contains(r.Client.Warning, "could not be read") {
		t.Errorf("got %+v, %v", r, err)
	}
	if len(s.clients) != 0 {
		t.Error("that is remembered")
	}
}

func TestCodesAndTokensExpire(t *testing.T) {
	s := newServer(t)
	app(t, s, "text/html", `<p>`)
	code := func(issued time.Time) url.Values {
		s.now = func() time.Time { return issued }
		r, err := s.Authorize(t.Context(), request())
		if err != nil {
			t.Fatal(err)
		}
		redirect, err := s.Grant(t.Context(), r, Decision{Scope: r.Scope})
		if err != nil {
			t.Fatal(err)
		}
		u, _ := url.Parse(redirect)
		return url.Values{"code": {u.Query().Get("code")}, "client_id": {r.ClientID}, "redirect_uri": {r.RedirectURI},
			"code_verifier": {verifier}}
	}
	if _, err := s.Exchange(t.Context(), code(time.Now().Add(-11*time.Minute))); codeOf(t, err) != fault.InvalidGrant ||
		!strings.Contains(err.Error(), "expired") {
		t.Errorf("after 11 minutes: %v", err)
	}
	form := code(time.Now().Add(-9 * time.Minute))
	s.now = func() time.Time { return time.Now().Add(-61 * time.Minute) } // the token was issued an hour ago
	tokens, err := s.Exchange(t.Context(), form)
	if err != nil {
		t.Fatalf("after 9 minutes: %v", err)
	}
	if tokens.ExpiresIn != 3600 {
		t.Errorf("expires_in is %d", tokens.ExpiresIn)
	}
	if seen, err := s.Introspect(t.Context(), tokens.AccessToken); err != nil || seen.Active {
		t.Errorf("after its hour the token is %+v, %v", seen, err)
	}
	s.now = time.Now
	renewed, err := s.Refresh(t.Context(), url.Values{"refresh_token": {tokens.RefreshToken},
		"client_id": {"https://app.example/"}})
	if err != nil {
		t.Fatal(err)
	}
	if seen, err := s.Introspect(t.Context(), renewed.AccessToken); err != nil || !seen.Active || seen.Me != me {
		t.Errorf("the renewed token is %+v, %v", seen, err)
	}

	form = code(time.Now())
	s.now = func() time.Time { return time.Now().Add(-3 * time.Hour) }
	if tokens, err = s.Exchange(t.Context(), form); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Refresh(t.Context(), url.Values{"refresh_token": {tokens.RefreshToken},
		"client_id": {"https://app.example/"}}); codeOf(t, err) != fault.InvalidGrant {
		t.Errorf("a refresh token that was not used for twice the token's life: %v", err)
	}
}

func TestGrantTakesTheOwnersWord(t *testing.T) {
	s := newServer(t)
	app(t, s, "text/html", `<p>`)
	r, err := s.Authorize(t.Context(), request())
	if err != nil {
		t.Fatal(err)
	}
	exchange := func(d Decision) Tokens {
		redirect, err := s.Grant(t.Context(), r, d)
		if err != nil {
			t.Fatal(err)
		}
		u, _ := url.Parse(redirect)
		tokens, err := s.Exchange(t.Context(), url.Values{"code": {u.Query().Get("code")}, "client_id": {r.ClientID},
			"redirect_uri": {r.RedirectURI}, "code_verifier": {verifier}})
		if err != nil {
			t.Fatal(err)
		}
		return tokens
	}
	if got := exchange(Decision{Scope: []string{"draft", "media", "draft"},
		Me: "https://notes.example/"}); got.Scope != "draft media" || got.Me != "https://notes.example/" ||
		got.ExpiresIn != 3600 {
		t.Errorf("got %+v", got)
	}
	if got := exchange(Decision{Scope: []string{"create"}, Lifetime: -1}); got.ExpiresIn != 0 || got.RefreshToken != "" {
		t.Errorf("a token for ever: %+v", got)
	}
	if got := exchange(Decision{Scope: []string{"create"}, Lifetime: time.Minute}); got.ExpiresIn != 60 {
		t.Errorf("a token for a minute: %+v", got)
	}
	for name, d := range map[string]Decision{
		"another's site": {Me: "https://evil.example/"}, "a site that is none": {Sites: []string{"https://evil.example/"}},
		"a scope that is none": {Scope: []string{"two words"}},
	} {
		if _, err := s.Grant(t.Context(), r, d); codeOf(t, err) != fault.InvalidRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAuthorizeRefusesWithoutRedirecting(t *testing.T) {
	s := newServer(t)
	app(t, s, "text/html", `<p>`)
	for name, q := range map[string]url.Values{
		"no client_id": request("client_id", "-"), "no redirect_uri": request("redirect_uri", "-"), "nothing": {},
		"bad client_id": request("client_id", "app"),
	} {
		_, err := s.Authorize(t.Context(), q)
		var r *RedirectError
		if codeOf(t, err) != fault.InvalidRequest || errors.As(err, &r) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, q := range map[string]url.Values{
		"state twice": {"state": {"a", "b"}}, "scope twice": {"scope": {"create", "delete"}},
		"challenge twice": {"code_challenge": {challengeOf(verifier), challengeOf("other")}},
		"a long state":    {"state": {strings.Repeat("x", 5000)}},
	} {
		all := request()
		for key, values := range q {
			all[key] = values
		}
		var r *RedirectError
		if _, err := s.Authorize(t.Context(), all); !errors.As(err, &r) || r.Code != "invalid_request" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An app of 2018 that only wants to know who signs in says response_type=id.
func TestAnOldAppThatOnlyAsksWhoItIs(t *testing.T) {
	s := newServer(t)
	app(t, s, "text/html", `<p>`)
	for _, kind := range []string{"id", "-"} {
		r, err := s.Authorize(t.Context(), request("response_type", kind, "code_challenge", "-", "code_challenge_method",
			"-"))
		if err != nil || len(r.Scope) != 0 || !r.WithoutPKCE {
			t.Errorf("response_type %s: got %+v, %v", kind, r, err)
		}
	}
}

// Trouble of the machine is told as such, and does not look like a mistake of the app.
func TestABrokenDatabaseIsAnOutage(t *testing.T) {
	s := newServer(t)
	app(t, s, "text/html", `<p>`)
	r, err := s.Authorize(t.Context(), request())
	if err != nil {
		t.Fatal(err)
	}
	s.db.Close()
	form := url.Values{"code": {"x"}, "client_id": {r.ClientID}, "redirect_uri": {r.RedirectURI}, "refresh_token": {"x"}}
	_, granting := s.Grant(t.Context(), r, Decision{Scope: r.Scope})
	_, exchanging := s.Exchange(t.Context(), form)
	_, identifying := s.Identify(t.Context(), form)
	_, refreshing := s.Refresh(t.Context(), form)
	_, asking := s.Introspect(t.Context(), "x")
	_, old := s.Authorize(t.Context(), request("code_challenge", "-", "code_challenge_method", "-"))
	for name, err := range map[string]error{"Grant": granting, "Exchange": exchanging, "Identify": identifying,
		"Refresh": refreshing, "Introspect": asking, "Revoke": s.Revoke(t.Context(), "x"), "Authorize": old} {
		if codeOf(t, err) != fault.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What the owner said of sites goes with the token, also when it is renewed.
func TestATokenKeepsItsSites(t *testing.T) {
	s := newServer(t)
	app(t, s, "text/html", `<p>`)
	r, err := s.Authorize(t.Context(), request())
	if err != nil {
		t.Fatal(err)
	}
	redirect, err := s.Grant(t.Context(), r, Decision{Scope: r.Scope, Sites: []string{"https://notes.example/"}})
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(redirect)
	tokens, err := s.Exchange(t.Context(), url.Values{"code": {u.Query().Get("code")}, "client_id": {r.ClientID},
		"redirect_uri": {r.RedirectURI}, "code_verifier": {verifier}})
	if err != nil {
		t.Fatal(err)
	}
	if tokens, err = s.Refresh(t.Context(), url.Values{"refresh_token": {tokens.RefreshToken},
		"client_id": {r.ClientID}}); err != nil {
		t.Fatal(err)
	}
	if got, err := s.db.Token(t.Context(), tokens.AccessToken); err != nil ||
		!slices.Equal(got.Sites, []string{"https://notes.example/"}) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// signIn grants an app and returns its tokens.
func signIn(t *testing.T, s *Server, d Decision) Tokens {
	t.Helper()
	r, err := s.Authorize(t.Context(), request())
	if err != nil {
		t.Fatal(err)
	}
	d.Scope = r.Scope
	redirect, err := s.Grant(t.Context(), r, d)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(redirect)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := s.Exchange(t.Context(), url.Values{
		"code": {u.Query().Get("code")}, "client_id": {r.ClientID}, "redirect_uri": {r.RedirectURI},
		"code_verifier": {verifier},
	})
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

// A grant is for the sites that there are when the owner makes it, unless all are allowed.
func TestAGrantNamesTheSitesThatExist(t *testing.T) {
	s := newServer(t)
	app(t, s, "text/html", `<p>`)
	for name, c := range map[string]struct {
		d     Decision
		sites []string
	}{
		"all of today": {Decision{}, []string{me, "https://notes.example/"}},
		"one":          {Decision{Sites: []string{me}}, []string{me}},
		"all":          {Decision{AllSites: true}, nil},
		"all and one":  {Decision{AllSites: true, Sites: []string{me}}, nil},
	} {
		tokens := signIn(t, s, c.d)
		for _, when := range []string{"issued", "renewed"} {
			got, err := s.db.Token(t.Context(), tokens.AccessToken)
			if err != nil || !slices.Equal(got.Sites, c.sites) || got.AllSites != c.d.AllSites {
				t.Errorf("%s, %s: got %q, all %v, %v", name, when, got.Sites, got.AllSites, err)
			}
			tokens, err = s.Refresh(t.Context(), url.Values{"refresh_token": {tokens.RefreshToken},
				"client_id": {"https://app.example/"}})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// However often an app renews its token, the owner has to sign in again after a year.
func TestRenewalsEndAfterAYear(t *testing.T) {
	const day = 24 * time.Hour
	for _, lifetime := range []time.Duration{time.Hour, 30 * day, 300 * day} {
		s := newServer(t)
		app(t, s, "text/html", `<p>`)
		tokens := signIn(t, s, Decision{Lifetime: lifetime})
		start := time.Now()
		issued, err := s.db.Tokens(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var issue state.Issue
		for now := start; now.Before(start.Add(400 * day)); now = now.Add(lifetime) {
			s.now = func() time.Time { return now }
			if issue = s.issue(issued[0], lifetime); issue.Refresh.IsZero() {
				break
			}
			if idle := issue.Refresh.Sub(now); idle > maxIdle {
				t.Errorf("lifetime %s: can be renewed after %s", lifetime, idle)
			}
		}
		if !issue.Refresh.IsZero() || issue.Token.Expires.Sub(issued[0].Created) > maxGrant {
			t.Errorf("lifetime %s: the last token expires after %s, renewable until %s", lifetime,
				issue.Token.Expires.Sub(start), issue.Refresh)
		}
		if (tokens.RefreshToken == "") != (lifetime > maxIdle) {
			t.Errorf("lifetime %s: the refresh token is %q", lifetime, tokens.RefreshToken)
		}
		if tokens.RefreshToken == "" {
			continue
		}
		s.now = func() time.Time { return start.Add(366 * day) }
		_, err = s.Refresh(t.Context(), url.Values{"refresh_token": {tokens.RefreshToken},
			"client_id": {"https://app.example/"}})
		if codeOf(t, err) != fault.InvalidGrant {
			t.Errorf("lifetime %s: after a year: %v", lifetime, err)
		}
	}
}

// A token that was issued for more than a year keeps its lifetime, but cannot be renewed.
func TestAnAccessTokenOfYearsIsNotRenewed(t *testing.T) {
	s := newServer(t)
	app(t, s, "text/html", `<p>`)
	tokens := signIn(t, s, Decision{Lifetime: 730 * 24 * time.Hour})
	if tokens.RefreshToken != "" || tokens.ExpiresIn != 730*24*3600 {
		t.Errorf("got %+v", tokens)
	}
}

// Anyone can be an app: only one that the owner has allowed before may be told of an error by
// a redirect.
func TestErrorsSayWhetherTheAppWasEverAllowed(t *testing.T) {
	s := newServer(t)
	app(t, s, "text/html", `<p>`)
	for _, known := range []bool{false, true} {
		for name, q := range map[string]url.Values{
			"scope": request("scope", "a\"b"), "response_type": request("response_type", "token"),
			"method": request("code_challenge_method", "plain"), "state": request("state", strings.Repeat("x", 5000)),
		} {
			var r *RedirectError
			if _, err := s.Authorize(t.Context(), q); !errors.As(err, &r) || r.Known != known {
				t.Errorf("%s: %v; want an error of an app that is known: %v", name, err, known)
			}
		}
		signIn(t, s, Decision{})
	}
}
