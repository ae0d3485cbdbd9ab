package api

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/micropub"
)

// mayKnow reports whether a request may see details of the server: it comes from this machine or the
// owner, or has a valid token.
func (a *API) mayKnow(c echo.Context) bool {
	if a.Trusted != nil && a.Trusted(c) {
		return true
	}
	token, err := micropub.HeaderToken(c.Request())
	if err != nil || token == "" {
		return false
	}
	_, err = a.authenticate(c)
	return err == nil
}

// ready answers GET /readyz: 200 when posts reach the remote and the site's configuration can
// be read, else 503 with the reason. Of several sites all must be ready.
func (a *API) ready(c echo.Context) error {
	answer, status := map[string]any{}, http.StatusOK
	if !a.Blogs.Several() {
		answer = a.Blogs.All()[0].Readiness()
	} else {
		var sites []map[string]any
		var reasons []string
		for _, d := range a.Blogs.All() {
			site := d.Readiness()
			site["site"] = d.Me()
			sites = append(sites, site)
			if reason, ok := site["reason"].(string); ok {
				reasons = append(reasons, d.Me()+": "+reason)
			}
		}
		answer["ready"], answer["sites"] = len(reasons) == 0, sites
		if len(reasons) > 0 {
			answer["reason"] = strings.Join(reasons, "; ")
		}
	}
	if answer["ready"] != true {
		status = http.StatusServiceUnavailable
	}
	if !a.mayKnow(c) { // what a Git host says is nothing for strangers
		answer = map[string]any{"ready": answer["ready"]}
	}
	return c.JSON(status, answer)
}
