package bridge_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/owner"
	"gitpost/bridge/state"
)

// madeToken makes a token on the page and returns the page that shows it.
func (p *person) madeToken(pairs ...string) answer {
	p.t.Helper()
	p.wantGo(p.post("/apps/token", pairs...), "/apps?made=yes")
	return p.want(p.get("/apps?made=yes"), http.StatusOK, "Your new token")
}

// A browser that was left open allowed apps for ever.
func TestConsentNeedsAFreshSignIn(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person().signedInAt(time.Now().Add(-owner.SessionFresh - time.Minute))
	for name, query := range map[string]url.Values{
		"a token":   {"scope": {"create update"}},
		"no token":  {"scope": {"profile"}},
		"no PKCE":   {"scope": {"create"}, "code_challenge": nil, "code_challenge_method": nil},
		"long life": {"scope": {"create"}, "state": {strings.Repeat("s", 500)}},
	} {
		t.Run(name, func(t *testing.T) {
			request := url.Values{
				"response_type": {"code"}, "client_id": {"http://127.0.0.1:9/"}, "redirect_uri": {"http://127.0.0.1:9/cb"},
				"state":          {"xyz"},
				"code_challenge": {"OfYAxt8zU2dAPDWQxTAUIteRzMsoj9QBdMIVEDOErUo"}, "code_challenge_method": {"S256"},
			}
			for key, values := range query {
				request[key] = values
			}
			encoded := request.Encode()
			back := "/signin?again=yes&back=" + url.QueryEscape("/auth?"+encoded)
			p.wantGo(p.get("/auth?"+encoded), back)
			allow := []string{"request", encoded, "answer", "allow", "create", "create", "scope", "update", "lifetime",
				"forever", "without_pkce", "http://127.0.0.1:9/"}
			p.wantGo(p.post("/auth/consent", allow...), back)
			if a := p.post("/auth/consent", "request", encoded, "answer", "deny"); !strings.Contains(a.Header.Get("Location"),
				"access_denied") {
				t.Errorf("denying: %d %s", a.Status, a.Header.Get("Location"))
			}
			again := f.person().signedInAt(time.Now())
			again.wantGo(again.get(back), "/auth?"+encoded)
			again.want(again.get("/auth?"+encoded), http.StatusOK, "Allow")
			if a := again.post("/auth/consent", allow...); !strings.Contains(a.Header.Get("Location"), "code=") {
				t.Errorf("after signing in again: %d %s\n%s", a.Status, a.Header.Get("Location"), a.Body)
			}
		})
	}
}

// Reloading the page after Make a token made another one.
func TestReloadingMakesNoOtherToken(t *testing.T) {
	t.Parallel()
	f, _ := serveTwo(t, "https://one.example/", "https://two.example/")
	f.owned()
	p := f.person().signIn()
	page := p.madeToken("name", "phone", "scope", "create", "site", "https://one.example/")
	if !strings.Contains(page.Body, "gp_") {
		t.Errorf("no token is shown:\n%s", page.Body)
	}
	for _, other := range []*person{p, f.person().signIn()} {
		if a := other.want(other.get("/apps?made=yes"), http.StatusOK); strings.Contains(a.Body, "gp_") {
			t.Errorf("the token is shown again:\n%s", a.Body)
		}
	}
	f.withState(func(db *state.DB) error {
		tokens, err := db.Tokens(t.Context())
		if len(tokens) != 2 { // the fixture's own
			t.Errorf("there are %d tokens", len(tokens))
		}
		return err
	})
}

// An app that was never allowed got its errors by a redirect, which anybody could use.
func TestErrorsOfUnknownAppsAreShownHere(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person().signIn()
	const app = "/auth?client_id=http%3A%2F%2F127.0.0.1%3A9%2F&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcb&"
	for _, wrong := range []string{"response_type=code&scope=%22", "response_type=token",
		"response_type=code&scope=create&code_challenge_method=plain&code_challenge=x"} {
		p.want(p.get(app+wrong), http.StatusBadRequest, "not valid", "http://127.0.0.1:9/")
		if a := p.post("/auth/consent", "request", strings.TrimPrefix(app, "/auth?")+wrong, "answer",
			"allow"); a.Header.Get("Location") != "" {
			t.Errorf("%s: %d to %s", wrong, a.Status, a.Header.Get("Location"))
		}
	}
	f.knows("http://127.0.0.1:9/")
	if a := p.get(app + "response_type=token&state=s"); !strings.HasPrefix(a.Header.Get("Location"),
		"http://127.0.0.1:9/cb?error=") {
		t.Errorf("an app that was allowed: %d to %s", a.Status, a.Header.Get("Location"))
	}
}
