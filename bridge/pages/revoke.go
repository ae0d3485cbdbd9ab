package pages

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/fault"
	"gitpost/bridge/language"
	"gitpost/bridge/state"
)

// undoTime is how long a revocation can be undone.
const undoTime = time.Minute

// revokeView is for revoke.html.
type revokeView struct {
	Token tokenView
}

var errNoToken = &fault.Error{
	Code: fault.NotFound, Op: "revoke a token", Message: "there is no such token", Hint: "open the list of apps again",
}

// askRevoke answers GET /apps/revoke?id=…: it asks about one app by its name.
func (p appsPages) askRevoke(c echo.Context, _ visitor) error {
	tokens, err := p.State.Tokens(c.Request().Context())
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if strconv.FormatInt(t.ID, 10) == c.QueryParam("id") && t.Revoked.IsZero() {
			v := newTokenView(t)
			return p.show(c, http.StatusOK, "revoke", view{
				Title: language.Text("Revoke access"), SignedIn: true, Main: revokeView{Token: v},
			})
		}
	}
	return errNoToken
}

// revoke answers POST /apps/revoke.
func (p appsPages) revoke(c echo.Context, _ visitor) error {
	id, err := strconv.ParseInt(c.FormValue("id"), 10, 64)
	if err != nil {
		return errNoToken
	}
	err = p.State.RevokeToken(c.Request().Context(), id)
	if errors.Is(err, state.ErrNoToken) {
		return errNoToken
	}
	if err != nil {
		return err
	}
	return p.goTo(c, "/apps?revoked="+url.QueryEscape(strconv.FormatInt(id, 10)))
}

// undoRevoke answers POST /apps/restore, within a minute after the revocation.
func (p appsPages) undoRevoke(c echo.Context, _ visitor) error {
	id, err := strconv.ParseInt(c.FormValue("id"), 10, 64)
	if err != nil {
		return errNoToken
	}
	err = p.State.RestoreToken(c.Request().Context(), id, time.Now().Add(-undoTime))
	if errors.Is(err, state.ErrNoToken) {
		return &fault.Error{
			Code: fault.NotFound, Op: "undo a revocation", Message: "it is too late to undo this",
			Hint: "connect the app again, or make a new token",
		}
	}
	if err != nil {
		return err
	}
	return p.goTo(c, "/apps?restored=yes")
}
