package outbound

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"testing"

	"code.dny.dev/ssrf"
)

// guardian refuses addresses outside the public internet, by the IANA special-purpose
// registries: loopback, private, link-local, carrier-grade NAT, unique local, mapped and
// translated ones. It checks the resolved address just before connecting.
var guardian = ssrf.New(ssrf.WithDeniedV4Prefixes(
	netip.MustParsePrefix("168.63.129.16/32"), // looks public, but is the Azure host of each virtual machine
))

func guard(network, address string, c syscall.RawConn) error {
	if err := guardian.Safe(network, address, c); err != nil && !testHosts.allows(address) {
		return fmt.Errorf("%w: %w", ErrAddress, err)
	}
	return nil
}

// AllowLoopback lets every Client of this program connect to loopback addresses, at any
// port. It is for tests with local servers and panics outside of `go test`.
func AllowLoopback() { Pretend(nil) }

// Pretend is AllowLoopback for tests whose servers have names: hosts maps "app.example:80"
// to the local host and port. Later calls add to earlier ones.
func Pretend(hosts map[string]string) {
	if !testing.Testing() {
		panic("outbound connects to loopback addresses in tests only")
	}
	testHosts.add(hosts)
}

// testHosts holds the arguments of Pretend; in production it is empty.
var testHosts hostMap

type hostMap struct {
	mu    sync.RWMutex
	open  bool              // loopback is allowed; guarded by mu
	hosts map[string]string // host and port to host and port; guarded by mu
}

func (h *hostMap) add(hosts map[string]string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.hosts == nil {
		h.hosts = map[string]string{}
	}
	h.open = true
	maps.Copy(h.hosts, hosts)
}

// allows reports whether address is a loopback address and those are allowed.
func (h *hostMap) allows(address string) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	to, err := netip.ParseAddrPort(address)
	return h.open && err == nil && to.Addr().Unmap().IsLoopback()
}

// dial returns a dial function that connects as d does, except to the hosts of Pretend.
func (h *hostMap) dial(d *net.Dialer) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		h.mu.RLock()
		if at, ok := h.hosts[address]; ok {
			address = at
		}
		h.mu.RUnlock()
		return d.DialContext(ctx, network, address)
	}
}
