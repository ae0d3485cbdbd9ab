package pages

import (
	"sync"
	"time"
)

// shownOnce keeps new tokens between the form that made one and the page that shows it, so that
// reloading that page neither makes nor shows another one. Its zero value is empty.
type shownOnce struct {
	mu sync.Mutex
	by map[int64]madeToken // by session; guarded by mu
}

type madeToken struct {
	secret string
	until  time.Time
}

// shownFor is how long a token waits for its page.
const shownFor = 5 * time.Minute

// put keeps a token for a session.
func (s *shownOnce) put(session int64, secret string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by == nil {
		s.by = map[int64]madeToken{}
	}
	for other, made := range s.by {
		if now.After(made.until) {
			delete(s.by, other)
		}
	}
	s.by[session] = madeToken{secret, now.Add(shownFor)}
}

// take returns the token of a session, once; "" when there is none.
func (s *shownOnce) take(session int64, now time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	made := s.by[session]
	delete(s.by, session)
	if now.After(made.until) {
		return ""
	}
	return made.secret
}
