package main

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// site FOLDER serves a built site at $SITE, as its host does. Each other argument is NAME: VALUE, a
// header that all answers have, or -clock DURATION, what the host's clock is ahead. $SITE and
// $URL in its web pages and XML files are replaced. The address is the same for the whole
// scenario, also when the folder is given again.
func (s *scene) site(args []string) {
	s.usage(args, 1, "site FOLDER [-clock DURATION] [NAME: VALUE]...")
	folder, header, ahead := filepath.FromSlash(s.ts.MkAbs(args[0])), http.Header{}, time.Duration(0)
	for rest := args[1:]; len(rest) > 0; rest = rest[1:] {
		if rest[0] == "-clock" && len(rest) > 1 {
			var err error
			ahead, err = time.ParseDuration(rest[1])
			s.check(err)
			rest = rest[1:]
			continue
		}
		name, val, _ := strings.Cut(rest[0], ":")
		header.Add(name, strings.TrimSpace(val))
	}
	if s.siteHost != nil {
		s.siteHost()
	}
	address, known := strings.CutPrefix(s.ts.Getenv("SITE"), "http://")
	if !known {
		address = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", address)
	s.check(err)
	s.ts.Setenv("SITE", "http://"+l.Addr().String())
	variables := strings.NewReplacer("$SITE", s.ts.Getenv("SITE"), "$URL", s.ts.Getenv("URL"))
	files := http.FileServer(http.Dir(folder))
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
		w.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
		name := path.Clean(r.URL.Path)
		if strings.HasSuffix(r.URL.Path, "/") {
			name = path.Join(name, "index.html")
		}
		text, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
		if err != nil || !bytes.Contains(text, []byte("$")) {
			files.ServeHTTP(w, r)
			return
		}
		http.ServeContent(w, r, name, time.Time{}, strings.NewReader(variables.Replace(string(text))))
	})}
	done := make(chan struct{})
	go func() {
		server.Serve(l)
		close(done)
	}()
	s.siteHost = func() {
		server.Close()
		<-done
	}
}
