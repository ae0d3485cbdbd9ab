package owner

import (
	"net/netip"
	"sync"
	"time"
)

// At most maxAttempts passwords can be tried from one address in one window. From the fourth
// failure on there is a pause before the next try, twice as long each time.
const (
	maxAttempts  = 10
	freeAttempts = 3
	window       = 15 * time.Minute
	maxAddresses = 10_000
)

// attempts counts failures by address. When it is full it drops the least recently used one.
type attempts struct {
	mu     sync.Mutex
	failed map[string]*failures // guarded by mu
}

type failures struct {
	first, last time.Time
	count       int
}

func newAttempts() *attempts { return &attempts{failed: map[string]*failures{}} }

// begin counts an attempt as failed before the result is known, so that concurrent ones count
// too; succeeded undoes that. It returns how long the address has to wait, or 0 if it may try.
func (a *attempts) begin(address string, now time.Time) (wait time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	key := network(address)
	f := a.failed[key]
	if f != nil && now.Sub(f.first) >= window {
		delete(a.failed, key)
		f = nil
	}
	if f == nil {
		if len(a.failed) >= maxAddresses {
			a.forget(now)
		}
		f = &failures{first: now}
		a.failed[key] = f
	}
	if f.count >= maxAttempts {
		return f.first.Add(window).Sub(now)
	}
	if next := f.last.Add(pause(f.count)); next.After(now) {
		return next.Sub(now)
	}
	f.count++
	f.last = now
	return 0
}

// pause returns the pause after a number of failures.
func pause(failed int) time.Duration {
	if failed <= freeAttempts {
		return 0
	}
	return time.Second << (failed - freeAttempts - 1)
}

// succeeded resets the count of an address.
func (a *attempts) succeeded(address string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.failed, network(address))
}

// forget makes room for one address.
func (a *attempts) forget(now time.Time) {
	oldest := ""
	for key, f := range a.failed {
		if now.Sub(f.first) >= window {
			delete(a.failed, key)
		} else if oldest == "" || f.last.Before(a.failed[oldest].last) {
			oldest = key
		}
	}
	if len(a.failed) >= maxAddresses {
		delete(a.failed, oldest)
	}
}

// network returns the addresses of one subscriber: an IPv4 address, or a /64 of IPv6.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	return netip.PrefixFrom(ip, 64).Masked().String()
}
