package delivery

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"gitpost/bridge/config"
)

// Account asks a target of type mastodon or bluesky whose account its token or password is for. It
// returns the account's address and posts nothing.
func Account(ctx context.Context, t config.Target) (address string, err error) {
	client := newNetworks()
	defer client.CloseIdleConnections()
	switch t.Type {
	case "mastodon":
		m := mastodon{target: t, client: client, now: time.Now}
		token, err := m.token()
		if err != nil {
			return "", err
		}
		var me struct {
			URL string `json:"url"`
		}
		err = m.call(ctx, token, http.MethodGet, "/api/v1/accounts/verify_credentials", nil, "", &me)
		return me.URL, err
	case "bluesky":
		b := bluesky{target: t, client: client, now: time.Now, sessions: &sessions{}}
		s, err := b.session(ctx)
		if err != nil {
			return "", err
		}
		return "https://bsky.app/profile/" + s.Handle, nil
	}
	return "", fmt.Errorf("targets of type %q have no account", t.Type)
}
