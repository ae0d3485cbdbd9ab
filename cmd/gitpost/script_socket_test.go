package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
)

// proxy SOCKET serves $URL as a proxy on the same machine does that passes requests to a
// Unix socket.
func (s *scene) proxy(args []string) {
	s.usage(args, 1, "proxy SOCKET")
	path := s.ts.MkAbs(args[0])
	l, err := listen(s.ts.Getenv("LISTEN"))
	s.check(err)
	server := &http.Server{Handler: &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: "gitpost"})
			r.SetXForwarded()
		},
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		}},
	}}
	go server.Serve(l)
	s.ts.Defer(func() { server.Close() })
}

// withSocket makes a command inherit a listening socket, as systemd passes one. The process
// must be told its own number, which only a shell in between knows.
func (s *scene) withSocket(c *exec.Cmd) {
	l, err := listen(s.ts.Getenv("LISTEN"))
	s.check(err)
	f, err := l.(*net.TCPListener).File()
	s.check(err)
	s.ts.Defer(func() { f.Close() })
	s.check(l.Close())
	c.ExtraFiles = []*os.File{f}
	c.Args = append([]string{"sh", "-c", `LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"`, c.Path}, c.Args[1:]...)
	c.Path, err = exec.LookPath("sh")
	s.check(err)
}
