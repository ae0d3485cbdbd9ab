package indieauth

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/state"
)

// codeLifetime is how long an app has to redeem a code.
const codeLifetime = 10 * time.Minute

// Decision is the owner's answer to a Request.
type Decision struct {
	Me       string   // one of the configured sites; "": the requested one, else the first
	Scope    []string // granted; not necessarily what was requested
	Sites    []string // the sites that the token may use; none: all that are configured now
	AllSites bool     // the token may use all sites, also later ones; Sites is ignored

	AllowWithoutPKCE bool // this app may omit PKCE, now and later

	Lifetime time.Duration // of access tokens; 0: the configured one; below 0: until they are revoked
}

// Grant accepts a request. The browser must be redirected to redirect, which has a code for the
// app.
func (s *Server) Grant(ctx context.Context, r *Request, d Decision) (redirect string, err error) {
	const op = "grant access"
	config := s.config()
	if d.Me == "" {
		d.Me = r.Me
	}
	if d.Me == "" && len(config.Me) > 0 {
		d.Me = config.Me[0]
	}
	for _, site := range append([]string{d.Me}, d.Sites...) {
		if !slices.Contains(config.Me, site) {
			return "", &fault.Error{
				Code: fault.InvalidRequest, Op: op, Message: fmt.Sprintf("%q is not a site of this server", site),
				Hint: "choose one of " + strings.Join(config.Me, ", "),
			}
		}
	}
	switch {
	case d.AllSites:
		d.Sites = nil
	case len(d.Sites) == 0:
		d.Sites = config.Me
	}
	for _, word := range d.Scope {
		if !scopeWord.MatchString(word) {
			return "", &fault.Error{
				Code: fault.InvalidRequest, Op: op, Message: fmt.Sprintf("%q is not a scope", word), Hint: "choose from the list",
			}
		}
	}
	if r.WithoutPKCE && !r.ClientApproved {
		if !d.AllowWithoutPKCE {
			return "", &fault.Error{
				Code: fault.Forbidden, Op: op,
				Message: r.ClientID + " signs in without PKCE, which protects the code from interception",
				Hint:    "allow this for the app, or use an up-to-date app",
			}
		}
		if err := s.db.ApproveOldClient(ctx, r.ClientID); err != nil {
			return "", unavailable(op, err)
		}
	}
	switch {
	case d.Lifetime == 0:
		d.Lifetime = config.Lifetime
	case d.Lifetime < 0:
		d.Lifetime = 0
	}
	code, err := s.db.CreateCode(ctx, state.Code{
		ClientID: r.ClientID, ClientName: r.Client.Name, RedirectURI: r.RedirectURI, Challenge: r.CodeChallenge,
		Me: d.Me, Scope: distinct(d.Scope), Sites: d.Sites, AllSites: d.AllSites,
		Lifetime: d.Lifetime, Expires: s.now().Add(codeLifetime),
	})
	if err != nil {
		return "", unavailable(op, err)
	}
	// Apps older than 2020 check me.
	return s.redirect(r, "code", code, "me", d.Me), nil
}

// Deny refuses a request. The browser must be redirected to redirect, which tells the app.
func (s *Server) Deny(r *Request) (redirect string) {
	return s.redirect(r, "error", "access_denied", "error_description", "the owner of the site denied the request")
}

func distinct(words []string) []string {
	var out []string
	for _, w := range words {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}
