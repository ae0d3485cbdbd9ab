package bridge

import (
	"context"
	"time"

	"gitpost/bridge/notify"
	"gitpost/bridge/state"
)

// events returns what happened after a time, for notify.
func (s *Server) events(ctx context.Context, after time.Time) ([]notify.Event, error) {
	const most = 100
	found, err := s.state.Events(ctx, after, most)
	if err != nil {
		return nil, err
	}
	var all []notify.Event
	for _, e := range found {
		all = append(all, notify.Event{
			What: string(e.Kind), Subject: e.Subject, When: e.Last,
			Refused: e.Kind == state.SignInRefused || e.Kind == state.TokenRefused,
		})
	}
	return all, nil
}
