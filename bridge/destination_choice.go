package bridge

// main is the destination of requests that name none.
func (s *Server) main() *destination { return s.destinations[0] }

// choose is the destination that a request names with mp-destination; without one it is the
// token's own.
func (s *Server) choose(who principal, named string) (*destination, error) {
	return s.main(), nil
}

// owner is the destination of the post at url. An app may name it too, in named.
func (s *Server) owner(who principal, named, url string) (*destination, error) {
	return s.main(), nil
}

// offered are the destinations that a token may use, as q=config shows them.
func (s *Server) offered(who principal) []Target {
	targets := []Target{}
	for _, d := range s.destinations {
		targets = append(targets, Target{UID: d.me(), Name: d.me()})
	}
	return targets
}

// known tells whether the URL is one of a site's posts.
func (s *Server) known(url string) bool {
	for _, d := range s.destinations {
		if d.has(url) {
			return true
		}
	}
	return false
}
