package bridge

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/fault"
)

// ready answers GET /readyz: 200 when posts reach the remote and the site's configuration
// can be read, else 503 with the reason.
func (s *Server) ready(c echo.Context) error {
	d := s.main()
	st := d.store.Status()
	reason := cmp.Or(st.Problem, d.site.problem(), d.schedule.problem())
	answer := map[string]any{
		"ready": reason == "", "branch": st.Branch, "commit": string(st.Tip), "unpushed": st.Unpushed,
	}
	status := http.StatusOK
	if reason != "" {
		status, answer["reason"] = http.StatusServiceUnavailable, reason
	}
	if !st.OldestWait.IsZero() {
		answer["waiting_since"] = st.OldestWait.UTC().Format(time.RFC3339)
	}
	return c.JSON(status, answer)
}

// hookPatience is how long a webhook's sender waits: hosts give up after ten seconds.
const hookPatience = 8 * time.Second

// hook answers POST /hooks/push: the host tells that somebody pushed. With a hooks.secret
// only signed calls are taken (GitHub, Gitea and Forgejo sign the body, GitLab sends the secret).
func (s *Server) hook(c echo.Context) error {
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, 25<<20)) // GitHub's own limit
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return &fault.Error{Code: fault.TooLarge, Op: "push hook", Message: "the call is larger than 25 MB"}
		}
		return &fault.Error{Code: fault.InvalidRequest, Op: "push hook", Message: "the call ended before its body was complete", Err: err}
	}
	if s.config().HookSecret != "" && !signed(c.Request().Header, body, s.config().HookSecret) {
		return &fault.Error{
			Code: fault.Forbidden, Op: "push hook", Message: "the call is not signed with this server's hooks.secret",
			Hint: "enter the same secret at the Git host's webhook settings",
		}
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), hookPatience)
	defer cancel()
	d := s.main()
	if err := d.store.Sync(ctx); err != nil {
		if ctx.Err() != nil {
			return c.JSON(http.StatusAccepted, map[string]string{"status": "still fetching"})
		}
		return &fault.Error{Code: fault.Unavailable, Op: "push hook", Message: "the remote could not be fetched", Hint: "see /readyz", Err: err}
	}
	if err := d.catalog.Advance(ctx, d.snapshot()); err != nil {
		return &fault.Error{Code: fault.Unavailable, Op: "push hook", Message: "the site cannot be read as it is now in the repository", Hint: "the server's log has the cause", Err: err}
	}
	return c.JSON(http.StatusOK, map[string]string{"status": "ok", "commit": string(d.store.Status().Tip)})
}

// signed tells whether one of the hosts' ways to prove knowledge of the secret is right.
func signed(h http.Header, body []byte, secret string) bool {
	if token := h.Get("X-Gitlab-Token"); token != "" {
		return subtle.ConstantTimeCompare([]byte(token), []byte(secret)) == 1
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	want := mac.Sum(nil)
	for _, name := range []string{"X-Hub-Signature-256", "X-Gitea-Signature", "X-Forgejo-Signature", "X-Gogs-Signature"} {
		got, err := hex.DecodeString(strings.TrimPrefix(h.Get(name), "sha256="))
		if err == nil && len(got) > 0 && hmac.Equal(got, want) {
			return true
		}
	}
	return false
}
