package bridge_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gitpost/bridge"
	"gitpost/bridge/config"
	"gitpost/bridge/indieauth"
	"gitpost/bridge/outbound"
	"gitpost/bridge/state"
)

// ask sends a request with a Host of its own.
func (f *fixture) ask(host, path string, headers ...string) answer {
	f.t.Helper()
	r, err := http.NewRequestWithContext(f.t.Context(), "GET", f.base+path, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	r.Host = host
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(body)}
}

func TestUnknownHostsAreRefused(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", func(c *settings) { c.URL = "https://pub.example.org/under" })
	token := "Bearer " + f.token
	for host, known := range map[string]bool{
		"pub.example.org": true, "PUB.example.org:443": true, "127.0.0.1:8080": true, "[::1]:80": true, "gitpost:8080": true,
		"localhost":    true,
		"evil.example": false, "pub.example.org.evil.example": false, "example.org": false,
		"rebound.evil.example:8080": false,
	} {
		for _, path := range []string{"/micropub?q=config", "/healthz", "/", "/auth", "/nothing"} {
			a := f.ask(host, path, "Authorization", token)
			if refused := a.Status == http.StatusNotFound && strings.Contains(a.Body, "Host"); refused == known {
				t.Errorf("%s%s: %d %.100s", host, path, a.Status, a.Body)
			}
			if a.Header.Get("Strict-Transport-Security") == "" {
				t.Errorf("%s%s: no HSTS", host, path)
			}
		}
	}
	if a := serve(t, "hugo", nil).ask("localhost", "/"); a.Header.Get("Strict-Transport-Security") != "" {
		t.Error("HSTS without https")
	}
}

// What a Git host said was told to everybody, the credential that it repeated too.
func TestReadinessHasNoDetailsForStrangers(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	stranger := []string{"X-Forwarded-For", "203.0.113.9"} // as a proxy passes it on
	visitor := f.person().signIn()
	if err := os.Rename(f.remote, f.remote+".away"); err != nil {
		t.Fatal(err)
	}
	f.send("POST", "/hooks/push", "application/json", "{}")
	for name, tt := range map[string]struct {
		answer  answer
		details bool
	}{
		"stranger":           {f.ask("localhost", "/readyz", stranger...), false},
		"with a bad token":   {f.ask("localhost", "/readyz", append(stranger, "Authorization", "Bearer bogus")...), false},
		"with a token":       {f.ask("localhost", "/readyz", append(stranger, "Authorization", "Bearer "+f.token)...), true},
		"from this machine":  {f.ask("localhost", "/readyz"), true},
		"another site here":  {f.ask("localhost", "/readyz", "Origin", "https://evil.example"), false},
		"the owner":          {visitor.get("/readyz", stranger...), true},
		"with Forwarded too": {f.ask("localhost", "/readyz", "Forwarded", "for=203.0.113.9"), false},
	} {
		if tt.answer.Status != http.StatusServiceUnavailable {
			t.Errorf("%s: %d", name, tt.answer.Status)
		}
		var v map[string]any
		if err := json.Unmarshal([]byte(tt.answer.Body), &v); err != nil {
			t.Fatal(err)
		}
		if details := len(v) > 1; details != tt.details || v["ready"] != false {
			t.Errorf("%s: %s", name, tt.answer.Body)
		}
	}
	if a := f.send("POST", "/hooks/push", "application/json", "{}",
		append(stranger, "Authorization", "-")...); strings.Contains(a.Body, "commit") {
		t.Errorf("the hook tells strangers %s", a.Body)
	}
}

// On a Unix socket the client is the last hop, which the proxy wrote.
func TestClientOfASocketIsTheLastHop(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", func(c *settings) { c.RateBadTokens, c.TrustedProxies = 5, []string{"198.51.100.0/24"} })
	f.stop()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := bridge.Open(t.Context(), f.config, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn,
		error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}}
	for name, hops := range map[string]string{"private": "203.0.113.%d, 10.1.2.3", "local": "203.0.113.%d, fd00::7",
		"link": "203.0.113.%d, 169.254.1.1", "trusted": "203.0.113.%d, 192.0.2.4, 198.51.100.7"} {
		last := 0
		for n := range 8 {
			r, err := http.NewRequestWithContext(t.Context(), "GET", "http://localhost/micropub", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("X-Forwarded-For", fmt.Sprintf(hops, n))
			r.Header.Set("Authorization", "Bearer bogus")
			res, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			last = res.StatusCode
		}
		if last != http.StatusTooManyRequests {
			t.Errorf("%s: made-up addresses before the last hop count: %d", name, last)
		}
	}
}

// Behind a proxy that is not trusted ten wrong passwords of strangers locked the owner out.
func TestStrangersDoNotLockTheOwnerOut(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person()
	p.wantGo(p.post("/signin", "password", ownersPassword), "/signin?entered=yes&back=%2F")
	device := ""
	at, _ := url.Parse(p.base)
	for _, c := range p.client.Jar.Cookies(at) {
		if strings.HasSuffix(c.Name, "_device") {
			device = c.Value
		}
	}
	if device == "" {
		t.Fatal("the browser is not remembered")
	}
	p.post("/signout")
	limited := false
	for range 12 {
		limited = f.person().post("/signin", "password", "a wrong one").Status == http.StatusTooManyRequests
		if limited {
			break
		}
	}
	if !limited {
		t.Fatal("wrong passwords of strangers are not limited")
	}
	p.wantGo(p.post("/signin", "password", ownersPassword), "/signin?entered=yes&back=%2F")
}

func TestDataFolderIsNarrowed(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	for _, mode := range []os.FileMode{0o755, 0o750, 0o701} {
		f.stop()
		if err := os.Chmod(f.config.Data, mode); err != nil {
			t.Fatal(err)
		}
		f.start()
		if at, err := os.Stat(f.config.Data); err != nil || at.Mode().Perm() != 0o700 {
			t.Errorf("%o became %v, %v", mode, at.Mode(), err)
		}
	}
}

// What was allowed for one site reached those that came later.
func TestTokensAreForTheSitesThatThereWere(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	byApp, all := "", ""
	f.withState(func(db *state.DB) error {
		secret, err := db.CreateToken(t.Context(), state.Token{ClientID: "https://app.example/",
			Scope: []string{"create", "update", "media"}})
		byApp = secret
		if err == nil {
			all, err = db.CreateToken(t.Context(), state.Token{AllSites: true, Scope: []string{"create"}})
		}
		return err
	})
	page := f.person().signIn().madeToken("name", "phone", "scope", "create")
	byHand := "gp_" + strings.FieldsFunc(page.Body[strings.Index(page.Body, "gp_")+3:], func(r rune) bool {
		return r < '0' || r > 'z' || r > '9' && r < 'A' || r > 'Z' && r < 'a'
	})[0]
	f.stop()
	other := filepath.Join(t.TempDir(), "other.git")
	copySkeleton(t, "jekyll", other)
	two := f.config.Sites[0]
	two.Me, two.Repo, two.Dir = "https://two.example/", other, filepath.Join(f.config.Data, "two")
	f.config.Sites = append(f.config.Sites, two)
	f.start()
	for name, tt := range map[string]struct {
		token  string
		status int
	}{"an app's": {byApp, 403}, "made by hand": {byHand, 403}, "for all sites": {all, 201}} {
		post := func(site string) answer {
			return f.json(`{"mp-destination":"`+site+`","properties":{"content":["To `+name+site+`"]}}`, "Authorization",
				"Bearer "+tt.token)
		}
		if a := post("https://two.example/"); a.Status != tt.status {
			t.Errorf("%s: the new site: %d %s", name, a.Status, a.Body)
		}
		if a := post("https://example.org/"); a.Status != 201 {
			t.Errorf("%s: the site that there was: %d %s", name, a.Status, a.Body)
		}
		a := f.send("GET", "/micropub?q=config", "", "", "Authorization", "Bearer "+tt.token)
		if offered := strings.Contains(a.Body, "two.example"); offered != (tt.status == 201) {
			t.Errorf("%s: q=config offers the new site: %v", name, offered)
		}
	}
}

// An upload of another site was copied into the post's.
func TestUploadsStayWithTheirSite(t *testing.T) {
	t.Parallel()
	f, other := serveTwo(t, "https://one.example/", "https://two.example/")
	one, two := f.tokenFor("https://one.example/", "https://one.example/"), f.tokenFor("https://two.example/",
		"https://two.example/")
	u := f.upload("a.jpg", string(picture(t, 4)), "Authorization", "Bearer "+one).Header.Get("Location")
	for _, body := range []string{`{"properties":{"content":["x"],"photo":["` + u + `"]}}`,
		`{"properties":{"content":["See ` + u + `"]}}`} {
		if a := f.json(body, "Authorization", "Bearer "+two); a.Status != http.StatusCreated {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	if tree := git(t, other, "ls-tree", "-r", "--name-only", "main"); strings.Contains(tree, ".jpg") {
		t.Errorf("the file is in the other site:\n%s", tree)
	}
	if a := f.send("GET", "/media?q=source", "", "", "Authorization", "Bearer "+one); !strings.Contains(a.Body, u) {
		t.Errorf("the site's list has lost it: %s", a.Body)
	}
}

// A token was shown to the sign-in servers of all sites, and the secret with it.
func TestExternalTokensAreAskedAboutAtTheServerOfTheirSite(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	asked := map[string][]string{} // by server: Authorization headers and tokens; guarded by mu
	sites := []string{"http://first-site.example/", "http://second-site.example/"}
	pretend := map[string]string{}
	for i, site := range sites {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if r.URL.Path == "/metadata" {
				base := fmt.Sprintf("http://idp%d.example", i)
				json.NewEncoder(w).Encode(indieauth.Metadata{Issuer: base, TokenEndpoint: base + "/token"})
				return
			}
			mu.Lock()
			asked[site] = append(asked[site], r.Header.Get("Authorization"))
			mu.Unlock()
			if r.Header.Get("Authorization") != fmt.Sprintf("Bearer token%d", i) {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			json.NewEncoder(w).Encode(map[string]any{"me": site, "scope": "create update delete media"})
		}))
		t.Cleanup(server.Close)
		pretend[fmt.Sprintf("idp%d.example:80", i)] = server.Listener.Addr().String()
	}
	outbound.Pretend(pretend)
	other := filepath.Join(t.TempDir(), "other.git")
	copySkeleton(t, "jekyll", other)
	f := serve(t, "hugo", func(c *settings) {
		c.Auth, c.Me, c.AuthMetadata = "external", sites[0], "http://idp0.example/metadata"
		second := *c.Site
		second.Me, second.Repo, second.Dir, second.AuthMetadata = sites[1], other, filepath.Join(c.Data,
			"two"), "http://idp1.example/metadata"
		c.more = []config.Site{second}
	})
	second := "Bearer token1"
	for name, a := range map[string]answer{
		"JSON": f.json(`{"type":["h-entry"],"mp-destination":"`+sites[1]+`","properties":{"content":["x"]}}`,
			"Authorization", second),
		"JSON, property": f.json(`{"type":["h-entry"],"properties":{"content":["y"],"mp-destination":["`+sites[1]+`"]}}`,
			"Authorization", second),
		"form": f.form(url.Values{"content": {"z"}, "mp-destination": {sites[1]}}, "Authorization", second),
		"token in form": f.form(url.Values{"content": {"v"}, "mp-destination": {sites[1]}, "access_token": {"token1"}},
			"Authorization", "-"),
		"URL": f.send("POST", "/micropub?mp-destination="+url.QueryEscape(sites[1]),
			"application/x-www-form-urlencoded", "content=w", "Authorization", second),
	} {
		if a.Status != http.StatusCreated {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	for name, path := range map[string]string{"source": "/micropub?q=source&url=" + url.QueryEscape(sites[1]+"x/"),
		"config": "/micropub?q=config&mp-destination=" + url.QueryEscape(sites[1])} {
		if a := f.send("GET", path, "", "", "Authorization", second); a.Status == http.StatusUnauthorized {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	if a := f.json(`{"properties":{"content":["first"]}}`, "Authorization",
		"Bearer token0"); a.Status != http.StatusCreated {
		t.Errorf("the first site: %d %s", a.Status, a.Body)
	}
	mu.Lock()
	defer mu.Unlock()
	for site, headers := range asked {
		for _, header := range headers {
			if strings.HasPrefix(header, "Bearer token") && header != map[string]string{sites[0]: "Bearer token0",
				sites[1]: "Bearer token1"}[site] {
				t.Errorf("the server of %s was shown %s", site, header)
			}
		}
	}
}

// The Apps page shows what happened with sign-ins and tokens.
func TestAppsPageShowsWhatHappened(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil).owned()
	p := f.person()
	p.wantGo(p.post("/signin", "password", ownersPassword), "/signin?entered=yes&back=%2F")
	p.madeToken("name", "phone of the owner", "scope", "create")
	f.send("GET", "/micropub", "", "", "Authorization", "Bearer bogus")
	f.person().post("/signin", "password", "a wrong one")
	until(t, "all is shown", func() bool {
		body := p.get("/apps").Body
		for _, text := range []string{"You signed in", "Token made: phone of the owner", "Bad tokens refused: 127.0.0.1",
			"Sign-in refused: 127.0.0.1"} {
			if !strings.Contains(body, text) {
				return false
			}
		}
		return true
	})
}
