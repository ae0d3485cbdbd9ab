package api

import (
	"errors"
	"mime"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
	"gitpost/bridge/state"
)

// indieauthRoutes are the endpoints between apps and the sign-in server. The owner's part of it, GET
// /auth and the pages, is in package pages.
type indieauthRoutes struct{ *API }

func (a indieauthRoutes) metadata(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "public, max-age=600")
	return micropub.WriteJSON(c.Response(), http.StatusOK, a.Auth.Metadata())
}

// identify answers POST /auth: a code is redeemed for who signed in, and no token.
func (a indieauthRoutes) identify(c echo.Context) error {
	form, err := readForm(c, "redeem code")
	if err != nil {
		return err
	}
	who, err := a.Auth.Identify(c.Request().Context(), form)
	if err != nil {
		return a.refuseGuess(c, err)
	}
	return micropub.WriteAnswer(c.Response(), c.Request(), http.StatusOK, who)
}

// token answers POST /token: a code or a refresh token is redeemed, or, as before 2022, a
// token revoked.
func (a indieauthRoutes) token(c echo.Context) error {
	form, err := readForm(c, "issue token")
	if err != nil {
		return err
	}
	if form.Get("action") == "revoke" {
		return a.revokeIn(c, form)
	}
	redeem := a.Auth.Exchange
	if form.Get("grant_type") == "refresh_token" {
		redeem = a.Auth.Refresh
	}
	tokens, err := redeem(c.Request().Context(), form)
	if err != nil {
		return a.refuseGuess(c, err)
	}
	a.Log.Info("an app has a token", "client", tokens.ClientID, "scope", tokens.Scope, "token", tokens.ID)
	return micropub.WriteAnswer(c.Response(), c.Request(), http.StatusOK, tokens)
}

// verifyToken answers GET /token as before 2022: whose token it is.
func (a indieauthRoutes) verifyToken(c echo.Context) error {
	who, err := a.authenticate(c)
	if err != nil {
		return err
	}
	return micropub.WriteAnswer(c.Response(), c.Request(), http.StatusOK, who.Verified())
}

func (a indieauthRoutes) introspect(c echo.Context) error {
	const op = "introspect token"
	form, err := readForm(c, op)
	if err != nil {
		return err
	}
	trusted, err := a.mayIntrospect(c)
	if err != nil {
		return err
	}
	if form.Get("token") == "" {
		return &fault.Error{Code: fault.InvalidRequest, Op: op, Message: "the request has no token", Hint: "send token=… in a form"}
	}
	answer, err := a.Auth.Introspect(c.Request().Context(), form.Get("token"))
	if err != nil {
		return err
	}
	if !answer.Active && !trusted { // somebody with a token of his own may be guessing others
		if err := a.refuse(c.RealIP(), nil); err != nil {
			return err
		}
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return micropub.WriteJSON(c.Response(), http.StatusOK, answer)
}

// mayIntrospect is nil for who has the configured secret, as a bearer token or as a password,
// and is then trusted, and for who has a good token.
func (a indieauthRoutes) mayIntrospect(c echo.Context) (trusted bool, err error) {
	if _, password, ok := c.Request().BasicAuth(); ok {
		if unescaped, err := url.QueryUnescape(password); err == nil && a.Auth.MayIntrospect(unescaped) { // RFC 6749, section 2.3.1
			return true, nil
		}
		return false, a.refuse(c.RealIP(), &fault.Error{Code: fault.InvalidToken, Op: "introspect token", Message: "the password is not this server's introspection.secret", Hint: "send it, or a good access token as a bearer token"})
	}
	secret, err := micropub.HeaderToken(c.Request())
	if err != nil {
		return false, err
	}
	if a.Auth.MayIntrospect(secret) {
		return true, nil
	}
	_, err = a.principal(c.Request().Context(), c.RealIP(), secret, "")
	return false, err
}

func (a indieauthRoutes) revoke(c echo.Context) error {
	form, err := readForm(c, "revoke token")
	if err != nil {
		return err
	}
	return a.revokeIn(c, form)
}

// revokeIn answers 200 for a token that is none as well.
func (a indieauthRoutes) revokeIn(c echo.Context, form url.Values) error {
	if form.Get("token") == "" {
		return &fault.Error{Code: fault.InvalidRequest, Op: "revoke token", Message: "the request has no token", Hint: "send token=… in a form"}
	}
	if err := a.Auth.Revoke(c.Request().Context(), form.Get("token")); err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return micropub.WriteJSON(c.Response(), http.StatusOK, struct{}{})
}

func (a indieauthRoutes) userinfo(c echo.Context) error {
	who, err := a.authenticate(c)
	if err != nil {
		return err
	}
	profile, err := a.Auth.Userinfo(who.Me, who.Scope)
	if err != nil {
		return err
	}
	return micropub.WriteAnswer(c.Response(), c.Request(), http.StatusOK, profile)
}

// refuseGuess counts a code or refresh token that is none against its address.
func (a indieauthRoutes) refuseGuess(c echo.Context, err error) error {
	if errors.Is(err, state.ErrUsed) {
		a.Log.Warn("a code or refresh token was used twice, and the token that came of it is revoked: an app erred, or somebody got hold of it", "from", c.RealIP())
	}
	if fault.CodeOf(err) != fault.InvalidGrant {
		return err
	}
	return a.refuse(c.RealIP(), err)
}

// mostForm is the size of the largest form that these endpoints read.
const mostForm = 64 << 10

// readForm reads a form of the body. What stands in the address is not looked at: secrets do
// not belong there.
func readForm(c echo.Context, op string) (url.Values, error) {
	r := c.Request()
	r.Body = http.MaxBytesReader(c.Response(), r.Body, mostForm)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "application/x-www-form-urlencoded":
		err = r.ParseForm()
	case "multipart/form-data":
		err = r.ParseMultipartForm(mostForm)
	default:
		return nil, &fault.Error{Code: fault.InvalidRequest, Op: op, Message: "the body is no form", Hint: "send it as application/x-www-form-urlencoded"}
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &fault.Error{Code: fault.TooLarge, Op: op, Message: "the form is larger than 64 KB"}
	case err != nil: // its text may repeat what was sent
		return nil, &fault.Error{Code: fault.InvalidRequest, Op: op, Message: "the form cannot be read", Hint: "send it as application/x-www-form-urlencoded"}
	}
	return r.PostForm, nil
}
