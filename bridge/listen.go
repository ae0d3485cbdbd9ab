package bridge

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// unixPrefix starts a value of listen that is the path of a socket.
const unixPrefix = "unix:"

// Listen opens what the configuration says to listen on: a TCP address, a Unix socket, or,
// whatever it says, the socket that systemd has opened for this process (LISTEN_FDS, see
// sd_listen_fds(3)). With tls: auto connections are encrypted; Serve sees to the certificate.
func (s *Server) Listen(ctx context.Context) (net.Listener, error) {
	c := s.config()
	l, err := inheritedSocket(os.Getenv)
	if err == nil && l == nil {
		if path, isUnix := strings.CutPrefix(c.Listen, unixPrefix); isUnix {
			l, err = listenUnix(ctx, path)
		} else {
			l, err = new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
		}
		if err != nil {
			remedy := "free the address or set another one with the key listen"
			if errors.Is(err, syscall.EACCES) {
				remedy = "let gitpost's user listen there (gitpost init --print systemd says how), or set another address with the key listen"
			}
			err = fmt.Errorf("listen on %s: %w; %s", c.Listen, err, remedy)
		}
	}
	if err != nil {
		return nil, err
	}
	if c.TLS == "auto" {
		s.certificate = newCertificate(*c, s.log)
		l = tls.NewListener(l, s.certificate.tlsConfig())
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

// listenAddress checks the key listen.
func listenAddress(s, base string) (string, error) {
	path, isUnix := strings.CutPrefix(s, unixPrefix)
	if !isUnix {
		return hostPort(s)
	}
	path, err := absolutePath(path, base)
	if err != nil {
		return "", err
	}
	if len(path) > 100 {
		return "", &flaw{"is too long for the path of a socket", "use one of at most 100 characters, such as unix:/run/gitpost/gitpost.sock"}
	}
	return unixPrefix + path, nil
}
