package api

import (
	"context"
	"errors"
	"time"

	"gitpost/bridge/access"
	"gitpost/bridge/fault"
	"gitpost/bridge/indieauth"
)

// externalPrincipal is who another server's token is for. An address that has sent many bad
// ones makes no more calls of that server: what was good within the minute still is.
func (a *API) externalPrincipal(ctx context.Context, address, token, site string) (access.Principal, error) {
	g, known, err := a.External.Known(site, token)
	if !known {
		if wait := a.refusals.wait(address, time.Now()); wait > 0 {
			return access.Principal{}, tooMany(wait)
		}
		g, err = a.External.Verify(ctx, site, token)
	}
	switch {
	case errors.Is(err, indieauth.ErrNotActive):
		return access.Principal{}, a.refuse(address, &fault.Error{
			Code: fault.InvalidToken, Message: "the access token is not valid: " + err.Error(),
			Hint: "sign in again",
		})
	case err != nil:
		return access.Principal{}, err
	}
	a.admit(ctx)
	// The site's own server speaks for that site alone.
	return access.Principal{Me: g.Me, Client: g.ClientID, Scope: g.Scope, Sites: []string{g.Me}}, nil
}
