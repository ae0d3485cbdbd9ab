package indieauth

import (
	"net/url"
	"slices"
	"strings"
)

// allows tells whether the app's users may be sent to address, and with which warning. It is
// an error that must be shown here, and not at that address, when they may not.
//
// Addresses are compared letter by letter. One at the app's own scheme, host and port is
// allowed when the app lists none; another one must be in the list that the app publishes
// (section 4.2.2). This machine, http://127.0.0.1 and the like, needs no list: what is sent
// there does not leave the owner's computer. The owner is told (section 10.1).
func (c *client) allows(address string) (warning string, err error) {
	u, problem := redirectAddress(address)
	if problem != "" {
		return "", refuse("the address to go back to (redirect_uri) "+problem, "start again from the app; this is a mistake of the app")
	}
	listed := slices.Contains(c.redirects, address)
	web := u.Scheme == "https" || u.Scheme == "http"
	switch {
	case web && isLoopback(u.Hostname()):
		if !isLoopback(c.id.Hostname()) {
			return "This leads to a program on your own computer. Go on only if you have just started it yourself.", nil
		}
		return "", nil
	case sameOrigin(u, c.id) && (listed || !c.complete):
		if u.Scheme == "http" {
			return "This leads to an address without encryption: others on the network can read what is sent.", nil
		}
		return "", nil
	case listed && web:
		return "This leads to another host than the app's, " + u.Host + ". The app says that it belongs to it.", nil
	case listed:
		return "This leads to an app that is installed on your device, by the name " + u.Scheme + ":. Another app with the same name could get there too.", nil
	}
	hint := "this is a mistake of the app, or somebody is trying to sign in as you; do not go on"
	if c.unread != "" {
		return "", refuse("the address to go back to, "+shorten(address)+", is not at the app's own host, and the app's page could not be read: "+c.unread, hint)
	}
	return "", refuse("the address to go back to, "+shorten(address)+", is not one of those that the app at "+c.id.String()+" publishes", hint)
}

// dangerous are schemes that would run or show something in the browser.
var dangerous = []string{"javascript", "data", "vbscript", "file", "filesystem", "blob", "about", "view-source", "ws", "wss", "ftp", "intent", "content", "chrome", "resource", "jar", "mailto", "tel", "sms"}

// redirectAddress reads an absolute address without what could make two readers disagree on it.
func redirectAddress(s string) (u *url.URL, problem string) {
	if len(s) > 2000 {
		return nil, "is longer than 2000 letters"
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\\\"<>^`{|}", r) }) {
		return nil, "has letters in it that no address has"
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme == "":
		return nil, "is not a whole address"
	case strings.Contains(s, "#"):
		return nil, "has a fragment (#…)"
	case u.User != nil:
		return nil, "has a user name in it"
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
	const most = 200
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
