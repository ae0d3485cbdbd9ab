package indieauth

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/idna"

	"gitpost/bridge/fault"
)

// ClientID is the canonical form of an app's identifier (section 3.3): with a path, its
// host in small letters.
func ClientID(s string) (string, error) {
	u, problem := identifier(s)
	if problem == "" {
		problem = clientHost(u)
	}
	if problem != "" {
		return "", &fault.Error{
			Code: fault.InvalidRequest, Op: "authorize", Message: "the app's identifier (client_id) " + problem,
			Hint: "this is a mistake of the app; tell its maker",
		}
	}
	return u.String(), nil
}

// ProfileURL is the canonical form of the address that a person signs in as (section 3.2).
func ProfileURL(s string) (string, error) {
	u, problem := identifier(s)
	switch {
	case problem != "":
	case hasPort(s):
		problem = "has a port"
	case isAddress(u.Hostname()):
		problem = "has the number of a machine in place of a name"
	}
	if problem != "" {
		return "", &fault.Error{Code: fault.InvalidRequest, Message: "the profile address (me) " + problem, Hint: "write it as https://example.org/"}
	}
	return u.String(), nil
}

// hasPort tells whether a port is written, be it the usual one or an empty one.
func hasPort(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Port() != "" || strings.HasSuffix(u.Host, ":"))
}

// identifier reads what profile addresses and client identifiers have in common.
func identifier(s string) (u *url.URL, problem string) {
	if len(s) > 2000 {
		return nil, "is longer than 2000 letters"
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }) {
		return nil, "has blanks or backslashes in it"
	}
	u, err := url.Parse(s)
	if err != nil || u.Opaque != "" {
		return nil, "is not a web address"
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, "starts with neither https:// nor http://"
	case u.Hostname() == "":
		return nil, "has no host"
	case u.User != nil:
		return nil, "has a user name or a password in it"
	case strings.Contains(s, "#"):
		return nil, "has a fragment (#…)"
	}
	for segment := range strings.SplitSeq(u.Path, "/") { // u.Path is decoded: %2e is a dot too
		if segment == "." || segment == ".." {
			return nil, "has . or .. between the slashes of its path"
		}
	}
	if problem := lowerHost(u); problem != "" {
		return nil, problem
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u, ""
}

var hostName = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$`)

// lowerHost writes the host in small letters, and in those that DNS has: a name in letters
// that look like others shows what it is.
func lowerHost(u *url.URL) (problem string) {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(host, ":") { // IPv6
		a, err := netip.ParseAddr(host)
		if err != nil || a.Zone() != "" {
			return "has no host that could be reached"
		}
		host = "[" + a.String() + "]"
	} else {
		ascii, err := idna.Lookup.ToASCII(host)
		if err != nil && !hostName.MatchString(host) || err == nil && !hostName.MatchString(ascii) {
			return "has no host that could be reached"
		}
		if err == nil {
			host = ascii
		}
	}
	if port != "" && port != defaultPort(u.Scheme) {
		host += ":" + port
	}
	u.Host = host
	return ""
}

func defaultPort(scheme string) string {
	switch scheme {
	case "https":
		return "443"
	case "http":
		return "80"
	}
	return ""
}

func clientHost(u *url.URL) (problem string) {
	host := u.Hostname()
	if isAddress(host) && host != "127.0.0.1" && host != "::1" {
		return "has the number of a machine in place of a name"
	}
	return ""
}

// isAddress tells whether a browser would take the host for a number: 10.0.0.1, [::1], and
// also 127.1, 0x7f000001 and 2130706433.
func isAddress(host string) bool {
	if strings.Contains(host, ":") {
		return true
	}
	last := host[strings.LastIndex(host, ".")+1:]
	if rest, hex := strings.CutPrefix(last, "0x"); hex {
		return strings.Trim(rest, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

// isLoopback tells whether the host is this machine by its name.
func isLoopback(host string) bool {
	host = strings.ToLower(host)
	return host == "127.0.0.1" || host == "::1" || host == "localhost" || strings.HasSuffix(host, ".localhost")
}
