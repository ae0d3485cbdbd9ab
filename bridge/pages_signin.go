package bridge

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
	"gitpost/bridge/owner"
)

// setupView is for setup.html.
type setupView struct {
	Me, Name, Code string
	Passkeys       bool
}

// setupPage answers GET /setup?code=…, the one-time link. Looking at it does not use it up:
// programs that preview links look too.
func (s *Server) setupPage(c echo.Context) error {
	code := c.QueryParam("code")
	if err := s.pages.owner.CheckSetup(c.Request().Context(), code); err != nil {
		return err
	}
	return s.showSetup(c, http.StatusOK, code, nil)
}

func (s *Server) showSetup(c echo.Context, status int, code string, failed error) error {
	me := s.config().Me
	v := view{Title: "Set up", Main: setupView{Me: me, Name: hostOf(me), Code: code, Passkeys: s.pages.owner.AllowsPasskeys()}}
	if failed != nil {
		v.Problem = asProblem(failed)
	}
	return s.show(c, status, "setup", v)
}

// setup answers POST /setup: the password of who has the link.
func (s *Server) setup(c echo.Context) error {
	ctx, code := c.Request().Context(), c.FormValue("code")
	if err := s.pages.owner.CheckSetup(ctx, code); err != nil {
		return err
	}
	password, err := newPassword(c)
	if err != nil {
		return s.showSetup(c, http.StatusBadRequest, code, err)
	}
	session, err := s.pages.owner.SetUp(ctx, browserName(c.Request()), password, code)
	if fault.CodeOf(err) == fault.InvalidRequest && err != nil {
		return s.showSetup(c, http.StatusBadRequest, code, err)
	}
	if err != nil {
		return err
	}
	s.log.Info("a password was set by the set-up link", "from", c.RealIP())
	return s.enter(c, session, "/connect")
}

// newPassword is the password of a form that asks for it twice.
func newPassword(c echo.Context) (string, error) {
	password := c.FormValue("password")
	if password != c.FormValue("again") {
		return "", &fault.Error{Code: fault.InvalidRequest, Op: "set the password", Message: "the two passwords are not the same", Hint: "enter the new password twice"}
	}
	return password, nil
}

// enter starts the browser's session and goes on. The sign-in page on the way notices when
// the browser did not keep the cookie.
func (s *Server) enter(c echo.Context, session, back string) error {
	if err := s.begin(c, session); err != nil {
		return err
	}
	return s.goTo(c, entered(back))
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
		return f, &fault.Error{Code: fault.UnsupportedMedia, Op: "use a passkey", Message: "this address takes JSON", Hint: "passkeys need JavaScript; allow it for this page, or use a password"}
	}
	if err := json.NewDecoder(c.Request().Body).Decode(&f); err != nil {
		return f, &fault.Error{Code: fault.InvalidRequest, Op: "use a passkey", Message: "the request is not the JSON it should be", Hint: "reload the page and try again", Err: err}
	}
	return f, nil
}

func (s *Server) setupPasskeyBegin(c echo.Context) error {
	f, err := readPasskeyForm(c)
	if err != nil {
		return err
	}
	options, err := s.pages.owner.BeginPasskey(c.Request().Context(), owner.Grounds{Setup: f.Code})
	if err != nil {
		return err
	}
	return micropub.WriteJSON(c.Response(), http.StatusOK, options)
}

func (s *Server) setupPasskey(c echo.Context) error {
	f, err := readPasskeyForm(c)
	if err != nil {
		return err
	}
	session, err := s.pages.owner.AddPasskey(c.Request().Context(), owner.Grounds{Setup: f.Code}, browserName(c.Request()), f.Name, f.Answer)
	if err != nil {
		return err
	}
	s.log.Info("a passkey was added by the set-up link", "from", c.RealIP())
	return s.enterByScript(c, session, "/connect")
}

// enterByScript is enter for the pages' script.
func (s *Server) enterByScript(c echo.Context, session, back string) error {
	if err := s.begin(c, session); err != nil {
		return err
	}
	return micropub.WriteJSON(c.Response(), http.StatusOK, map[string]string{"next": s.pages.path(entered(back))})
}

// signInView is for signin.html.
type signInView struct {
	Me, Name, Back string
	For            string // the app that sent the owner here, as it calls itself
	Password       bool
	Passkeys       bool
	None           bool
}

func (s *Server) signInPage(c echo.Context) error {
	back := localPath(c.QueryParam("back"))
	v, ok, err := s.visitor(c)
	if err != nil {
		return err
	}
	again := c.QueryParam("again") != ""
	if ok && (!again || s.pages.owner.Fresh(v.session)) {
		return s.goTo(c, back)
	}
	var failed error
	if ok {
		return s.showSignIn(c, http.StatusOK, back, true, nil)
	}
	if c.QueryParam("entered") != "" {
		failed = &fault.Error{
			Code: fault.Forbidden, Message: "the browser did not keep the cookie that says who you are",
			Hint: "open " + s.config().URL + " and sign in there; cookies must be allowed",
		}
	}
	return s.showSignIn(c, http.StatusOK, back, false, failed)
}

// showSignIn shows the form; again tells that the owner is signed in, but since too long ago.
func (s *Server) showSignIn(c echo.Context, status int, back string, again bool, failed error) error {
	who, err := s.pages.owner.Status(c.Request().Context())
	if err != nil {
		return err
	}
	me := s.config().Me
	main := signInView{
		Me: me, Name: hostOf(me), Back: back,
		Password: who.Password != "", Passkeys: len(who.Passkeys) > 0 && s.pages.owner.AllowsPasskeys(), None: !who.Known(),
	}
	if u, err := url.Parse(back); err == nil && u.Path == "/auth" {
		main.For = shortAddress(u.Query().Get("client_id"))
	}
	v := view{Title: "Sign in", Main: main}
	if again {
		v.Notice = "It is a while since you signed in. Do it again before you add or remove a way in."
	}
	if failed != nil {
		v.Problem = asProblem(failed)
	}
	return s.show(c, status, "signin", v)
}

// signIn answers POST /signin with the password.
func (s *Server) signIn(c echo.Context) error {
	back := localPath(c.FormValue("back"))
	session, err := s.pages.owner.SignIn(c.Request().Context(), c.RealIP(), browserName(c.Request()), c.FormValue("password"))
	switch code := fault.CodeOf(err); {
	case err == nil:
		return s.enter(c, session, back)
	case code == fault.Forbidden, code == fault.TooManyRequests:
		s.log.Warn("a sign-in was refused", "from", c.RealIP(), "error", err)
		tellWait(c, err)
		return s.showSignIn(c, micropub.StatusOf(code), back, false, err)
	}
	return err
}

func (s *Server) signInPasskeyBegin(c echo.Context) error {
	options, err := s.pages.owner.BeginSignIn()
	if err != nil {
		return err
	}
	return micropub.WriteJSON(c.Response(), http.StatusOK, options)
}

func (s *Server) signInPasskey(c echo.Context) error {
	f, err := readPasskeyForm(c)
	if err != nil {
		return err
	}
	session, err := s.pages.owner.SignInByPasskey(c.Request().Context(), browserName(c.Request()), f.Answer)
	if err != nil {
		return err
	}
	return s.enterByScript(c, session, f.Back)
}

// signOut answers POST /signout, for this browser or for all.
func (s *Server) signOut(c echo.Context) error {
	v, ok, err := s.visitor(c)
	if err != nil {
		return err
	}
	if ok && c.FormValue("everywhere") != "" {
		err = s.pages.owner.SignOutEverywhere(c.Request().Context())
	} else if ok {
		err = s.pages.owner.SignOut(c.Request().Context(), v.secret)
	}
	if err != nil {
		return err
	}
	s.end(c)
	return s.goTo(c, "/")
}

// FirstSetup gives the link by which the owner sets up how to sign in, at the first start
// and never again. The link is a secret, but one that is worthless after an hour, after its
// use and after gitpost passwd, so that a log may have it. owned tells whether somebody can
// sign in; with auth: external nobody needs to.
func (s *Server) FirstSetup(ctx context.Context) (link string, owned bool, err error) {
	who, err := s.pages.owner.Status(ctx)
	if err != nil || who.Known() || s.external() {
		return "", true, err
	}
	code, err := s.pages.owner.FirstSetup(ctx)
	if err != nil || code == "" {
		return "", false, err
	}
	return s.config().SetupLink(code), false, nil
}

// SetupLink is the address of a set-up link.
func (c Config) SetupLink(code string) string { return c.URL + "/setup?code=" + url.QueryEscape(code) }
