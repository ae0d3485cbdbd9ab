package indieauth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/state"
)

// Identity is the response of the authorization endpoint: who signed in (section 5.3.2).
type Identity struct {
	Me      string   `json:"me"`
	Profile *Profile `json:"profile,omitempty"`
}

// Tokens is the response of the token endpoint (section 5.3.3).
type Tokens struct {
	AccessToken  string   `json:"access_token"`
	TokenType    string   `json:"token_type"`
	Scope        string   `json:"scope"`
	Me           string   `json:"me"`
	ExpiresIn    int64    `json:"expires_in,omitempty"` // seconds; 0: it does not expire
	RefreshToken string   `json:"refresh_token,omitempty"`
	Profile      *Profile `json:"profile,omitempty"`

	ID       int64  `json:"-"` // of the token, for the log
	ClientID string `json:"-"`
}

// Identify redeems a code at the authorization endpoint: the app learns who signed in and gets
// no token.
func (s *Server) Identify(ctx context.Context, form url.Values) (Identity, error) {
	const op = "redeem code"
	var out Identity
	_, err := s.redeem(ctx, op, form, func(c state.Code) (state.Issue, error) {
		out = Identity{Me: c.Me, Profile: s.profile(c.Me, c.Scope)}
		return state.Issue{}, nil
	})
	if err != nil {
		return Identity{}, err
	}
	return out, nil
}

// Exchange redeems a code at the token endpoint.
func (s *Server) Exchange(ctx context.Context, form url.Values) (Tokens, error) {
	const op = "redeem code"
	issued, err := s.redeem(ctx, op, form, func(c state.Code) (state.Issue, error) {
		if len(c.Scope) == 0 { // RFC 6749, section 3.3; the code stays valid for the authorization endpoint
			return state.Issue{}, &fault.Error{
				Code: fault.InvalidGrant, Op: op, Message: "the code was issued without a scope, so it has no token",
				Hint: "redeem it at the authorization endpoint, or request a scope",
			}
		}
		return s.issue(state.Token{
			Name: c.ClientName, ClientID: c.ClientID, Me: c.Me, Scope: c.Scope,
			Sites: c.Sites, AllSites: c.AllSites, Created: s.now(),
		}, c.Lifetime), nil
	})
	if err != nil {
		return Tokens{}, err
	}
	return s.tokens(issued), nil
}

// A grant can be renewed for so long; then the owner must sign in again.
const (
	maxIdle  = 180 * 24 * time.Hour // since the last renewal
	maxGrant = 365 * 24 * time.Hour // in total
)

// issue returns a new or, if it has an ID, a renewed token with its times. A refresh token
// expires when it was not used for twice the token's lifetime; no renewal lasts beyond the
// limits of a grant.
func (s *Server) issue(t state.Token, lifetime time.Duration) state.Issue {
	if lifetime <= 0 {
		t.Expires = time.Time{}
		return state.Issue{Token: &t}
	}
	now, end := s.now(), t.Created.Add(maxGrant)
	t.Expires = now.Add(lifetime)
	if t.ID != 0 && t.Expires.After(end) {
		t.Expires = end
	}
	refresh := now.Add(min(2*lifetime, maxIdle))
	if refresh.After(end) {
		refresh = end
	}
	if !refresh.After(t.Expires) {
		refresh = time.Time{}
	}
	return state.Issue{Token: &t, Refresh: refresh}
}

func (s *Server) tokens(issued state.Issued) Tokens {
	t := issued.Token
	answer := Tokens{
		AccessToken: issued.Secret, TokenType: "Bearer", Scope: strings.Join(t.Scope, " "), Me: t.Me,
		RefreshToken: issued.Refresh, Profile: s.profile(t.Me, t.Scope), ID: t.ID, ClientID: t.ClientID,
	}
	if !t.Expires.IsZero() {
		answer.ExpiresIn = int64(t.Expires.Sub(s.now()).Round(time.Second) / time.Second)
	}
	return answer
}

var verifierText = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// redeem finds the code of a form and passes it to then, if the form is from the app that the
// code was issued to. After another form the code stays valid.
func (s *Server) redeem(
	ctx context.Context, op string, form url.Values, then func(state.Code) (state.Issue, error),
) (state.Issued, error) {
	for _, name := range []string{"grant_type", "code", "client_id", "redirect_uri", "code_verifier"} {
		if len(form[name]) > 1 {
			return state.Issued{}, badRequest(op, name+" was sent more than once")
		}
	}
	// Apps of before 2020 send no grant_type.
	if kind := form.Get("grant_type"); kind != "" && kind != "authorization_code" {
		return state.Issued{}, &fault.Error{
			Code: fault.UnsupportedGrant, Op: op, Message: "grant_type " + shorten(kind) + " is not supported",
			Hint: "send authorization_code or refresh_token",
		}
	}
	for _, name := range []string{"code", "client_id", "redirect_uri"} {
		if form.Get(name) == "" {
			return state.Issued{}, badRequest(op, "the request has no "+name)
		}
	}
	issued, err := s.db.RedeemCode(ctx, form.Get("code"), func(c state.Code) (state.Issue, error) {
		if problem := mismatch(c, form); problem != "" {
			return state.Issue{}, &fault.Error{
				Code: fault.InvalidGrant, Op: op, Message: problem, Hint: "send the values of the authorization request",
			}
		}
		return then(c)
	})
	switch {
	case errors.Is(err, state.ErrNoCode):
		err = badGrant(op, "no such code", nil)
	case errors.Is(err, state.ErrExpired):
		err = badGrant(op, "the code has expired; it is valid for ten minutes", nil)
	case errors.Is(err, state.ErrUsed):
		err = badGrant(op, "the code was used before; its token is revoked", state.ErrUsed)
	}
	return issued, unavailable(op, err)
}

// badGrant returns an error for a code or refresh token that cannot be used (any more).
func badGrant(op, message string, cause error) error {
	return &fault.Error{
		Code: fault.InvalidGrant, Op: op, Message: message, Err: cause,
		Hint: "send the owner to the authorization endpoint again",
	}
}

// mismatch returns how the form differs from what the code was issued for, or "".
func mismatch(c state.Code, form url.Values) (problem string) {
	id, err := ClientID(form.Get("client_id"))
	if err != nil || subtle.ConstantTimeCompare([]byte(id), []byte(c.ClientID)) != 1 {
		return "the code was issued to another client_id"
	}
	if subtle.ConstantTimeCompare([]byte(form.Get("redirect_uri")), []byte(c.RedirectURI)) != 1 {
		return "the code was issued for another redirect_uri"
	}
	verifier := form.Get("code_verifier")
	switch {
	case c.Challenge == "" && verifier != "":
		// The app uses PKCE, but an attacker removed its challenge.
		return "there is a code_verifier, but the authorization request had no code_challenge"
	case c.Challenge == "":
		return ""
	case verifier == "":
		return "the code_verifier is missing"
	case !verifierText.MatchString(verifier):
		return "the code_verifier must be 43 to 128 letters, digits, hyphens, dots, underscores or tildes"
	}
	sum := sha256.Sum256([]byte(verifier))
	if subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(c.Challenge)) != 1 {
		return "the code_verifier does not match the code_challenge"
	}
	return ""
}

// Refresh renews an access token (section 5.5.1). The old access and refresh tokens stop
// working; the response has new ones. A grant cannot be renewed for more than a year.
func (s *Server) Refresh(ctx context.Context, form url.Values) (Tokens, error) {
	const op = "refresh token"
	for _, name := range []string{"refresh_token", "client_id", "scope"} {
		if len(form[name]) > 1 {
			return Tokens{}, badRequest(op, name+" was sent more than once")
		}
	}
	for _, name := range []string{"refresh_token", "client_id"} {
		if form.Get(name) == "" {
			return Tokens{}, badRequest(op, "the request has no "+name)
		}
	}
	issued, err := s.db.Refresh(ctx, form.Get("refresh_token"), func(r state.Renewal) (state.Issue, error) {
		id, err := ClientID(form.Get("client_id"))
		if err != nil || subtle.ConstantTimeCompare([]byte(id), []byte(r.Token.ClientID)) != 1 {
			return state.Issue{}, &fault.Error{
				Code: fault.InvalidGrant, Op: op, Message: "the refresh token was issued to another client_id",
				Hint: "send the one of the authorization request",
			}
		}
		if !s.now().Before(r.Token.Created.Add(maxGrant)) {
			return state.Issue{}, state.ErrExpired
		}
		t := r.Token
		t.Scope = r.Scope
		if wanted := strings.Fields(form.Get("scope")); len(wanted) > 0 {
			for i, word := range wanted {
				if i == maxScopes {
					return state.Issue{}, badRequest(op, "scope is too long")
				}
				if !slices.Contains(r.Scope, word) {
					return state.Issue{}, &fault.Error{
						Code: fault.InvalidScope, Op: op, Message: "the scope " + shorten(word) + " was not granted",
						Hint: `request some of "` + strings.Join(r.Scope, " ") + `"`,
					}
				}
			}
			t.Scope = distinct(wanted)
		}
		return s.issue(t, r.Lifetime), nil
	})
	switch {
	case errors.Is(err, state.ErrNoRefresh):
		err = badGrant(op, "no such refresh token", nil)
	case errors.Is(err, state.ErrExpired):
		err = badGrant(op, "the refresh token has expired", nil)
	case errors.Is(err, state.ErrRevoked):
		err = badGrant(op, "the token was revoked", nil)
	case errors.Is(err, state.ErrUsed):
		err = badGrant(op, "the refresh token was used before; the token is revoked", state.ErrUsed)
	}
	if err != nil {
		return Tokens{}, unavailable(op, err)
	}
	return s.tokens(issued), nil
}

// unavailable turns errors of the database into fault.Unavailable. A *fault.Error and nil are
// returned unchanged.
func unavailable(op string, err error) error {
	var known *fault.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return &fault.Error{
		Code: fault.Unavailable, Op: op, Message: "the server could not read or write its state",
		Hint: "try again later; the log has the cause", Err: err,
	}
}

// profile returns the profile for an app with those scopes, or nil. email alone is not enough
// (section 5.3.4).
func (s *Server) profile(me string, scope []string) *Profile {
	if !slices.Contains(scope, "profile") {
		return nil
	}
	p := s.config().Profile
	if p.URL == "" {
		p.URL = me
	}
	if !slices.Contains(scope, "email") {
		p.Email = ""
	}
	return &p
}

func badRequest(op, message string) error {
	return &fault.Error{
		Code: fault.InvalidRequest, Op: op, Message: message, Hint: "see section 5.3 of the IndieAuth specification",
	}
}
