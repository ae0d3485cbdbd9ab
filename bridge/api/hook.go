package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/blog"
	"gitpost/bridge/fault"
)

// hookTimeout is how long a webhook's sender waits: hosts give up after ten seconds.
const hookTimeout = 8 * time.Second

// hookRoutes are called by Git hosts.
type hookRoutes struct{ *API }

// push answers POST /hooks/push: the host reports a push. With a hooks.secret
// only signed calls are taken (GitHub, Gitea and Forgejo sign the body, GitLab sends the secret).
// Of several sites those are looked at that have the repository which the call names, or all
// when it names none of theirs.
func (a hookRoutes) push(c echo.Context) error {
	const op = "push hook"
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, 25<<20)) // GitHub's own limit
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return &fault.Error{Code: fault.TooLarge, Op: op, Message: "the call is larger than 25 MB"}
		}
		return &fault.Error{Code: fault.InvalidRequest, Op: op, Message: "the call ended before its body was complete",
			Err: err}
	}
	meant := a.pushedTo(c.Request().Header, body)
	meant = slices.DeleteFunc(meant, func(d *blog.Blog) bool {
		secret := d.Config().HookSecret
		return secret != "" && !signed(c.Request().Header, body, secret)
	})
	if len(meant) == 0 {
		return &fault.Error{
			Code: fault.Forbidden, Op: op, Message: "the call is not signed with this server's hooks.secret",
			Hint: "enter the same secret at the Git host's webhook settings",
		}
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), hookTimeout)
	defer cancel()
	errs := make([]error, len(meant))
	var all sync.WaitGroup
	for i, d := range meant {
		all.Go(func() { errs[i] = d.Sync(ctx) })
	}
	all.Wait()
	for _, err := range errs {
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			return c.JSON(http.StatusAccepted, map[string]string{"status": "still fetching"})
		}
		if err != nil {
			return err
		}
	}
	answer := map[string]any{"status": "ok"}
	if !a.Blogs.Several() {
		answer["commit"] = string(meant[0].Tip())
	} else {
		commits := map[string]string{}
		for _, d := range meant {
			commits[d.Me()] = string(d.Tip())
		}
		answer["commits"] = commits
	}
	return c.JSON(http.StatusOK, answer)
}

// pushedTo are the destinations that a call is about.
func (a hookRoutes) pushedTo(h http.Header, body []byte) []*blog.Blog {
	all := a.Blogs.All()
	if len(all) == 1 {
		return all
	}
	if kind, _, _ := mime.ParseMediaType(h.Get("Content-Type")); kind == "application/x-www-form-urlencoded" {
		if form, err := url.ParseQuery(string(body)); err == nil { // GitHub's other way
			body = []byte(form.Get("payload"))
		}
	}
	var named struct {
		Repository map[string]any `json:"repository"`
		Project    map[string]any `json:"project"` // GitLab's
	}
	if json.Unmarshal(body, &named) != nil {
		return all
	}
	addresses := map[string]bool{}
	for _, object := range []map[string]any{named.Repository, named.Project} {
		for name, value := range object {
			if text, ok := value.(string); ok && (strings.HasSuffix(name, "url") || name == "homepage") {
				addresses[blog.RepositoryAddress(text)] = true
			}
		}
	}
	meant := slices.DeleteFunc(slices.Clone(all),
		func(d *blog.Blog) bool { return !addresses[blog.RepositoryAddress(d.Config().Repo)] })
	if len(meant) == 0 {
		return all
	}
	return meant
}

// signed reports whether one of the hosts' ways to prove knowledge of the secret is right.
func signed(h http.Header, body []byte, secret string) bool {
	if token := h.Get("X-Gitlab-Token"); token != "" {
		return subtle.ConstantTimeCompare([]byte(token), []byte(secret)) == 1
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	want := mac.Sum(nil)
	for _, name := range []string{"X-Hub-Signature-256", "X-Gitea-Signature", "X-Forgejo-Signature",
		"X-Gogs-Signature"} {
		got, err := hex.DecodeString(strings.TrimPrefix(h.Get(name), "sha256="))
		if err == nil && len(got) > 0 && hmac.Equal(got, want) {
			return true
		}
	}
	return false
}
