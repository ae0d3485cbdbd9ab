package outbound

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"testing"

	"code.dny.dev/ssrf"
)

// guardian refuses what is not the public internet by the registries of special addresses:
// loopback, private, link-local, carrier-grade NAT, unique local, mapped and translated ones.
// It sees the address that is about to be connected to.
var guardian = ssrf.New(ssrf.WithDeniedV4Prefixes(
	netip.MustParsePrefix("168.63.129.16/32"), // a public address by number, but Azure's host for each machine
))

func guard(network, address string, c syscall.RawConn) error {
	if err := guardian.Safe(network, address, c); err != nil && !atHome.allows(address) {
		return fmt.Errorf("%w: %w", ErrAddress, err)
	}
	return nil
}

// AllowLoopback lets every Client of this program reach this machine too, at any port. It is
// for tests that run servers of their own, and panics in a program that `go test` did not
// build.
func AllowLoopback() { Pretend(nil) }

// Pretend is AllowLoopback for tests whose servers have names: hosts says where on this
// machine "app.example:80" is. Later calls add to earlier ones.
func Pretend(hosts map[string]string) {
	if !testing.Testing() {
		panic("outbound reaches this machine in tests alone")
	}
	atHome.add(hosts)
}

// atHome is what Pretend was given; in production, nothing.
var atHome home

type home struct {
	mu    sync.RWMutex
	open  bool              // guarded by mu, as is
	hosts map[string]string // host and port, to host and port
}

func (h *home) add(hosts map[string]string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.hosts == nil {
		h.hosts = map[string]string{}
	}
	h.open = true
	for name, at := range hosts {
		h.hosts[name] = at
	}
}

// allows reports whether the address is this machine, and that is allowed.
func (h *home) allows(address string) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	to, err := netip.ParseAddrPort(address)
	return h.open && err == nil && to.Addr().Unmap().IsLoopback()
}

// dial connects as d does, but where a test put the host.
func (h *home) dial(d *net.Dialer) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		h.mu.RLock()
		if at, ok := h.hosts[address]; ok {
			address = at
		}
		h.mu.RUnlock()
		return d.DialContext(ctx, network, address)
	}
}
