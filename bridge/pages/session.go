package pages

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/fault"
	"gitpost/bridge/owner"
	"gitpost/bridge/state"
)

// sessionCookie is the cookie that carries a session, without one. The name's prefix makes
// browsers refuse a cookie of that name from other hosts of the domain, and over plain HTTP.
func sessionCookie(at *url.URL) http.Cookie {
	c := http.Cookie{Name: "gitpost_session", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		MaxAge: int(owner.SessionLifetime.Seconds())}
	if at.Scheme == "https" {
		c.Name, c.Secure = "__Host-gitpost_session", true
	}
	return c
}

// visitor is the owner in one browser.
type visitor struct {
	secret  string // of the session
	session state.Session
}

// visitor is who sent the request, by its cookie; ok is false for everybody but the owner.
func (p *Pages) visitor(c echo.Context) (v visitor, ok bool, err error) {
	v.secret = p.sessionSecret(c)
	v.session, ok, err = p.owner.Session(c.Request().Context(), v.secret)
	return v, ok, err
}

func (p *Pages) sessionSecret(c echo.Context) string {
	if cookie, err := c.Cookie(p.cookie.Name); err == nil {
		return cookie.Value
	}
	return ""
}

// signedIn lets only the owner pass; others sign in and come back.
func (p *Pages) signedIn(next func(echo.Context, visitor) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		v, ok, err := p.visitor(c)
		if err != nil {
			return err
		}
		if ok {
			return next(c, v)
		}
		r := c.Request()
		if byScript(r) {
			return &fault.Error{Code: fault.Forbidden, Op: "open the page", Message: "you are not signed in any more",
				Hint: "open the page anew"}
		}
		return p.goTo(c, "/signin?back="+url.QueryEscape(comeBack(r)))
	}
}

// freshly lets the owner pass who signed in a short while ago: a browser that was left open must not
// be able to add a way to sign in. Others sign in again and come back.
func (p *Pages) freshly(next func(echo.Context, visitor) error) echo.HandlerFunc {
	return p.signedIn(func(c echo.Context, v visitor) error {
		if p.owner.Fresh(v.session) {
			return next(c, v)
		}
		return p.signInAgain(c)
	})
}

func (p *Pages) signInAgain(c echo.Context) error {
	r := c.Request()
	if byScript(r) {
		return &fault.Error{Code: fault.Forbidden, Op: "open the page", Message: "it is a while since you signed in",
			Hint: "open the page anew and sign in again"}
	}
	return p.goTo(c, again(comeBack(r)))
}

// again is where the owner signs in once more and comes back.
func again(back string) string { return "/signin?again=yes&back=" + url.QueryEscape(back) }

// comeBack is the page to return to after signing in: that of the form, when one was sent.
func comeBack(r *http.Request) string {
	if r.Method != http.MethodPost {
		return r.URL.RequestURI()
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case first == "auth":
		return "/auth?" + r.PostFormValue("request")
	case r.URL.Path == "/apps/token":
		return "/apps/new"
	case r.URL.Path == "/connect/shortcut":
		return r.URL.Path
	case r.URL.Path == "/posts/new", r.URL.Path == "/posts/edit":
		return r.URL.RequestURI() // the browser still has what was typed
	case first == "posts":
		return "/"
	}
	return "/" + first
}

// begin gives the browser a new session and ends the one that it had, so that a planted session is
// worthless.
func (p *Pages) begin(c echo.Context, session string) error {
	if old := p.sessionSecret(c); old != "" {
		if err := p.owner.SignOut(c.Request().Context(), old); err != nil {
			return err
		}
	}
	cookie := p.cookie
	cookie.Value = session
	c.SetCookie(&cookie)
	return nil
}

// end removes the session's cookie.
func (p *Pages) end(c echo.Context) {
	cookie := p.cookie
	cookie.MaxAge = -1
	c.SetCookie(&cookie)
}

// goTo sends the browser to a page of this server, with GET.
func (p *Pages) goTo(c echo.Context, local string) error {
	return c.Redirect(http.StatusSeeOther, p.path(local))
}

// localPath is where to go after signing in: a page of this server, whatever the request says.
func localPath(back string) string {
	u, err := url.Parse(back)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" ||
		!strings.HasPrefix(back, "/") ||
		strings.HasPrefix(back, "//") || strings.ContainsFunc(back,
		func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) ||
		strings.HasPrefix(u.Path, "//") || strings.HasPrefix(u.Path, `/\`) {
		return "/"
	}
	return back
}

// browserName is the browser of a request in words, for the list of those that are signed in.
func browserName(r *http.Request) string {
	agent := r.UserAgent()
	first := func(marks ...string) string {
		for i := 0; i < len(marks); i += 2 {
			if strings.Contains(agent, marks[i]) {
				return marks[i+1]
			}
		}
		return ""
	}
	browser := first("Edg", "Edge", "OPR/", "Opera", "SamsungBrowser", "Samsung Internet", "FxiOS", "Firefox",
		"Firefox", "Firefox",
		"CriOS", "Chrome", "Chrome", "Chrome", "Safari", "Safari", "curl/", "curl")
	system := first("Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "CrOS", "ChromeOS", "Windows", "Windows",
		"Mac OS X", "macOS", "Linux", "Linux")
	switch {
	case browser == "":
		return "A browser"
	case system == "":
		return browser
	}
	return browser + " on " + system
}

// FirstSetup returns the link by which the owner sets up how to sign in, at the first start and
// never again. The link is a secret, but worthless after an hour, after its use and after gitpost
// passwd, so a log may have it. owned reports whether somebody can sign in; with auth: external
// nobody needs to.
func (p *Pages) FirstSetup(ctx context.Context) (link string, owned bool, err error) {
	who, err := p.owner.Status(ctx)
	if err != nil || who.Known() || p.Config().ExternalAuth() {
		return "", true, err
	}
	code, err := p.owner.FirstSetup(ctx)
	if err != nil || code == "" {
		return "", false, err
	}
	return p.Config().SetupLink(code), false, nil
}
