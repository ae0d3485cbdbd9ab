package indieauth

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/outbound"
)

// internet answers requests by their address.
type internet map[string]func(r *http.Request) (status int, kind, body string)

func (i internet) Do(r *http.Request) (*outbound.Response, error) {
	page, ok := i[r.URL.String()]
	if !ok {
		return nil, errors.New("no such host")
	}
	status, kind, body := page(r)
	return &outbound.Response{URL: r.URL, Status: status, Header: http.Header{"Content-Type": {kind}},
		Body: []byte(body)}, nil
}

func text(kind, body string) func(*http.Request) (int, string, string) {
	return func(*http.Request) (int, string, string) { return 200, kind, body }
}

func newExternal(net internet, sites ...string) *External {
	e := NewExternal(func() ExternalConfig { return ExternalConfig{Me: sites} })
	e.client = net
	return e
}

func TestAnswersAreBelievedForAMinuteAtMost(t *testing.T) {
	asked, good := 0, true
	e := newExternal(internet{
		me: text("text/html", `<link rel=token_endpoint href="https://idp.example/token">`),
		"https://idp.example/token": func(*http.Request) (int, string, string) {
			if asked++; !good {
				return 401, "", ""
			}
			return 200, "application/json", `{"me": "https://example.org", "scope": "create"}`
		},
	}, me)
	now := time.Now()
	e.now = func() time.Time { return now }
	if g, err := e.Verify(t.Context(), "", "token"); err != nil || g.Me != me || asked != 1 {
		t.Fatalf("got %+v, %v", g, err)
	}
	good = false // revoked there
	now = now.Add(59 * time.Second)
	if _, err := e.Verify(t.Context(), "", "token"); err != nil || asked != 1 {
		t.Errorf("after 59 seconds: %v, asked %d times", err, asked)
	}
	now = now.Add(time.Second)
	if _, err := e.Verify(t.Context(), "", "token"); !errors.Is(err, ErrNotActive) || asked != 2 {
		t.Errorf("after 60 seconds: %v, asked %d times", err, asked)
	}
}

func TestATokenIsNotBelievedBeyondItsOwnTime(t *testing.T) {
	now := time.Now()
	e := newExternal(internet{
		me: text("text/html", `<link rel=indieauth-metadata href="https://idp.example/">`),
		"https://idp.example/": text("application/json",
			`{"token_endpoint": "https://idp.example/token", "introspection_endpoint": "https://idp.example/ask"}`),
		"https://idp.example/ask": text("application/json", fmt.Sprintf(`{"active": "true", "me": %q, "exp": "%d"}`, me,
			now.Add(10*time.Second).Unix())),
	}, me)
	e.now = func() time.Time { return now }
	if _, err := e.Verify(t.Context(), "", "token"); err != nil {
		t.Fatal(err)
	}
	now = now.Add(11 * time.Second)
	if _, known, _ := e.Known("", "token"); known {
		t.Error("it is believed though it has expired")
	}
}

func TestAnswersThatAreBelievedAreFew(t *testing.T) {
	e := newExternal(internet{
		me: text("text/html", `<link rel=token_endpoint href="https://idp.example/token">`),
		"https://idp.example/token": func(r *http.Request) (int, string, string) {
			if strings.Contains(r.Header.Get("Authorization"), "good") {
				return 200, "application/json", `{"me": "` + me + `"}`
			}
			return 403, "", ""
		},
	}, me)
	if _, err := e.Verify(t.Context(), "", "good"); err != nil {
		t.Fatal(err)
	}
	for i := range maxVerdicts + 100 {
		e.Verify(t.Context(), "", fmt.Sprint("bad", i))
	}
	if len(e.bad) > maxVerdicts {
		t.Errorf("%d bad ones are remembered", len(e.bad))
	}
	if _, known, err := e.Known("", "good"); !known || err != nil {
		t.Error("the bad ones have pushed the good one out")
	}
	for i := range maxVerdicts + 100 {
		e.Verify(t.Context(), "", fmt.Sprint("good", i))
	}
	if len(e.good) > maxVerdicts {
		t.Errorf("%d good ones are remembered", len(e.good))
	}
}

// A server may speak for the sites that name it. With two sites, each with a server of its
// own, the one's server cannot issue tokens for the other.
func TestAServerSpeaksForTheSitesThatNameItAlone(t *testing.T) {
	const other = "https://notes.example/"
	answer := func(me string) func(*http.Request) (int, string, string) {
		return text("application/json", `{"me": "`+me+`", "scope": "create"}`)
	}
	e := newExternal(internet{
		me:                        text("text/html", `<link rel=token_endpoint href="https://a.example/token">`),
		other:                     text("text/html", `<link rel=token_endpoint href="https://b.example/token">`),
		"https://a.example/token": answer(other),
		"https://b.example/token": answer(me),
	}, me, other)
	for _, site := range []string{me, other} {
		if g, err := e.Verify(t.Context(), site, "token"); !errors.Is(err, ErrNotActive) {
			t.Errorf("for %s: got %+v, %v", site, g, err)
		}
	}
	e.client.(internet)["https://b.example/token"] = answer(other)
	if g, err := e.Verify(t.Context(), other, "another"); err != nil || g.Me != other {
		t.Errorf("got %+v, %v", g, err)
	}
}

// The token would be readable on the way.
func TestATokenIsNotSentToAnEndpointWithoutEncryption(t *testing.T) {
	e := newExternal(internet{
		me: text("text/html", `<link rel=token_endpoint href="http://idp.example/token">`),
		"http://idp.example/token": func(*http.Request) (int, string, string) {
			t.Error("it is")
			return 200, "application/json", `{"me": "` + me + `"}`
		},
	}, me)
	if _, err := e.Verify(t.Context(), "", "token"); err == nil || errors.Is(err, ErrNotActive) ||
		!strings.Contains(err.Error(), "not https") {
		t.Errorf("got %v", err)
	}
}

func TestTheSiteMayBeAwayForADay(t *testing.T) {
	net := internet{
		me:                          text("text/html", `<link rel=token_endpoint href="https://idp.example/token">`),
		"https://idp.example/token": text("application/json", `{"me": "`+me+`"}`),
	}
	e := newExternal(net, me)
	now := time.Now()
	e.now = func() time.Time { return now }
	if _, err := e.Verify(t.Context(), "", "one"); err != nil {
		t.Fatal(err)
	}
	delete(net, me)
	now = now.Add(12 * time.Hour)
	if _, err := e.Verify(t.Context(), "", "two"); err != nil {
		t.Errorf("after 12 hours: %v", err)
	}
	now = now.Add(13 * time.Hour)
	if _, err := e.Verify(t.Context(), "", "three"); err == nil {
		t.Error("after 25 hours it still holds")
	}
}

func TestIntrospectionThatWantsAnotherCredentialFallsBackToTheTokenEndpoint(t *testing.T) {
	e := newExternal(internet{
		me: text("text/html", `<link rel=indieauth-metadata href="/metadata">`),
		me + "metadata": text("application/json",
			`{"authorization_endpoint": "https://example.org/auth", "token_endpoint": "https://example.org/token", "introspection_endpoint": "https://example.org/ask"}`),
		me + "ask": func(*http.Request) (int, string, string) { return 401, "", "" },
		me + "token": text("application/x-www-form-urlencoded",
			url.Values{"me": {me}, "scope": {"create media"}}.Encode()),
	}, me)
	if g, err := e.Verify(t.Context(), "", "token"); err != nil || strings.Join(g.Scope, " ") != "create media" {
		t.Errorf("got %+v, %v", g, err)
	}
	if at := e.SignIn(t.Context()); at != "https://example.org/auth" {
		t.Errorf("people are sent to %q", at)
	}
}

func TestAnswersThatAreNoneAreAnOutage(t *testing.T) {
	for name, body := range map[string]string{"HTML": "<html>", "nothing": "", "a list": "[]"} {
		e := newExternal(internet{
			me:                          text("text/html", `<link rel=token_endpoint href="https://idp.example/token">`),
			"https://idp.example/token": text("text/html", body),
		}, me)
		if _, err := e.Verify(t.Context(), "", "token"); err == nil || errors.Is(err, ErrNotActive) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// A token is shown to the server of the site for which it is used and to no other, and the
// secret to the one server that it belongs to.
func TestTokensAndTheSecretAreShownToOneServerOnly(t *testing.T) {
	const other = "https://notes.example/"
	seen := map[string][]string{}
	ask := func(host, site string) func(*http.Request) (int, string, string) {
		return func(r *http.Request) (int, string, string) {
			r.ParseForm()
			seen[host] = append(seen[host], r.Header.Get("Authorization")+" "+r.Form.Get("token"))
			return 200, "application/json", `{"active": true, "me": "` + site + `", "scope": "create"}`
		}
	}
	net := internet{
		me:                    text("text/html", `<link rel=indieauth-metadata href="https://a.example/">`),
		other:                 text("text/html", `<link rel=indieauth-metadata href="https://b.example/">`),
		"https://a.example/":  text("application/json", `{"introspection_endpoint": "https://a.example/i"}`),
		"https://b.example/":  text("application/json", `{"introspection_endpoint": "https://b.example/i"}`),
		"https://a.example/i": ask("a", me),
		"https://b.example/i": ask("b", other),
	}
	for _, c := range []struct{ endpoint, site, host, want string }{
		{"", me, "a", "Bearer secret one"},
		{"", other, "b", "Bearer two two"},
		{"https://b.example/i", me, "a", "Bearer one one"},
		{"https://b.example/i", other, "b", "Bearer secret two"},
		{"https://c.example/i", other, "b", "Bearer two two"},
	} {
		clear(seen)
		e := NewExternal(func() ExternalConfig {
			return ExternalConfig{Me: []string{me, other}, Secret: "secret", SecretEndpoint: c.endpoint}
		})
		e.client = net
		token := map[string]string{me: "one", other: "two"}[c.site]
		if g, err := e.Verify(t.Context(), c.site, token); err != nil || g.Me != c.site {
			t.Errorf("%+v: got %+v, %v", c, g, err)
		}
		if len(seen) != 1 || len(seen[c.host]) != 1 || seen[c.host][0] != c.want {
			t.Errorf("%+v: the servers saw %q", c, seen)
		}
	}
	e := newExternal(net, me, other)
	clear(seen)
	if _, err := e.Verify(t.Context(), "https://unknown.example/", "x"); !errors.Is(err, ErrNotActive) || len(seen) > 0 {
		t.Errorf("a site that is not configured: %v, the servers saw %q", err, seen)
	}
}

// A post on the home page, or a comment, must not name the sign-in server.
func TestTheBodyOfAPageNamesNoSignInServer(t *testing.T) {
	evil := `<link rel="indieauth-metadata" href="https://evil.example/m"><link rel="token_endpoint" href="https://evil.example/t">` +
		`<a rel="indieauth-metadata" href="https://evil.example/m">x</a>`
	for name, page := range map[string]string{
		"in a post": `<head><link rel="token_endpoint" href="https://idp.example/token"></head><body><article>` +
			evil,
		"behind a closed page":   `<head><link rel="token_endpoint" href="https://idp.example/token"></head><body></body></html><head>` + evil,
		"in a page without head": `<link rel="token_endpoint" href="https://idp.example/token"><p>` + evil,
	} {
		e := newExternal(internet{
			me:                          text("text/html", page),
			"https://idp.example/token": text("application/json", `{"me": "`+me+`", "scope": "read"}`),
			"https://evil.example/m":    text("application/json", `{"token_endpoint": "https://evil.example/t"}`),
			"https://evil.example/t":    text("application/json", `{"me": "`+me+`", "scope": "create update delete media"}`),
		}, me)
		if g, err := e.Verify(t.Context(), "", "made up"); err != nil || strings.Join(g.Scope, " ") != "read" {
			t.Errorf("%s: got %+v, %v", name, g, err)
		}
	}
	e := newExternal(internet{me: text("text/html", `<body>`+evil)}, me)
	if _, err := e.Verify(t.Context(), "", "x"); err == nil || !strings.Contains(err.Error(), "names no sign-in server") {
		t.Errorf("only in the body: %v", err)
	}
}

func TestConfiguredMetadataReplacesDiscovery(t *testing.T) {
	e := NewExternal(func() ExternalConfig {
		return ExternalConfig{Me: []string{me}, Metadata: map[string]string{me: "https://idp.example/m"}}
	})
	e.client = internet{
		me:                      text("text/html", `<link rel=token_endpoint href="https://other.example/">`),
		"https://idp.example/m": text("application/json", `{"token_endpoint": "https://idp.example/t"}`),
		"https://idp.example/t": text("application/json", `{"me": "`+me+`", "scope": "create"}`),
	}
	if g, err := e.Verify(t.Context(), "", "x"); err != nil || g.Me != me {
		t.Errorf("got %+v, %v", g, err)
	}
}
