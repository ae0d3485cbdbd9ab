package bridge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
	"gitpost/bridge/state"
)

// authenticate finds who sent the request by its Authorization header.
func (s *Server) authenticate(c echo.Context) (principal, error) {
	token, err := micropub.HeaderToken(c.Request())
	if err != nil {
		return principal{}, err
	}
	return s.principal(c.Request().Context(), c.RealIP(), token)
}

// principal looks a token up. An empty one is fault.Unauthorized, a bad one
// fault.InvalidToken; an address that sends many bad ones is told to wait. Good tokens are
// never limited, whatever else comes from their address.
func (s *Server) principal(ctx context.Context, address, token string) (principal, error) {
	if token == "" {
		return principal{}, &fault.Error{
			Code: fault.Unauthorized, Message: "the request has no access token",
			Hint: `send it as "Authorization: Bearer …"; gitpost token create makes one`,
		}
	}
	t, err := s.state.Token(ctx, token)
	switch {
	case errors.Is(err, state.ErrNoToken) && s.external():
		return s.externalPrincipal(ctx, address, token)
	case errors.Is(err, state.ErrNoToken), errors.Is(err, state.ErrRevoked), errors.Is(err, state.ErrExpired):
		return principal{}, s.refuse(address, &fault.Error{
			Code: fault.InvalidToken, Message: "the access token is not valid: " + err.Error(),
			Hint: "sign in again, or make one with gitpost token create",
		})
	case err != nil:
		return principal{}, &fault.Error{Code: fault.Unavailable, Message: "the access token cannot be checked just now", Hint: "try again", Err: err}
	}
	p := principal{TokenID: t.ID, Me: t.Me, Client: t.ClientID, Scope: t.Scope, Sites: t.Sites}
	if p.Client == "" {
		p.Client = t.Name
	}
	if p.Me == "" {
		p.Me = s.config().Me
		if d := s.ownOf(p); d != nil {
			p.Me = d.me()
		}
	}
	return p, nil
}

// refuse counts a bad secret against its address. It gives err back, or the error that tells
// the address to wait.
func (s *Server) refuse(address string, err error) error {
	if wait := s.guests.refuse(address, time.Now()); wait > 0 {
		return tooMany(wait)
	}
	return err
}

func tooMany(wait time.Duration) error {
	return &fault.Error{
		Code: fault.TooManyRequests, RetryAfter: wait,
		Message: "too many bad access tokens or codes came from this address",
		Hint:    fmt.Sprintf("wait %d seconds, then sign in again or use another token", int(wait.Seconds())+1),
	}
}

// refusals counts bad tokens by address, in windows of a minute. A network of IPv6 that one
// customer has counts as one address. It is bounded: addresses that it cannot hold share a count.
type refusals struct {
	mu     sync.Mutex // guards all below
	limit  int        // per minute; 0: no limit
	window time.Time
	counts map[string]int
}

// allow sets another limit.
func (r *refusals) allow(limit int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.limit = limit
}

const mostAddresses = 10_000

func newRefusals(limit int) *refusals { return &refusals{limit: limit, counts: map[string]int{}} }

// refuse notes one bad token and gives how long the address has to wait before the next one;
// 0 while it is below the limit.
func (r *refusals) refuse(address string, now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn(now)
	of := r.bucket(address)
	if r.limit > 0 && r.counts[of] >= r.limit {
		return r.window.Add(time.Minute).Sub(now)
	}
	r.counts[of]++
	return 0
}

// bucket is the key under which an address is counted. The caller holds mu.
func (r *refusals) bucket(address string) string {
	if a, err := netip.ParseAddr(address); err == nil && a.Is6() && !a.Is4In6() {
		if network, err := a.WithZone("").Prefix(64); err == nil {
			address = network.String()
		}
	}
	if _, known := r.counts[address]; !known && len(r.counts) >= mostAddresses {
		return "others"
	}
	return address
}

// wait is how long the address has to wait before it may send another bad one; 0 while it is
// below the limit.
func (r *refusals) wait(address string, now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn(now)
	if r.limit > 0 && r.counts[r.bucket(address)] >= r.limit {
		return r.window.Add(time.Minute).Sub(now)
	}
	return 0
}

func (r *refusals) turn(now time.Time) {
	if now.Sub(r.window) >= time.Minute || now.Before(r.window) {
		r.window = now
		clear(r.counts)
	}
}

// clientAddress says whose address a request comes from: the connection's, or what a
// configured proxy's X-Forwarded-For names.
func (s *Server) clientAddress() echo.IPExtractor {
	byNetwork, bySocket := s.networkClient(), echo.ExtractIPFromXFFHeader()
	return func(r *http.Request) string {
		if _, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
			return byNetwork(r)
		}
		// A Unix socket: only a proxy on this machine can connect, and it says for whom.
		local := *r
		local.RemoteAddr = "127.0.0.1:0"
		return bySocket(&local)
	}
}

func (s *Server) networkClient() echo.IPExtractor {
	return func(r *http.Request) string { return (*s.client.Load())(r) }
}

// trust believes these networks' X-Forwarded-For from now on.
func (s *Server) trust(networks []string) {
	client := echo.ExtractIPDirect()
	if len(networks) > 0 {
		trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
		for _, cidr := range networks {
			if _, network, err := net.ParseCIDR(cidr); err == nil { // the configuration was checked
				trust = append(trust, echo.TrustIPRange(network))
			}
		}
		client = echo.ExtractIPFromXFFHeader(trust...)
	}
	s.client.Store(&client)
}
