package pages

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/fault"
	"gitpost/bridge/language"
	"gitpost/bridge/owner"
	"gitpost/bridge/state"
)

// accountView is for account.html.
type accountView struct {
	Name, URL string
	Keys      []state.Passkey
	Passkeys  bool // browsers allow them here
	Password  bool
	Sessions  []sessionView
	Languages []*language.Language
	Language  string // the one that was chosen; "" for the browser's
	Again     string // where to sign in again first; "" when the sign-in is fresh
}

type sessionView struct {
	state.Session
	Current bool
}

var accountNotices = map[string]language.Text{
	"password": language.Text("The password was changed, and every other browser signed out."),
	"added":    language.Text("The passkey was added."),
	"removed":  language.Text("The passkey was removed."),
	"language": language.Text("The pages are in this language now."),
}

// accountPages show and change how the owner signs in.
type accountPages struct{ *Pages }

func (p accountPages) page(c echo.Context, v visitor) error {
	return p.showAccount(c, v, http.StatusOK, nil)
}

func (p accountPages) showAccount(c echo.Context, v visitor, status int, failed error) error {
	ctx := c.Request().Context()
	who, err := p.owner.Status(ctx)
	if err != nil {
		return err
	}
	sessions, err := p.owner.Sessions(ctx)
	if err != nil {
		return err
	}
	main := accountView{
		Name: hostOf(p.Config().Me()), URL: p.Config().URL, Keys: who.Passkeys,
		Passkeys: p.owner.AllowsPasskeys(), Password: who.Password != "",
	}
	main.Languages = language.All()
	if main.Language, err = p.State.OwnerLanguage(ctx); err != nil {
		return err
	}
	if !p.owner.Fresh(v.session) {
		main.Again = again("/account")
	}
	for _, session := range sessions {
		main.Sessions = append(main.Sessions, sessionView{session, session.ID == v.session.ID})
	}
	shown := view{Title: language.Text("Account"), SignedIn: true, Main: main}
	if failed != nil {
		shown.Problem, shown.Wrong = asProblem(failed), wrongPassword(failed)
	} else {
		shown.Notice = accountNotices[c.QueryParam("done")]
	}
	return p.show(c, status, "account", shown)
}

// changeLanguage answers POST /account/language.
func (p accountPages) changeLanguage(c echo.Context, _ visitor) error {
	chosen := c.FormValue("language")
	known := slices.ContainsFunc(language.All(), func(l *language.Language) bool { return l.Tag == chosen })
	if chosen != "" && !known {
		return &fault.Error{Code: fault.InvalidRequest, Op: "choose a language", Message: "there is no such language",
			Hint: "choose one from the list"}
	}
	if err := p.State.SetOwnerLanguage(c.Request().Context(), chosen); err != nil {
		return err
	}
	return p.goTo(c, "/account?done=language")
}

// wrongPassword is the field of a password form that an error is about.
func wrongPassword(err error) string {
	switch {
	case errors.Is(err, errNotRepeated):
		return "again"
	case fault.CodeOf(err) == fault.InvalidRequest:
		return "password"
	}
	return "current"
}

// changePassword answers POST /account/password.
func (p accountPages) changePassword(c echo.Context, v visitor) error {
	who, err := p.owner.Status(c.Request().Context())
	if err != nil {
		return err
	}
	if who.Password == "" && !p.owner.Fresh(v.session) { // the one there was would be as good as a fresh sign-in
		return p.signInAgain(c)
	}
	password, err := newPassword(c)
	session := ""
	if err == nil {
		session, err = p.owner.ChangePassword(c.Request().Context(), p.limitBy(c), browserName(c.Request()),
			c.FormValue("current"), password)
	}
	switch code := fault.CodeOf(err); {
	case err == nil:
	case code == fault.InvalidRequest, code == fault.Forbidden, code == fault.TooManyRequests:
		tellWait(c, err)
		return p.showAccount(c, v, code.Status(), err)
	default:
		return err
	}
	p.Log.Info("the password was changed", "from", c.RealIP())
	if err := p.begin(c, session); err != nil {
		return err
	}
	if err := p.rememberBrowser(c); err != nil {
		return err
	}
	return p.goTo(c, "/account?done=password")
}

func (p accountPages) addPasskeyBegin(c echo.Context, v visitor) error {
	options, err := p.owner.BeginPasskey(c.Request().Context(), owner.Grounds{Session: v.secret})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, options)
}

func (p accountPages) addPasskey(c echo.Context, v visitor) error {
	f, err := readPasskeyForm(c)
	if err != nil {
		return err
	}
	if _, err := p.owner.AddPasskey(c.Request().Context(), owner.Grounds{Session: v.secret}, browserName(c.Request()),
		f.Name, f.Answer); err != nil {
		return err
	}
	p.Log.Info("a passkey was added", "from", c.RealIP())
	return c.JSON(http.StatusOK, map[string]string{"next": p.path("/account?done=added")})
}

func (p accountPages) removePasskey(c echo.Context, v visitor) error {
	id, err := strconv.ParseInt(c.FormValue("id"), 10, 64)
	if err != nil {
		return &fault.Error{Code: fault.InvalidRequest, Op: "remove the passkey",
			Message: "the form does not say which passkey", Hint: "open the page anew"}
	}
	err = p.owner.RemovePasskey(c.Request().Context(), id)
	if fault.CodeOf(err) == fault.Conflict && err != nil {
		return p.showAccount(c, v, http.StatusConflict, err)
	}
	if err != nil {
		return err
	}
	p.Log.Info("a passkey was removed", "from", c.RealIP())
	return p.goTo(c, "/account?done=removed")
}
