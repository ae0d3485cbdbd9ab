// Package pages is the owner's web pages: setting up, signing in, allowing apps, and the status.
package pages

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/blog"
	"gitpost/bridge/config"
	"gitpost/bridge/delivery"
	"gitpost/bridge/discovery"
	"gitpost/bridge/fault"
	"gitpost/bridge/indieauth"
	"gitpost/bridge/owner"
	"gitpost/bridge/state"
)

// Options is what the pages need of the server.
type Options struct {
	Config    func() *config.Config // the one in force
	Blogs     *blog.Blogs
	State     *state.DB
	Auth      *indieauth.Server   // the server that the consent page answers
	OwnSignIn echo.MiddlewareFunc // refuses a request when the sign-in server is another one
	Log       *slog.Logger

	Deliveries deliveries
	Homes      homes
}

// homes is what the pages ask about the sites' home pages.
type homes interface {
	// Look returns whether a site's home page tells apps where to post.
	Look(ctx context.Context, site config.Site, want []config.Link) discovery.Seen
}

// deliveries is what the pages say of posts after their push.
type deliveries interface {
	// Late returns what a site should have shown long ago.
	Late(ctx context.Context, site string) (delivery.Late, error)
	// Unshown returns, of some posts, those that the site does not show as they are.
	Unshown(ctx context.Context, site string, urls []string) (map[string]state.Delivery, error)
	// OfPost lists what is done about a post.
	OfPost(ctx context.Context, site, url string) ([]state.Delivery, error)
	// Retry and Skip change one of them.
	Retry(ctx context.Context, id int64) error
	Skip(ctx context.Context, id int64) error
	// Read returns what a page of somebody else says of itself. It reaches no private address.
	Read(ctx context.Context, address string) (delivery.Cite, error)
}

// Pages are the only routes that trust a cookie, and so the only ones that no other origin may use.
// The API never looks at cookies.
type Pages struct {
	Options
	owner    *owner.Owner
	views    *views
	assets   map[string]asset
	chapters func() ([]chapter, error)
	guard    *http.CrossOriginProtection
	version  string // of all assets
	base     string // path of url, without a slash at the end: what a proxy takes off
	cookie   http.Cookie
	made     shownOnce
}

// New reads the pages.
func New(o Options) (*Pages, error) {
	c := o.Config()
	at, err := url.Parse(c.URL)
	if err != nil {
		return nil, fmt.Errorf("read url: %w", err)
	}
	p := &Pages{Options: o, base: strings.TrimSuffix(at.Path, "/"), guard: http.NewCrossOriginProtection(),
		cookie: sessionCookie(at)}
	// Behind a proxy that changes Host, browsers that send no Sec-Fetch-Site are known by their
	// Origin.
	if err := p.guard.AddTrustedOrigin(at.Scheme + "://" + at.Host); err != nil {
		return nil, fmt.Errorf("read url: %w", err)
	}
	if p.owner, err = owner.New(o.State, c.URL, hostOf(c.Me())); err != nil {
		return nil, err
	}
	if p.assets, err = readAssets(); err != nil {
		return nil, err
	}
	p.version = versionOf(p.assets)
	p.chapters = sync.OnceValues(p.readManual) // most servers are never asked for it
	p.views = newViews(p.funcs())
	_, err = parsedPages() // what is wrong with them is said at the start
	return p, err
}

// Routes adds the pages to e.
func (p *Pages) Routes(e *echo.Echo) {
	anyGet := []string{http.MethodGet, http.MethodHead}
	e.Match(anyGet, "/assets/:name", p.asset)
	get := func(path string, h echo.HandlerFunc) { e.Match(anyGet, path, p.page(h)) }
	post := func(path string, h echo.HandlerFunc) { e.POST(path, p.page(h)) }

	posts, editor, files := postsPages{p}, editorPages{p}, filesPages{p}
	get("/", posts.list)
	get("/posts/new", p.signedIn(editor.newPage))
	get("/posts/edit", p.signedIn(editor.editPage))
	get("/posts/deleted", p.signedIn(posts.deleted))
	for path, h := range map[string]func(echo.Context, visitor) error{
		"/posts/new": editor.create, "/posts/edit": editor.update, "/posts/preview": editor.preview,
		"/posts/share": editor.share, "/files": files.upload,
	} {
		e.POST(path, p.pageOf(editorBody, p.signedIn(h)))
	}
	post("/posts/markdown", p.signedIn(editor.markdown))
	post("/posts/context", p.signedIn(editor.context))
	post("/posts/delete", p.signedIn(posts.delete))
	post("/posts/restore", p.signedIn(posts.restore))
	post("/posts/publish", p.signedIn(posts.publish))

	post("/posts/delivery", p.signedIn(posts.deliver))
	get("/files", p.signedIn(files.page))
	get("/files/file", p.signedIn(files.file))
	get("/files/picture", p.signedIn(files.picture))
	post("/files/delete", p.signedIn(files.delete))

	get("/outbox", p.signedIn(p.outbox))
	get("/service-worker.js", p.worker)
	get("/manifest.webmanifest", p.manifest)

	get("/status", p.signedIn(p.status))
	get("/connect", p.signedIn(p.connect))
	get("/connect/shortcut", p.signedIn(p.shortcut))
	post("/connect/shortcut", p.freshly(p.makeShortcutToken))
	get("/manual", p.manual)
	get("/manual/:name", p.manual)

	in := signInPages{p}
	get("/setup", in.setupPage)
	post("/setup", in.setup)
	post("/setup/passkey/begin", in.setupPasskeyBegin)
	post("/setup/passkey", in.setupPasskey)
	get("/signin", in.signInPage)
	post("/signin", in.signIn)
	post("/signin/passkey/begin", in.signInPasskeyBegin)
	post("/signin/passkey", in.signInPasskey)
	post("/signout", in.signOut)

	consent := consentPages{p}
	get("/auth", p.OwnSignIn(p.signedIn(consent.page)))
	get("/auth/logo", p.OwnSignIn(p.signedIn(consent.logo)))
	post("/auth/consent", p.OwnSignIn(p.signedIn(consent.answer)))

	apps := appsPages{p}
	get("/apps", p.signedIn(apps.page))
	get("/apps/new", p.freshly(apps.newTokenPage))
	get("/apps/revoke", p.signedIn(apps.askRevoke))
	post("/apps/token", p.freshly(apps.makeToken))
	post("/apps/revoke", p.signedIn(apps.revoke))
	post("/apps/restore", p.freshly(apps.undoRevoke))
	post("/apps/old/forget", p.signedIn(apps.forgetOld))

	account := accountPages{p}
	get("/account", p.signedIn(account.page))
	post("/account/language", p.signedIn(account.changeLanguage))
	post("/account/password", p.signedIn(account.changePassword))
	post("/account/passkeys/begin", p.freshly(account.addPasskeyBegin))
	post("/account/passkeys", p.freshly(account.addPasskey))
	post("/account/passkeys/remove", p.freshly(account.removePasskey))
}

// Owns reports whether a request is for one of the pages. POST /auth is the API's.
func Owns(r *http.Request) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch first {
	case "", "posts", "files", "outbox", "service-worker.js", "manifest.webmanifest", "status", "setup", "signin",
		"signout", "apps", "connect", "manual", "account", "assets":
		return true
	case "auth":
		return r.URL.Path != "/auth" || r.Method == http.MethodGet || r.Method == http.MethodHead
	}
	return false
}

// largestForm is the longest body of a form: an authorization request with a long state is
// the largest.
const largestForm = 64 << 10

// page is middleware of all pages: it sets protective headers, refuses forms of other origins, and
// reads the form.
func (p *Pages) page(next echo.HandlerFunc) echo.HandlerFunc {
	return p.pageOf(largestForm, func(c echo.Context) error {
		r := c.Request()
		if r.Method == http.MethodPost && !asksJSON(r) {
			var tooLarge *http.MaxBytesError
			if err := r.ParseForm(); errors.As(err, &tooLarge) {
				return &fault.Error{Code: fault.TooLarge, Op: "read the form",
					Message: "the form is larger than 64 KB", Hint: "go back and send less"}
			} else if err != nil {
				return &fault.Error{Code: fault.InvalidRequest, Op: "read the form",
					Message: "the form cannot be read", Hint: "go back and send it again", Err: err}
			}
		}
		return next(c)
	})
}

// pageOf is page for a form that next reads itself, of at most so many bytes.
func (p *Pages) pageOf(limit int64, next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		secure(c.Response().Header())
		r := c.Request()
		if err := p.guard.Check(r); err != nil {
			return &fault.Error{
				Code: fault.Forbidden, Op: "open the page", Message: "a form of another site was refused",
				Hint: "open " + p.Config().URL + " and do it there", Err: err,
			}
		}
		r.Body = http.MaxBytesReader(c.Response(), r.Body, limit)
		return next(c)
	}
}

// secure sets the headers of every page.
func secure(h http.Header) {
	// Browsers apply form-action also to redirects after a form; the consent page removes it (see
	// there).
	h.Set("Content-Security-Policy", policy+"; form-action 'self'")
	h.Set("X-Frame-Options", "DENY") // for browsers without frame-ancestors
	h.Set("X-Content-Type-Options", "nosniff")
	// Other sites learn no URL of a page. "no-referrer" would make browsers send Origin: null to us
	// too, and those without Sec-Fetch-Site need it to tell our forms from others'.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(self), microphone=()")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Cookie")
}

const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
	"manifest-src 'self'; worker-src 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'"

// asksJSON reports whether a request is the pages' own script.
func asksJSON(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/json")
}

// byScript reports whether the pages' own script reads the answer.
func byScript(r *http.Request) bool {
	return asksJSON(r) || strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

// WantsPage reports whether a person reads the answer, and not an app or the pages' own script.
func WantsPage(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/html") && !byScript(r)
}

func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return address
}
