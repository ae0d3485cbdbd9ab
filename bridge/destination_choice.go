package bridge

import (
	"fmt"
	"slices"
	"strings"

	"gitpost/bridge/address"
	"gitpost/bridge/fault"
)

// ownOf is the destination of a token's requests that name none: the site as which its app
// signed in, else the first that it may use. It is nil when the token may use none.
func (s *Server) ownOf(who principal) *destination {
	if d := s.at(who.Me); d != nil && who.reaches(d.me()) {
		return d
	}
	for _, d := range s.destinations {
		if who.reaches(d.me()) {
			return d
		}
	}
	return nil
}

// at is the destination with that address; nil when there is none.
func (s *Server) at(me string) *destination {
	if me == "" {
		return nil
	}
	for _, d := range s.destinations {
		if address.Same(d.me(), me) {
			return d
		}
	}
	return nil
}

// choose is the destination that a request names with mp-destination; without one it is the
// token's own. Where there is only one site its name does not matter: apps send what they
// remember of other servers.
func (s *Server) choose(who principal, named string) (*destination, error) {
	d := s.at(named)
	if d == nil && named != "" && len(s.destinations) > 1 {
		return nil, s.unknown(who, named)
	}
	if d == nil {
		d = s.ownOf(who)
	}
	if d == nil {
		return nil, &fault.Error{
			Code: fault.InsufficientScope, Message: "the token is not good for any site that is served here",
			Hint: "it names " + strings.Join(who.Sites, ", ") + "; sign in again, or make a token with gitpost token create",
		}
	}
	return d, s.admit(who, d)
}

// owner is the destination of the post at url, whether or not the app names one too.
func (s *Server) owner(who principal, named, url string) (*destination, error) {
	if len(s.destinations) == 1 {
		return s.choose(who, named)
	}
	owners := s.owners(url)
	if named == "" {
		if len(owners) == 0 {
			return nil, &fault.Error{
				Code: fault.InvalidRequest, Message: fmt.Sprintf("%s is not an address of a site that is served here", url),
				Hint: "the sites are " + s.list(who),
			}
		}
		return owners[0], s.admit(who, owners[0])
	}
	d := s.at(named)
	if d == nil {
		return nil, s.unknown(who, named)
	}
	if !slices.Contains(owners, d) {
		return nil, notOf(url, d.me())
	}
	return d, s.admit(who, d)
}

func notOf(address, site string) error {
	return &fault.Error{
		Code: fault.InvalidRequest, Message: fmt.Sprintf("%s is not an address of the site %s, which mp-destination names", address, onOneLine(site, 200)),
		Hint: "leave mp-destination out: the address says which site is meant",
	}
}

// owners are the destinations of which the url can be an address, the likeliest first: one that
// has a post there, else the one with the longest address. A site may lie below another, and a
// Hugo site with several languages may have hosts that only its posts tell.
func (s *Server) owners(url string) []*destination {
	var owners []*destination
	for _, d := range s.destinations {
		if address.Within(d.me(), url) || d.has(url) {
			owners = append(owners, d)
		}
	}
	if len(owners) > 1 {
		has := map[*destination]int{}
		for _, d := range owners {
			if d.has(url) {
				has[d] = 1
			}
		}
		slices.SortStableFunc(owners, func(a, b *destination) int {
			if c := has[b] - has[a]; c != 0 {
				return c
			}
			return len(b.me()) - len(a.me())
		})
	}
	return owners
}

// admit is nil when the token may use the destination.
func (s *Server) admit(who principal, d *destination) error {
	if who.reaches(d.me()) {
		return nil
	}
	return &fault.Error{
		Code: fault.InsufficientScope, Message: fmt.Sprintf("the token is not good for the site %s", d.me()),
		Hint: "it is good for " + s.list(who) + "; sign in again and allow it, or make a token with --site " + d.me(),
	}
}

func (s *Server) unknown(who principal, named string) error {
	return &fault.Error{
		Code: fault.InvalidRequest, Message: fmt.Sprintf("no site here has the address %s, which mp-destination names", onOneLine(named, 200)),
		Hint: "send the uid of one of the destinations that q=config lists: " + s.list(who),
	}
}

// list names the sites that a token may use.
func (s *Server) list(who principal) string {
	var names []string
	for _, target := range s.offered(who) {
		names = append(names, target.UID)
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// offered are the destinations that a token may use, as q=config shows them: its own first.
func (s *Server) offered(who principal) []Target {
	targets := []Target{}
	own := s.ownOf(who)
	for _, d := range s.destinations {
		target := Target{UID: d.me(), Name: d.me()}
		switch {
		case d == own:
			targets = slices.Insert(targets, 0, target)
		case who.reaches(d.me()):
			targets = append(targets, target)
		}
	}
	return targets
}

// chosen are those of the sites that a form names.
func (s *Server) chosen(named []string) []string {
	return slices.DeleteFunc(s.Sites(), func(me string) bool { return !slices.Contains(named, me) })
}

// known tells whether the URL is one of a site's posts.
func (s *Server) known(url string) bool {
	return slices.ContainsFunc(s.destinations, func(d *destination) bool { return d.has(url) })
}
