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

// Post is what decides whether a token may do something with a post.
type Post struct {
	Type      string
	Draft     bool
	Published bool // everybody can read it on the site
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

// May reports whether the token allows an action that is not about one post.
func (p Principal) May(a Action) bool {
	return slices.ContainsFunc(p.Scope, func(word string) bool {
		s := scopes[word]
		return slices.Contains(s.Actions, a) || slices.Contains(s.Posts, a)
	})
}

// MayWith reports whether the token allows an action on a post.
func (p Principal) MayWith(a Action, post Post) bool {
	return p.May(a) || slices.ContainsFunc(p.Scope, func(word string) bool {
		if s := scopes[word]; post.Draft && slices.Contains(s.Drafts, a) {
			return true
		}
		word, postType, typed := strings.Cut(word, ":")
		s := scopes[word]
		return typed && s.ByType && postType != "" && postType == post.Type && slices.Contains(s.Posts, a)
	})
}

// MaySome reports whether the token allows an action on some posts.
func (p Principal) MaySome(a Action) bool {
	return p.May(a) || slices.ContainsFunc(p.Scope, func(word string) bool {
		if slices.Contains(scopes[word].Drafts, a) {
			return true
		}
		word, postType, typed := strings.Cut(word, ":")
		s := scopes[word]
		return typed && s.ByType && postType != "" && slices.Contains(s.Posts, a)
	})
}

// MayRead reports whether the token allows reading a post and what is derived from it.
func (p Principal) MayRead(post Post) bool {
	return post.Published || p.MayWith(ReadUnpublished, post)
}

// Require is nil when May is true, else the refusal for a client.
func (p Principal) Require(op string, a Action) error { return p.require(op, a, p.May(a)) }

// RequireWith is Require for MayWith.
func (p Principal) RequireWith(op string, a Action, post Post) error {
	return p.require(op, a, p.MayWith(a, post))
}

// RequireSome is Require for MaySome: which post is not known yet.
func (p Principal) RequireSome(op string, a Action) error { return p.require(op, a, p.MaySome(a)) }

func (p Principal) require(op string, a Action, may bool) error {
	if may {
		return nil
	}
	word := scopeFor(a)
	return &fault.Error{
		Code: fault.InsufficientScope, Op: op, Scope: word,
		Message: fmt.Sprintf("this needs the scope %q; the token has %q", word, strings.Join(p.Scope, " ")),
		Hint:    "sign in again and allow it, or make a token with that scope",
	}
}

// scopeFor returns the scope to ask for: the one that allows little else.
func scopeFor(a Action) string {
	switch a {
	case UploadFile, ReadUploads, ReplaceFiles:
		return "media"
	case ReadUnpublished, ReadContacts:
		return "read"
	}
	for _, s := range Scopes() {
		if slices.Contains(s.Posts, a) || slices.Contains(s.Actions, a) {
			return s.Word
		}
	}
	return ""
}

// Reaches reports whether the token is valid for the site at an address.
func (p Principal) Reaches(me string) bool {
	return len(p.Sites) == 0 || slices.ContainsFunc(p.Sites, func(site string) bool { return address.Same(site, me) })
}

// KnownScope reports whether a word is a scope that allows something.
func KnownScope(word string) bool {
	if _, ok := scopes[word]; ok {
		return true
	}
	word, postType, typed := strings.Cut(word, ":")
	return typed && postType != "" && scopes[word].ByType
}
