package bridge

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
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
	Again     string // where to sign in again first; "" when the sign-in is fresh
}

type sessionView struct {
	state.Session
	Current bool
}

var accountNotices = map[string]string{
	"password": "The password was changed, and every other browser signed out.",
	"added":    "The passkey was added.",
	"removed":  "The passkey was removed.",
}

func (s *Server) accountPage(c echo.Context, v visitor) error {
	return s.showAccount(c, v, http.StatusOK, nil)
}

func (s *Server) showAccount(c echo.Context, v visitor, status int, failed error) error {
	ctx := c.Request().Context()
	who, err := s.pages.owner.Status(ctx)
	if err != nil {
		return err
	}
	sessions, err := s.pages.owner.Sessions(ctx)
	if err != nil {
		return err
	}
	main := accountView{
		Name: hostOf(s.config().Me), URL: s.config().URL, Keys: who.Passkeys,
		Passkeys: s.pages.owner.AllowsPasskeys(), Password: who.Password != "",
	}
	if !s.pages.owner.Fresh(v.session) {
		main.Again = again("/account")
	}
	for _, session := range sessions {
		main.Sessions = append(main.Sessions, sessionView{session, session.ID == v.session.ID})
	}
	shown := view{Title: "Account", SignedIn: true, Main: main}
	if failed != nil {
		shown.Problem = asProblem(failed)
	} else {
		shown.Notice = accountNotices[c.QueryParam("done")]
	}
	return s.show(c, status, "account", shown)
}

// changePassword answers POST /account/password.
func (s *Server) changePassword(c echo.Context, v visitor) error {
	who, err := s.pages.owner.Status(c.Request().Context())
	if err != nil {
		return err
	}
	if who.Password == "" && !s.pages.owner.Fresh(v.session) { // the one there was would be as good as a fresh sign-in
		return s.signInAgain(c)
	}
	password, err := newPassword(c)
	session := ""
	if err == nil {
		session, err = s.pages.owner.ChangePassword(c.Request().Context(), c.RealIP(), browserName(c.Request()), c.FormValue("current"), password)
	}
	switch code := fault.CodeOf(err); {
	case err == nil:
	case code == fault.InvalidRequest, code == fault.Forbidden, code == fault.TooManyRequests:
		tellWait(c, err)
		return s.showAccount(c, v, micropub.StatusOf(code), err)
	default:
		return err
	}
	s.log.Info("the password was changed", "from", c.RealIP())
	if err := s.begin(c, session); err != nil {
		return err
	}
	return s.goTo(c, "/account?done=password")
}

func (s *Server) addPasskeyBegin(c echo.Context, v visitor) error {
	options, err := s.pages.owner.BeginPasskey(c.Request().Context(), owner.Grounds{Session: v.secret})
	if err != nil {
		return err
	}
	return micropub.WriteJSON(c.Response(), http.StatusOK, options)
}

func (s *Server) addPasskey(c echo.Context, v visitor) error {
	f, err := readPasskeyForm(c)
	if err != nil {
		return err
	}
	if _, err := s.pages.owner.AddPasskey(c.Request().Context(), owner.Grounds{Session: v.secret}, browserName(c.Request()), f.Name, f.Answer); err != nil {
		return err
	}
	s.log.Info("a passkey was added", "from", c.RealIP())
	return micropub.WriteJSON(c.Response(), http.StatusOK, map[string]string{"next": s.pages.path("/account?done=added")})
}

func (s *Server) removePasskey(c echo.Context, v visitor) error {
	id, err := strconv.ParseInt(c.FormValue("id"), 10, 64)
	if err != nil {
		return &fault.Error{Code: fault.InvalidRequest, Op: "remove the passkey", Message: "the form does not say which passkey", Hint: "open the page anew"}
	}
	err = s.pages.owner.RemovePasskey(c.Request().Context(), id)
	if fault.CodeOf(err) == fault.Conflict && err != nil {
		return s.showAccount(c, v, http.StatusConflict, err)
	}
	if err != nil {
		return err
	}
	s.log.Info("a passkey was removed", "from", c.RealIP())
	return s.goTo(c, "/account?done=removed")
}
