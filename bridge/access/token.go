// Package access decides what a bearer token may do.
package access

import (
	"fmt"
	"slices"
	"strings"

	"gitpost/bridge/address"
	"gitpost/bridge/fault"
)

// Principal is who a request comes from: the bearer of a valid token.
type Principal struct {
	TokenID int64
	Me      string
	Client  string // client_id, or the name the owner gave the token
	Scope   []string
	Sites   []string // addresses of the sites that it may use; none: all
}

// Verified is the answer to an app that asks whether its token is valid.
type Verified struct {
	Me       string `json:"me"`
	Scope    string `json:"scope"`
	ClientID string `json:"client_id,omitempty"`
}

// Verified returns what an app is told about its own token.
func (p Principal) Verified() Verified {
	return Verified{Me: p.Me, Scope: strings.Join(p.Scope, " "), ClientID: p.Client}
}

// May reports whether the token has one of the scopes. `post` means create and update.
func (p Principal) May(scopes ...string) bool {
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

// MayFor reports whether the token has one of the scopes for posts of a type. A scope can be
// limited to one type, as in create:photo.
func (p Principal) MayFor(postType string, scopes ...string) bool {
	for _, s := range scopes {
		if p.May(s) || slices.Contains(p.Scope, s+":"+postType) ||
			(s == "create" || s == "update") && slices.Contains(p.Scope, "post:"+postType) {
			return true
		}
	}
	return false
}

// MaySome reports whether the token has one of the scopes for posts of any type.
func (p Principal) MaySome(scopes ...string) bool {
	return p.May(scopes...) || slices.ContainsFunc(p.Scope, func(s string) bool {
		_, postType, ok := strings.Cut(s, ":")
		return ok && p.MayFor(postType, scopes...)
	})
}

// RequireFor is Require for posts of a type.
func (p Principal) RequireFor(op, postType string, scopes ...string) error {
	if p.MayFor(postType, scopes...) {
		return nil
	}
	return p.Require(op, scopes...)
}

// RequireSome is Require for posts of any type: which one is not known yet.
func (p Principal) RequireSome(op string, scopes ...string) error {
	if p.MaySome(scopes...) {
		return nil
	}
	return p.Require(op, scopes...)
}

// Reaches reports whether the token is valid for the site at an address.
func (p Principal) Reaches(me string) bool {
	return len(p.Sites) == 0 || slices.ContainsFunc(p.Sites, func(site string) bool { return address.Same(site, me) })
}

// DraftsOnly reports whether the token may write drafts of a type and nothing else.
func (p Principal) DraftsOnly(scope, postType string) bool {
	return !p.MayFor(postType, scope) && p.May("draft")
}

// Require is nil when the token has one of the scopes, the first of which is named in the refusal.
func (p Principal) Require(op string, scopes ...string) error {
	if p.May(scopes...) {
		return nil
	}
	return &fault.Error{
		Code: fault.InsufficientScope, Op: op, Scope: scopes[0],
		Message: fmt.Sprintf("this needs the scope %q; the token has %q", scopes[0], strings.Join(p.Scope, " ")),
		Hint:    "sign in again and allow it, or make a token with that scope",
	}
}
