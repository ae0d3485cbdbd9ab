package indieauth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"strings"

	"gitpost/bridge/fault"
	"gitpost/bridge/state"
)

// Introspection describes a token to a resource server (section 6.2). For a bad token only
// Active is set, to false.
type Introspection struct {
	Active   bool   `json:"active"`
	Me       string `json:"me,omitempty"`
	ClientID string `json:"client_id,omitempty"`
	Scope    string `json:"scope,omitempty"`
	Expires  int64  `json:"exp,omitempty"` // seconds since 1970
	Issued   int64  `json:"iat,omitempty"`
}

// MayIntrospect reports whether secret is the configured introspection secret.
func (s *Server) MayIntrospect(secret string) bool {
	want := s.config().IntrospectionSecret
	if want == "" {
		return false
	}
	// Hashes have equal lengths, so the comparison leaks not even the length.
	a, b := sha256.Sum256([]byte(secret)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// Introspect returns the description of a token.
func (s *Server) Introspect(ctx context.Context, token string) (Introspection, error) {
	t, err := s.db.Token(ctx, token)
	switch {
	case errors.Is(err, state.ErrNoToken), errors.Is(err, state.ErrRevoked), errors.Is(err, state.ErrExpired):
		return Introspection{}, nil
	case err != nil:
		return Introspection{}, unavailable("introspect token", err)
	}
	out := Introspection{
		Active: true, Me: t.Me, ClientID: t.ClientID, Scope: strings.Join(t.Scope, " "), Issued: t.Created.Unix(),
	}
	if out.Me == "" {
		out.Me = s.config().Me[0]
	}
	if !t.Expires.IsZero() {
		out.Expires = t.Expires.Unix()
	}
	return out, nil
}

// Revoke revokes an access token, or the one that belongs to a refresh token; then neither
// works. An unknown secret is not an error (RFC 7009, section 2.2).
func (s *Server) Revoke(ctx context.Context, secret string) error {
	err := s.db.RevokeSecret(ctx, secret)
	if errors.Is(err, state.ErrNoToken) {
		err = s.db.RevokeRefresh(ctx, secret)
	}
	if errors.Is(err, state.ErrNoRefresh) {
		return nil
	}
	return unavailable("revoke token", err)
}

// Userinfo returns the profile for an app whose token has the scope for it (section 9).
func (s *Server) Userinfo(me string, scope []string) (Profile, error) {
	p := s.profile(me, scope)
	if p == nil {
		return Profile{}, &fault.Error{
			Code: fault.InsufficientScope, Op: "read profile", Scope: "profile",
			Message: `this needs the scope "profile"`, Hint: "sign in again and allow it",
		}
	}
	return *p, nil
}
