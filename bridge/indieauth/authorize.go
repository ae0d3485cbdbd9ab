package indieauth

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"gitpost/bridge/fault"
)

// Request is an authorization request that is in order. The owner has not answered it yet.
type Request struct {
	ClientID string // canonical; show it in full
	Client   Client

	RedirectURI     string // where the code goes; show it when there is a warning
	RedirectWarning string // "" for an address at the app's own host; else a sentence for the owner

	State         string
	Scope         []string // as asked for, each once; none: the app only wants to know who signs in
	Me            string   // one of the configured sites when the request names it, else ""
	CodeChallenge string

	// WithoutPKCE says that the app sent no code challenge: somebody who sees the code on its
	// way can use it. Grant refuses it unless the owner allows it, now or earlier.
	WithoutPKCE    bool
	ClientApproved bool // the owner allowed this app earlier to do without
}

// RedirectError is a request that is refused at the app: the browser goes to URL, which tells
// the app what is wrong.
//
// Do not send anyone there but the signed-in owner. The app's address was checked to be the
// app's, but anybody can be an app, and a server that redirects strangers lends its good name.
type RedirectError struct {
	URL         string
	Code        string // invalid_request, unsupported_response_type, invalid_scope
	Description string
}

func (e *RedirectError) Error() string { return "authorize: " + e.Description + " (" + e.Code + ")" }

// The longest texts that a request may carry from the app and back.
const (
	mostState  = 4000
	mostScopes = 50
)

var (
	// scopeWord is RFC 6749's scope-token.
	scopeWord     = regexp.MustCompile(`^[\x21\x23-\x5b\x5d-\x7e]{1,100}$`)
	challengeText = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)
)

// Authorize reads the query of an authorization request (section 5.2), and fetches what the
// app says of itself.
//
// When the app or its address cannot be trusted the error is a *fault.Error, to be shown to
// the owner; nothing may be sent to the app. What is wrong otherwise is a *RedirectError.
func (s *Server) Authorize(ctx context.Context, q url.Values) (*Request, error) {
	for _, name := range []string{"client_id", "redirect_uri"} {
		switch values := q[name]; {
		case len(values) == 0 || values[0] == "":
			return nil, refuse("the request has no "+name, "start again from the app; this is a mistake of the app")
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
	r := &Request{ClientID: id, Client: client.Client, RedirectURI: q.Get("redirect_uri"), State: q.Get("state"), Me: s.site(q.Get("me"))}
	if r.RedirectWarning, err = client.allows(r.RedirectURI); err != nil {
		return nil, err
	}
	if len(r.State) > mostState {
		r.State = ""
		return nil, s.refuseAt(r, "invalid_request", "state is too long")
	}
	for name, values := range q {
		if len(values) > 1 && slices.Contains(parameters, name) {
			return nil, s.refuseAt(r, "invalid_request", name+" is there more than once")
		}
	}
	// The specification of 2018 let apps that only want to know who signs in say "id", or nothing.
	identityOnly := false
	switch kind := q.Get("response_type"); kind {
	case "code":
	case "id", "":
		identityOnly = true
	default:
		return nil, s.refuseAt(r, "unsupported_response_type", "response_type must be code")
	}
	if err := s.readChallenge(r, q); err != nil {
		return nil, err
	}
	for _, word := range strings.Fields(q.Get("scope")) {
		if !scopeWord.MatchString(word) || len(r.Scope) == mostScopes {
			return nil, s.refuseAt(r, "invalid_scope", "scope has words that are no scopes, or too many")
		}
		if !slices.Contains(r.Scope, word) && !identityOnly {
			r.Scope = append(r.Scope, word)
		}
	}
	if r.WithoutPKCE {
		if r.ClientApproved, err = s.db.OldClientApproved(ctx, id); err != nil {
			return nil, unavailable("authorize", err)
		}
	}
	return r, nil
}

// parameters are those that a request may have once. Others are none of the server's business.
var parameters = []string{"response_type", "state", "scope", "me", "code_challenge", "code_challenge_method"}

// readChallenge reads what PKCE needs. Only S256 will do: plain, which is what a challenge
// without a method means, protects nothing.
func (s *Server) readChallenge(r *Request, q url.Values) error {
	challenge, method := q.Get("code_challenge"), q.Get("code_challenge_method")
	switch {
	case challenge == "" && method == "":
		r.WithoutPKCE = true
	case challenge == "":
		return s.refuseAt(r, "invalid_request", "code_challenge_method is there without a code_challenge")
	case method != "S256":
		return s.refuseAt(r, "invalid_request", "code_challenge_method must be S256")
	case !challengeText.MatchString(challenge):
		return s.refuseAt(r, "invalid_request", "code_challenge is not the base64url text of a SHA-256")
	}
	r.CodeChallenge = challenge
	return nil
}

func (s *Server) refuseAt(r *Request, code, description string) error {
	return &RedirectError{URL: s.redirect(r, "error", code, "error_description", description), Code: code, Description: description}
}

// redirect is the app's address with an answer added to its query. The state goes back as it
// came, and iss tells the app which server answers.
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
