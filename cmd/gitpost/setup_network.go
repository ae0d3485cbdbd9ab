package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gitpost/bridge/config"
	"gitpost/bridge/delivery"
)

// networks are what init --add NAME adds to syndicate_to.
var networks = map[string]struct{ title, secret, where string }{
	"mastodon": {"Mastodon", "token_file", "Preferences → Development → New application, with the scopes read and write"},
	"bluesky":  {"Bluesky", "password_file", "Settings → Privacy and security → App passwords"},
}

// addNetwork adds an account on a network to the gitpost.yaml that is there: posts can be copied to it. It
// changes no line of it.
func (s *setup) addNetwork(ctx context.Context) error {
	text, err := os.ReadFile(s.file())
	if err != nil {
		return fmt.Errorf("read the configuration: %w; run init without --add first", err)
	}
	if _, err := config.Load(s.file(), s.environ); err != nil {
		return err
	}
	net := networks[s.network]
	t := config.Target{Type: s.network, Server: strings.TrimRight(s.server, "/"),
		Handle: strings.TrimPrefix(s.handle, "@")}
	keys := [][2]string{{"uid", ""}, {"name", net.title}, {"type", s.network}}
	if s.network == "mastodon" {
		if t.Server, err = s.must(ctx, "server", "The address of your server, such as https://social.example",
			t.Server); err != nil {
			return err
		}
		keys = append(keys, [2]string{"server", t.Server})
	} else {
		if t.Handle, err = s.must(ctx, "handle", "Your handle, such as you.bsky.social", t.Handle); err != nil {
			return err
		}
		if t.Server != "" {
			keys = append(keys, [2]string{"server", t.Server})
		}
		t.Server = cmp.Or(t.Server, "https://bsky.social")
		keys = append(keys, [2]string{"handle", t.Handle})
	}
	file, made, err := s.networkSecret(ctx)
	if err != nil {
		return err
	}
	t.TokenFile, t.PasswordFile = file, file
	account, err := delivery.Account(ctx, t)
	if err == nil {
		keys[0][1] = account
		err = s.writeTarget(text, append(keys, [2]string{net.secret, s.fromHere(file)}))
	}
	if err != nil {
		if made {
			err = errors.Join(err, os.Remove(file))
		}
		return fmt.Errorf("add %s: %w", net.title, err)
	}
	s.say("%s is the last entry of syndicate_to in %s. No other line was changed.\n\n"+
		"Restart gitpost; your apps then offer it.", account, s.file())
	return nil
}

// must returns what a flag says, or what the person answers.
func (s *setup) must(ctx context.Context, flag, question, given string) (string, error) {
	check := func(answer string) error {
		if answer == "" || strings.ContainsAny(answer, " \t") {
			return errors.New("it is one word")
		}
		return nil
	}
	if given != "" || s.person == nil {
		if check(given) != nil {
			return "", fmt.Errorf("not a terminal; pass --%s", flag)
		}
		return given, nil
	}
	answer, err := s.person.ask(ctx, question, "", check)
	return strings.TrimRight(strings.TrimPrefix(answer, "@"), "/"), err
}

// networkSecret returns the file of the token or password, and whether it was made now.
func (s *setup) networkSecret(ctx context.Context) (file string, made bool, err error) {
	if s.tokenFile != "" {
		file, err = filepath.Abs(s.tokenFile)
		return file, false, err
	}
	net := networks[s.network]
	if s.person == nil {
		return "", false, errors.New("not a terminal; pass --token-file, a file with the token or app password from " +
			net.where)
	}
	s.say("Make a token or app password: %s.", net.where)
	secret, err := s.person.secret(ctx, "Token or app password (it does not show while you type)")
	if err != nil {
		return "", false, err
	}
	file = filepath.Join(s.dir, s.network+"_"+strings.TrimSuffix(net.secret, "_file"))
	return file, true, writeSecret(file, secret+"\n")
}

// fromHere is a path as gitpost.yaml names it.
func (s *setup) fromHere(file string) string {
	if rel, err := filepath.Rel(s.dir, file); err == nil && !strings.HasPrefix(rel, "..") {
		return filepath.ToSlash(rel)
	}
	return file
}

func (s *setup) writeTarget(text []byte, keys [][2]string) error {
	next, err := config.AddTarget(text, keys)
	if err != nil {
		return err
	}
	name := filepath.Join(s.dir, ".gitpost.yaml.new")
	if err := os.WriteFile(name, next, 0o600); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	_, err = config.Load(name, s.environ)
	if err = errors.Join(err, os.Remove(name)); err != nil {
		return err
	}
	if err := replaceFile(s.file(), next); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	return nil
}
