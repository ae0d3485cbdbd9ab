package indieauth

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/idna"

	"gitpost/bridge/fault"
)

// ClientID returns the canonical form of a client_id (section 3.3): with a path, and its host
// in lower case.
func ClientID(s string) (string, error) {
	u, problem := identifier(s)
	if problem == "" {
		problem = clientHost(u)
	}
	if problem != "" {
		return "", &fault.Error{
			Code: fault.InvalidRequest, Op: "authorize", Message: "the client_id " + problem,
			Hint: "this is a bug of the app; report it to its developer",
		}
	}
	return u.String(), nil
}

// ProfileURL returns the canonical form of the URL that a person signs in as (section 3.2).
func ProfileURL(s string) (string, error) {
	u, problem := identifier(s)
	switch {
	case problem != "":
	case hasPort(s):
		problem = "has a port"
	case isAddress(u.Hostname()):
		problem = "has an IP address instead of a name"
	}
	if problem != "" {
		return "", &fault.Error{
			Code: fault.InvalidRequest, Message: "the profile URL (me) " + problem, Hint: "write it as https://example.org/",
		}
	}
	return u.String(), nil
}

// hasPort reports whether a URL has a port, even the default or an empty one.
func hasPort(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Port() != "" || strings.HasSuffix(u.Host, ":"))
}

// identifier parses what profile URLs and client_ids have in common.
func identifier(s string) (u *url.URL, problem string) {
	if len(s) > 2000 {
		return nil, "is longer than 2000 characters"
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }) {
		return nil, "contains spaces or backslashes"
	}
	u, err := url.Parse(s)
	if err != nil || u.Opaque != "" {
		return nil, "is not a URL"
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, "must start with https:// or http://"
	case u.Hostname() == "":
		return nil, "has no host"
	case u.User != nil:
		return nil, "contains a user name or password"
	case strings.Contains(s, "#"):
		return nil, "has a fragment (#…)"
	}
	for segment := range strings.SplitSeq(u.Path, "/") { // u.Path is decoded: %2e is a dot too
		if segment == "." || segment == ".." {
			return nil, "has . or .. in its path"
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

// lowerHost converts the host to lower case and Punycode, which makes look-alike letters
// visible.
func lowerHost(u *url.URL) (problem string) {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(host, ":") { // IPv6
		a, err := netip.ParseAddr(host)
		if err != nil || a.Zone() != "" {
			return "has an invalid host"
		}
		host = "[" + a.String() + "]"
	} else {
		ascii, err := idna.Lookup.ToASCII(host)
		if err != nil && !hostName.MatchString(host) || err == nil && !hostName.MatchString(ascii) {
			return "has an invalid host"
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
		return "has an IP address instead of a name"
	}
	return ""
}

// isAddress reports whether browsers treat the host as an IP address: 10.0.0.1, [::1], and
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

// isLoopback reports whether the host is a loopback address or name.
func isLoopback(host string) bool {
	host = strings.ToLower(host)
	return host == "127.0.0.1" || host == "::1" || host == "localhost" || strings.HasSuffix(host, ".localhost")
}
