package main

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// behaviour is how a Git host acts for some requests.
type behaviour struct {
	requests *regexp.Regexp // "GET /remote.git/info/refs?service=git-receive-pack"
	act      func(w http.ResponseWriter, r *http.Request, usual http.Handler)
}

func (h *gitHost) behaving(usual http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b := h.behave.Load(); b != nil && b.requests.MatchString(r.Method+" "+r.URL.RequestURI()) {
			b.act(w, r, usual)
			return
		}
		usual.ServeHTTP(w, r)
	})
}

// git-host changes how $GITHTTP acts for the requests that match REGEXP ("POST /remote.git/git-receive-pack"):
//
//	git-host usual                                as at first
//	git-host answers REGEXP STATUS FILE HEADER... a page, which is HTML if FILE is
//	git-host redirects REGEXP OLD NEW             as hosts do after a rename, from OLD in the address to NEW
//	git-host hangs REGEXP                         never, until the client gives up or the scenario ends
//	git-host slow REGEXP DURATION                 as usual, but later
//	git-host limit REGEXP BYTES                   413 for larger requests, as proxies do, without reading them
func (s *scene) gitHostActs(args []string) {
	s.usage(args, 1, "git-host usual | answers | redirects | hangs | slow | limit ...")
	if args[0] == "usual" {
		s.gitHost.behave.Store(nil)
		return
	}
	s.usage(args, 2, "git-host ACT REGEXP ...")
	b := &behaviour{requests: regexp.MustCompile(args[1])}
	switch rest := args[2:]; args[0] {
	case "answers":
		status, err := strconv.Atoi(rest[0])
		s.check(err)
		page, kind := s.ts.ReadFile(rest[1]), "text/plain"
		if strings.HasSuffix(rest[1], ".html") {
			kind = "text/html; charset=utf-8"
		}
		header := rest[2:]
		b.act = func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header().Set("Content-Type", kind)
			for _, line := range header {
				name, value, _ := strings.Cut(line, ":")
				w.Header().Set(name, strings.TrimSpace(value))
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, page)
		}
	case "redirects":
		from, to := rest[0], rest[1]
		b.act = func(w http.ResponseWriter, r *http.Request, usual http.Handler) {
			if !strings.Contains(r.URL.Path, from) {
				usual.ServeHTTP(w, r)
				return
			}
			at := url.URL{Path: strings.Replace(r.URL.Path, from, to, 1), RawQuery: r.URL.RawQuery}
			http.Redirect(w, r, at.String(), http.StatusMovedPermanently)
		}
	case "hangs":
		b.act = func(_ http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() }
	case "slow":
		pause, err := time.ParseDuration(rest[0])
		s.check(err)
		b.act = func(w http.ResponseWriter, r *http.Request, usual http.Handler) {
			if after(pause, r.Context().Done()) {
				usual.ServeHTTP(w, r)
			}
		}
	case "limit":
		most, err := strconv.ParseInt(rest[0], 10, 64)
		s.check(err)
		b.act = func(w http.ResponseWriter, r *http.Request, usual http.Handler) {
			if r.ContentLength > most {
				w.Header().Set("Connection", "close")
				http.Error(w, "<html><head><title>413 Request Entity Too Large</title></head></html>",
					http.StatusRequestEntityTooLarge)
				return
			}
			usual.ServeHTTP(w, r)
		}
	default:
		s.ts.Fatalf("git-host %s is not known", args[0])
	}
	s.gitHost.behave.Store(b)
}
