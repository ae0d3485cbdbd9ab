package bridge

import (
	"fmt"
	"slices"
	"strings"

	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
)

// principal is who a request comes from: a good token.
type principal struct {
	TokenID int64
	Me      string
	Client  string // client_id, or the name the owner gave the token
	Scope   []string
	Sites   []string // addresses of the sites that it may use; none: all
}

// verified is what an app that asks whether its token is good is told.
func (p principal) verified() tokenAnswer {
	return tokenAnswer{Me: p.Me, Scope: strings.Join(p.Scope, " "), ClientID: p.Client}
}

// may tells whether the token has one of the scopes. `post` means create and update.
func (p principal) may(scopes ...string) bool {
	for _, s := range scopes {
		if slices.Contains(p.Scope, s) {
			return true
		}
		if (s == "create" || s == "update") && slices.Contains(p.Scope, "post") {
			return true
		}
	}
	return false
}

// reaches tells whether the token is good for the site at an address.
func (p principal) reaches(me string) bool {
	return len(p.Sites) == 0 || slices.ContainsFunc(p.Sites, func(site string) bool { return catalog.SameAddress(site, me) })
}

// draftsOnly tells whether the token may write drafts and nothing else.
func (p principal) draftsOnly(scope string) bool {
	return !p.may(scope) && p.may("draft")
}

// require is nil when the token has one of the scopes, the first of which is named in the refusal.
func (p principal) require(op string, scopes ...string) error {
	if p.may(scopes...) {
		return nil
	}
	return &fault.Error{
		Code: fault.InsufficientScope, Op: op, Scope: scopes[0],
		Message: fmt.Sprintf("this needs the scope %q; the token has %q", scopes[0], strings.Join(p.Scope, " ")),
		Hint:    "sign in again and allow it, or make a token with that scope",
	}
}
