package outbound

import (
	"fmt"
	"net/netip"
	"sync/atomic"
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

// loopback lets this machine be reached as well.
var loopback atomic.Bool

// AllowLoopback lets every Client of this program reach this machine too, at any port. It is
// for tests that run servers of their own, and panics in a program that `go test` did not
// build.
func AllowLoopback() {
	if !testing.Testing() {
		panic("outbound.AllowLoopback outside a test")
	}
	loopback.Store(true)
}

func guard(network, address string, c syscall.RawConn) error {
	if loopback.Load() {
		if to, err := netip.ParseAddrPort(address); err == nil && to.Addr().Unmap().IsLoopback() {
			return nil
		}
	}
	if err := guardian.Safe(network, address, c); err != nil {
		return fmt.Errorf("%w: %w", ErrAddress, err)
	}
	return nil
}
