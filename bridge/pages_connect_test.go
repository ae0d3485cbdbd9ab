package bridge_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gitpost/bridge/config"
)

func TestConnectSaysWhatTheHomePageHasAndSinceWhen(t *testing.T) {
	t.Parallel()
	var head atomic.Value
	head.Store("")
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if head.Load() == "broken" {
			w.WriteHeader(http.StatusBadGateway)
		}
		fmt.Fprintf(w, "<!doctype html><title>A blog</title>%s", head.Load())
	}))
	t.Cleanup(home.Close)
	f := serve(t, "hugo", func(s *settings) { s.Me = home.URL + "/" }).owned()
	all := f.config.Discovery(f.config.Me()).HTML
	part := regexp.MustCompile(`<link rel="micropub" [^>]*>\n`)
	p := f.person().signIn()
	const folded, open = "<details><summary>The lines for your home page", "<details open><summary>The lines for your home page"
	for _, c := range []struct {
		head string
		want []string
	}{
		{"", []string{"Your home page does not tell apps where to post yet.", open}},
		{"broken", []string{"Your home page cannot be read at the moment.", "It answers 502 Bad Gateway.", folded}},
		{part.ReplaceAllString(all, ""), []string{"These are missing:", "micropub: " + f.config.URL + "/micropub", open}},
		{`<link rel="micropub" href="https://other.example/micropub">` + all,
			[]string{"sends apps to another server", "micropub: https://other.example/micropub", open}},
		{all, []string{"Your home page tells apps where to post.", "First seen just now.", folded}},
	} {
		head.Store(c.head)
		p.want(p.get("/connect"), http.StatusOK, c.want...)
	}
	long := time.Now().Add(-72 * time.Hour)
	if err := os.Chtimes(filepath.Join(f.config.Sites[0].Dir, "discovered"), long, long); err != nil {
		t.Fatal(err)
	}
	if err := f.stop(); err != nil {
		t.Fatal(err)
	}
	f.start()
	head.Store(f.config.Discovery(f.config.Me()).HTML)
	p = f.person().signIn()
	p.want(p.get("/connect"), http.StatusOK, "First seen 3 days ago.")
}

func TestShortcutPageHasItsTokenFilledInOnce(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", func(s *settings) {
		two := *s.Site
		two.Me, two.Dir = "https://two.example/", filepath.Join(s.Dir, "two")
		s.more = []config.Site{two}
	}).owned()
	p := f.person().signIn()
	p.want(p.get("/connect/shortcut"), http.StatusOK, "Bearer TOKEN")
	a := p.post("/connect/shortcut")
	p.wantGo(a, "/connect/shortcut?made=yes#token")
	page := p.want(p.get("/connect/shortcut?made=yes"), http.StatusOK, "It is not shown again.")
	secret := regexp.MustCompile(`Bearer (gp_[A-Z2-7]+)<`).FindStringSubmatch(page.Body)
	if secret == nil {
		t.Fatalf("no token in\n%s", page.Body)
	}
	if again := p.want(p.get("/connect/shortcut?made=yes"), http.StatusOK, "Bearer TOKEN"); strings.Contains(again.Body,
		secret[1]) {
		t.Error("the token is shown twice")
	}
	token := []string{"Authorization", "Bearer " + secret[1]}
	if a := f.form(url.Values{"h": {"entry"}, "content": {"From the phone"}}, token...); a.Status != http.StatusCreated {
		t.Errorf("a post with the token is answered %d %s", a.Status, a.Body)
	}
	if a := f.form(url.Values{"action": {"delete"}, "url": {"https://example.org/"}},
		token...); a.Status != http.StatusForbidden {
		t.Errorf("the token may delete: %d %s", a.Status, a.Body)
	}
}
