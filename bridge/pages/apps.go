package pages

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/fault"
	"gitpost/bridge/language"
	"gitpost/bridge/state"
)

// appsView is for apps.html.
type appsView struct {
	Made          string // a new token, shown this once
	Tokens, Ended []tokenView
	Old           []oldAppView
	Undo          int64       // the token whose revocation can be undone; 0: none
	Events        []eventView // of the security log, newest first
}

type tokenView struct {
	ID                int64
	Name, ClientID    string
	Scope, Sites      []string
	Created, LastUsed time.Time
	Expires           language.Sentence // in words
}

// oldAppView is an app that may sign in without PKCE.
type oldAppView struct {
	Name, ClientID string
	Approved       time.Time
}

// appsPages show tokens, and make and revoke them.
type appsPages struct{ *Pages }

func (p appsPages) page(c echo.Context, v visitor) error {
	notice := language.Text("")
	switch {
	case c.QueryParam("revoked") != "":
		notice = language.Text("Revoked. The app can no longer do anything here.")
	case c.QueryParam("restored") != "":
		notice = language.Text("The app has its access back.")
	case c.QueryParam("forgotten") != "":
		notice = language.Text("You will be asked again when that app signs in.")
	}
	made := ""
	if c.QueryParam("made") != "" && c.Request().Method == http.MethodGet {
		made = p.made.take(v.session.ID, time.Now())
	}
	undo, _ := strconv.ParseInt(c.QueryParam("revoked"), 10, 64)
	return p.showApps(c, appsView{Made: made, Undo: undo}, notice)
}

func (p appsPages) showApps(c echo.Context, main appsView, notice language.Text) error {
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
	if main.Events, err = p.events(c.Request().Context()); err != nil {
		return err
	}
	undo := main.Undo
	main.Undo = 0
	for _, app := range old {
		main.Old = append(main.Old, oldAppView{shortAddress(app.ClientID), app.ClientID, app.Approved})
	}
	for _, t := range tokens {
		shown := newTokenView(t)
		const day = time.DateOnly
		switch {
		case !t.Revoked.IsZero():
			shown.Expires = language.Say("revoked on %s", t.Revoked.Local().Format(day))
			if t.ID == undo && time.Since(t.Revoked) < undoTime {
				main.Undo = undo
			}
			main.Ended = append(main.Ended, shown)
			continue
		case !t.Expires.IsZero() && time.Now().After(t.Expires) && renewable[t.ID]:
			shown.Expires = language.Say("expired, but the app can renew it")
		case !t.Expires.IsZero() && time.Now().After(t.Expires):
			shown.Expires = language.Say("expired on %s", t.Expires.Local().Format(day))
			main.Ended = append(main.Ended, shown)
			continue
		case !t.Expires.IsZero():
			shown.Expires = language.Say("until %s", t.Expires.Local().Format(day))
		}
		main.Tokens = append(main.Tokens, shown)
	}
	const most = 20
	main.Ended = main.Ended[:min(len(main.Ended), most)]
	return p.show(c, http.StatusOK, "apps", view{Title: language.Text("Apps"), SignedIn: true, Notice: notice, Main: main})
}

func newTokenView(t state.Token) tokenView {
	shown := tokenView{ID: t.ID, Name: t.Name, ClientID: t.ClientID, Scope: t.Scope, Sites: t.Sites,
		Created: t.Created, LastUsed: t.LastUsed}
	switch {
	case shown.Name != "":
	case t.ClientID != "":
		shown.Name = shortAddress(t.ClientID)
	default:
		shown.Name = "Token " + strconv.FormatInt(t.ID, 10)
	}
	return shown
}

// newToken is for token.html.
type newToken struct {
	Name   string
	Scopes []scopeView
	Sites  []string
}

// newTokenPage answers GET /apps/new.
func (p appsPages) newTokenPage(c echo.Context, _ visitor) error {
	return p.showNewToken(c, http.StatusOK, "", "", nil)
}

// showNewToken shows the form; wrong is the name of the field that failed is about.
func (p appsPages) showNewToken(c echo.Context, status int, name, wrong string, failed error) error {
	main := newToken{Name: name, Scopes: handScopes(), Sites: p.Blogs.Addresses()}
	v := view{Title: language.Text("Make a token"), SignedIn: true, Wrong: wrong, Main: main}
	if failed != nil {
		v.Problem = asProblem(failed)
	}
	return p.show(c, status, "token", v)
}

// makeToken answers POST /apps/token. The page that it leads to shows the token, once.
func (p appsPages) makeToken(c echo.Context, v visitor) error {
	form := c.Request().PostForm
	refuse := func(field, message, hint string) error {
		return p.showNewToken(c, http.StatusBadRequest, form.Get("name"), field,
			&fault.Error{Code: fault.InvalidRequest, Op: "make a token", Message: message, Hint: hint})
	}
	t := state.Token{Name: strings.Join(strings.Fields(form.Get("name")), " "), Me: p.Config().Me()}
	if t.Name == "" || len(t.Name) > 200 {
		return refuse("name", "the token has no name, or a very long one", "name the app or the device that will use it")
	}
	for _, known := range handScopes() {
		if slices.Contains(form["scope"], known.Word) {
			t.Scope = append(t.Scope, known.Word)
		}
	}
	if len(t.Scope) == 0 {
		return refuse("scope", "the token may do nothing", "switch on what it may do")
	}
	t.Sites = p.Blogs.Addresses()
	if p.Blogs.Several() {
		if t.Sites = p.chosen(form["site"]); len(t.Sites) == 0 {
			return refuse("site", "no site is chosen", "choose at least one")
		}
		t.AllSites = form.Get("all_sites") != ""
	}
	t.Me = t.Sites[0]
	if text := form.Get("lifetime"); text != "" {
		days, err := strconv.Atoi(text)
		if err != nil || days < 1 || days > 3650 {
			return refuse("lifetime", "the token's lifetime is not a number of days", "choose one from the list")
		}
		t.Expires = time.Now().AddDate(0, 0, days)
	}
	return p.makeTokenFor(c, v, t, "/apps?made=yes")
}

// makeTokenFor makes a token, and goes on to the page that shows it once.
func (p *Pages) makeTokenFor(c echo.Context, v visitor, t state.Token, next string) error {
	secret, err := p.State.CreateToken(c.Request().Context(), t)
	if err != nil {
		return err
	}
	p.Log.Info("a token was made on the page", "name", t.Name, "scope", strings.Join(t.Scope, " "), "from", c.RealIP())
	p.made.put(v.session.ID, secret, time.Now())
	return p.goTo(c, next)
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
