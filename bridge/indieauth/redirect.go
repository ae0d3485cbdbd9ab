package indieauth

import (
	"net/url"
	"slices"
	"strings"
)

// allows returns nil if address is a redirect URI of the app, with a warning for the owner or
// "". An error must be shown to the owner and not sent to that address.
//
// URIs are compared exactly. One at the app's own scheme, host and port is allowed when the app
// publishes none; any other one must be published by the app (section 4.2.2), also one at the
// owner's own computer (http://127.0.0.1).
func (c *client) allows(address string) (warning string, err error) {
	u, problem := redirectAddress(address)
	if problem != "" {
		return "", refuse("the redirect_uri "+problem, "start again from the app; this is a bug of the app")
	}
	listed := slices.Contains(c.redirects, address) || c.listsLoopback(u)
	web := u.Scheme == "https" || u.Scheme == "http"
	switch {
	case web && isLoopback(u.Hostname()) && isLoopback(c.id.Hostname()):
		return "", nil
	case web && isLoopback(u.Hostname()) && listed:
		return "This leads to a program on your own computer. Continue only if you have just started it yourself.", nil
	case sameOrigin(u, c.id) && (listed || !c.complete):
		if u.Scheme == "http" {
			return "This leads to a URL without encryption: others on the network can read what is sent.", nil
		}
		return "", nil
	case listed && web:
		return "This leads to a host other than the app's, " + u.Host + ". The app lists it as its own.", nil
	case listed:
		return "This leads to an app on your device that handles " + u.Scheme + ": links. Other apps can do that too.", nil
	}
	const hint = "this is a bug of the app, or someone is trying to sign in as you; do not continue"
	if c.unread != "" {
		return "", refuse("the redirect_uri "+shorten(address)+
			" is not at the app's own host, and the app's page could not be read: "+c.unread, hint)
	}
	return "", refuse("the redirect_uri "+shorten(address)+
		" is not one of those that the app at "+c.id.String()+" publishes", hint)
}

// listsLoopback reports whether the app publishes a loopback URI that differs from u in host and
// port only: a program uses whatever is free when it starts (RFC 8252, section 7.3).
func (c *client) listsLoopback(u *url.URL) bool {
	if !isLoopback(u.Hostname()) {
		return false
	}
	return slices.ContainsFunc(c.redirects, func(s string) bool {
		listed, err := url.Parse(s)
		return err == nil && isLoopback(listed.Hostname()) && listed.Scheme == u.Scheme &&
			listed.EscapedPath() == u.EscapedPath() && listed.RawQuery == u.RawQuery
	})
}

// dangerous are schemes that run or show something in the browser.
var dangerous = []string{
	"javascript", "data", "vbscript", "file", "filesystem", "blob", "about", "view-source", "ws", "wss", "ftp",
	"intent", "content", "chrome", "resource", "jar", "mailto", "tel", "sms",
}

// redirectAddress parses an absolute URI that all parsers understand in the same way.
func redirectAddress(s string) (u *url.URL, problem string) {
	if len(s) > 2000 {
		return nil, "is longer than 2000 characters"
	}
	forbidden := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\\\"<>^`{|}", r) }
	if strings.ContainsFunc(s, forbidden) {
		return nil, "contains characters that are not allowed in a URI"
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme == "":
		return nil, "is not an absolute URI"
	case strings.Contains(s, "#"):
		return nil, "has a fragment (#…)"
	case u.User != nil:
		return nil, "contains a user name"
	case slices.Contains(dangerous, u.Scheme):
		return nil, "starts with " + u.Scheme + ":, which is not allowed"
	case (u.Scheme == "http" || u.Scheme == "https") && (u.Hostname() == "" || u.Opaque != ""):
		return nil, "has no host"
	}
	return u, ""
}

// sameOrigin compares scheme, host and port.
func sameOrigin(a, b *url.URL) bool {
	port := func(u *url.URL) string {
		if p := u.Port(); p != "" {
			return p
		}
		return defaultPort(u.Scheme)
	}
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func shorten(s string) string {
	const limit = 200
	if len(s) > limit {
		return s[:limit] + "…"
	}
	return s
}
