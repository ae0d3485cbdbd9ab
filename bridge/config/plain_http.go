package config

import (
	"net/netip"
	"net/url"
	"strings"
)

// Insecure is why a URL must not be used.
type Insecure struct{ Message, Remedy string }

func (e *Insecure) Error() string { return e.Message + "; " + e.Remedy }

// PlainHTTP returns an error for an http URL at a public name or address, where others on the way
// can read passwords and tokens. This machine and private networks pass.
func PlainHTTP(address string) *Insecure {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" || isPrivate(u.Hostname()) {
		return nil
	}
	return &Insecure{
		Message: "is public and not encrypted: others could read the password and tokens",
		Remedy:  "write https://, with tls: auto or a proxy that does it; insecure_http: true accepts it as it is",
	}
}

// isPrivate reports whether a host is this machine or in a private network.
func isPrivate(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	a = a.Unmap().WithZone("")
	return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast()
}
