package bridge_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"gitpost/bridge/owner"
	"gitpost/bridge/state"
)

// TestInABrowser does in chromium what owners and apps do, and what others try.
func TestInABrowser(t *testing.T) {
	t.Parallel()
	b := startChromium(t)
	for name, inTurn := range map[string]func(t *testing.T){
		"set up and sign in by passkey":              b.passkey,
		"a passkey works while passwords are locked": b.lockedPassword,
		"no page shows in another site's frame":      b.framed,
	} {
		t.Run(name, inTurn) // these need the focus, or look at all windows
	}
	for name, atOnce := range map[string]func(t *testing.T){
		"each page on a phone":                        b.pages,
		"a modern app, from discovery to revocation":  b.modernApp,
		"an old app, from discovery to revocation":    b.oldApp,
		"an app whose redirect address redirects on":  b.onwardApp,
		"an app that is denied":                       b.deniedApp,
		"an app that only wants to know who signs in": b.identityApp,
		"consent by another site's form is refused":   b.forgedConsent,
		"without JavaScript":                          b.withoutScript,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			atOnce(t)
		})
	}
}

// blog is a site whose home page names the server as /connect says, with its owner.
func (b *chromium) blog(t *testing.T) *fixture {
	t.Helper()
	var f *fixture
	home := named(t, "blog.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "<!doctype html><title>A blog</title>%s", f.config.Discovery(f.config.Me()).HTML)
	}))
	f = serve(t, "hugo", func(c *settings) { c.URL, c.Me = localhost, home+"/" })
	return f.owned()
}

// enter signs the owner in, by the page that asks for it.
func (w *tab) enter() {
	w.t.Helper()
	w.fill("#password", ownersPassword)
	w.click(`form[action="/signin"] button:not([type=button])`)
}

func (b *chromium) pages(t *testing.T) {
	f := serve(t, "hugo", func(c *settings) { c.URL = localhost })
	w := b.tab(t)
	w.open(f.config.URL)
	w.photograph("welcome")
	w.open(f.config.URL + "/signin")
	w.photograph("signin-nobody")
	w.open(f.config.URL + "/setup?code=old")
	w.photograph("error")
	var code string
	f.asOwner(func(o *owner.Owner) (err error) { code, err = o.NewSetup(t.Context()); return err })
	w.open(f.config.URL + "/setup?code=" + code)
	w.photograph("setup")
	w.fill("#password", ownersPassword)
	w.fill("#again", ownersPassword)
	w.press("Set the password")
	w.sees("New post")
	w.photograph("editor")
	w.press("Connect")
	w.sees("Connect an app")
	w.photograph("connect")
	f.create(`{"type":["h-entry"],"properties":{"name":["Low tide at six, and what the sea left behind on the long beach"],"content":["x"]}}`)
	f.create(`{"type":["h-entry"],"properties":{"content":["First swim of the year. Eleven degrees, and worth every one of them, I would say, now that I am dry again."],"post-status":["draft"]}}`)
	w.press("Posts")
	w.sees("First swim")
	w.photograph("posts")
	w.press("Status")
	w.sees("First swim")
	w.photograph("status")
	w.press("Apps")
	w.sees("Tokens made by hand")
	w.photograph("apps")
	w.press("Make a token")
	w.awaits("location.pathname === '/apps/new' && document.readyState === 'complete'")
	w.photograph("token")
	w.fill("#name", "A phone")
	w.press("Make a token")
	w.sees("Your new token")
	w.photograph("token-made")
	w.press("Account")
	w.sees("Passkeys")
	w.photograph("account")
	w.press("Sign out")
	w.sees("Posts for")
	w.open(f.config.URL + "/signin")
	w.fill("#password", "wrong")
	w.click("main form button:not([type=button])")
	w.sees("The password is wrong.")
	w.photograph("signin")
}

func (b *chromium) modernApp(t *testing.T) {
	f, w := b.blog(t), b.tab(t)
	app := newApp(t, nil)
	w.open(app.home + "/signin?me=" + url.QueryEscape(f.config.Me()))
	w.sees("which wants access to your site")
	w.photograph("signin-for-an-app")
	w.enter()
	w.sees("Let A Modern App use your site?")
	w.sees(app.home + "/id.json")
	w.photograph("consent")
	w.click("details.choices summary")
	w.click(`input[name=scope][value=delete]`) // not that
	w.press("Allow")
	w.sees("Welcome back, " + f.config.Me())
	if got := app.granted(); got != "create update media profile" {
		t.Errorf("granted is %q", got)
	}
	b.useAndRevoke(t, f, w, app)
}

func (b *chromium) oldApp(t *testing.T) {
	f, w := b.blog(t), b.tab(t)
	app := newApp(t, func(a *webApp) { a.old, a.scope = true, "create" })
	start := app.home + "/signin?me=" + url.QueryEscape(f.config.Me())
	w.open(start)
	w.enter()
	w.sees("Let An Old App use your site?")
	w.sees("without PKCE")
	w.photograph("consent-old")
	w.press("Allow") // the browser asks for the tick
	w.awaits(`document.querySelector("input[name=without_pkce]:invalid") !== null`)
	w.do(chromedp.RemoveAttribute(chromedp.CSS("input[name=without_pkce]"), "required"))
	w.press("Allow") // and so does the server
	w.sees("Allow this for the app")
	if app.token() != "" {
		t.Fatal("an app without PKCE has a token that nobody allowed")
	}
	w.click("input[name=without_pkce]")
	w.click("input[name=create][value=draft]")
	w.press("Allow")
	w.sees("Welcome back, " + f.config.Me())
	if got := app.granted(); got != "draft" {
		t.Errorf("granted is %q, want draft", got)
	}
	w.open(start) // the second time it is known
	w.sees("Let An Old App use your site?")
	if strings.Contains(w.page(), "without PKCE") {
		t.Error("the owner is asked again")
	}
	w.press("Allow")
	w.sees("Welcome back")
	b.useAndRevoke(t, f, w, app)
}

// useAndRevoke posts with the app's token, until the owner takes it away on the page.
func (b *chromium) useAndRevoke(t *testing.T, f *fixture, w *tab, app *webApp) {
	t.Helper()
	post := func() answer {
		return f.form(url.Values{"h": {"entry"}, "content": {"From the app"}}, "Authorization", "Bearer "+app.token())
	}
	if a := post(); a.Status != http.StatusCreated {
		t.Fatalf("the app's post is answered %d %s", a.Status, a.Body)
	}
	w.open(f.config.URL + "/apps")
	w.photograph("apps-" + map[bool]string{true: "old", false: "modern"}[app.old])
	const buttons = `main > ul a[aria-label$=" App"]`
	left := ask[int](w, "document.querySelectorAll("+strconv.Quote(buttons)+").length")
	if left == 0 {
		t.Fatalf("the app is not listed\n%s", w.page())
	}
	for ; left > 0; left-- {
		w.click(buttons)
		w.sees("Its posts stay.")
		w.photograph("revoke")
		w.press("Revoke")
		w.awaits(fmt.Sprintf("document.readyState === 'complete' && location.search.startsWith('?revoked=') && document.querySelectorAll(%q).length === %d", buttons, left-1))
	}
	if a := post(); a.Status != http.StatusUnauthorized || a.json(t)["error"] != "invalid_token" {
		t.Errorf("after the revocation a post is answered %d %s", a.Status, a.Body)
	}
}

func (b *chromium) onwardApp(t *testing.T) {
	f, w := b.blog(t), b.tab(t)
	app := newApp(t, func(a *webApp) { a.onward = true })
	w.open(app.home + "/signin?me=" + url.QueryEscape(f.config.Me()))
	w.enter()
	w.press("Allow")
	w.sees("Welcome back")
	if !strings.HasPrefix(ask[string](w, "location.href"), "http://elsewhere.example") {
		t.Errorf("the browser is at %s", w.page())
	}
}

func (b *chromium) deniedApp(t *testing.T) {
	f, w := b.blog(t), b.tab(t)
	app := newApp(t, func(a *webApp) {
		a.old, a.scope = true, "create update delete undelete media draft read follow channels profile email something-of-its-own"
		a.clientID = "http://127.0.0.1:12345/a-very-long-name-of-an-app-that-goes-on-and-on-without-any-blank-until-the-end-of-the-line/and-further"
		a.foreign = "http://127.0.0.1:12345/a-very-long-name-of-an-app-that-goes-on-and-on-without-any-blank-until-the-end-of-the-line/redirect"
	})
	w.open(app.home + "/signin?me=" + url.QueryEscape(f.config.Me()))
	w.enter()
	w.sees("The app runs on your own computer")
	w.photograph("consent-long")
	other := newApp(t, nil)
	w.open(other.home + "/signin?me=" + url.QueryEscape(f.config.Me()))
	w.press("Deny")
	w.sees("The app says: refused: access_denied")
}

func (b *chromium) identityApp(t *testing.T) {
	f, w := b.blog(t), b.tab(t)
	app := newApp(t, func(a *webApp) { a.scope = "" })
	w.open(app.home + "/signin?me=" + url.QueryEscape(f.config.Me()))
	w.enter()
	w.sees("Sign in to A Modern App?")
	w.photograph("consent-identity")
	w.press("Allow")
	w.sees("The app says:") // no token for an empty scope; the app should have asked who signs in
	if app.token() != "" {
		t.Error("an app that asked for nothing has a token")
	}
}

// addAuthenticator gives the window a device that keeps passkeys and knows its owner.
func (w *tab) addAuthenticator() {
	w.t.Helper()
	ctx, cancel := w.within()
	defer cancel()
	_, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{})
	if err == nil {
		_, err = chromedp.Call(ctx, webauthn.AddVirtualAuthenticator,
			webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
				Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
				HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
			}})
	}
	if err != nil {
		w.t.Fatalf("add an authenticator: %v", err)
	}
}

func (b *chromium) passkey(t *testing.T) {
	f, w := serve(t, "hugo", func(c *settings) { c.URL = localhost }), b.tab(t)
	w.addAuthenticator()
	var code string
	f.asOwner(func(o *owner.Owner) (err error) { code, err = o.NewSetup(t.Context()); return err })
	w.open(f.config.URL + "/setup?code=" + code)
	w.press("Set up a passkey")
	w.sees("New post")
	w.open(f.config.URL + "/setup?code=" + code)
	w.sees("The set-up link is not good")

	w.open(f.config.URL)
	w.press("Sign out")
	w.sees("Posts for")
	w.open(f.config.URL + "/signin?back=/account")
	if strings.Contains(w.page(), "Password") {
		t.Error("a password is asked for, and there is none")
	}
	w.photograph("signin-passkey")
	w.press("Sign in with a passkey")
	w.sees("Chrome on")
	w.photograph("account-passkey")
	w.press("Remove")
	w.sees("This passkey is the only way to sign in.")

	// What was answered once is refused the second time, and so is an answer to another question.
	w.open(f.config.URL + "/signin?back=/")
	for _, forged := range []string{"replay", "purpose"} {
		if got := ask[string](w, passkeyForgeries[forged]); got != "403" {
			t.Errorf("%s: answered %s, want 403", forged, got)
		}
	}
}

// passkeyForgeries are answers of the real device, sent in the wrong place.
var passkeyForgeries = map[string]string{
	"replay": `(async () => {
		const o = options(await post("/signin/passkey/begin", {}));
		const got = answer(await navigator.credentials.get(o));
		await post("/signin/passkey", { back: "/", answer: got });
		const again = await fetch("/signin/passkey", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ back: "/", answer: got }) });
		return String(again.status);
	})()`,
	"purpose": `(async () => {
		const o = options(await post("/account/passkeys/begin", {}));
		const got = answer(await navigator.credentials.get({ publicKey: { challenge: o.publicKey.challenge, userVerification: "required" } }));
		const sent = await fetch("/signin/passkey", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ back: "/", answer: got }) });
		return String(sent.status);
	})()`,
}

func (b *chromium) lockedPassword(t *testing.T) {
	f, w := serve(t, "hugo", func(c *settings) { c.URL = localhost }).owned(), b.tab(t)
	w.addAuthenticator()
	w.open(f.config.URL + "/signin?back=/account")
	w.enter()
	w.fill("#key-name", "My phone")
	w.press("Add a passkey")
	w.sees("The passkey was added.")
	w.sees("My phone")
	w.press("Sign out")
	w.sees("Posts for")
	locked := false
	for try := 0; try < 10 && !locked; try++ { // each failure makes the pause longer
		w.open(f.config.URL + "/signin?back=/account")
		w.fill("#password", "wrong")
		w.click(`form[action="/signin"] button:not([type=button])`)
		w.awaits(`document.querySelector("[role=alert]")?.innerText.includes("wrong password") || document.body.innerText.includes("The password is wrong")`)
		locked = strings.Contains(w.page(), "Too many wrong passwords came from your address.")
	}
	if !locked {
		t.Fatalf("passwords are not limited\n%s", w.page())
	}
	w.photograph("signin-locked")
	w.press("Sign in with a passkey")
	w.sees("My phone")
}

func (b *chromium) forgedConsent(t *testing.T) {
	f, w := b.blog(t), b.tab(t)
	app := newApp(t, nil)
	w.open(f.config.URL + "/signin")
	w.enter()
	w.sees("New post")
	request, err := app.authorization(f.config.Me())
	if err != nil {
		t.Fatal(err)
	}
	_, query, _ := strings.Cut(request, "?")
	evil := named(t, "evil.example", http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(out, `<!doctype html><form method="post" action="%s/auth/consent"><input name="request" value="%s"><input name="answer" value="allow">
			<input name="create" value="create"><button>Win a prize</button></form>`, f.config.URL, html.EscapeString(query))
	}))
	w.open(evil)
	w.press("Win a prize")
	w.sees("A form of another site was refused")
	f.withState(func(db *state.DB) error {
		tokens, err := db.Tokens(t.Context())
		if len(tokens) != 1 || app.token() != "" {
			t.Errorf("another site allowed an app: %+v", tokens)
		}
		return err
	})
}

func (b *chromium) framed(t *testing.T) {
	f, w := b.blog(t), b.tab(t)
	w.open(f.config.URL + "/signin")
	w.enter()
	w.sees("New post")
	// shown is what another site's frame around an address shows.
	shown := func(address string) string {
		t.Helper()
		around := named(t, "evil.example", http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(out, `<!doctype html><iframe src="%s" onload="document.title = 'loaded'"></iframe>`,
				html.EscapeString(address))
		}))
		w.open(around)
		w.awaits(`document.title === "loaded"`)
		ctx, cancel := w.within()
		defer cancel()
		targets, err := chromedp.Targets(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, target := range targets {
			if target.Type != "iframe" {
				continue
			}
			inside, leave := chromedp.NewContext(w.run, chromedp.WithTargetID(target.TargetID), chromedp.WithDetachOnCancel())
			defer leave()
			text, err := chromedp.Run(inside, chromedp.Evaluate[string](`location.href + " " + document.body.innerText`))
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		t.Fatalf("there is no frame around %s", address)
		return ""
	}
	harmless := named(t, "app.example", http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		fmt.Fprint(out, "<!doctype html><p>Anybody may show this</p>")
	}))
	if got := shown(harmless + "/"); got != harmless+"/ Anybody may show this" {
		t.Fatalf("what is in a frame cannot be seen here: %q", got)
	}
	for _, page := range []string{"/", "/signin", "/apps", "/auth?client_id=x", "/nothing-here"} {
		if got := shown(f.config.URL + page); !strings.HasPrefix(got, "chrome-error:") || strings.Contains(got, "gitpost") {
			t.Errorf("%s in another site's frame shows %q", page, got)
		}
	}
}

// withoutScript does the whole way again with what a browser that runs none does: links and forms.
func (b *chromium) withoutScript(t *testing.T) {
	f := b.blog(t)
	app := newApp(t, nil)
	request, err := app.authorization(f.config.Me())
	if err != nil {
		t.Fatal(err)
	}
	p := f.person()
	to := p.get(strings.Replace(request, f.config.URL, f.base, 1)).Header.Get("Location")
	page := p.get(to)
	back := regexp.MustCompile(`name="back" value="([^"]*)"`).FindStringSubmatch(page.Body)
	to = p.post("/signin", "password", ownersPassword, "back", html.UnescapeString(back[1])).Header.Get("Location")
	to = p.get(to).Header.Get("Location")
	page = p.want(p.get(to), http.StatusOK, "Let A Modern App use your site?")
	hidden := regexp.MustCompile(`name="request" value="([^"]*)"`).FindStringSubmatch(page.Body)
	to = p.post("/auth/consent", "request", html.UnescapeString(hidden[1]), "create", "create", "answer",
		"allow").Header.Get("Location")
	if got := p.get(to); !strings.Contains(got.Body, "Welcome back") || app.granted() != "create" {
		t.Errorf("the app says %s; granted %q", got.Body, app.granted())
	}
}
