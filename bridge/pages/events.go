package pages

import (
	"context"
	"time"

	"gitpost/bridge/language"
	"gitpost/bridge/state"
)

// eventView is an entry of the security log.
type eventView struct {
	What  language.Text
	Who   string
	When  time.Time
	Count int
}

// eventWords are the kinds of events in words.
var eventWords = map[state.EventKind]language.Text{
	state.SignedIn: language.Text("You signed in"), state.Granted: language.Text("You allowed an app"),
	state.TokenCreated:   language.Text("Token made"),
	state.TokenFirstUsed: language.Text("Token used for the first time"),
	state.TokenRevoked:   language.Text("Token revoked"), state.TokenRestored: language.Text("Revocation undone"),
	state.TokenStolen:   language.Text("Token revoked: its code or refresh token was used twice"),
	state.SignInRefused: language.Text("Sign-in refused"), state.TokenRefused: language.Text("Bad tokens refused"),
}

// events lists the newest entries of the security log.
func (p *Pages) events(ctx context.Context) ([]eventView, error) {
	const most = 100
	found, err := p.State.Events(ctx, time.Time{}, most)
	if err != nil {
		return nil, err
	}
	var all []eventView
	for _, e := range found {
		v := eventView{What: eventWords[e.Kind], Who: shortAddress(e.Subject), When: e.Last, Count: e.Count}
		if e.Address != "" {
			v.Who = e.Address
		}
		all = append(all, v)
	}
	return all, nil
}
