package bridge

import (
	"context"
	"errors"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/indieauth"
)

// authExternal is the value of auth with which the site's own sign-in server is believed.
const authExternal = "external"

// indieauthConfig is what the sign-in server needs of the configuration in force.
func (s *Server) indieauthConfig() indieauth.Config {
	c := s.config()
	return indieauth.Config{
		URL: c.URL, Me: s.Sites(), Lifetime: c.TokensLifetime, IntrospectionSecret: c.IntrospectionSecret,
		Profile: indieauth.Profile{Name: c.ProfileName, Photo: c.ProfilePhoto, Email: c.ProfileEmail},
	}
}

func (s *Server) externalConfig() indieauth.ExternalConfig {
	return indieauth.ExternalConfig{Me: s.Sites(), Secret: s.config().IntrospectionSecret}
}

// external tells whether the site's own sign-in server issues the tokens.
func (s *Server) external() bool { return s.config().Auth == authExternal }

// externalPrincipal is who another server's token is for. An address that has sent many bad
// ones makes no more calls of that server: what was good within the minute still is.
func (s *Server) externalPrincipal(ctx context.Context, address, token string) (principal, error) {
	g, known, err := s.elsewhere.Known(s.config().Me, token)
	if !known {
		if wait := s.guests.wait(address, time.Now()); wait > 0 {
			return principal{}, tooMany(wait)
		}
		g, err = s.elsewhere.Verify(ctx, s.config().Me, token)
	}
	switch {
	case errors.Is(err, indieauth.ErrNotActive):
		return principal{}, s.refuse(address, &fault.Error{
			Code: fault.InvalidToken, Message: "the access token is not valid: " + err.Error(),
			Hint: "sign in again",
		})
	case err != nil:
		return principal{}, err
	}
	// The site's own server speaks for that site alone.
	return principal{Me: g.Me, Client: g.ClientID, Scope: g.Scope, Sites: []string{g.Me}}, nil
}
