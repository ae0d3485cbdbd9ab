package bridge_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"gitpost/bridge/outbound"
)

// aProvider is a site with a sign-in server of its own, elsewhere.
type aProvider struct {
	home     http.HandlerFunc // the site's page
	good     map[string]string
	me       string
	asked    atomic.Int32 // about tokens
	down     atomic.Bool
	bySecret string // what the introspection endpoint wants; "": it has none
	form     bool   // the token endpoint answers in a form
}

// serveExternal runs gitpost for a site that has a sign-in server elsewhere. The site and the server are real ones,
// at names of their own.
func serveExternal(t *testing.T, p *aProvider) *signIn {
	t.Helper()
	n := apps.Add(1)
	p.me = fmt.Sprintf("http://site%d.example/", n)
	host := fmt.Sprintf("provider%d.example", n)
	answer := func(w http.ResponseWriter, v map[string]any) {
		if p.form {
			q := url.Values{}
			for name, value := range v {
				q.Set(name, fmt.Sprint(value))
			}
			w.Header().Set("Content-Type", "application/x-www-form-urlencoded")
			fmt.Fprint(w, q.Encode())
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(v)
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		switch {
		case r.Host != host:
			p.home(w, r)
		case r.URL.Path == "/metadata":
			m := map[string]any{"issuer": "http://" + host + "/", "authorization_endpoint": "http://" + host + "/auth",
				"token_endpoint": "http://" + host + "/token"}
			if p.bySecret != "" {
				m["introspection_endpoint"] = "http://" + host + "/introspect"
			}
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(m)
		case r.URL.Path == "/introspect" && r.Method == "POST":
			p.asked.Add(1)
			if r.Header.Get("Authorization") != "Bearer "+p.bySecret {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			if me, ok := p.good[r.FormValue("token")]; ok {
				answer(w, map[string]any{"active": true, "me": me, "scope": "create update", "client_id": "https://app.example/"})
			} else {
				answer(w, map[string]any{"active": false})
			}
		case r.URL.Path == "/token" && r.Method == "GET":
			p.asked.Add(1)
			if me, ok := p.good[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]; ok {
				answer(w, map[string]any{"me": me, "scope": "create update", "client_id": "https://app.example/"})
			} else {
				w.WriteHeader(http.StatusForbidden)
			}
		default:
			t.Errorf("the provider is asked for %s %s", r.Method, r.URL)
		}
	}))
	t.Cleanup(web.Close)
	outbound.Pretend(map[string]string{strings.Trim(strings.TrimPrefix(p.me, "http:"), "/") +
		":80": web.Listener.Addr().String(), host + ":80": web.Listener.Addr().String()})
	if p.good == nil {
		p.good = map[string]string{"a-good-token": p.me}
	}
	if home := p.home; home != nil {
		p.home = func(w http.ResponseWriter, r *http.Request) {
			r.Host = host // the page names the provider by PROVIDER
			home(replacing{w, host}, r)
		}
	}
	return serveSignIn(t, func(c *settings) { c.Me, c.Auth, c.IntrospectionSecret = p.me, "external", p.bySecret })
}

// replacing puts the provider's host in the place of PROVIDER, in headers and body.
type replacing struct {
	http.ResponseWriter
	host string
}

func (r replacing) Write(p []byte) (int, error) {
	for name, values := range r.Header() {
		for i := range values {
			r.Header()[name][i] = strings.ReplaceAll(values[i], "PROVIDER", "http://"+r.host)
		}
	}
	return r.ResponseWriter.Write([]byte(strings.ReplaceAll(string(p), "PROVIDER", "http://"+r.host)))
}

// try asks the Micropub endpoint whose token it is.
func (x *signIn) try(token string) answer {
	return x.send("GET", "/micropub", "", "", "Authorization", "Bearer "+token)
}

func TestAnExternalServersTokensAreFoundAndVerified(t *testing.T) {
	t.Parallel()
	const decoy = `<link rel="token_endpoint" href="http://decoy.invalid/token"><link rel="indieauth-metadata" href="http://decoy.invalid/">`
	for name, p := range map[string]*aProvider{
		"metadata by header": {home: htmlPage(decoy, "Link", `<PROVIDER/metadata>; rel="indieauth-metadata"`),
			bySecret: "between"},
		"metadata by link": {home: htmlPage(`<link rel="indieauth-metadata" href="PROVIDER/metadata">` + decoy),
			bySecret: "between"},
		"metadata, no introspection": {home: htmlPage(`<link rel="indieauth-metadata" href="PROVIDER/metadata">`)},
		"legacy by header": {home: htmlPage(`<link rel="token_endpoint" href="http://decoy.invalid/">`, "Link",
			`<PROVIDER/auth>; rel=authorization_endpoint, <PROVIDER/token>; rel=token_endpoint`)},
		"legacy by link":              {home: htmlPage(`<link rel="authorization_endpoint" href="PROVIDER/auth"><link rel="token_endpoint" href="PROVIDER/token">`)},
		"legacy, answering in a form": {home: htmlPage(`<link rel="token_endpoint" href="PROVIDER/token">`), form: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := serveExternal(t, p)
			got := x.try("a-good-token").json(t)
			if got["me"] != p.me || got["scope"] != "create update" || got["client_id"] != "https://app.example/" {
				t.Errorf("got %v", got)
			}
			refused(t, x.try("a-bad-token"), 401, "invalid_token")
			asked := p.asked.Load()
			for range 5 {
				x.try("a-good-token")
				x.try("a-bad-token")
			}
			if p.asked.Load() != asked {
				t.Errorf("the provider is asked again: %d times", p.asked.Load()-asked)
			}
			if post := x.form(url.Values{"h": {"entry"}, "content": {"Hello"}}, "Authorization",
				"Bearer a-good-token"); post.Status != 201 {
				t.Errorf("a post: %d %s", post.Status, post.Body)
			}
			if del := x.form(url.Values{"action": {"delete"}, "url": {p.me}}, "Authorization",
				"Bearer a-good-token"); del.Status != 403 {
				t.Errorf("more than the scope: %d %s", del.Status, del.Body)
			}
			if own := x.try(x.token); own.Status != 200 {
				t.Errorf("a token made by hand: %d %s", own.Status, own.Body)
			}
		})
	}
}

func TestAnExternalTokenOfAnotherSiteIsNoGood(t *testing.T) {
	t.Parallel()
	p := &aProvider{home: htmlPage(`<link rel="token_endpoint" href="PROVIDER/token">`),
		good: map[string]string{"somebody-elses": "http://other.example/", "nobodys": ""}}
	x := serveExternal(t, p)
	for token := range p.good {
		refused(t, x.try(token), 401, "invalid_token")
	}
}

func TestAnOutageOfTheExternalServerIsToldAndSparesKnownTokens(t *testing.T) {
	t.Parallel()
	p := &aProvider{home: htmlPage(`<link rel="token_endpoint" href="PROVIDER/token">`)}
	x := serveExternal(t, p)
	if got := x.try("a-good-token"); got.Status != 200 {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	p.down.Store(true)
	if got := x.try("a-good-token"); got.Status != 200 {
		t.Errorf("a known token: %d %s", got.Status, got.Body)
	}
	got := x.try("a-new-token")
	refused(t, got, http.StatusServiceUnavailable, "unavailable")
	if got.Header.Get("Retry-After") == "" || !strings.Contains(got.Body, "503") {
		t.Errorf("%v %s", got.Header, got.Body)
	}
	if got := x.try(x.token); got.Status != 200 {
		t.Errorf("a token made by hand: %d %s", got.Status, got.Body)
	}
	p.down.Store(false)
	refused(t, x.try("a-new-token"), 401, "invalid_token")
}

func TestASiteThatNamesNoSignInServerIsTold(t *testing.T) {
	t.Parallel()
	x := serveExternal(t, &aProvider{home: htmlPage(`<p>Hello`)})
	got := x.try("a-token")
	refused(t, got, http.StatusServiceUnavailable, "unavailable")
	if !strings.Contains(got.Body, "names no sign-in server") {
		t.Errorf("got %s", got.Body)
	}
}

func TestWithAnExternalServerGitpostSignsNobodyIn(t *testing.T) {
	t.Parallel()
	x := serveExternal(t, &aProvider{home: htmlPage(`<link rel="indieauth-metadata" href="PROVIDER/metadata">`)})
	for _, path := range []string{"POST /auth", "POST /token", "GET /token", "POST /introspect", "POST /revoke",
		"GET /userinfo", "GET /.well-known/oauth-authorization-server"} {
		method, path, _ := strings.Cut(path, " ")
		got := x.send(method, path, "application/x-www-form-urlencoded", "token=x")
		refused(t, got, 404, "not_found")
		if !strings.Contains(got.Body, "/auth") || !strings.Contains(got.Body, "provider") {
			t.Errorf("%s does not say where: %s", path, got.Body)
		}
	}
	answer := x.send("GET", "/micropub?q=config", "", "").Body
	if strings.Contains(answer, "authorization_endpoint") {
		t.Errorf("q=config shows what is not to be put on the page: %s", answer)
	}
}

// Each unknown token is a call of the provider: an address that sends many bad ones makes no more.
func TestGuessesDoNotReachTheExternalServerForLong(t *testing.T) {
	t.Parallel()
	p := &aProvider{home: htmlPage(`<link rel="token_endpoint" href="PROVIDER/token">`)}
	x := serveExternal(t, p)
	x.config.RateBadTokens = 5
	x.restart()
	if got := x.try("a-good-token"); got.Status != 200 {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	for i := range 20 {
		got := x.try(fmt.Sprint("guess", i))
		if want := http.StatusUnauthorized; i >= 5 {
			want = http.StatusTooManyRequests
			if got.Status != want {
				t.Errorf("guess %d: %d", i, got.Status)
			}
		}
	}
	if n := p.asked.Load(); n != 6 {
		t.Errorf("the provider was asked %d times", n)
	}
	if got := x.try("a-good-token"); got.Status != 200 {
		t.Errorf("the good token: %d %s", got.Status, got.Body)
	}
}
