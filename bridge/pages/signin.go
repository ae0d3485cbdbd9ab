package pages

import (
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/fault"
	"gitpost/bridge/language"
	"gitpost/bridge/owner"
)

// setupView is for setup.html.
type setupView struct {
	Me, Name, Code string
	Passkeys       bool
}

// signInPages set up how the owner signs in, and sign in and out.
type signInPages struct{ *Pages }

// setupPage answers GET /setup?code=…, the one-time link. Looking at it does not use it up:
// programs that preview links look too.
func (p signInPages) setupPage(c echo.Context) error {
	code := c.QueryParam("code")
	if err := p.owner.CheckSetup(c.Request().Context(), code); err != nil {
		return err
	}
	return p.showSetup(c, http.StatusOK, code, nil)
}

func (p signInPages) showSetup(c echo.Context, status int, code string, failed error) error {
	me := p.Config().Me()
	v := view{Title: language.Text("Set up"), Main: setupView{Me: me, Name: hostOf(me), Code: code,
		Passkeys: p.owner.AllowsPasskeys()}}
	if failed != nil {
		v.Problem, v.Wrong = asProblem(failed), wrongPassword(failed)
	}
	return p.show(c, status, "setup", v)
}

// setup answers POST /setup: the password of who has the link.
func (p signInPages) setup(c echo.Context) error {
	ctx, code := c.Request().Context(), c.FormValue("code")
	if err := p.owner.CheckSetup(ctx, code); err != nil {
		return err
	}
	password, err := newPassword(c)
	if err != nil {
		return p.showSetup(c, http.StatusBadRequest, code, err)
	}
	session, err := p.owner.SetUp(ctx, browserName(c.Request()), password, code)
	if fault.CodeOf(err) == fault.InvalidRequest && err != nil {
		return p.showSetup(c, http.StatusBadRequest, code, err)
	}
	if err != nil {
		return err
	}
	p.Log.Info("a password was set by the set-up link", "from", c.RealIP())
	return p.enter(c, session, "/posts/new")
}

// newPassword is the password of a form that asks for it twice.
func newPassword(c echo.Context) (string, error) {
	password := c.FormValue("password")
	if password != c.FormValue("again") {
		return "", errNotRepeated
	}
	return password, nil
}

var errNotRepeated = &fault.Error{
	Code: fault.InvalidRequest, Op: "set the password", Message: "the two passwords are not the same",
	Hint: "enter the new password twice",
}

// enter starts the browser's session and goes on. The sign-in page on the way notices when
// the browser did not keep the cookie.
func (p signInPages) enter(c echo.Context, session, back string) error {
	if err := p.begin(c, session); err != nil {
		return err
	}
	if err := p.rememberBrowser(c); err != nil {
		return err
	}
	return p.goTo(c, entered(back))
}

func entered(back string) string {
	return "/signin?entered=yes&back=" + url.QueryEscape(localPath(back))
}

// passkeyForm is what the pages' script sends.
type passkeyForm struct {
	Code   string          `json:"code"`
	Name   string          `json:"name"`
	Back   string          `json:"back"`
	Answer json.RawMessage `json:"answer"`
}

func readPasskeyForm(c echo.Context) (f passkeyForm, err error) {
	if !asksJSON(c.Request()) {
		return f, &fault.Error{Code: fault.UnsupportedMedia, Op: "use a passkey", Message: "this address takes JSON",
			Hint: "passkeys need JavaScript; allow it for this page, or use a password"}
	}
	if err := json.NewDecoder(c.Request().Body).Decode(&f); err != nil {
		return f, &fault.Error{Code: fault.InvalidRequest, Op: "use a passkey",
			Message: "the request is not the JSON it should be", Hint: "reload the page and try again", Err: err}
	}
	return f, nil
}

func (p signInPages) setupPasskeyBegin(c echo.Context) error {
	f, err := readPasskeyForm(c)
	if err != nil {
		return err
	}
	options, err := p.owner.BeginPasskey(c.Request().Context(), owner.Grounds{Setup: f.Code})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, options)
}

func (p signInPages) setupPasskey(c echo.Context) error {
	f, err := readPasskeyForm(c)
	if err != nil {
		return err
	}
	session, err := p.owner.AddPasskey(c.Request().Context(), owner.Grounds{Setup: f.Code}, browserName(c.Request()),
		f.Name, f.Answer)
	if err != nil {
		return err
	}
	p.Log.Info("a passkey was added by the set-up link", "from", c.RealIP())
	return p.enterByScript(c, session, "/posts/new")
}

// enterByScript is enter for the pages' script.
func (p signInPages) enterByScript(c echo.Context, session, back string) error {
	if err := p.begin(c, session); err != nil {
		return err
	}
	if err := p.rememberBrowser(c); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]string{"next": p.path(entered(back))})
}

// signInView is for signin.html.
type signInView struct {
	Me, Name, Back string
	For            string // the app that sent the owner here, as it calls itself
	Password       bool
	Passkeys       bool
	None           bool
}

func (p signInPages) signInPage(c echo.Context) error {
	back := localPath(c.QueryParam("back"))
	v, ok, err := p.visitor(c)
	if err != nil {
		return err
	}
	again := c.QueryParam("again") != ""
	if ok && (!again || p.owner.Fresh(v.session)) {
		return p.goTo(c, back)
	}
	var failed error
	if ok {
		return p.showSignIn(c, http.StatusOK, back, true, nil)
	}
	if c.QueryParam("entered") != "" {
		failed = &fault.Error{
			Code: fault.Forbidden, Message: "the browser did not keep the cookie that says who you are",
			Hint: "open " + p.Config().URL + " and sign in there; cookies must be allowed",
		}
	}
	return p.showSignIn(c, http.StatusOK, back, false, failed)
}

// showSignIn shows the form; again tells that the owner is signed in, but since too long ago.
func (p signInPages) showSignIn(c echo.Context, status int, back string, again bool, failed error) error {
	who, err := p.owner.Status(c.Request().Context())
	if err != nil {
		return err
	}
	me := p.Config().Me()
	main := signInView{
		Me: me, Name: hostOf(me), Back: back,
		Password: who.Password != "", Passkeys: len(who.Passkeys) > 0 && p.owner.AllowsPasskeys(), None: !who.Known(),
	}
	if u, err := url.Parse(back); err == nil && u.Path == "/auth" {
		main.For = shortAddress(u.Query().Get("client_id"))
	}
	v := view{Title: language.Text("Sign in"), Main: main}
	if again {
		v.Info = language.Text("It is a while since you signed in. Sign in again to continue.")
	}
	if failed != nil {
		v.Problem = asProblem(failed)
		if status != http.StatusOK {
			v.Wrong = "password"
		}
	}
	return p.show(c, status, "signin", v)
}

// signIn answers POST /signin with the password.
func (p signInPages) signIn(c echo.Context) error {
	back := localPath(c.FormValue("back"))
	session, err := p.owner.SignIn(c.Request().Context(), p.limitBy(c), browserName(c.Request()), c.FormValue("password"))
	switch code := fault.CodeOf(err); {
	case err == nil:
		return p.enter(c, session, back)
	case code == fault.Forbidden, code == fault.TooManyRequests:
		p.Log.Warn("a sign-in was refused", "from", c.RealIP(), "error", err)
		tellWait(c, err)
		return p.showSignIn(c, code.Status(), back, false, err)
	}
	return err
}

func (p signInPages) signInPasskeyBegin(c echo.Context) error {
	options, err := p.owner.BeginSignIn()
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, options)
}

func (p signInPages) signInPasskey(c echo.Context) error {
	f, err := readPasskeyForm(c)
	if err != nil {
		return err
	}
	session, err := p.owner.SignInByPasskey(c.Request().Context(), browserName(c.Request()), f.Answer)
	if err != nil {
		return err
	}
	return p.enterByScript(c, session, f.Back)
}

// signOut answers POST /signout, for this browser or for all.
func (p signInPages) signOut(c echo.Context) error {
	v, ok, err := p.visitor(c)
	if err != nil {
		return err
	}
	if ok && c.FormValue("everywhere") != "" {
		err = p.owner.SignOutEverywhere(c.Request().Context())
	} else if ok {
		err = p.owner.SignOut(c.Request().Context(), v.secret)
	}
	if err != nil {
		return err
	}
	p.end(c)
	return p.goTo(c, "/")
}
