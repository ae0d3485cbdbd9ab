package main

import (
	"os"
	"path/filepath"
	"strings"

	"gitpost/bridge/config"
)

// next says what to do now, in order.
func (s *setup) next(cfg config.Config) {
	s.say("\n== Next\n")
	n := 0
	step := func(format string, args ...any) {
		n++
		s.say("%d. "+format, append([]any{n}, args...)...)
	}
	as, doctor := "", "gitpost doctor"
	if s.dir == systemFolder { // which only its owner can read
		as, doctor = "sudo ", "sudo -u gitpost gitpost doctor"
	}
	if cfg.TLS == "" && strings.HasPrefix(cfg.URL, "https://") {
		step("Put HTTPS in front of %s: %sgitpost init --print caddy, or nginx, shows how.", cfg.Listen, as)
	}
	at := ""
	if here, err := os.Getwd(); s.dir != systemFolder && (err != nil || here != s.dir) {
		at = "cd " + s.dir + " && "
	}
	step("Start it: %sgitpost serve. To run it as a service: %sgitpost init --print systemd.", at, as)
	if cfg.Auth == "" {
		step("Open the link that the first start prints, and choose how you sign in.")
	}
	how, _ := transportOf(cfg.Sites[0].Repo)
	if name := s.set["hooks.secret_file"]; name != "" && how != "" && !isLoopbackURL(cfg.URL) {
		step("For edits by hand to show at once, add a webhook at the Git host: %s/hooks/push, with the secret in %s.",
			cfg.URL, filepath.Join(s.dir, name))
	}
	step("Check everything: %s.", doctor)
	step("Enter %s in an app, and post. gitpost help apps has a recipe for each.", cfg.Me())
}

func isLoopbackURL(address string) bool { return loopbackListen(address) != "" }
