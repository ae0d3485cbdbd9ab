package blog

import (
	"fmt"
	"slices"
	"strings"

	"gitpost/bridge/access"
	"gitpost/bridge/address"
	"gitpost/bridge/config"
	"gitpost/bridge/fault"
	"gitpost/bridge/history"
)

// Default is the site of a token's requests that name none: the one as which its app signed in,
// else the first that it may use. It is nil when the token may use none.
func (s *Blogs) Default(who access.Principal) *Blog {
	if b := s.at(who.Me); b != nil && who.Reaches(b.Me()) {
		return b
	}
	for _, b := range s.list {
		if who.Reaches(b.Me()) {
			return b
		}
	}
	return nil
}

// at is the site with that address; nil when there is none.
func (s *Blogs) at(me string) *Blog {
	if me == "" {
		return nil
	}
	for _, b := range s.list {
		if address.Same(b.Me(), me) {
			return b
		}
	}
	return nil
}

// SiteOf returns the address of the site to which a URL belongs, without looking at any post; the
// default site's if it belongs to none.
func (s *Blogs) SiteOf(url string) string { return s.Uploads.holder(url).Me() }

// Choose returns the site that a request names with mp-destination; without one, the token's
// default. Where there is only one site its name does not matter: apps send what they remember of
// other servers.
func (s *Blogs) Choose(who access.Principal, named string) (*Blog, error) {
	b := s.at(named)
	if b == nil && named != "" && s.Several() {
		return nil, s.unknown(who, named)
	}
	if b == nil {
		b = s.Default(who)
	}
	if b == nil {
		return nil, &fault.Error{
			Code: fault.InsufficientScope, Message: "the token is not valid for any site on this server",
			Hint: "it names " + strings.Join(who.Sites, ", ") +
				"; sign in again, or make a token with gitpost token create",
		}
	}
	return b, s.admit(who, b)
}

// Owner returns the site of the post at url, whether or not the app names one too.
func (s *Blogs) Owner(who access.Principal, named, url string) (*Blog, error) {
	if !s.Several() {
		return s.Choose(who, named)
	}
	owners := s.owners(url)
	if named == "" {
		if len(owners) == 0 {
			return nil, &fault.Error{
				Code: fault.InvalidRequest, Message: fmt.Sprintf("%s is not on any site of this server", url),
				Hint: "the sites are " + s.names(who),
			}
		}
		return owners[0], s.admit(who, owners[0])
	}
	b := s.at(named)
	if b == nil {
		return nil, s.unknown(who, named)
	}
	if !slices.Contains(owners, b) {
		return nil, NotOn(url, b.Me())
	}
	return b, s.admit(who, b)
}

// NotOn is the error for an address that is not on the site that mp-destination names.
func NotOn(url, site string) error {
	return &fault.Error{
		Code: fault.InvalidRequest, Message: fmt.Sprintf("%s is not on the site %s, which mp-destination names", url,
			history.OneLine(site, 200)),
		Hint: "leave mp-destination out: the URL says which site is meant",
	}
}

// owners are the sites to which the URL can belong, the likeliest first: one that has a post
// there, else the one with the longest address. A site may be below another, and a Hugo site with
// several languages may have hosts that only its posts show.
func (s *Blogs) owners(url string) []*Blog {
	var owners []*Blog
	for _, b := range s.list {
		if b.within(url) > 0 || b.Has(url) {
			owners = append(owners, b)
		}
	}
	if len(owners) > 1 {
		has := map[*Blog]int{}
		for _, b := range owners {
			if b.Has(url) {
				has[b] = 1
			}
		}
		slices.SortStableFunc(owners, func(a, b *Blog) int {
			if c := has[b] - has[a]; c != 0 {
				return c
			}
			return b.within(url) - a.within(url)
		})
	}
	return owners
}

// admit returns nil when the token may use the site.
func (s *Blogs) admit(who access.Principal, b *Blog) error {
	if who.Reaches(b.Me()) {
		return nil
	}
	return &fault.Error{
		Code: fault.InsufficientScope, Message: fmt.Sprintf("the token is not valid for the site %s", b.Me()),
		Hint: "it is valid for " + s.names(who) + "; sign in again and allow it, or make a token with --site " + b.Me(),
	}
}

func (s *Blogs) unknown(who access.Principal, named string) error {
	return &fault.Error{
		Code: fault.InvalidRequest, Message: fmt.Sprintf("no site here has the address %s, which mp-destination names",
			history.OneLine(named, 200)),
		Hint: "send the uid of one of the destinations that q=config lists: " + s.names(who),
	}
}

// names lists the sites that a token may use.
func (s *Blogs) names(who access.Principal) string {
	var names []string
	for _, target := range s.Offered(who) {
		names = append(names, target.UID)
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// Offered are the sites that a token may use, as q=config shows them: its default first.
func (s *Blogs) Offered(who access.Principal) []config.Target {
	targets := []config.Target{}
	own := s.Default(who)
	for _, b := range s.list {
		target := config.Target{UID: b.Me(), Name: b.Me()}
		switch {
		case b == own:
			targets = slices.Insert(targets, 0, target)
		case who.Reaches(b.Me()):
			targets = append(targets, target)
		}
	}
	return targets
}
