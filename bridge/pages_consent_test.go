package bridge_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gitpost/bridge/state"
)

// The app of these tests is a program on the owner's computer, of which nothing is fetched.
const localApp = "http://localhost:4711/"

func consentRequest(pairs ...string) string {
	q := url.Values{
		"client_id": {localApp}, "redirect_uri": {localApp + "back"}, "response_type": {"code"}, "state": {"a+b c"},
		"scope":          {"create update"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if q.Del(pairs[i]); pairs[i+1] != "-" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return q.Encode()
}

// grantedScope is what the code in an answer stands for; "" when there is no code.
func (p *person) grantedScope(a answer) string {
	p.t.Helper()
	code := regexp.MustCompile(`[?&]code=([^&]+)`).FindStringSubmatch(a.Header.Get("Location"))
	if code == nil {
		return ""
	}
	got := p.ask("POST", "/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {code[1]}, "client_id": {localApp}, "redirect_uri": {localApp + "back"},
		"code_verifier": {"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
	}, "Accept", "application/json")
	scope, _ := got.json(p.t)["scope"].(string)
	return scope
}

func TestConsentGrantsNothingThatWasNotAskedFor(t *testing.T) {
	t.Parallel()
	p := serve(t, "hugo", nil).owned().person().signIn()
	for _, c := range []struct {
		asked string
		form  []string
		want  string
	}{
		{"create update", []string{"create", "create", "scope", "update", "scope", "delete", "scope", "media"},
			"create update"},
		{"create update", []string{"create", "post", "scope", "create", "scope", "update"}, "update"},
		{"create update", []string{"create", "draft"}, "draft"},
		{"create draft", []string{"create", "create", "scope", "draft"}, "create"},
		{"post", []string{"create", "draft"}, "draft"},
		{"post media", []string{"create", "post"}, "post"},
		{"draft", []string{"scope", "draft", "create", "create"}, "draft"},
		{"update", []string{"create", "draft"}, ""},
		{"create", nil, ""},
	} {
		request := consentRequest("scope", c.asked)
		a := p.post("/auth/consent", append([]string{"request", request, "answer", "allow"}, c.form...)...)
		if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), localApp+"back?") {
			t.Fatalf("%s, %v: %d %s", c.asked, c.form, a.Status, a.Header.Get("Location"))
		}
		if got := p.grantedScope(a); got != c.want {
			t.Errorf("asked for %q and allowed %v, the app got %q, want %q", c.asked, c.form, got, c.want)
		}
	}
}

func TestConsentFormThatIsNotInOrder(t *testing.T) {
	t.Parallel()
	p := serve(t, "hugo", nil).owned().person().signIn()
	good := consentRequest()
	for _, form := range [][]string{
		{"request", good}, {"request", good, "answer", "perhaps"}, {"answer", "allow"}, {"request", "%zz", "answer", "allow"},
		{"request", good, "answer", "allow", "create", "create", "lifetime", "-1"},
		{"request", good, "answer", "allow", "create", "create", "lifetime", "for ever"},
		{"request", consentRequest("redirect_uri", "https://evil.example/"), "answer", "allow", "create", "create"},
	} {
		p.want(p.post("/auth/consent", form...), http.StatusBadRequest)
	}
	p.withState(func(db *state.DB) error {
		list, err := db.Tokens(t.Context())
		if len(list) != 1 {
			t.Errorf("there are %d tokens, want that of the fixture alone", len(list))
		}
		return err
	})
}

func TestConsentLastsAsLongAsTheOwnerSays(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person().signIn()
	for lifetime, want := range map[string]string{"1": "until ", "": "", "forever": ""} {
		a := p.post("/auth/consent", "request", consentRequest(), "answer", "allow", "create", "create", "lifetime", lifetime)
		if p.grantedScope(a) == "" {
			t.Fatalf("no token: %d %s", a.Status, a.Body)
		}
		if list := p.get("/apps").Body; strings.Contains(list, "until ") != (want != "") {
			t.Errorf("a lifetime of %q shows as\n%s", lifetime, list)
		}
		p.withState(func(db *state.DB) error {
			list, err := db.Tokens(t.Context())
			if err == nil {
				err = db.RevokeToken(t.Context(), list[0].ID)
			}
			return err
		})
	}
}

func TestRequestsThatAreRefusedNeverLeadStrangersAway(t *testing.T) {
	t.Parallel()
	p := serve(t, "hugo", nil).owned().person()
	bad := "/auth?" + consentRequest("response_type", "token")
	if a := p.get(bad); !strings.HasPrefix(a.Header.Get("Location"), "/signin?") {
		t.Errorf("a stranger is led to %q", a.Header.Get("Location"))
	}
	p.signIn()
	if a := p.get(bad); a.Status != http.StatusBadRequest || a.Header.Get("Location") != "" {
		t.Errorf("before the app was ever allowed the owner is answered %d and led to %q", a.Status, a.Header.Get("Location"))
	}
	p.knows(localApp)
	a := p.get(bad)
	if to := a.Header.Get("Location"); a.Status != http.StatusSeeOther ||
		!strings.HasPrefix(to, localApp+"back?error=unsupported_response_type") || !strings.Contains(to, "state=a%2Bb+c") {
		t.Errorf("the owner is led to %q", to)
	}
	for _, pairs := range [][]string{{"redirect_uri", "https://evil.example/"}, {"redirect_uri", "javascript:alert(1)"},
		{"client_id", "-"}, {"redirect_uri", "-"}} {
		p.want(p.get("/auth?"+consentRequest(pairs...)), http.StatusBadRequest, "<!doctype html>")
	}
	p.want(p.get("/auth"), http.StatusBadRequest)
}

func TestConsentShowsNothingOfAnAppAsMarkup(t *testing.T) {
	t.Parallel()
	p := serve(t, "hugo", nil).owned().person().signIn()
	p.knows(localApp)
	a := p.want(p.get("/auth?"+consentRequest("scope", `create <b>bold</b>"onmouseover="x`)), http.StatusSeeOther) // no scope is like that
	if !strings.Contains(a.Header.Get("Location"), "error=invalid_scope") {
		t.Errorf("led to %q", a.Header.Get("Location"))
	}
	page := p.want(p.get("/auth?"+consentRequest("state", `"><script>alert(1)</script>`, "scope", "create <b>")), http.StatusOK)
	if strings.Contains(page.Body, "<script>alert") || strings.Contains(page.Body, "<b>") {
		t.Errorf("markup of the request is on the page:\n%s", page.Body)
	}
}

func TestNobodySignsInHereWithAnotherServer(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", func(c *settings) { c.Auth = "external" })
	p := f.person()
	p.want(p.get("/auth?"+consentRequest()), http.StatusNotFound, "<!doctype html>", "This server does not do sign-ins")
	p.want(p.post("/auth/consent", "request", consentRequest(), "answer", "allow"), http.StatusNotFound)
}

// Each sign-in of an app left its former token good, so that the list of apps grew.
func TestAppThatSignsInAgainEndsItsFormerAccess(t *testing.T) {
	t.Parallel()
	p := serve(t, "hugo", nil).owned().person().signIn()
	allow := func(more ...string) {
		t.Helper()
		form := append([]string{"request", consentRequest(), "answer", "allow", "create", "create"}, more...)
		if p.grantedScope(p.post("/auth/consent", form...)) != "create" {
			t.Fatal("the app got no token")
		}
	}
	good := func() (n int) {
		p.withState(func(db *state.DB) error {
			tokens, err := db.Tokens(t.Context())
			for _, token := range tokens {
				if token.ClientID == localApp && token.Revoked.IsZero() {
					n++
				}
			}
			return err
		})
		return n
	}
	allow()
	p.want(p.get("/auth?"+consentRequest()), http.StatusOK, "End the access that this app already has")
	allow() // the owner unticked it
	if n := good(); n != 2 {
		t.Errorf("%d tokens are good, want both", n)
	}
	allow("replace", "yes")
	if n := good(); n != 1 {
		t.Errorf("%d tokens are good, want the new one alone", n)
	}
	p.want(p.get("/apps"), http.StatusOK, "Tokens made by hand")
	p.want(p.get("/auth/logo?client_id="+url.QueryEscape(localApp)), http.StatusNotFound) // it has none
}

// A scope that means nothing here was offered on the page, and granted.
func TestUnknownScopesAreNotGranted(t *testing.T) {
	t.Parallel()
	p := serve(t, "hugo", nil).owned().person().signIn()
	request := consentRequest("scope", "create invented")
	if page := p.want(p.get("/auth?"+request), http.StatusOK); strings.Contains(page.Body, `value="invented"`) {
		t.Error("the page offers an unknown scope")
	}
	a := p.post("/auth/consent", "request", request, "answer", "allow", "create", "create", "scope", "invented")
	if got := p.grantedScope(a); got != "create" {
		t.Errorf("granted is %q", got)
	}
}
