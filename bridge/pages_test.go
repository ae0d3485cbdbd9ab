package bridge_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gitpost/bridge"
	"gitpost/bridge/owner"
	"gitpost/bridge/state"
)

const ownersPassword = "correct horse battery staple"

// person is somebody with a browser: cookies, and the headers that browsers send.
type person struct {
	*fixture
	client http.Client
}

func (f *fixture) person() *person {
	jar, _ := cookiejar.New(nil)
	return &person{f, http.Client{
		Transport: namedTransport, Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// owned gives the server an owner with a password.
func (f *fixture) owned() *fixture {
	f.t.Helper()
	f.withState(func(db *state.DB) error {
		stored.Do(func() { // a hash takes its time, and one is enough
			f.asOwner(func(o *owner.Owner) error { return o.SetPassword(f.t.Context(), ownersPassword, "") })
			who, err := db.Owner(f.t.Context())
			if err != nil {
				f.t.Fatal(err)
			}
			storedPassword = who.Password
		})
		return db.SetPassword(f.t.Context(), storedPassword, "")
	})
	return f
}

var (
	stored         sync.Once
	storedPassword string // ownersPassword as it is stored
)

// asOwner does what gitpost passwd does, beside the running server.
func (f *fixture) asOwner(do func(*owner.Owner) error) {
	f.t.Helper()
	f.withState(func(db *state.DB) error {
		o, err := owner.New(db, f.config.URL, "example.org")
		if err != nil {
			return err
		}
		return do(o)
	})
}

// knows makes an app one that the owner has allowed before.
func (f *fixture) knows(clientID string) {
	f.t.Helper()
	f.withState(func(db *state.DB) error {
		_, err := db.CreateCode(f.t.Context(), state.Code{ClientID: clientID, Expires: time.Now().Add(time.Minute)})
		return err
	})
}

func (f *fixture) withState(do func(*state.DB) error) {
	f.t.Helper()
	db, err := state.Open(f.t.Context(), f.config.StateFile())
	if err != nil {
		f.t.Fatal(err)
	}
	defer db.Close()
	if err := do(db); err != nil {
		f.t.Fatal(err)
	}
}

func (p *person) ask(method, path string, form url.Values, headers ...string) answer {
	p.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	if !strings.HasPrefix(path, "http") {
		path = p.base + path
	}
	r, err := http.NewRequestWithContext(p.t.Context(), method, path, body)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	r.Header.Set("User-Agent", "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if r.Header.Del(headers[i]); headers[i+1] != "-" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	res, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(data)}
}

func (p *person) get(path string, headers ...string) answer {
	p.t.Helper()
	return p.ask("GET", path, nil, headers...)
}

// send posts a form given as pairs.
func (p *person) post(path string, pairs ...string) answer {
	p.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return p.ask("POST", path, form)
}

// signIn gives the browser a session, as signing in does, which takes longer.
func (p *person) signIn() *person {
	p.t.Helper()
	p.withState(func(db *state.DB) error {
		now := time.Now()
		secret, err := db.CreateSession(p.t.Context(), state.Session{Browser: "Firefox on Android", Created: now, Used: now,
			Expires: now.Add(time.Hour)})
		p.setSession(secret)
		return err
	})
	return p
}

func (p *person) setSession(secret string) {
	at, _ := url.Parse(p.base)
	p.client.Jar.SetCookies(at, []*http.Cookie{{Name: "gitpost_session", Value: secret, Path: "/"}})
}

func (p *person) session() string {
	at, _ := url.Parse(p.base)
	for _, c := range p.client.Jar.Cookies(at) {
		if strings.HasSuffix(c.Name, "gitpost_session") {
			return c.Value
		}
	}
	return ""
}

func (p *person) wantGo(a answer, to string) {
	p.t.Helper()
	if a.Status != http.StatusSeeOther || a.Header.Get("Location") != to {
		p.t.Fatalf("got %d to %q, want 303 to %q\n%s", a.Status, a.Header.Get("Location"), to, a.Body)
	}
}

func (p *person) want(a answer, status int, text ...string) answer {
	p.t.Helper()
	for _, t := range text {
		if !strings.Contains(a.Body, t) {
			p.t.Errorf("the page does not say %q:\n%s", t, a.Body)
		}
	}
	if a.Status != status {
		p.t.Fatalf("got %d, want %d\n%s", a.Status, status, a.Body)
	}
	return a
}

// toSignIn are the pages that only the owner may see.
var toSignIn = []string{"/posts/new", "/posts/edit?url=https%3A%2F%2Fsite.example%2F", "/status", "/apps", "/connect",
	"/account", "/auth?client_id=https%3A%2F%2Fapp.example%2F"}

func TestPagesAskToSignIn(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person()
	for _, page := range toSignIn {
		a := p.get(page)
		p.wantGo(a, "/signin?back="+url.QueryEscape(page))
	}
	for _, form := range []string{"/apps/token", "/apps/revoke", "/account/password", "/account/passkeys/remove"} {
		first := "/" + strings.Split(form, "/")[1]
		if form == "/apps/token" {
			first = "/apps/new"
		}
		p.wantGo(p.post(form, "name", "x", "scope", "create", "id", "1"), "/signin?back="+url.QueryEscape(first))
	}
	p.wantGo(p.post("/auth/consent", "request", "client_id=x", "answer", "allow"),
		"/signin?back="+url.QueryEscape("/auth?client_id=x"))
	f.withState(func(db *state.DB) error {
		tokens, err := db.Tokens(t.Context())
		if len(tokens) != 1 || !tokens[0].Revoked.IsZero() {
			t.Errorf("somebody who is not signed in changed the tokens: %+v", tokens)
		}
		return err
	})
}

// bookmarklet is a link that is no part of the page's own script: it goes into the browser's bookmarks.
var bookmarklet = regexp.MustCompile(`<a class="bookmarklet [^>]*>`)

func TestPagesHaveHeadersThatKeepOthersOut(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person().signIn()
	stranger := f.person()
	pages := map[string]answer{
		"posts": p.get("/"), "new post": p.get("/posts/new"), "status": p.get("/status"), "apps": p.get("/apps"),
		"account": p.get("/account"), "connect": p.get("/connect"),
		"welcome": stranger.get("/"), "sign-in": stranger.get("/signin"),
		"refusal":  stranger.post("/signin", "password", "wrong"),
		"bad link": stranger.get("/setup?code=x"), "redirect": stranger.get("/apps"), "nothing": p.get("/apps/nothing-here"),
		"consent": p.get("/auth?client_id=x"),
	}
	for name, a := range pages {
		h := a.Header
		csp := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "script-src 'self'",
			"style-src 'self'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: the policy has no %q: %q", name, part, csp)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: unsafe policy %q", name, csp)
		}
		for header, want := range map[string]string{
			"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store", "Access-Control-Allow-Origin": "",
		} {
			if got := h.Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
		if regexp.MustCompile(`(?i)<script>|<style|style=|\son[a-z]+=|javascript:`).MatchString(bookmarklet.ReplaceAllString(a.Body, "")) {
			t.Errorf("%s has inline script or style, which its own policy forbids:\n%s", name, a.Body)
		}
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person().signIn()
	form := url.Values{"name": {"theirs"}, "scope": {"create"}, "password": {ownersPassword}, "answer": {"allow"},
		"everywhere": {"yes"}}
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"},
		{"Sec-Fetch-Site", "-", "Origin", "https://evil.example"}, {"Sec-Fetch-Site", "-", "Origin", "null"},
	} {
		for _, path := range []string{"/apps/token", "/auth/consent", "/account/password", "/signout", "/signin", "/setup",
			"/account/passkeys/remove"} {
			p.want(p.ask("POST", path, form, headers...), http.StatusForbidden, "A form of another site was refused")
		}
	}
	if a := p.want(p.get("/apps"), http.StatusOK); strings.Contains(a.Body, "theirs") {
		t.Error("another site made a token")
	}
}

func TestOwnFormsOfBrowsersWithoutFetchMetadataAreTaken(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person()
	a := p.ask("POST", "/signin", url.Values{"password": {ownersPassword}}, "Sec-Fetch-Site", "-", "Origin", f.base)
	p.wantGo(a, "/signin?entered=yes&back=%2F")
	// Behind a proxy that changes Host, the configured address counts.
	b := p.ask("POST", "/signin", url.Values{"password": {ownersPassword}}, "Sec-Fetch-Site", "cross-site", "Origin",
		f.config.URL)
	p.wantGo(b, "/signin?entered=yes&back=%2F")
}

func TestSignInGivesANewSession(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	attacker := f.person().signIn()
	planted := attacker.session()

	victim := f.person()
	victim.setSession(planted)
	a := victim.post("/signin", "password", ownersPassword)
	if victim.session() == planted || victim.session() == "" {
		t.Fatalf("after signing in the session is still the planted one\n%v", a.Header)
	}
	if got := attacker.get("/apps"); got.Status != http.StatusSeeOther {
		t.Errorf("the planted session is still good: %d", got.Status)
	}
	victim.want(victim.get("/apps"), http.StatusOK)

	made := f.person()
	made.setSession("chosen-by-somebody")
	made.post("/signin", "password", ownersPassword)
	if made.session() == "" || made.session() == "chosen-by-somebody" {
		t.Error("a session's secret can be chosen")
	}
}

// sessionCookie returns the Set-Cookie header of the session, as it is sent.
func sessionCookie(a answer) string {
	for _, cookie := range a.Header.Values("Set-Cookie") {
		if name, _, _ := strings.Cut(cookie, "="); strings.HasSuffix(name, "gitpost_session") {
			return cookie
		}
	}
	return ""
}

func TestSessionCookieIsKeptFromOthers(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person()
	cookie := sessionCookie(p.post("/signin", "password", ownersPassword))
	for _, part := range []string{"gitpost_session=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie has no %s: %s", part, cookie)
		}
	}
	if strings.Contains(cookie, "Domain") {
		t.Errorf("the cookie goes to other hosts: %s", cookie)
	}
	f.withState(func(db *state.DB) error {
		sessions, err := db.Sessions(t.Context(), time.Hour, time.Now())
		if strings.Contains(fmt.Sprint(sessions), p.session()) {
			t.Error("the session's secret is stored")
		}
		return err
	})

	secure := serveAt(t, "https://pub.example.org").owned().person()
	cookie = sessionCookie(secure.post("/signin", "password", ownersPassword))
	if !strings.HasPrefix(cookie, "__Host-gitpost_session=") || !strings.Contains(cookie, "; Secure") {
		t.Errorf("over HTTPS the cookie is %s", cookie)
	}
}

// serveAt is a server that believes to be reached at another address, as behind a proxy.
func serveAt(t *testing.T, address string) *fixture {
	t.Helper()
	return serve(t, "hugo", func(c *settings) { c.URL = address })
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	one, other := f.person().signIn(), f.person().signIn()
	stolen := one.session()
	one.wantGo(one.post("/signout"), "/")
	if one.session() != "" {
		t.Error("the cookie stays")
	}
	one.setSession(stolen)
	if a := one.get("/apps"); a.Status != http.StatusSeeOther {
		t.Errorf("the session is still good: %d", a.Status)
	}
	other.want(other.get("/account"), http.StatusOK, "this one", "Firefox on Android")
	third := f.person().signIn()
	other.post("/signout", "everywhere", "yes")
	if a := third.get("/apps"); a.Status != http.StatusSeeOther {
		t.Errorf("a session elsewhere is still good: %d", a.Status)
	}
}

func TestSignInReturnsToPagesOfThisServerAlone(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	in := f.person().signIn()
	for _, back := range []string{
		"https://evil.example/", "//evil.example/", "///evil.example", `/\evil.example`, `\\evil.example`,
		"http:evil.example", "javascript:alert(1)",
		"/\t/evil.example", "/%09/evil.example\n", " //evil.example", "evil.example", "//%65vil.example", "/%2f/evil.example",
		"",
	} {
		in.wantGo(in.get("/signin?back="+url.QueryEscape(back)), "/")
	}
	p := f.person()
	p.wantGo(p.post("/signin", "password", ownersPassword, "back", "//evil.example"), "/signin?entered=yes&back=%2F")
	p.wantGo(p.get("/signin?back="+url.QueryEscape("/auth?client_id=https://app.example/&state=a%20b")),
		"/auth?client_id=https://app.example/&state=a%20b")
}

func TestSignInSaysWhenTheCookieWasNotKept(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person()
	to := p.post("/signin", "password", ownersPassword).Header.Get("Location")
	stranger := f.person() // without the cookie
	stranger.want(stranger.get(to), http.StatusOK, "The browser did not keep the cookie", f.config.URL)
}

func TestTheAPINeverLooksAtCookies(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person().signIn()
	for _, path := range []string{"/micropub?q=config", "/media?q=source", "/token", "/userinfo"} {
		a := p.get(path)
		if a.Status != http.StatusUnauthorized {
			t.Errorf("GET %s with a session answers %d, want 401", path, a.Status)
		}
		if a.Header.Get("Access-Control-Allow-Origin") != "*" || a.Header.Get("Set-Cookie") != "" {
			t.Errorf("GET %s: headers %v", path, a.Header)
		}
	}
	a := p.post("/micropub", "h", "entry", "content", "By cookie")
	if a.Status != http.StatusUnauthorized {
		t.Errorf("a post with a session answers %d, want 401", a.Status)
	}
	for _, path := range []string{"/apps", "/account"} {
		if a := f.send("GET", path, "", "", "Accept", "text/html"); a.Status != http.StatusOK &&
			a.Status != http.StatusSeeOther || strings.Contains(a.Body, "Sign out") {
			t.Errorf("GET %s with a token shows a page of the owner's: %d", path, a.Status)
		}
	}
}

func TestWrongPasswordsAreLimited(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", func(c *settings) { c.TrustedProxies = []string{"127.0.0.1/32"} }).owned()
	p := f.person()
	from := func(address, password string) answer {
		return p.ask("POST", "/signin", url.Values{"password": {password}, "back": {"/apps"}}, "X-Forwarded-For", address)
	}
	var last answer
	until(t, "there is time to try the right one while it is refused", func() bool {
		last = from("203.0.113.1", "wrong")
		wait, _ := strconv.Atoi(last.Header.Get("Retry-After"))
		return wait >= 4
	})
	p.want(last, http.StatusTooManyRequests, "Too many wrong passwords came from your address",
		`name="back" value="/apps"`)
	p.want(from("203.0.113.1", ownersPassword), http.StatusTooManyRequests)
	p.wantGo(from("203.0.113.2", ownersPassword), "/signin?entered=yes&back=%2Fapps")
}

func TestSetupLinkSetsThePasswordOnce(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	p := f.person()
	p.want(p.get("/signin"), http.StatusOK, "Nobody can sign in yet", "gitpost passwd")
	var code string
	f.asOwner(func(o *owner.Owner) (err error) { code, err = o.NewSetup(t.Context()); return err })
	p.want(p.get("/setup?code="+code), http.StatusOK, "Make this gitpost yours")
	p.want(p.post("/setup", "code", code, "password", "short", "again", "short"), http.StatusBadRequest,
		"less than 10 characters", code)
	p.want(p.post("/setup", "code", code, "password", ownersPassword, "again", "other"), http.StatusBadRequest,
		"not the same", code)
	p.wantGo(p.post("/setup", "code", code, "password", ownersPassword, "again", ownersPassword),
		"/signin?entered=yes&back=%2Fposts%2Fnew")
	p.want(p.get("/posts/new"), http.StatusOK)
	q := f.person()
	q.want(q.get("/setup?code="+code), http.StatusForbidden, "The set-up link is not good", "gitpost passwd")
	q.want(q.post("/setup", "code", code, "password", "another password", "again", "another password"),
		http.StatusForbidden)
	q.wantGo(q.post("/signin", "password", ownersPassword), "/signin?entered=yes&back=%2F")
}

func TestPersonalTokenIsShownOnceAndWorks(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person().signIn()
	a := p.want(p.madeToken("name", "phone", "scope", "create", "scope", "media", "scope", "invented", "lifetime", "7"),
		http.StatusOK, "it is not shown again")
	secret := regexp.MustCompile(`gp_[A-Z2-7]+`).FindString(a.Body)
	if secret == "" {
		t.Fatalf("no token in\n%s", a.Body)
	}
	list := p.want(p.get("/apps"), http.StatusOK, "phone", "until ")
	if strings.Contains(list.Body, secret) || strings.Contains(list.Body, "invented") {
		t.Error("the list shows the token, or a scope that does not exist")
	}
	post := func() answer {
		return f.form(url.Values{"h": {"entry"}, "content": {"With my own token"}}, "Authorization", "Bearer "+secret)
	}
	if got := post(); got.Status != http.StatusCreated {
		t.Fatalf("the token does not work: %d %s", got.Status, got.Body)
	}
	id := regexp.MustCompile(`href="/apps/revoke\?id=(\d+)" aria-label="Revoke phone"`).FindStringSubmatch(list.Body)
	if id == nil {
		t.Fatalf("no link that revokes in\n%s", list.Body)
	}
	p.want(p.get("/apps/revoke?id="+id[1]), http.StatusOK, "<h1>Revoke phone?</h1>", `name="id" value="`+id[1]+`"`)
	p.want(p.get("/apps/revoke?id=4711"), http.StatusNotFound)
	p.wantGo(p.post("/apps/revoke", "id", id[1]), "/apps?revoked="+id[1])
	if got := post(); got.Status != http.StatusUnauthorized {
		t.Errorf("a revoked token answers %d", got.Status)
	}
	p.want(p.get("/apps?revoked="+id[1]), http.StatusOK, "can no longer do anything here", "Revoked and expired",
		"/apps/restore")
	p.wantGo(p.post("/apps/restore", "id", id[1]), "/apps?restored=yes")
	if got := post(); got.Status != http.StatusCreated {
		t.Errorf("after the revocation was undone the token answers %d", got.Status)
	}
	p.wantGo(p.post("/apps/revoke", "id", id[1]), "/apps?revoked="+id[1])
	p.want(p.post("/apps/revoke", "id", "4711"), http.StatusNotFound)
	p.want(p.post("/apps/token", "name", "useless"), http.StatusBadRequest, "may do nothing")
	p.want(p.post("/apps/token", "scope", "create"), http.StatusBadRequest, "has no name")
	p.want(p.post("/apps/token", "name", "x", "scope", "create", "lifetime", "-5"), http.StatusBadRequest)
}

func TestStatusShowsWhatWaitsAndWhy(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person().signIn()
	p.want(p.get("/status"), http.StatusOK, "All is well", filepath.Base(f.remote), "main")
	hook := filepath.Join(f.remote, "hooks", "pre-receive")
	if err := os.WriteFile(hook, []byte("#!/bin/sh\necho 'no <b>posts</b> on Sundays'\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	f.create(`{"type":["h-entry"],"properties":{"name":["Low tide"],"content":["<b>Bold</b>"]}}`)
	f.create(`{"type":["h-entry"],"properties":{"content":["<script>alert(1)</script> unfinished"],"post-status":["draft"]}}`)
	a := p.want(p.get("/status"), http.StatusOK, "The Git host refuses 2 changes, listed below. The posts are safe here",
		"&lt;b&gt;posts&lt;/b&gt; on Sundays (pre-receive hook declined).", "2 commits, the oldest from just now",
		"Low tide", "&lt;script&gt;alert(1)", "draft")
	if strings.Contains(a.Body, "<script>alert") || strings.Contains(a.Body, "<b>") {
		t.Error("a post's text, or the remote's, is markup on the page")
	}
	if err := os.Remove(hook); err != nil {
		t.Fatal(err)
	}
	f.create(`{"type":["h-entry"],"properties":{"content":["Monday"]}}`)
	until(t, "the page says that all is well", func() bool {
		return strings.Contains(p.get("/status").Body, "All is well")
	})
	p.want(p.get("/"), http.StatusOK, "Monday")
}

func TestChangingThePasswordNeedsTheOldOne(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p, elsewhere := f.person().signIn(), f.person().signIn()
	const next = "another good password"
	p.want(p.post("/account/password", "current", "wrong", "password", next, "again", next), http.StatusForbidden,
		"current password is wrong")
	p.want(p.post("/account/password", "current", ownersPassword, "password", next, "again", "other"),
		http.StatusBadRequest)
	p.wantGo(p.post("/account/password", "current", ownersPassword, "password", next, "again", next),
		"/account?done=password")
	p.want(p.get("/account?done=password"), http.StatusOK, "The password was changed")
	if a := elsewhere.get("/apps"); a.Status != http.StatusSeeOther {
		t.Errorf("another browser is still signed in: %d", a.Status)
	}
}

func TestErrorsArePagesForPeopleAndJSONForApps(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person()
	p.want(p.get("/setup?code=x"), http.StatusForbidden, "<!doctype html>", "The set-up link is not good")
	p.want(p.get("/apps/nothing"), http.StatusNotFound, "<!doctype html>", "There is nothing")
	if a := p.get("/setup?code=x", "Accept", "application/json"); a.json(t)["error"] != "forbidden" {
		t.Errorf("as JSON: %s", a.Body)
	}
	if a := p.get("/micropub?q=config"); a.json(t)["error"] != "unauthorized" {
		t.Errorf("the API answers a browser with %s", a.Body)
	}
	p.wantGo(p.get("/micropub"), "/connect") // people open it to see whether it is there
	if a := p.get("/nothing-here"); a.Status != http.StatusNotFound || !strings.Contains(a.Body, "<!doctype html>") {
		t.Errorf("an address that is none answers %d %s", a.Status, a.Body)
	}
	huge := p.ask("POST", "/signin", url.Values{"password": {strings.Repeat("x", 1<<20)}})
	p.want(huge, http.StatusRequestEntityTooLarge)
}

func TestFirstSetupLinkIsPrintedOnceEver(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	f.stop()
	start := func() (link string, owned bool) {
		t.Helper()
		f.opened = func(s *bridge.Server) {
			var err error
			if link, owned, err = s.FirstSetup(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		f.start()
		f.stop()
		return link, owned
	}
	if link, owned := start(); owned || !strings.HasPrefix(link, f.base+"/setup?code=") {
		t.Errorf("at the first start: %q, owned %t", link, owned)
	}
	if link, owned := start(); owned || link != "" {
		t.Errorf("at the second start: %q, owned %t", link, owned)
	}
	f.owned()
	if link, owned := start(); !owned || link != "" {
		t.Errorf("with an owner: %q, owned %t", link, owned)
	}
}
