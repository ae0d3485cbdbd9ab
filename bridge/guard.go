package bridge

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/config"
	"gitpost/bridge/fault"
)

// guard is what every request passes before its handler: who the client is, whether this server was
// meant, and the limits of strangers. It is safe for concurrent use.
type guard struct {
	config       func() *config.Config
	log          *slog.Logger
	bodyTimeout  time.Duration // how long a request's body may stall
	connections  *connections
	proxyWarning sync.Once
}

func newGuard(config func() *config.Config, log *slog.Logger) *guard {
	return &guard{config: config, log: log, bodyTimeout: bodyTimeout, connections: newConnections()}
}

// clientAddress finds the address of a request's client: the connection's, or the last hop in
// X-Forwarded-For that is not a trusted proxy. On a Unix socket the peer is a proxy, whoever it is.
func (g *guard) clientAddress(r *http.Request) string {
	trusted := g.config().TrustedProxies
	at, isNetwork := peer(r)
	if isNetwork && !trusts(trusted, at) {
		g.warnOfProxy(r, at)
		return at
	}
	hops := strings.Split(strings.Join(r.Header.Values(echo.HeaderXForwardedFor), ","), ",")
	for _, hop := range slices.Backward(hops) {
		hop = strings.Trim(strings.TrimSpace(hop), "[]")
		if _, err := netip.ParseAddr(hop); err != nil {
			return at // nobody can have written that
		}
		if at = hop; !trusts(trusted, hop) {
			return at
		}
	}
	return at
}

// peer returns the address of the connection; isNetwork is false on a Unix socket.
func peer(r *http.Request) (address string, isNetwork bool) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return "127.0.0.1", false
	}
	return host, true
}

func trusts(networks []string, address string) bool {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	a = a.Unmap().WithZone("")
	return slices.ContainsFunc(networks, func(cidr string) bool {
		network, err := netip.ParsePrefix(cidr)
		return err == nil && network.Contains(a)
	})
}

// warnOfProxy says once that requests come through a proxy which is not trusted: all of them then
// seem to come from one address, and wrong passwords and tokens of one client limit all.
func (g *guard) warnOfProxy(r *http.Request, address string) {
	a, err := netip.ParseAddr(address)
	if err != nil || !a.IsLoopback() || r.Header.Get(echo.HeaderXForwardedFor) == "" {
		return
	}
	g.proxyWarning.Do(func() {
		g.log.Warn("a proxy on this machine is not trusted, so that all clients share its address and its limits",
			"proxy", address, "remedy", "set trusted_proxies: ["+address+"]")
	})
}

// isLocal reports whether a request was made on this machine, passed on by no proxy, and made by no page of
// another site in a browser here, which could read the answer.
func isLocal(r *http.Request) bool {
	at, isNetwork := peer(r)
	a, err := netip.ParseAddr(at)
	return isNetwork && err == nil && a.IsLoopback() && r.Header.Get(echo.HeaderXForwardedFor) == "" &&
		r.Header.Get("Forwarded") == "" && r.Header.Get(echo.HeaderOrigin) == ""
}

// checkHost refuses requests for hosts that are not this server, such as those of a page that has
// its own name resolve to this machine, and keeps browsers on https.
func (g *guard) checkHost(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		own := g.config().URL
		if strings.HasPrefix(own, "https://") {
			c.Response().Header().Set("Strict-Transport-Security", "max-age=31536000")
		}
		if r := c.Request(); !knownHost(r.Host, own) {
			return errUnknownHost
		}
		return next(c)
	}
}

var errUnknownHost = &fault.Error{
	Code: fault.NotFound, Op: "find the server",
	Message: "this server does not have the name that the request's Host gives",
	Hint:    "use the address in the key url, and let a proxy pass its Host on",
}

// knownHost reports whether host is that of url, an IP address, or a name without dots: probes and
// proxies use those, and no page can have a public name mean them.
func knownHost(host, url string) bool {
	name := strings.TrimSuffix(hostname(host), ".")
	if _, err := netip.ParseAddr(name); err == nil || !strings.Contains(name, ".") {
		return true
	}
	_, own, _ := strings.Cut(url, "://")
	own, _, _ = strings.Cut(own, "/")
	return strings.EqualFold(name, hostname(own)) || strings.HasSuffix(strings.ToLower(name), ".localhost")
}

func hostname(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}
