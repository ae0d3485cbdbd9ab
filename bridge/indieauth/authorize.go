package indieauth

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"gitpost/bridge/fault"
)

// Request is a valid authorization request that the owner has not answered yet.
type Request struct {
	ClientID string // canonical; show it in full
	Client   Client

	RedirectURI     string // receives the code; show it when there is a warning
	RedirectWarning string // "" for a URL at the app's own host; else a sentence for the owner

	State         string
	Scope         []string // requested, without duplicates; none: the app only asks who signs in
	Me            string   // the configured site that the request names, or ""
	CodeChallenge string

	// WithoutPKCE is set when the app sent no code challenge: an intercepted code can then be
	// used. Grant refuses it unless the owner allows it, now or earlier.
	WithoutPKCE    bool
	ClientApproved bool // the owner allowed this app earlier to omit PKCE
}

// RedirectError is an error that is reported to the app by a redirect to URL.
//
// Redirect only the signed-in owner, and only to an app that was allowed before (Known):
// anyone can register an app, so that the server would be an open redirect.
type RedirectError struct {
	URL         string
	Code        string // invalid_request, unsupported_response_type, invalid_scope
	Description string
	ClientID    string
	Known       bool // the owner has allowed this app before
}

func (e *RedirectError) Error() string { return "authorize: " + e.Description + " (" + e.Code + ")" }

// Limits of a request.
const (
	maxState  = 4000
	maxScopes = 50
)

var (
	// scopeWord is RFC 6749's scope-token.
	scopeWord     = regexp.MustCompile(`^[\x21\x23-\x5b\x5d-\x7e]{1,100}$`)
	challengeText = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)
)

// Authorize reads the query of an authorization request (section 5.2) and fetches the app's
// page.
//
// When the app or its redirect URI cannot be trusted the error is a *fault.Error, which is
// shown to the owner; the app must not be told. Other errors are a *RedirectError.
func (s *Server) Authorize(ctx context.Context, q url.Values) (*Request, error) {
	for _, name := range []string{"client_id", "redirect_uri"} {
		switch values := q[name]; {
		case len(values) == 0 || values[0] == "":
			return nil, refuse("the request has no "+name, "start again from the app; this is a bug of the app")
		case len(values) > 1:
			return nil, refuse("the request has more than one "+name, "start again from the app")
		}
	}
	id, err := ClientID(q.Get("client_id"))
	if err != nil {
		return nil, err
	}
	client, err := s.client(ctx, id)
	if err != nil {
		return nil, err
	}
	r := &Request{
		ClientID: id, Client: client.Client, RedirectURI: q.Get("redirect_uri"),
		State: q.Get("state"), Me: s.site(q.Get("me")),
	}
	if r.RedirectWarning, err = client.allows(r.RedirectURI); err != nil {
		return nil, err
	}
	if err := s.readParameters(r, q); err != nil {
		var unknown error
		if err.Known, unknown = s.db.ClientKnown(ctx, id); unknown != nil {
			return nil, unavailable("authorize", unknown)
		}
		return nil, err
	}
	if r.WithoutPKCE {
		if r.ClientApproved, err = s.db.OldClientApproved(ctx, id); err != nil {
			return nil, unavailable("authorize", err)
		}
	}
	return r, nil
}

// readParameters reads everything but the app and its redirect URI.
func (s *Server) readParameters(r *Request, q url.Values) *RedirectError {
	if len(r.State) > maxState {
		r.State = ""
		return s.refuseAt(r, "invalid_request", "state is too long")
	}
	for name, values := range q {
		if len(values) > 1 && slices.Contains(parameters, name) {
			return s.refuseAt(r, "invalid_request", name+" was sent more than once")
		}
	}
	// In the specification of 2018 apps that only ask who signs in send "id" or nothing.
	identityOnly := false
	switch kind := q.Get("response_type"); kind {
	case "code":
	case "id", "":
		identityOnly = true
	default:
		return s.refuseAt(r, "unsupported_response_type", "response_type must be code")
	}
	if err := s.readChallenge(r, q); err != nil {
		return err
	}
	for word := range strings.FieldsSeq(q.Get("scope")) {
		if !scopeWord.MatchString(word) || len(r.Scope) == maxScopes {
			return s.refuseAt(r, "invalid_scope", "scope is malformed or too long")
		}
		if !slices.Contains(r.Scope, word) && !identityOnly {
			r.Scope = append(r.Scope, word)
		}
	}
	return nil
}

// parameters are those that must not be repeated.
var parameters = []string{"response_type", "state", "scope", "me", "code_challenge", "code_challenge_method"}

// readChallenge reads the parameters of PKCE. Only S256 is allowed: plain, the default method,
// does not protect the code.
func (s *Server) readChallenge(r *Request, q url.Values) *RedirectError {
	challenge, method := q.Get("code_challenge"), q.Get("code_challenge_method")
	switch {
	case challenge == "" && method == "":
		r.WithoutPKCE = true
	case challenge == "":
		return s.refuseAt(r, "invalid_request", "code_challenge_method without code_challenge")
	case method != "S256":
		return s.refuseAt(r, "invalid_request", "code_challenge_method must be S256")
	case !challengeText.MatchString(challenge):
		return s.refuseAt(r, "invalid_request", "code_challenge is not a base64url-encoded SHA-256")
	}
	r.CodeChallenge = challenge
	return nil
}

func (s *Server) refuseAt(r *Request, code, description string) *RedirectError {
	return &RedirectError{
		URL:  s.redirect(r, "error", code, "error_description", description),
		Code: code, Description: description, ClientID: r.ClientID,
	}
}

// redirect returns the redirect URI with parameters added to its query, among them the
// request's state and the issuer.
func (s *Server) redirect(r *Request, pairs ...string) string {
	if r.State != "" {
		pairs = append(pairs, "state", r.State)
	}
	pairs = append(pairs, "iss", s.Issuer())
	var b strings.Builder
	b.WriteString(r.RedirectURI)
	separator := "?"
	if strings.Contains(r.RedirectURI, "?") {
		separator = "&"
		if last := r.RedirectURI[len(r.RedirectURI)-1]; last == '?' || last == '&' {
			separator = ""
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		b.WriteString(separator + pairs[i] + "=" + url.QueryEscape(pairs[i+1]))
		separator = "&"
	}
	return b.String()
}

func refuse(message, hint string) error {
	return &fault.Error{Code: fault.InvalidRequest, Op: "authorize", Message: message, Hint: hint}
}
