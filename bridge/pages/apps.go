package pages

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/fault"
	"gitpost/bridge/state"
)

// appsView is for apps.html.
type appsView struct {
	Made          string // a new token, shown this once
	Tokens, Ended []tokenView
	Old           []oldAppView
	Again         string // where to sign in again before a token can be made; "" when the sign-in is fresh
	Scopes        []scopeView
	Sites         []string
	Events        []eventView // of the security log, newest first
}

type tokenView struct {
	ID                int64
	Name, ClientID    string
	Scope, Sites      []string
	Created, LastUsed time.Time
	Expires           string // in words
}

// oldAppView is an app that may sign in without PKCE.
type oldAppView struct {
	Name, ClientID string
	Approved       time.Time
}

// appsPages show tokens, and make and revoke them.
type appsPages struct{ *Pages }

func (p appsPages) page(c echo.Context, v visitor) error {
	notice := ""
	switch {
	case c.QueryParam("revoked") != "":
		notice = "It was revoked. It can do nothing any more."
	case c.QueryParam("forgotten") != "":
		notice = "You will be asked again when that app signs in."
	}
	made := ""
	if c.QueryParam("made") != "" && c.Request().Method == http.MethodGet {
		made = p.made.take(v.session.ID, time.Now())
	}
	return p.showApps(c, v, http.StatusOK, made, notice, nil)
}

func (p appsPages) showApps(c echo.Context, who visitor, status int, made, notice string, failed error) error {
	tokens, err := p.State.Tokens(c.Request().Context())
	if err != nil {
		return err
	}
	renewable, err := p.State.Renewable(c.Request().Context())
	if err != nil {
		return err
	}
	old, err := p.State.OldClients(c.Request().Context())
	if err != nil {
		return err
	}
	events, err := p.events(c.Request().Context())
	if err != nil {
		return err
	}
	main := appsView{Made: made, Scopes: handScopes(), Sites: p.Blogs.Addresses(), Events: events}
	if !p.owner.Fresh(who.session) {
		main.Again = again("/apps")
	}
	for _, app := range old {
		main.Old = append(main.Old, oldAppView{shortAddress(app.ClientID), app.ClientID, app.Approved})
	}
	for _, t := range tokens {
		shown := tokenView{ID: t.ID, Name: t.Name, ClientID: t.ClientID, Scope: t.Scope, Sites: t.Sites,
			Created: t.Created, LastUsed: t.LastUsed}
		switch {
		case shown.Name != "":
		case t.ClientID != "":
			shown.Name = shortAddress(t.ClientID)
		default:
			shown.Name = "Token " + strconv.FormatInt(t.ID, 10)
		}
		const day = "2 January 2006"
		switch {
		case !t.Revoked.IsZero():
			shown.Expires = "revoked " + t.Revoked.Local().Format(day)
			main.Ended = append(main.Ended, shown)
			continue
		case !t.Expires.IsZero() && time.Now().After(t.Expires) && renewable[t.ID]:
			shown.Expires = "expired, but the app can renew it"
		case !t.Expires.IsZero() && time.Now().After(t.Expires):
			shown.Expires = "expired " + t.Expires.Local().Format(day)
			main.Ended = append(main.Ended, shown)
			continue
		case !t.Expires.IsZero():
			shown.Expires = "until " + t.Expires.Local().Format(day)
		}
		main.Tokens = append(main.Tokens, shown)
	}
	const most = 20
	main.Ended = main.Ended[:min(len(main.Ended), most)]
	v := view{Title: "Apps", SignedIn: true, Notice: notice, Main: main}
	if failed != nil {
		v.Problem = asProblem(failed)
	}
	return p.show(c, status, "apps", v)
}

// makeToken answers POST /apps/token. The page that it leads to shows the token, once.
func (p appsPages) makeToken(c echo.Context, v visitor) error {
	form := c.Request().PostForm
	refuse := func(message, hint string) error {
		return p.showApps(c, v, http.StatusBadRequest, "", "",
			&fault.Error{Code: fault.InvalidRequest, Op: "make a token", Message: message, Hint: hint})
	}
	t := state.Token{Name: strings.Join(strings.Fields(form.Get("name")), " "), Me: p.Config().Me()}
	if t.Name == "" || len(t.Name) > 200 {
		return refuse("the token has no name, or a very long one", "name the app or the device that will use it")
	}
	for _, known := range handScopes() {
		if slices.Contains(form["scope"], known.Word) {
			t.Scope = append(t.Scope, known.Word)
		}
	}
	if len(t.Scope) == 0 {
		return refuse("the token may do nothing", "switch on what it may do")
	}
	t.Sites = p.Blogs.Addresses()
	if p.Blogs.Several() {
		if t.Sites = p.chosen(form["site"]); len(t.Sites) == 0 {
			return refuse("no site is chosen", "choose at least one")
		}
		t.AllSites = form.Get("all_sites") != ""
	}
	t.Me = t.Sites[0]
	if text := form.Get("lifetime"); text != "" {
		days, err := strconv.Atoi(text)
		if err != nil || days < 1 || days > 3650 {
			return refuse("the time for which the token is good is not a number of days", "choose one from the list")
		}
		t.Expires = time.Now().AddDate(0, 0, days)
	}
	secret, err := p.State.CreateToken(c.Request().Context(), t)
	if err != nil {
		return err
	}
	p.Log.Info("a token was made on the page", "name", t.Name, "scope", strings.Join(t.Scope, " "), "from", c.RealIP())
	p.made.put(v.session.ID, secret, time.Now())
	return p.goTo(c, "/apps?made=yes")
}

// revoke answers POST /apps/revoke.
func (p appsPages) revoke(c echo.Context, _ visitor) error {
	id, err := strconv.ParseInt(c.FormValue("id"), 10, 64)
	if err == nil {
		err = p.State.RevokeToken(c.Request().Context(), id)
	} else {
		err = state.ErrNoToken
	}
	if errors.Is(err, state.ErrNoToken) {
		return &fault.Error{Code: fault.NotFound, Op: "revoke a token", Message: "there is no such token",
			Hint: "open the list anew"}
	}
	if err != nil {
		return err
	}
	return p.goTo(c, "/apps?revoked=yes")
}

// forgetOld answers POST /apps/old/forget: the app needs PKCE again, or the owner's leave.
func (p appsPages) forgetOld(c echo.Context, _ visitor) error {
	app := c.FormValue("client_id")
	if err := p.State.ForgetOldClient(c.Request().Context(), app); err != nil {
		return err
	}
	p.Log.Info("an app may not sign in without PKCE any more", "client", app, "from", c.RealIP())
	return p.goTo(c, "/apps?forgotten=yes")
}
