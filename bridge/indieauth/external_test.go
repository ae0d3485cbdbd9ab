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
	return &outbound.Response{URL: r.URL, Status: status, Header: http.Header{"Content-Type": {kind}}, Body: []byte(body)}, nil
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
	if g, err := e.Verify(t.Context(), "token"); err != nil || g.Me != me || asked != 1 {
		t.Fatalf("got %+v, %v", g, err)
	}
	good = false // revoked there
	now = now.Add(59 * time.Second)
	if _, err := e.Verify(t.Context(), "token"); err != nil || asked != 1 {
		t.Errorf("after 59 seconds: %v, asked %d times", err, asked)
	}
	now = now.Add(time.Second)
	if _, err := e.Verify(t.Context(), "token"); !errors.Is(err, ErrNotActive) || asked != 2 {
		t.Errorf("after 60 seconds: %v, asked %d times", err, asked)
	}
}

func TestATokenIsNotBelievedBeyondItsOwnTime(t *testing.T) {
	now := time.Now()
	e := newExternal(internet{
		me:                        text("text/html", `<link rel=indieauth-metadata href="https://idp.example/">`),
		"https://idp.example/":    text("application/json", `{"token_endpoint": "https://idp.example/token", "introspection_endpoint": "https://idp.example/ask"}`),
		"https://idp.example/ask": text("application/json", fmt.Sprintf(`{"active": "true", "me": %q, "exp": "%d"}`, me, now.Add(10*time.Second).Unix())),
	}, me)
	e.now = func() time.Time { return now }
	if _, err := e.Verify(t.Context(), "token"); err != nil {
		t.Fatal(err)
	}
	now = now.Add(11 * time.Second)
	if _, known, _ := e.Known("token"); known {
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
	if _, err := e.Verify(t.Context(), "good"); err != nil {
		t.Fatal(err)
	}
	for i := range mostVerdicts + 100 {
		e.Verify(t.Context(), fmt.Sprint("bad", i))
	}
	if len(e.bad) > mostVerdicts {
		t.Errorf("%d bad ones are remembered", len(e.bad))
	}
	if _, known, err := e.Known("good"); !known || err != nil {
		t.Error("the bad ones have pushed the good one out")
	}
	for i := range mostVerdicts + 100 {
		e.Verify(t.Context(), fmt.Sprint("good", i))
	}
	if len(e.good) > mostVerdicts {
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
	if g, err := e.Verify(t.Context(), "token"); !errors.Is(err, ErrNotActive) {
		t.Errorf("got %+v, %v", g, err)
	}
	e.client.(internet)["https://b.example/token"] = answer(other)
	if g, err := e.Verify(t.Context(), "another"); err != nil || g.Me != other {
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
	if _, err := e.Verify(t.Context(), "token"); err == nil || errors.Is(err, ErrNotActive) || !strings.Contains(err.Error(), "not https") {
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
	if _, err := e.Verify(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	delete(net, me)
	now = now.Add(12 * time.Hour)
	if _, err := e.Verify(t.Context(), "two"); err != nil {
		t.Errorf("after 12 hours: %v", err)
	}
	now = now.Add(13 * time.Hour)
	if _, err := e.Verify(t.Context(), "three"); err == nil {
		t.Error("after 25 hours it still holds")
	}
}

func TestIntrospectionThatWantsAnotherCredentialFallsBackToTheTokenEndpoint(t *testing.T) {
	e := newExternal(internet{
		me:              text("text/html", `<link rel=indieauth-metadata href="/metadata">`),
		me + "metadata": text("application/json", `{"authorization_endpoint": "https://example.org/auth", "token_endpoint": "https://example.org/token", "introspection_endpoint": "https://example.org/ask"}`),
		me + "ask":      func(*http.Request) (int, string, string) { return 401, "", "" },
		me + "token":    text("application/x-www-form-urlencoded", url.Values{"me": {me}, "scope": {"create media"}}.Encode()),
	}, me)
	if g, err := e.Verify(t.Context(), "token"); err != nil || strings.Join(g.Scope, " ") != "create media" {
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
		if _, err := e.Verify(t.Context(), "token"); err == nil || errors.Is(err, ErrNotActive) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestLinkHeaders(t *testing.T) {
	for header, want := range map[string]string{
		`<https://a/>; rel="token_endpoint"`:                              "https://a/",
		`<https://a/>;rel=token_endpoint`:                                 "https://a/",
		`<https://a/>; title="x, y; rel=\"z"; rel="other token_endpoint"`: "https://a/",
		`<https://b/>; rel="other", <https://a/>; rel="token_endpoint"`:   "https://a/",
		`<https://a/?x=1,2>; REL="Token_Endpoint"`:                        "https://a/?x=1,2",
		`<https://a/>; rel="token_endpoints"`:                             "",
		`<https://a/>`:                                                    "",
		`https://a/; rel="token_endpoint"`:                                "",
		`<https://a/>; title="; rel=token_endpoint"`:                      "",
		`<https://a/>; rel="next"; rel="token_endpoint"`:                  "",
		`<https://a/>; title="rel=token_endpoint"`:                        "",
		``: "",
	} {
		if got := strings.Join(outbound.LinkTargets(header, "token_endpoint"), " "); got != want {
			t.Errorf("%s: got %q, want %q", header, got, want)
		}
	}
}

func FuzzLinkHeaders(f *testing.F) {
	for _, s := range []string{`<https://a/>; rel="token_endpoint"`, `<a>;rel=x,<b>;title="\",<c>";rel=token_endpoint`, `<`, `<>;rel`, `<a>;"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		for _, target := range outbound.LinkTargets(header, "token_endpoint") {
			if !strings.Contains(header, "<"+target+">") || !strings.Contains(strings.ToLower(header), "token_endpoint") {
				t.Errorf("%q has %q", header, target)
			}
		}
	})
}
