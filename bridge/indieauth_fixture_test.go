package bridge_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gitpost/bridge"
	"gitpost/bridge/indieauth"
	"gitpost/bridge/outbound"
)

// signIn is a gitpost server with apps that sign in at it. What the consent page does with a
// request is done here by hand: Authorize, Grant.
type signIn struct {
	*fixture
	server *bridge.Server
}

func serveSignIn(t *testing.T, adjust func(*settings)) *signIn {
	t.Helper()
	x := &signIn{}
	x.fixture = serve(t, "hugo", func(c *settings) {
		c.ProfileName, c.ProfilePhoto, c.ProfileEmail = "Ada Example", "https://example.org/ada.jpg", "ada@example.org"
		c.TokensLifetime, c.IntrospectionSecret = 90*24*time.Hour, "between servers"
		if adjust != nil {
			adjust(c)
		}
	})
	x.opened = func(s *bridge.Server) { x.server = s }
	x.restart()
	return x
}

func (f *fixture) restart() {
	f.t.Helper()
	if err := f.stop(); err != nil {
		f.t.Fatal(err)
	}
	f.start()
}

// anApp is an app's web site, a real one, at a name of its own.
type anApp struct {
	x        *signIn
	id       string // its client_id
	redirect string // its redirect_uri
	verifier string
	page     http.HandlerFunc
	fetched  atomic.Int32
}

var apps atomic.Int32

const appPage = `<!doctype html><title>An app</title><div class="h-app"><a class="u-url p-name" href="/">An App</a></div>`

func htmlPage(body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Add(headers[i], headers[i+1])
		}
		fmt.Fprint(w, body)
	}
}

// jsonPage is an app's metadata document; HERE stands for its address without the last slash.
func jsonPage(body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Add(headers[i], headers[i+1])
		}
		fmt.Fprint(w, strings.ReplaceAll(body, "HERE", "http://"+r.Host))
	}
}

func (x *signIn) newApp(t *testing.T, page http.HandlerFunc) *anApp {
	t.Helper()
	host := fmt.Sprintf("app%d.example", apps.Add(1))
	a := &anApp{x: x, id: "http://" + host + "/", redirect: "http://" + host + "/redirect", page: page,
		verifier: "a6128783714cfda1d388e2e98b6ae8221ac31aca31959e59512c59f5"}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.fetched.Add(1)
		a.page(w, r)
	}))
	t.Cleanup(web.Close)
	outbound.Pretend(map[string]string{host + ":80": web.Listener.Addr().String()})
	return a
}

// with changes values by pairs; "-" removes one.
func with(q url.Values, pairs ...string) url.Values {
	for i := 0; i+1 < len(pairs); i += 2 {
		if q.Del(pairs[i]); pairs[i+1] != "-" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return q
}

func (a *anApp) challenge() string {
	sum := sha256.Sum256([]byte(a.verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// ask sends the owner to the authorization endpoint.
func (a *anApp) ask(t *testing.T, pairs ...string) (*indieauth.Request, error) {
	t.Helper()
	return a.x.server.SignInServer().Authorize(t.Context(), with(url.Values{
		"response_type": {"code"}, "client_id": {a.id}, "redirect_uri": {a.redirect}, "state": {"1234567890"},
		"code_challenge": {a.challenge()}, "code_challenge_method": {"S256"}, "scope": {"profile create update"},
		"me": {"https://example.org/"},
	}, pairs...))
}

// granted asks, and has the owner allow all of it. It gives the query with which the browser
// comes back.
func (a *anApp) granted(t *testing.T, pairs ...string) url.Values {
	t.Helper()
	r, err := a.ask(t, pairs...)
	if err != nil {
		t.Fatal(err)
	}
	redirect, err := a.x.server.SignInServer().Grant(t.Context(), r,
		indieauth.Decision{Scope: r.Scope, AllowWithoutPKCE: true})
	if err != nil {
		t.Fatal(err)
	}
	back, rest, _ := strings.Cut(redirect, "?")
	q, err := url.ParseQuery(rest)
	if err != nil || back != strings.SplitN(r.RedirectURI, "?", 2)[0] {
		t.Fatalf("the browser is sent to %s (%v)", redirect, err)
	}
	return q
}

// redeem sends a code to /token or /auth.
func (a *anApp) redeem(path, code string, pairs ...string) answer {
	return a.x.post(path, with(url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "client_id": {a.id}, "redirect_uri": {a.redirect},
		"code_verifier": {a.verifier},
	}, pairs...))
}

// tokens signs in with all that was asked for.
func (a *anApp) tokens(t *testing.T, scope string) map[string]any {
	t.Helper()
	got := a.redeem("/token", a.granted(t, "scope", scope).Get("code"))
	if got.Status != http.StatusOK {
		t.Fatalf("redeem: %d %s", got.Status, got.Body)
	}
	return got.json(t)
}

// post sends a form without a token, unless headers has one.
func (x *signIn) post(path string, form url.Values, headers ...string) answer {
	return x.send("POST", path, "application/x-www-form-urlencoded", form.Encode(),
		append([]string{"Authorization", "-"}, headers...)...)
}

// refused compares an answer with an OAuth error.
func refused(t *testing.T, got answer, status int, code string) {
	t.Helper()
	if got.Status != status || got.json(t)["error"] != code {
		t.Errorf("got %d %s, want %d %s", got.Status, got.Body, status, code)
	}
	if s, _ := got.json(t)["error_description"].(string); len(s) < 10 {
		t.Errorf("the error says nothing to people: %s", got.Body)
	}
}
