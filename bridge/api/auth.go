package api

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"gitpost/bridge/access"
	"gitpost/bridge/fault"
	"gitpost/bridge/state"
)

// principal finds whose token it is, for a request to a site; "" is the default one. An empty token is
// fault.Unauthorized, a bad one fault.InvalidToken; an address that sends many bad ones must wait.
// Good tokens are never limited, whatever else comes from their address.
func (a *API) principal(ctx context.Context, address, token, site string) (access.Principal, error) {
	if token == "" {
		return access.Principal{}, &fault.Error{
			Code: fault.Unauthorized, Message: "the request has no access token",
			Hint: `send it as "Authorization: Bearer …"; gitpost token create makes one`,
		}
	}
	t, err := a.State.Token(ctx, token)
	switch {
	case errors.Is(err, state.ErrNoToken) && a.Config().ExternalAuth():
		return a.externalPrincipal(ctx, address, token, site)
	case errors.Is(err, state.ErrNoToken), errors.Is(err, state.ErrRevoked), errors.Is(err, state.ErrExpired):
		return access.Principal{}, a.refuse(address, &fault.Error{
			Code: fault.InvalidToken, Message: "the access token is not valid: " + err.Error(),
			Hint: "sign in again, or make one with gitpost token create",
		})
	case err != nil:
		return access.Principal{}, &fault.Error{Code: fault.Unavailable,
			Message: "the access token cannot be checked just now", Hint: "try again", RetryAfter: 5 * time.Second, Err: err}
	}
	p := access.Principal{TokenID: t.ID, Me: t.Me, Client: t.ClientID, Scope: t.Scope, Sites: t.Sites}
	if p.Client == "" {
		p.Client = t.Name
	}
	if p.Me == "" {
		p.Me = a.Config().Me()
		if d := a.Blogs.Default(p); d != nil {
			p.Me = d.Me()
		}
	}
	a.admit(ctx)
	return p, nil
}

// refuse counts a bad secret against its address. It returns err, or the error that tells the
// address to wait.
func (a *API) refuse(address string, err error) error {
	wait := a.refusals.refuse(address, time.Now())
	if e := a.State.Refused(context.Background(), state.TokenRefused, network(address), time.Now()); e != nil {
		a.Log.Warn("refused tokens could not be counted", "error", e)
	}
	if wait > 0 {
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

// refusals counts bad tokens by address, in windows of a minute. An IPv6 network of one subscriber
// counts as one address. The table is bounded: addresses beyond its size share a count.
type refusals struct {
	limit func() int // per minute; 0: no limit

	mu     sync.Mutex // guards what follows
	window time.Time
	counts map[string]int
}

const mostAddresses = 10_000

func newRefusals(limit func() int) *refusals {
	return &refusals{limit: limit, counts: map[string]int{}}
}

// refuse notes one bad token and returns how long the address has to wait before the next one; 0
// while it is below the limit.
func (r *refusals) refuse(address string, now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn(now)
	of := r.bucket(address)
	if limit := r.limit(); limit > 0 && r.counts[of] >= limit {
		return r.window.Add(time.Minute).Sub(now)
	}
	r.counts[of]++
	return 0
}

// bucket is the key under which an address is counted. The caller holds mu.
func (r *refusals) bucket(address string) string {
	address = network(address)
	if _, known := r.counts[address]; !known && len(r.counts) >= mostAddresses {
		return "others"
	}
	return address
}

// network returns the addresses of one subscriber: an IPv4 address, or a /64 of IPv6. What is no address is returned
// as it is.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		return ip.String()
	}
	return netip.PrefixFrom(ip, 64).Masked().String()
}

// wait is how long the address has to wait before it may send another bad one; 0 while it is
// below the limit.
func (r *refusals) wait(address string, now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn(now)
	if limit := r.limit(); limit > 0 && r.counts[r.bucket(address)] >= limit {
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
