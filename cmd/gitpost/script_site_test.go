package main

import (
	"net"
	"net/http"
	"path/filepath"
)

// site FOLDER serves a built site at $SITE, as its host does. The address is the same for
// the whole scenario.
func (s *scene) site(args []string) {
	s.usage(args, 1, "site FOLDER")
	folder := s.ts.MkAbs(args[0])
	l, err := net.Listen("tcp", "127.0.0.1:0")
	s.check(err)
	server := &http.Server{Handler: http.FileServer(http.Dir(filepath.FromSlash(folder)))}
	done := make(chan struct{})
	go func() {
		server.Serve(l)
		close(done)
	}()
	s.ts.Defer(func() {
		server.Close()
		<-done
	})
	s.ts.Setenv("SITE", "http://"+l.Addr().String())
}
