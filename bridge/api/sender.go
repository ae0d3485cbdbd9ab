package api

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/access"
	"gitpost/bridge/micropub"
)

// known finds who sends a request by its Authorization header alone, before a byte of the body is
// read. Without such a header, or when the body says for which site a token of another server is
// used, authorize does so later, and until then the body is limited.
func (in *receiver) known(c echo.Context) error {
	header, err := micropub.HeaderToken(c.Request())
	if err != nil {
		return err
	}
	in.header, in.request = header, c.Request()
	in.body = in.api.strangers.watch(in.request)
	if header == "" {
		return nil
	}
	err = in.authorize(micropub.Claim{Partial: true})
	if err == micropub.ErrPartial {
		return nil
	}
	return err
}

// authorize finds who sends the request. It is the same after the first success.
func (in *receiver) authorize(e micropub.Claim) error {
	token, err := micropub.OneToken(in.header, e.Token)
	if err != nil || in.authorized {
		return err
	}
	site, certain := in.api.siteOf(in.request, e)
	if e.Partial && !certain {
		return micropub.ErrPartial
	}
	if in.who, err = in.api.principal(in.request.Context(), in.address, token, site); err != nil {
		return err
	}
	in.authorized = true
	in.body.admit()
	return nil
}

// finish ends the limits of the body.
func (in *receiver) finish() {
	if in.body != nil {
		in.body.finish()
	}
}

// limits are those of the request's body.
func (in *receiver) limits() micropub.Limits {
	l := in.api.limits()
	l.Known = func(url string) bool { return in.api.Blogs.KnownTo(in.who, url) }
	if !in.authorized {
		l.Authorize = in.authorize
	}
	return l
}

// siteOf returns the site for which a request uses its token, as far as it says so: "" is the
// default. It matters only for tokens of other servers, which are shown to the site's own alone;
// certain reports whether the rest of the body cannot change it.
func (a *API) siteOf(r *http.Request, e micropub.Claim) (site string, certain bool) {
	if !a.Config().ExternalAuth() || !a.Blogs.Several() {
		return "", true
	}
	query := r.URL.Query()
	for _, destination := range []string{query.Get("mp-destination"), e.Destination} {
		if destination != "" {
			return destination, true
		}
	}
	for _, address := range []string{query.Get("url"), e.URL} {
		if address != "" {
			return a.Blogs.SiteOf(address), !e.Partial
		}
	}
	if name, ok := strings.CutPrefix(r.URL.Path, "/media/"); ok {
		if u, err := a.State.Upload(r.Context(), name); err == nil {
			return a.Blogs.SiteOf(u.URL), true
		}
	}
	return "", !e.Partial
}

// authenticate finds who sent a request that has no body by its Authorization header.
func (a *API) authenticate(c echo.Context) (access.Principal, error) {
	token, err := micropub.HeaderToken(c.Request())
	if err != nil {
		return access.Principal{}, err
	}
	site, _ := a.siteOf(c.Request(), micropub.Claim{})
	return a.principal(c.Request().Context(), c.RealIP(), token, site)
}
