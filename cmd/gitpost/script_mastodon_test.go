package main

import (
	"os"

	"gitpost/bridge/delivery/mastodontest"
)

// mastodon starts a fake Mastodon at $MASTODON. The file token has the token of its account.
func (s *scene) mastodon(args []string) {
	if len(args) > 0 {
		s.ts.Fatalf("mastodon takes no arguments")
	}
	server := mastodontest.New()
	s.receivers = append(s.receivers, server.Close)
	s.ts.Setenv("MASTODON", server.URL)
	s.check(os.WriteFile(s.ts.MkAbs("mastodon_token"), []byte(mastodontest.Token+"\n"), 0o600))
}
