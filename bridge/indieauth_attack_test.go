package bridge_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"gitpost/bridge"
	"gitpost/bridge/indieauth"
	"gitpost/bridge/outbound"
)

// A code that somebody read on its way and used first, or second, is worth nothing to him:
// the token that was made from it ends.
func TestACodeThatIsReplayedRevokesTheToken(t *testing.T) {
	t.Parallel()
	x := serveSignIn(t, nil)
	a := x.newApp(t, htmlPage(appPage))
	code := a.granted(t).Get("code")
	first := a.redeem("/token", code).json(t)
	if !x.works(first["access_token"]) {
		t.Fatal("the token does not work")
	}
	refused(t, a.redeem("/token", code), 400, "invalid_grant")
	if x.works(first["access_token"]) {
		t.Error("the token still works")
	}
	refused(t, a.refresh(first["refresh_token"]), 400, "invalid_grant")
}

func TestOfManyWhoRedeemACodeAtOnceNoneKeepsAToken(t *testing.T) {
	t.Parallel()
	x := serveSignIn(t, nil)
	a := x.newApp(t, htmlPage(appPage))
	code := a.granted(t).Get("code")
	answers := make(chan answer, 8)
	var wg sync.WaitGroup
	for range cap(answers) {
		wg.Go(func() { answers <- a.redeem("/token", code) })
	}
	wg.Wait()
	close(answers)
	given := 0
	for got := range answers {
		if got.Status == 200 {
			given++
			if x.works(got.json(t)["access_token"]) {
				t.Error("a token works though its code was used eight times")
			}
		}
	}
	if given != 1 {
		t.Errorf("%d tokens were given", given)
	}
}

// Mix-up: an app that talks to two servers sends the code of the one to the other, unless
// each answer says whose it is.
func TestEachAnswerSaysWhichServerItIsFrom(t *testing.T) {
	t.Parallel()
	x := serveSignIn(t, nil)
	a := x.newApp(t, htmlPage(appPage))
	issuer := x.metadata()["issuer"]
	if x.metadata()["authorization_response_iss_parameter_supported"] != true {
		t.Error("the metadata does not promise iss")
	}
	r, err := a.ask(t)
	if err != nil {
		t.Fatal(err)
	}
	_, wrong := a.ask(t, "response_type", "token")
	for name, redirect := range map[string]string{
		"granted": a.redirect + "?" + a.granted(t).Encode(), "denied": x.server.SignInServer().Deny(r),
		"refused": wrong.(*indieauth.RedirectError).URL,
	} {
		if u, err := url.Parse(redirect); err != nil || u.Query().Get("iss") != issuer {
			t.Errorf("%s: %s", name, redirect)
		}
	}
}

// Downgrade: somebody between the owner's browser and the server takes the code challenge out of
// a modern app's request, so that he can use the code that he reads later.
func TestPKCECannotBeTakenOut(t *testing.T) {
	t.Parallel()
	x := serveSignIn(t, nil)
	a := x.newApp(t, htmlPage(appPage))
	r, err := a.ask(t, "code_challenge", "-", "code_challenge_method", "-")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.server.SignInServer().Grant(t.Context(), r, indieauth.Decision{Scope: r.Scope}); err == nil {
		t.Fatal("a code was issued without a challenge, and the owner was not asked")
	}
	// Even if the owner is talked into it, the app notices: its verifier does not fit.
	code := a.granted(t, "code_challenge", "-", "code_challenge_method", "-").Get("code")
	refused(t, a.redeem("/token", code), 400, "invalid_grant")

	// What the owner allowed one app, no other has.
	b := x.newApp(t, htmlPage(appPage))
	if r, err := b.ask(t, "code_challenge", "-", "code_challenge_method", "-"); err != nil || r.ClientApproved {
		t.Errorf("got %+v, %v", r, err)
	}
	// A weaker method is none, and a known app does not lose its protection by asking for it.
	for _, method := range []string{"plain", "s256", "S512", ""} {
		if _, err := a.ask(t, "code_challenge_method", method); err == nil {
			t.Errorf("the method %q was taken", method)
		}
	}
}

// Impersonation: somebody shows the owner a trusted app's name, and has the code sent to himself.
func TestNobodySpeaksForAnotherApp(t *testing.T) {
	t.Parallel()
	x := serveSignIn(t, nil)
	evil := httptest.NewServer(htmlPage(`<link rel="redirect_uri" href="https://evil.example/">` + appPage))
	t.Cleanup(evil.Close)
	outbound.Pretend(map[string]string{"evil.example:80": evil.Listener.Addr().String()})
	a := x.newApp(t, nil)
	a.page = func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/leave") { // an open redirector, as many hosts have one
			http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
			return
		}
		htmlPage(appPage)(w, r)
	}
	host := strings.Trim(strings.TrimPrefix(a.id, "http:"), "/")
	for _, c := range []struct{ id, redirect string }{
		{a.id, "https://evil.example/"},
		{a.id, "http://" + host + "@evil.example/"},
		{a.id, "http://" + host + ".evil.example/redirect"},
		{a.id, "http://evil.example\\@" + host + "/"},
		{a.id, "http:\\\\evil.example"},
		{a.id, "//evil.example/"},
		{a.id, "/redirect"},
		{a.id, "http://" + host + "#@evil.example/"},
		{a.id, "http://" + host + ":80@evil.example/"},
		{a.id, "javascript:alert(1)"},
		{a.id, "data:text/html,x"},
		{a.id, "evil:callback"},
		{a.id, "http://ⓔvil.example/"},
		{a.id, a.redirect + "\r\nLocation: https://evil.example/"},
		{a.id + "leave?to=http://evil.example/", "https://evil.example/"},
		{a.id + "leave?to=http://evil.example/", "http://evil.example/redirect"},
		{"http://evil.example/?" + a.id, a.redirect},
		{"http://evil.example@" + host + "/", a.redirect},
	} {
		r, err := a.ask(t, "client_id", c.id, "redirect_uri", c.redirect)
		if !isForThePage(err) {
			t.Errorf("client_id %s with redirect_uri %s: got %+v, %v; want a refusal on the page", c.id, c.redirect, r, err)
		}
	}
	for _, twice := range []string{"client_id", "redirect_uri"} {
		q := url.Values{"response_type": {"code"}, "client_id": {a.id}, "redirect_uri": {a.redirect},
			"code_challenge": {a.challenge()}, "code_challenge_method": {"S256"}}
		q.Add(twice, "https://evil.example/")
		if _, err := x.server.SignInServer().Authorize(t.Context(), q); !isForThePage(err) {
			t.Errorf("%s twice: got %v", twice, err)
		}
	}
}

// An app's page is fetched by the server, which stands where its owner's other machines are.
func TestAnAppsPageIsNotFetchedFromAPrivateAddress(t *testing.T) {
	t.Parallel()
	x := serveSignIn(t, nil)
	a := x.newApp(t, htmlPage(appPage))
	outbound.Pretend(map[string]string{"inside.example:80": "10.0.0.1:80", "metadata.example:80": "169.254.169.254:80"})
	for _, host := range []string{"inside.example", "metadata.example"} {
		r, err := a.ask(t, "client_id", "http://"+host+"/", "redirect_uri", "http://"+host+"/redirect")
		if err != nil || r.Client.Name != "" || !strings.Contains(r.Client.Warning, "could not be read") {
			t.Errorf("%s: got %+v, %v", host, r, err)
		}
		_, err = a.ask(t, "client_id", "http://"+host+"/", "redirect_uri", "https://callback.example/")
		if !isForThePage(err) || !strings.Contains(err.Error(), "public internet") {
			t.Errorf("%s: got %v", host, err)
		}
	}
	for _, id := range []string{"http://10.0.0.1/", "http://169.254.169.254/latest/", "http://[fd00::1]/",
		"http://0x7f.1/", "http://2130706433/", "http://127.0.0.2/"} {
		if _, err := a.ask(t, "client_id", id, "redirect_uri", id); !isForThePage(err) {
			t.Errorf("%s: got %v", id, err)
		}
	}
}

// What an app says of itself is shown to the owner: none of it may look like gitpost's own words
// for long, or turn them around.
func TestAnAppsNameIsOneShortLine(t *testing.T) {
	t.Parallel()
	x := serveSignIn(t, nil)
	a := x.newApp(t, jsonPage(`{"client_id": "HERE/", "client_name": "Quill\u202e\u0000\n\n  is `+strings.Repeat("very ",
		100)+`safe", "logo_uri": "https://tracker.example/logo.png"}`))
	r, err := a.ask(t)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(r.Client.Name, "Quill is very") || len([]rune(r.Client.Name)) > 101 ||
		strings.ContainsAny(r.Client.Name, "\u202e\x00\n") || r.Client.Logo != "" {
		t.Errorf("got %q and the logo %q", r.Client.Name, r.Client.Logo)
	}
}

// Who guesses codes, refresh tokens or tokens is told to wait; who has a good token is not.
func TestGuessesAreLimited(t *testing.T) {
	t.Parallel()
	x := serveSignIn(t, func(c *settings) { c.RateBadTokens = 5 })
	a := x.newApp(t, htmlPage(appPage))
	good := a.tokens(t, "create profile")["access_token"].(string)
	for name, guess := range map[string]func() answer{
		"code":          func() answer { return a.redeem("/token", "gpc_GUESS") },
		"code at /auth": func() answer { return a.redeem("/auth", "gpc_GUESS") },
		"refresh token": func() answer { return a.refresh("gpr_GUESS") },
		"token":         func() answer { return x.send("GET", "/token", "", "", "Authorization", "Bearer gp_GUESS") },
		"userinfo":      func() answer { return x.send("GET", "/userinfo", "", "", "Authorization", "Bearer gp_GUESS") },
		"introspection": func() answer {
			return x.post("/introspect", url.Values{"token": {"gp_GUESS"}}, "Authorization", "Bearer "+good)
		},
		"secret": func() answer {
			return x.post("/introspect", url.Values{"token": {good}}, "Authorization", "Basic eDpndWVzcw==")
		},
	} {
		x.restart() // the counts start at nothing
		for i := range 5 {
			if got := guess(); got.Status == http.StatusTooManyRequests || got.Status >= 500 {
				t.Errorf("%s: guess %d is answered %d %s", name, i, got.Status, got.Body)
			}
		}
		got := guess()
		refused(t, got, http.StatusTooManyRequests, "too_many_requests")
		if n, err := strconv.Atoi(got.Header.Get("Retry-After")); err != nil || n < 1 || n > 60 {
			t.Errorf("%s: Retry-After is %q", name, got.Header.Get("Retry-After"))
		}
		if got := x.send("GET", "/token", "", "", "Authorization", "Bearer "+good); got.Status != 200 {
			t.Errorf("%s: the good token is answered %d %s", name, got.Status, got.Body)
		}
	}
	// A trusted server passes on what strangers send it.
	for range 10 {
		if got := x.post("/introspect", url.Values{"token": {"gp_GUESS"}}, "Authorization",
			"Bearer between servers"); got.Status != 200 {
			t.Errorf("the trusted server is answered %d %s", got.Status, got.Body)
		}
	}
}

func TestSecretsAreInNoLogAndNoAddress(t *testing.T) {
	t.Parallel()
	x := serveSignIn(t, nil)
	if err := x.stop(); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	x.base, x.config.URL = "http://"+l.Addr().String(), "http://"+l.Addr().String()
	var log lockedBuffer
	x.server, err = bridge.Open(t.Context(), x.config,
		slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- x.server.Serve(ctx, l) }()

	a := x.newApp(t, htmlPage(appPage))
	code := a.granted(t).Get("code")
	first := a.redeem("/token", code).json(t)
	second := a.refresh(first["refresh_token"]).json(t)
	secrets := []string{code, first["access_token"].(string), first["refresh_token"].(string),
		second["access_token"].(string), second["refresh_token"].(string),
		a.verifier, x.token, "between servers", "1234567890"}
	all := url.Values{"token": secrets[3:4], "code": secrets[:1], "access_token": secrets[3:4]}
	headers := map[string]string{}
	for _, got := range []answer{
		x.post("/introspect?"+all.Encode(), all, "Authorization", "Bearer between servers"),
		x.send("GET", "/token?"+all.Encode(), "", ""),
		x.send("GET", "/micropub?"+all.Encode(), "", "", "Authorization", "Bearer "+secrets[3]),
		x.send("GET", "/micropub?access_token="+secrets[3], "", "", "Authorization", "-"),
		x.send("GET", "/nothing/"+"?"+all.Encode(), "", ""),
		a.redeem("/token", code), a.redeem("/auth?"+all.Encode(), code, "code_verifier", "-"),
		a.refresh(first["refresh_token"]),
		x.post("/revoke", all), x.send("POST", "/token", "text/plain", code),
		x.send("POST", "/token", "application/x-www-form-urlencoded", "code=%zz"+code),
	} {
		headers[got.Header.Get("Referrer-Policy")] = got.Body
		for _, secret := range secrets {
			for name, values := range got.Header {
				if strings.Contains(strings.Join(values, " "), secret) {
					t.Errorf("the header %s has a secret: %s", name, values)
				}
			}
		}
	}
	if len(headers) != 1 || headers["no-referrer"] == "" {
		t.Errorf("Referrer-Policy is %v", headers)
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	text := log.String()
	if !strings.Contains(text, "path=/introspect") || !strings.Contains(text, "an app has a token") ||
		!strings.Contains(text, "used twice") {
		t.Errorf("the log does not have the requests:\n%s", text)
	}
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("the log has %s:\n%s", secret, text)
		}
	}
}

// lockedBuffer is a log that several goroutines write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// A token in the address would be in logs, histories and Referers: it counts for nothing there.
func TestSecretsInTheAddressAreNotRead(t *testing.T) {
	t.Parallel()
	x := serveSignIn(t, nil)
	a := x.newApp(t, htmlPage(appPage))
	code := a.granted(t).Get("code")
	q := with(url.Values{"code": {code}, "client_id": {a.id}, "redirect_uri": {a.redirect}, "code_verifier": {a.verifier},
		"grant_type": {"authorization_code"}}).Encode()
	refused(t, x.post("/token?"+q, nil), 400, "invalid_request")
	refused(t, x.send("GET", "/userinfo?access_token="+x.token, "", "", "Authorization", "-"), 401, "unauthorized")
	refused(t, x.send("GET", "/token?access_token="+x.token, "", "", "Authorization", "-"), 401, "unauthorized")
	if got := a.redeem("/token", code); got.Status != 200 {
		t.Errorf("the code is gone: %d %s", got.Status, got.Body)
	}
}

func TestEverySignInEndpointAnswersBrowsersOfOtherOrigins(t *testing.T) {
	t.Parallel()
	x := serveSignIn(t, nil)
	for _, path := range []string{"/auth", "/token", "/introspect", "/revoke", "/userinfo",
		"/.well-known/oauth-authorization-server"} {
		preflight := x.send("OPTIONS", path, "", "", "Authorization", "-", "Origin", "https://app.example",
			"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization, content-type")
		if preflight.Status != 204 || preflight.Header.Get("Access-Control-Allow-Origin") != "*" ||
			!strings.Contains(preflight.Header.Get("Access-Control-Allow-Headers"), "Authorization") {
			t.Errorf("preflight of %s: %d %v", path, preflight.Status, preflight.Header)
		}
		method := "POST"
		if path == "/userinfo" || strings.HasPrefix(path, "/.") {
			method = "GET"
		}
		got := x.send(method, path, "application/x-www-form-urlencoded", "", "Authorization", "-", "Origin",
			"https://app.example")
		if got.Header.Get("Access-Control-Allow-Origin") != "*" || got.Status >= 500 || got.Header.Get("Location") != "" {
			t.Errorf("%s %s: %d %v", method, path, got.Status, got.Header)
		}
	}
}

func TestTokenAnswersAreFormEncodedForOldApps(t *testing.T) {
	t.Parallel()
	x := serveSignIn(t, nil)
	a := x.newApp(t, htmlPage(appPage))
	form := with(url.Values{"code": {a.granted(t, "scope", "create profile").Get("code")}, "client_id": {a.id},
		"redirect_uri": {a.redirect}, "code_verifier": {a.verifier}, "grant_type": {"authorization_code"}})
	got := x.post("/token", form, "Accept", "application/x-www-form-urlencoded")
	q, err := url.ParseQuery(got.Body)
	if err != nil || got.Header.Get("Content-Type") != "application/x-www-form-urlencoded" ||
		q.Get("me") != "https://example.org/" || q.Get("scope") != "create profile" || !x.works(q.Get("access_token")) {
		t.Errorf("%s\n%s", got.Header.Get("Content-Type"), got.Body)
	}
	form.Set("code", a.granted(t).Get("code"))
	got = x.post("/auth", form, "Accept", "application/x-www-form-urlencoded")
	if q, err := url.ParseQuery(got.Body); err != nil || q.Get("me") != "https://example.org/" {
		t.Errorf("%s", got.Body)
	}
}

// Bodies that are no forms, and forms that are too large, are refused in words.
func TestBadFormsAreRefused(t *testing.T) {
	t.Parallel()
	x := serveSignIn(t, nil)
	for _, path := range []string{"/auth", "/token", "/introspect", "/revoke"} {
		for _, c := range []struct{ kind, body string }{
			{"application/json", `{"grant_type": "authorization_code"}`}, {"text/plain", "x"},
			{"application/x-www-form-urlencoded", "%zz"}, {"application/x-www-form-urlencoded", ""},
			{"multipart/form-data; boundary=x", "--x\r\n"}, {"multipart/form-data", "x"}, {"nonsense/;;", "x"},
		} {
			refused(t, x.send("POST", path, c.kind, c.body), 400, "invalid_request")
		}
		got := x.send("POST", path, "application/x-www-form-urlencoded", "token="+strings.Repeat("x", 100_000))
		refused(t, got, 413, "too_large")
	}
}

// The address of gitpost is one that its owner trusts: it sends nobody on to where a stranger
// wants, neither before sign-in nor after it.
func TestTheConsentPageIsNoOpenRedirector(t *testing.T) {
	t.Parallel()
	x := serveSignIn(t, nil)
	x.owned()
	a := x.newApp(t, htmlPage(appPage))
	query := func(pairs ...string) string {
		return "/auth?" + with(url.Values{"response_type": {"code"}, "client_id": {a.id}, "redirect_uri": {a.redirect},
			"state":          {"1"},
			"code_challenge": {a.challenge()}, "code_challenge_method": {"S256"}, "scope": {"create"}}, pairs...).Encode()
	}
	stranger, owner := x.person(), x.person().signIn()
	for _, path := range []string{query(), query("redirect_uri", "https://evil.example/"), query("response_type", "token"),
		query("client_id", "https://evil.example/", "redirect_uri", "https://evil.example/", "scope", `"`)} {
		got := stranger.get(path)
		if to := got.Header.Get("Location"); got.Status != http.StatusSeeOther || !strings.HasPrefix(to, "/signin?") {
			t.Errorf("a stranger is answered %d and sent to %q", got.Status, to)
		}
	}
	if a.fetched.Load() != 0 {
		t.Error("a stranger made gitpost fetch a page")
	}
	for _, bad := range []string{"https://evil.example/", "javascript:alert(1)", "//evil.example", a.redirect + "#x"} {
		got := owner.get(query("redirect_uri", bad))
		if got.Status != http.StatusBadRequest || got.Header.Get("Location") != "" ||
			strings.Contains(got.Body, `href="`+bad) {
			t.Errorf("%s: the owner is answered %d and sent to %q", bad, got.Status, got.Header.Get("Location"))
		}
	}
	got := owner.get(query("response_type", "token"))
	if to := got.Header.Get("Location"); got.Status != http.StatusBadRequest || to != "" {
		t.Errorf("the mistake of an app that was never allowed is answered %d and sent to %q", got.Status, to)
	}
	x.knows(a.id)
	got = owner.get(query("response_type", "token"))
	if to := got.Header.Get("Location"); got.Status != http.StatusSeeOther ||
		!strings.HasPrefix(to, a.redirect+"?error=unsupported_response_type") {
		t.Errorf("the app's mistake is answered %d and sent to %q", got.Status, to)
	}
}

// The whole way over HTTP: the owner's browser, the app's server, a post, the end.
func TestAnAppSignsInPostsAndIsRevoked(t *testing.T) {
	t.Parallel()
	x := serveSignIn(t, nil)
	x.owned()
	a := x.newApp(t, htmlPage(appPage))
	browser := x.person()
	request := url.Values{"response_type": {"code"}, "client_id": {a.id}, "redirect_uri": {a.redirect}, "state": {"a+b/c"},
		"code_challenge": {a.challenge()}, "code_challenge_method": {"S256"}, "scope": {"create update profile"}, "me": {"https://example.org/"}}
	if got := browser.get("/auth?" + request.Encode()); got.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	browser.signIn()
	browser.want(browser.get("/auth?"+request.Encode()), 200, "An App", a.id, "update")
	back := browser.post("/auth/consent", "request", request.Encode(), "answer", "allow", "create", "draft", "scope",
		"profile", "me", "https://example.org/")
	to, err := url.Parse(back.Header.Get("Location"))
	if err != nil || back.Status != http.StatusSeeOther || !strings.HasPrefix(to.String(), a.redirect+"?") ||
		to.Query().Get("state") != "a+b/c" || to.Query().Get("iss") != x.base+"/" {
		t.Fatalf("%d to %s", back.Status, to)
	}
	tokens := a.redeem("/token", to.Query().Get("code")).json(t)
	if tokens["scope"] != "draft profile" {
		t.Errorf("got %v", tokens)
	}
	bearer := "Bearer " + tokens["access_token"].(string)
	if got := x.json(`{"type": ["h-entry"], "properties": {"content": ["Signed in"]}}`, "Authorization",
		bearer); got.Status != 201 {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	if files := x.lastChange(); !strings.Contains(x.remoteFile(strings.Fields(files)[1]), "draft: true") {
		t.Errorf("what was posted is no draft: %s", files)
	}
	if got := x.post("/revoke", url.Values{"token": {tokens["access_token"].(string)}}); got.Status != 200 {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	refused(t, x.json(`{"type": ["h-entry"], "properties": {"content": ["Again"]}}`, "Authorization", bearer), 401,
		"invalid_token")
	denied := browser.post("/auth/consent", "request", request.Encode(), "answer", "deny")
	if to := denied.Header.Get("Location"); !strings.HasPrefix(to, a.redirect+"?error=access_denied") {
		t.Errorf("the owner's no leads to %s", to)
	}
}

// No secret is configured: nothing is one then, least of all an empty one.
func TestWithoutASecretOnlyTokensIntrospect(t *testing.T) {
	t.Parallel()
	x := serveSignIn(t, func(c *settings) { c.IntrospectionSecret = "" })
	for _, credential := range []string{"Basic Og==", "Basic eDo=", "Bearer ", "Bearer", "-"} {
		if got := x.post("/introspect", url.Values{"token": {x.token}}, "Authorization", credential); got.Status != 401 {
			t.Errorf("%s: %d %s", credential, got.Status, got.Body)
		}
	}
	if got := x.post("/introspect", url.Values{"token": {x.token}}, "Authorization",
		"Bearer "+x.token); got.Status != 200 {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}
