package main

import (
	"context"
	"net"
	"net/url"
	"os"
	"strings"

	"gitpost/bridge/config"
	"gitpost/bridge/site"
)

// completeAddress adds the scheme that a person left out: ann.example is https://ann.example.
func completeAddress(answer string) string {
	if answer == "" || strings.Contains(answer, "://") {
		return answer
	}
	host, _, _ := strings.Cut(answer, "/")
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	switch {
	case host == "localhost" || isLoopback(host):
		return "http://" + answer
	case strings.Contains(host, ".") && !strings.ContainsAny(answer, " \t@"):
		return "https://" + answer
	}
	return answer
}

// completeRepository makes an address of what a browser shows: github.com/ann/blog. What is a folder
// here, or an address already, stays as it is.
func completeRepository(answer string) string {
	if strings.ContainsAny(answer, ":@ \t\\") {
		return answer
	}
	host, path, _ := strings.Cut(answer, "/")
	if !strings.Contains(host, ".") || strings.HasPrefix(host, ".") || !strings.Contains(path, "/") {
		return answer
	}
	if _, err := os.Stat(answer); err == nil {
		return answer
	}
	return "https://" + strings.TrimSuffix(strings.TrimSuffix(answer, "/"), ".git") + ".git"
}

// loopbackListen is the address to listen on when url is one of this machine with a port, "" otherwise.
func loopbackListen(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Port() == "" || u.Scheme != "http" {
		return ""
	}
	if u.Hostname() == "localhost" {
		return net.JoinHostPort("127.0.0.1", u.Port())
	}
	if isLoopback(u.Hostname()) {
		return u.Host
	}
	return ""
}

func isLoopback(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return ip != nil && ip.IsLoopback()
}

// compareAddress says when the site's own configuration names another address than me.
func (s *setup) compareAddress(own string) {
	a, err := url.Parse(own)
	b, err2 := url.Parse(s.set["me"])
	if own == "" || err != nil || err2 != nil || strings.EqualFold(a.Host, b.Host) {
		return
	}
	s.say("\nThe site's own configuration says that its address is %s, and you gave %s. Posts get addresses below\n"+
		"the first one. If the build sets another, write it in gitpost.yaml: site: {url: …}.", own, s.set["me"])
}

// chooseZone asks for the time zone if the site does not say it.
func (s *setup) chooseZone(ctx context.Context, opened *site.Site) error {
	if opened == nil || opened.ZoneStated() || s.person == nil {
		return nil
	}
	zone, err := s.person.ask(ctx, "Your time zone, such as Europe/Berlin (empty: this machine's)", "",
		func(answer string) error {
			if answer == "" {
				return nil
			}
			return config.CheckKey("site.timezone", answer, s.dir)
		})
	if err == nil && zone != "" {
		s.set["site.timezone"] = zone
	}
	return err
}
