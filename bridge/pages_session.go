package bridge

import (
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
	c := http.Cookie{Name: "gitpost_session", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: int(owner.SessionLifetime.Seconds())}
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
func (s *Server) visitor(c echo.Context) (v visitor, ok bool, err error) {
	v.secret = s.sessionSecret(c)
	v.session, ok, err = s.pages.owner.Session(c.Request().Context(), v.secret)
	return v, ok, err
}

func (s *Server) sessionSecret(c echo.Context) string {
	if cookie, err := c.Cookie(s.pages.cookie.Name); err == nil {
		return cookie.Value
	}
	return ""
}

// signedIn lets only the owner pass; others are asked to sign in and come back.
func (s *Server) signedIn(next func(echo.Context, visitor) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		v, ok, err := s.visitor(c)
		if err != nil {
			return err
		}
		if ok {
			return next(c, v)
		}
		r := c.Request()
		if asksJSON(r) {
			return &fault.Error{Code: fault.Forbidden, Op: "open the page", Message: "you are not signed in any more", Hint: "open the page anew"}
		}
		return s.goTo(c, "/signin?back="+url.QueryEscape(comeBack(r)))
	}
}

// freshly lets only the owner pass who signed in a short while ago: what makes a new way in
// must not come of a browser that was left open. Others sign in again and come back.
func (s *Server) freshly(next func(echo.Context, visitor) error) echo.HandlerFunc {
	return s.signedIn(func(c echo.Context, v visitor) error {
		if s.pages.owner.Fresh(v.session) {
			return next(c, v)
		}
		return s.signInAgain(c)
	})
}

func (s *Server) signInAgain(c echo.Context) error {
	r := c.Request()
	if asksJSON(r) {
		return &fault.Error{Code: fault.Forbidden, Op: "open the page", Message: "it is a while since you signed in", Hint: "open the page anew and sign in again"}
	}
	return s.goTo(c, again(comeBack(r)))
}

// again is where the owner signs in once more and comes back.
func again(back string) string { return "/signin?again=yes&back=" + url.QueryEscape(back) }

// comeBack is the page to return to after signing in: that of the form, when one was sent.
func comeBack(r *http.Request) string {
	if r.Method != http.MethodPost {
		return r.URL.RequestURI()
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if first == "auth" {
		return "/auth?" + r.PostFormValue("request")
	}
	return "/" + first
}

// begin gives the browser a new session in place of the one that it may have had: who planted
// a session in it has nothing.
func (s *Server) begin(c echo.Context, session string) error {
	if old := s.sessionSecret(c); old != "" {
		if err := s.pages.owner.SignOut(c.Request().Context(), old); err != nil {
			return err
		}
	}
	cookie := s.pages.cookie
	cookie.Value = session
	c.SetCookie(&cookie)
	return nil
}

// end takes the session's cookie away.
func (s *Server) end(c echo.Context) {
	cookie := s.pages.cookie
	cookie.MaxAge = -1
	c.SetCookie(&cookie)
}

// goTo sends the browser to a page of this server, with GET.
func (s *Server) goTo(c echo.Context, local string) error {
	return c.Redirect(http.StatusSeeOther, s.pages.path(local))
}

// localPath is where to go after signing in: a page of this server, whatever the request says.
func localPath(back string) string {
	u, err := url.Parse(back)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || !strings.HasPrefix(back, "/") ||
		strings.HasPrefix(back, "//") || strings.ContainsFunc(back, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) ||
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
	browser := first("Edg", "Edge", "OPR/", "Opera", "SamsungBrowser", "Samsung Internet", "FxiOS", "Firefox", "Firefox", "Firefox",
		"CriOS", "Chrome", "Chrome", "Chrome", "Safari", "Safari", "curl/", "curl")
	system := first("Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "CrOS", "ChromeOS", "Windows", "Windows", "Mac OS X", "macOS", "Linux", "Linux")
	switch {
	case browser == "":
		return "A browser"
	case system == "":
		return browser
	}
	return browser + " on " + system
}
