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

// Identity is what the authorization endpoint answers: who signed in (section 5.3.2).
type Identity struct {
	Me      string   `json:"me"`
	Profile *Profile `json:"profile,omitempty"`
}

// Tokens is what the token endpoint answers (section 5.3.3).
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

// Identify redeems a code at the authorization endpoint: the app is told who signed in, and
// gets no token, whatever was granted.
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
		if len(c.Scope) == 0 { // RFC 6749, section 3.3; the code stays good for the authorization endpoint
			return state.Issue{}, &fault.Error{
				Code: fault.InvalidGrant, Op: op, Message: "the code was issued without a scope, so there is no token for it",
				Hint: "redeem it at the authorization endpoint, or ask for a scope when you send the owner there",
			}
		}
		return s.issue(state.Token{Name: c.ClientName, ClientID: c.ClientID, Me: c.Me, Scope: c.Scope, Sites: c.Sites}, c.Lifetime), nil
	})
	if err != nil {
		return Tokens{}, err
	}
	return s.tokens(issued), nil
}

// issue sets the times of a token that lives for so long.
func (s *Server) issue(t state.Token, lifetime time.Duration) state.Issue {
	if lifetime <= 0 {
		t.Expires = time.Time{}
		return state.Issue{Token: &t}
	}
	now := s.now()
	t.Expires = now.Add(lifetime)
	return state.Issue{Token: &t, Refresh: now.Add(2 * lifetime)} // who was away for so long signs in again
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

// redeem finds the code of a form, and gives it to then when the form is from the app that
// the code is for. A form that is wrong leaves the code as it is.
func (s *Server) redeem(ctx context.Context, op string, form url.Values, then func(state.Code) (state.Issue, error)) (state.Issued, error) {
	for _, name := range []string{"grant_type", "code", "client_id", "redirect_uri", "code_verifier"} {
		if len(form[name]) > 1 {
			return state.Issued{}, badRequest(op, name+" is there more than once")
		}
	}
	// Apps of before 2020 send no grant_type.
	if kind := form.Get("grant_type"); kind != "" && kind != "authorization_code" {
		return state.Issued{}, &fault.Error{Code: fault.UnsupportedGrant, Op: op, Message: "grant_type " + shorten(kind) + " is not known here", Hint: "send authorization_code or refresh_token"}
	}
	for _, name := range []string{"code", "client_id", "redirect_uri"} {
		if form.Get(name) == "" {
			return state.Issued{}, badRequest(op, "the request has no "+name)
		}
	}
	issued, err := s.db.RedeemCode(ctx, form.Get("code"), func(c state.Code) (state.Issue, error) {
		if problem := fits(c, form); problem != "" {
			return state.Issue{}, &fault.Error{Code: fault.InvalidGrant, Op: op, Message: problem, Hint: "send what the authorization request had"}
		}
		return then(c)
	})
	const again = "send the owner to the authorization endpoint again"
	switch {
	case errors.Is(err, state.ErrNoCode):
		err = &fault.Error{Code: fault.InvalidGrant, Op: op, Message: "there is no such code", Hint: again}
	case errors.Is(err, state.ErrExpired):
		err = &fault.Error{Code: fault.InvalidGrant, Op: op, Message: "the code has expired; it is good for ten minutes", Hint: again}
	case errors.Is(err, state.ErrUsed):
		err = &fault.Error{Code: fault.InvalidGrant, Op: op, Message: "the code was used before, so the token that was made from it is revoked", Hint: again, Err: state.ErrUsed}
	}
	return issued, unavailable(op, err)
}

// fits says what in the form differs from what the code was issued for.
func fits(c state.Code, form url.Values) (problem string) {
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
		// The app meant to be protected, and somebody on the way took its challenge away.
		return "a code_verifier is there, but the authorization request came without a code_challenge"
	case c.Challenge == "":
		return ""
	case verifier == "":
		return "the code_verifier is missing"
	case !verifierText.MatchString(verifier):
		return "the code_verifier is not 43 to 128 letters, digits, hyphens, dots, underscores or tildes"
	}
	sum := sha256.Sum256([]byte(verifier))
	if subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(c.Challenge)) != 1 {
		return "the code_verifier does not belong to the code_challenge"
	}
	return ""
}

// Refresh renews an access token (section 5.5.1). The old one and the refresh token stop
// working, and the answer has a new one of each.
func (s *Server) Refresh(ctx context.Context, form url.Values) (Tokens, error) {
	const op = "refresh token"
	for _, name := range []string{"refresh_token", "client_id", "scope"} {
		if len(form[name]) > 1 {
			return Tokens{}, badRequest(op, name+" is there more than once")
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
			return state.Issue{}, &fault.Error{Code: fault.InvalidGrant, Op: op, Message: "the refresh token was issued to another client_id", Hint: "send the one of the authorization request"}
		}
		t := r.Token
		t.Scope = r.Scope
		if wanted := distinct(strings.Fields(form.Get("scope"))); len(wanted) > 0 {
			for _, word := range wanted {
				if !slices.Contains(r.Scope, word) {
					return state.Issue{}, &fault.Error{Code: fault.InvalidScope, Op: op, Message: "the scope " + shorten(word) + " was not granted", Hint: `ask for some of "` + strings.Join(r.Scope, " ") + `"`}
				}
			}
			t.Scope = wanted
		}
		return s.issue(t, r.Lifetime), nil
	})
	const again = "send the owner to the authorization endpoint again"
	switch {
	case errors.Is(err, state.ErrNoRefresh):
		err = &fault.Error{Code: fault.InvalidGrant, Op: op, Message: "there is no such refresh token", Hint: again}
	case errors.Is(err, state.ErrExpired):
		err = &fault.Error{Code: fault.InvalidGrant, Op: op, Message: "the refresh token has expired", Hint: again}
	case errors.Is(err, state.ErrRevoked):
		err = &fault.Error{Code: fault.InvalidGrant, Op: op, Message: "the token was revoked", Hint: again}
	case errors.Is(err, state.ErrUsed):
		err = &fault.Error{Code: fault.InvalidGrant, Op: op, Message: "the refresh token was used before, so the token is revoked", Hint: again, Err: state.ErrUsed}
	}
	if err != nil {
		return Tokens{}, unavailable(op, err)
	}
	return s.tokens(issued), nil
}

// unavailable makes trouble with the database an error that is told as such. Others, and nil,
// stay as they are.
func unavailable(op string, err error) error {
	var known *fault.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return &fault.Error{Code: fault.Unavailable, Op: op, Message: "the server cannot read or write its state just now", Hint: "try again in a while; the log has the cause", Err: err}
}

// profile is what an app with those scopes is told; nil when it may be told nothing. email
// alone is not enough (section 5.3.4).
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
	return &fault.Error{Code: fault.InvalidRequest, Op: op, Message: message, Hint: "see section 5.3 of the IndieAuth specification"}
}
