package doctor

import (
	"net"
	"net/netip"
	"strings"
)

// proxy looks at whether the proxy that must be in front of gitpost is trusted. If it is not, all
// clients share its address, and wrong passwords of strangers limit the owner.
func (d Diagnosis) proxy() Check {
	c := d.Config
	k := Check{Name: "proxy", Result: Passed, Found: "clients are known by their own addresses"}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil || c.TLS == "auto" || !strings.HasPrefix(c.URL, "https://") || len(c.TrustedProxies) > 0 {
		return k
	}
	if a, err := netip.ParseAddr(host); err != nil || !a.IsLoopback() {
		return k
	}
	return Check{
		Name: "proxy", Result: Warning, Found: "the proxy at " + host + " is not trusted, so that all clients share its " +
			"address and its limits",
		Remedy: "set trusted_proxies: [" + host + "]",
	}
}
