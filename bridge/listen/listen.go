// Package listen opens what gitpost listens on: a TCP address, a Unix socket or systemd's socket,
// with gitpost's own certificate where it is configured.
package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gitpost/bridge/config"
)

// Open listens where c says: at a TCP address or on a Unix socket; or, whatever it says, on the
// socket that systemd has opened for this process (LISTEN_FDS, see sd_listen_fds(3)). With tls: auto
// connections are encrypted, and the certificate has to be kept (see Certificate.Keep); else it is nil.
func Open(ctx context.Context, c config.Server, log *slog.Logger) (net.Listener, *Certificate, error) {
	l, err := inheritedSocket(os.Getenv)
	if err == nil && l == nil {
		l, err = openConfigured(ctx, c.Listen)
	}
	if err != nil {
		return nil, nil, err
	}
	if c.TLS != "auto" {
		return l, nil, nil
	}
	certificate := newCertificate(c, log)
	return tls.NewListener(l, certificate.tlsConfig()), certificate, nil
}

func openConfigured(ctx context.Context, address string) (l net.Listener, err error) {
	if path, isUnix := strings.CutPrefix(address, config.UnixPrefix); isUnix {
		l, err = listenUnix(ctx, path)
	} else {
		l, err = new(net.ListenConfig).Listen(ctx, "tcp", address)
	}
	switch {
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("listen on %s: %w; let gitpost's user listen there (gitpost init --print systemd "+
			"says how), or set another address with the key listen", address, err)
	case err != nil:
		return nil, fmt.Errorf("listen on %s: %w; free the address or set another one with the key listen", address,
			err)
	}
	return l, nil
}

// firstInherited is the number of the first socket that systemd passes.
const firstInherited = 3

// inheritedSocket is the socket that systemd passes; nil when it passes none.
func inheritedSocket(getenv func(string) string) (net.Listener, error) {
	if getenv("LISTEN_PID") != strconv.Itoa(os.Getpid()) {
		return nil, nil
	}
	switch n, err := strconv.Atoi(getenv("LISTEN_FDS")); {
	case err != nil || n < 1:
		return nil, nil
	case n > 1:
		return nil, fmt.Errorf("systemd passes %d sockets; let the socket unit have one ListenStream", n)
	}
	f := os.NewFile(firstInherited, "the socket of systemd")
	defer f.Close()
	l, err := net.FileListener(f)
	if err != nil {
		return nil, fmt.Errorf("use the socket that systemd passes: %w; let the socket unit have a ListenStream", err)
	}
	if unix, ok := l.(*net.UnixListener); ok {
		unix.SetUnlinkOnClose(false) // it is systemd's
	}
	return l, nil
}

// listenUnix makes the socket for gitpost's user and group: who may connect is believed as a
// trusted proxy is. A socket that a killed process left behind is replaced.
func listenUnix(ctx context.Context, path string) (net.Listener, error) {
	if at, err := os.Lstat(path); err == nil && at.Mode()&os.ModeSocket != 0 {
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "unix", path)
		if err == nil {
			conn.Close()
			return nil, errors.New("another process listens there")
		}
		if errors.Is(err, syscall.ECONNREFUSED) {
			if err := os.Remove(path); err != nil {
				return nil, err
			}
		}
	}
	l, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o660); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}
