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

// signedInAt gives the person a session that began at some time.
func (p *person) signedInAt(began time.Time) *person {
	p.t.Helper()
	p.withState(func(db *state.DB) error {
		secret, err := db.CreateSession(p.t.Context(), state.Session{Browser: "Firefox", Created: began, Used: time.Now(),
			Expires: time.Now().Add(time.Hour)})
		at, _ := url.Parse(p.base)
		p.client.Jar.SetCookies(at, []*http.Cookie{{Name: "gitpost_session", Value: secret, Path: "/"}})
		return err
	})
	return p
}

// A browser that somebody left open makes no new way in.
func TestNewWayInAsksForAFreshSignIn(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person().signedInAt(time.Now().Add(-owner.SessionFresh - time.Minute))
	for path, back := range map[string]string{"/apps/token": "/apps/new", "/account/passkeys/remove": "/account"} {
		p.wantGo(p.post(path, "name", "phone", "scope", "create", "id", "1"), "/signin?again=yes&back="+url.QueryEscape(back))
	}
	for _, path := range []string{"/account/passkeys/begin", "/account/passkeys"} {
		a := p.ask("POST", path, url.Values{}, "Content-Type", "application/json")
		if a.Status != http.StatusForbidden || !strings.Contains(a.Body, "sign in again") {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	f.withState(func(db *state.DB) error {
		tokens, err := db.Tokens(t.Context())
		if len(tokens) != 1 {
			t.Errorf("a token was made: %+v", tokens)
		}
		return err
	})
	p.wantGo(p.get("/apps/new"), "/signin?again=yes&back=%2Fapps%2Fnew")
	p.want(p.get("/signin?again=yes&back=%2Fapps"), http.StatusOK, "It is a while since you signed in",
		`name="back" value="/apps"`)
	p.wantGo(p.post("/signin", "password", ownersPassword, "back", "/apps"), "/signin?entered=yes&back=%2Fapps")
	p.wantGo(p.get("/signin?entered=yes&back=%2Fapps"), "/apps")
	p.wantGo(p.get("/signin?again=yes&back=%2Fapps"), "/apps")
	p.madeToken("name", "phone", "scope", "create")
}

// Where there are only passkeys, a password is a new way in as well.
func TestFirstPasswordAsksForAFreshSignIn(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	f.withState(func(db *state.DB) error {
		return db.AddPasskey(t.Context(), state.Passkey{Credential: []byte("key"), Name: "key", Record: []byte("{}"),
			Created: time.Now()}, "")
	})
	p := f.person().signedInAt(time.Now().Add(-time.Hour))
	if a := p.want(p.get("/account"), http.StatusOK, "Sign in again"); strings.Contains(a.Body,
		"/account/passkeys/remove") {
		t.Error("the page offers a button that it would refuse")
	}
	password := []string{"password", "a new way in", "again", "a new way in"}
	p.wantGo(p.post("/account/password", password...), "/signin?again=yes&back=%2Faccount")
	p.signedInAt(time.Now())
	p.wantGo(p.post("/account/password", password...), "/account?done=password")
}

func TestAppsPageListsAndTakesBackAppsWithoutPKCE(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	const app, other = "https://old.example/app", "https://other.example/"
	f.withState(func(db *state.DB) error {
		if err := db.ApproveOldClient(t.Context(), app); err != nil {
			return err
		}
		return db.ApproveOldClient(t.Context(), other)
	})
	p := f.person().signIn()
	p.want(p.get("/apps"), http.StatusOK, "Apps from before PKCE", "old.example/app", "other.example")
	p.wantGo(p.post("/apps/old/forget", "client_id", app), "/apps?forgotten=yes")
	a := p.want(p.get("/apps?forgotten=yes"), http.StatusOK, "asked again", "other.example")
	if strings.Contains(a.Body, "old.example") {
		t.Error("the app is still listed")
	}
	f.withState(func(db *state.DB) error {
		for client, want := range map[string]bool{app: false, other: true} {
			if approved, err := db.OldClientApproved(t.Context(), client); err != nil || approved != want {
				t.Errorf("%s is approved: %v, want %v (%v)", client, approved, want, err)
			}
		}
		return nil
	})
	stranger := f.person()
	stranger.wantGo(stranger.post("/apps/old/forget", "client_id", other), "/signin?back=%2Fapps")
}
