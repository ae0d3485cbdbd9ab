package bridge

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/fault"
	"gitpost/bridge/owner"
	"gitpost/bridge/state"
)

// pages is what the owner meets in a browser: the only routes that trust a cookie, and so
// the only ones that no other origin may use. The API never looks at cookies.
type pages struct {
	owner  *owner.Owner
	views  map[string]*template.Template
	assets map[string]asset
	guard  *http.CrossOriginProtection
	base   string // path of url, without a slash at the end: what a proxy takes off
	cookie http.Cookie
}

func newPages(c *Config, db *state.DB) (*pages, error) {
	at, err := url.Parse(c.URL)
	if err != nil {
		return nil, fmt.Errorf("read url: %w", err)
	}
	p := &pages{base: strings.TrimSuffix(at.Path, "/"), guard: http.NewCrossOriginProtection(), cookie: sessionCookie(at)}
	// Behind a proxy that changes Host, browsers that send no Sec-Fetch-Site are told by their Origin.
	if err := p.guard.AddTrustedOrigin(at.Scheme + "://" + at.Host); err != nil {
		return nil, fmt.Errorf("read url: %w", err)
	}
	if p.owner, err = owner.New(db, c.URL, hostOf(c.Me)); err != nil {
		return nil, err
	}
	if p.assets, err = readAssets(); err != nil {
		return nil, err
	}
	p.views, err = p.readViews()
	return p, err
}

// pageRoutes adds the pages to e.
func (s *Server) pageRoutes(e *echo.Echo) {
	get(e, "/assets/:name", s.asset)
	get := func(path string, h echo.HandlerFunc) { get(e, path, s.page(h)) }
	post := func(path string, h echo.HandlerFunc) { e.POST(path, s.page(h)) }

	get("/", s.home)
	get("/setup", s.setupPage)
	post("/setup", s.setup)
	post("/setup/passkey/begin", s.setupPasskeyBegin)
	post("/setup/passkey", s.setupPasskey)
	get("/signin", s.signInPage)
	post("/signin", s.signIn)
	post("/signin/passkey/begin", s.signInPasskeyBegin)
	post("/signin/passkey", s.signInPasskey)
	post("/signout", s.signOut)

	get("/auth", s.ownSignIn(s.signedIn(s.consentPage)))
	post("/auth/consent", s.ownSignIn(s.signedIn(s.consent)))
	get("/apps", s.signedIn(s.appsPage))
	post("/apps/token", s.freshly(s.makeToken))
	post("/apps/revoke", s.signedIn(s.revokeApp))
	post("/apps/old/forget", s.signedIn(s.forgetOldApp))
	get("/connect", s.signedIn(s.connectPage))
	get("/account", s.signedIn(s.accountPage))
	post("/account/password", s.signedIn(s.changePassword))
	post("/account/passkeys/begin", s.freshly(s.addPasskeyBegin))
	post("/account/passkeys", s.freshly(s.addPasskey))
	post("/account/passkeys/remove", s.freshly(s.removePasskey))
}

// isPage tells whether a path is one of the above. POST /auth is the API's.
func isPage(r *http.Request) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch first {
	case "", "setup", "signin", "signout", "apps", "connect", "account", "assets":
		return true
	case "auth":
		return r.URL.Path != "/auth" || r.Method == http.MethodGet || r.Method == http.MethodHead
	}
	return false
}

// largestForm is the longest body of a form: an authorization request with a long state is
// the largest.
const largestForm = 64 << 10

// page is what all pages have in common: headers that keep others out, and the refusal of
// what another origin sends.
func (s *Server) page(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		secure(c.Response().Header())
		r := c.Request()
		if err := s.pages.guard.Check(r); err != nil {
			return &fault.Error{
				Code: fault.Forbidden, Op: "open the page", Message: "another site sent you here with a form, which is refused",
				Hint: "open " + s.config().URL + " and do it there", Err: err,
			}
		}
		r.Body = http.MaxBytesReader(c.Response(), r.Body, largestForm)
		if r.Method == http.MethodPost && !asksJSON(r) {
			var tooLarge *http.MaxBytesError
			if err := r.ParseForm(); errors.As(err, &tooLarge) {
				return &fault.Error{Code: fault.TooLarge, Op: "read the form", Message: "the form is larger than 64 KB", Hint: "go back and send less"}
			} else if err != nil {
				return &fault.Error{Code: fault.InvalidRequest, Op: "read the form", Message: "the form cannot be read", Hint: "go back and send it again", Err: err}
			}
		}
		return next(c)
	}
}

// secure sets the headers of every page.
func secure(h http.Header) {
	// A browser asks form-action also of where a form's answer redirects to; the consent page
	// takes it away (see there).
	h.Set("Content-Security-Policy", policy+"; form-action 'self'")
	h.Set("X-Frame-Options", "DENY") // for browsers without frame-ancestors
	h.Set("X-Content-Type-Options", "nosniff")
	// Other sites learn no address of a page. "no-referrer" would make browsers say Origin: null
	// to us too, which those without Sec-Fetch-Site need for telling our forms from others'.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Cookie")
}

const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"

// asksJSON tells whether a request is the pages' own script.
func asksJSON(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/json")
}

// asksPage tells whether a person reads the answer.
func asksPage(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}

func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return address
}
