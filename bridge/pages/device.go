package pages

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// The device cookie marks a browser in which the owner signed in once. It lets nobody in: wrong
// passwords from such a browser are counted apart from those of its network address.
const deviceAge = 400 * 24 * 60 * 60 // seconds; browsers keep no cookie longer

func (p *Pages) deviceCookie() http.Cookie {
	cookie := p.cookie
	cookie.Name = strings.Replace(cookie.Name, "session", "device", 1)
	cookie.MaxAge = deviceAge
	return cookie
}

// rememberBrowser gives a browser, in which the owner has signed in, a limit of its own.
func (p *Pages) rememberBrowser(c echo.Context) error {
	cookie := p.deviceCookie()
	var err error
	if cookie.Value, err = p.owner.NewDevice(c.Request().Context()); err != nil {
		return err
	}
	c.SetCookie(&cookie)
	return nil
}

// limitBy returns the address by which wrong passwords from a browser are counted.
func (p *Pages) limitBy(c echo.Context) string {
	device := ""
	if cookie, err := c.Cookie(p.deviceCookie().Name); err == nil {
		device = cookie.Value
	}
	return p.owner.LimitBy(c.Request().Context(), c.RealIP(), device)
}

// SignedIn reports whether the owner sent the request.
func (p *Pages) SignedIn(c echo.Context) bool {
	_, ok, err := p.visitor(c)
	return err == nil && ok
}
