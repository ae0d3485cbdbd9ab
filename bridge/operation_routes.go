package bridge

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// ready answers GET /readyz: 200 when posts reach the remote and the site's configuration can
// be read, else 503 with the reason. Of several sites all must be ready.
func (s *Server) ready(c echo.Context) error {
	answer, status := map[string]any{}, http.StatusOK
	if len(s.destinations) == 1 {
		answer = s.destinations[0].readiness()
	} else {
		var sites []map[string]any
		var reasons []string
		for _, d := range s.destinations {
			site := d.readiness()
			site["site"] = d.me()
			sites = append(sites, site)
			if reason, ok := site["reason"].(string); ok {
				reasons = append(reasons, d.me()+": "+reason)
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
	return c.JSON(status, answer)
}

// readiness is one site's part of /readyz.
func (d *destination) readiness() map[string]any {
	reason := d.problem()
	answer := map[string]any{"ready": reason == ""}
	if reason != "" {
		answer["reason"] = reason
	}
	if !d.opened.Load() {
		return answer
	}
	st := d.store.Status()
	answer["branch"], answer["commit"], answer["unpushed"] = st.Branch, string(st.Tip), st.Unpushed
	if !st.OldestWait.IsZero() {
		answer["waiting_since"] = st.OldestWait.UTC().Format(time.RFC3339)
	}
	return answer
}
