package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"

	"gitpost/bridge/outbound"
)

// mainForScripts is main, which reaches servers of this machine when a scenario sets GITPOST_TEST_LOOPBACK.
func mainForScripts() {
	if os.Getenv("GITPOST_TEST_LOOPBACK") != "" {
		outbound.AllowLoopback()
	}
	main()
}

// receiver FILE starts another site at $TARGET whose pages take webmentions. Each that comes is a
// line of FILE, "SOURCE TARGET".
func (s *scene) receiver(args []string) {
	s.usage(args, 1, "receiver FILE")
	file := s.ts.MkAbs(args[0])
	l, err := listen(freeAddress())
	s.check(err)
	s.ts.Setenv("TARGET", "http://"+l.Addr().String())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<title>A page elsewhere</title><link rel="webmention" href="/endpoint">`)
	})
	mux.HandleFunc("POST /endpoint", func(w http.ResponseWriter, r *http.Request) {
		f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err == nil {
			_, err = fmt.Fprintln(f, r.PostFormValue("source"), r.PostFormValue("target"))
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Location", "/status/1")
		w.WriteHeader(http.StatusCreated)
	})
	server := &http.Server{Handler: mux}
	done := make(chan struct{})
	go func() {
		server.Serve(l)
		close(done)
	}()
	s.receivers = append(s.receivers, func() {
		server.Close()
		<-done
	})
}
