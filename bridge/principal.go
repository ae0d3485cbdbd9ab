package bridge

import (
	"fmt"
	"slices"
	"strings"

	"gitpost/bridge/address"
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

// A scope can be for posts of one type alone, as the Micropub page shows it: create:photo.

// mayFor tells whether the token has one of the scopes for posts of a type.
func (p principal) mayFor(postType string, scopes ...string) bool {
	for _, s := range scopes {
		if p.may(s) || slices.Contains(p.Scope, s+":"+postType) ||
			(s == "create" || s == "update") && slices.Contains(p.Scope, "post:"+postType) {
			return true
		}
	}
	return false
}

// maySome tells whether the token has one of the scopes for posts of any type.
func (p principal) maySome(scopes ...string) bool {
	return p.may(scopes...) || slices.ContainsFunc(p.Scope, func(s string) bool {
		_, postType, ok := strings.Cut(s, ":")
		return ok && p.mayFor(postType, scopes...)
	})
}

// requireFor is require for posts of a type.
func (p principal) requireFor(op, postType string, scopes ...string) error {
	if p.mayFor(postType, scopes...) {
		return nil
	}
	return p.require(op, scopes...)
}

// requireSome is require for posts of any type: which one is not known yet.
func (p principal) requireSome(op string, scopes ...string) error {
	if p.maySome(scopes...) {
		return nil
	}
	return p.require(op, scopes...)
}

// reaches tells whether the token is good for the site at an address.
func (p principal) reaches(me string) bool {
	return len(p.Sites) == 0 || slices.ContainsFunc(p.Sites, func(site string) bool { return address.Same(site, me) })
}

// draftsOnly tells whether the token may write drafts of a type and nothing else.
func (p principal) draftsOnly(scope, postType string) bool {
	return !p.mayFor(postType, scope) && p.may("draft")
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
