package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/blog"
	"gitpost/bridge/fault"
)

const (
	hookTimeout = 3 * time.Second // for an answer: Gitea gives up after five seconds, others after ten
	hookMost    = 25 << 20        // bytes of a call: GitHub's own limit
	hookSpool   = 4 << 20         // bytes that are kept to see which repository is meant
)

// hookRoutes are called by Git hosts.
type hookRoutes struct{ *API }

// push answers POST /hooks/push: the host reports a push. With a hooks.secret only signed calls are
// accepted; others are limited in number. Of several sites those are fetched that have the
// repository which the call names, or all when it names none of theirs. What takes longer than
// hookTimeout goes on by itself.
//
// Nothing of a body is parsed before its signature is checked.
func (a hookRoutes) push(c echo.Context) error {
	called, signed, err := a.called(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), hookTimeout)
	defer cancel()
	errs := make([]error, len(called))
	var all sync.WaitGroup
	for i, b := range called {
		all.Go(func() { errs[i] = b.Sync(ctx) })
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
	if !signed && !a.mayKnow(c) {
		return c.JSON(http.StatusOK, map[string]string{"status": "ok"})
	}
	return c.JSON(http.StatusOK, a.fetched(called))
}

// fetched is the answer to a call for those sites.
func (a hookRoutes) fetched(sites []*blog.Blog) map[string]any {
	answer := map[string]any{"status": "ok"}
	if !a.Blogs.Several() {
		st := sites[0].Delivery()
		answer["commit"] = string(st.Tip)
		if st.Unpushed > 0 && st.Problem != "" {
			answer["unpushed"], answer["reason"] = st.Unpushed, st.Problem
		}
		return answer
	}
	commits := map[string]string{}
	for _, b := range sites {
		commits[b.Me()] = string(b.Delivery().Tip)
	}
	answer["commits"] = commits
	return answer
}

// called returns the sites that a call is about and that it may have fetched.
func (a hookRoutes) called(c echo.Context) (sites []*blog.Blog, signed bool, err error) {
	const op = "push hook"
	h, all := c.Request().Header, a.Blogs.All()
	spooled := a.strangers.spool(hookSpool)
	defer spooled.finish()
	into := []io.Writer{io.Discard}
	if len(all) > 1 {
		into = append(into, spooled)
	}
	signatures := make([]*signature, len(all))
	for i, b := range all {
		if secret := b.Config().HookSecret; secret != "" {
			signatures[i] = newSignature(h, secret)
			into = append(into, signatures[i])
		}
	}
	if err := readCall(c, io.MultiWriter(into...)); err != nil {
		return nil, false, err
	}
	allowed := map[*blog.Blog]bool{}
	unsigned := false
	for i, b := range all {
		if signatures[i] == nil {
			allowed[b], unsigned = true, true
		} else if signatures[i].right() {
			allowed[b] = true
		}
	}
	if len(allowed) == 0 {
		return nil, false, errUnsigned
	}
	if unsigned {
		if wait := a.unsigned.take(time.Now()); wait > 0 {
			return nil, false, &fault.Error{
				Code: fault.TooManyRequests, Op: op, RetryAfter: wait, Message: "too many unsigned calls came",
				Hint: "set hooks.secret here and at the Git host; signed calls are not limited",
			}
		}
	}
	meant := all
	if len(all) > 1 && spooled.complete {
		meant = named(all, pushedTo(h, spooled.reader()))
	}
	meant = slices.DeleteFunc(slices.Clone(meant), func(b *blog.Blog) bool { return !allowed[b] })
	if len(meant) == 0 {
		return nil, false, errUnsigned
	}
	return meant, !unsigned, nil
}

var errUnsigned = &fault.Error{
	Code: fault.Forbidden, Op: "push hook", Message: "the call is not signed with this server's hooks.secret",
	Hint: "enter the same secret at the Git host's webhook settings",
}

// readCall copies a call's body.
func readCall(c echo.Context, into io.Writer) error {
	const op = "push hook"
	body := http.MaxBytesReader(c.Response(), c.Request().Body, hookMost)
	_, err := io.CopyBuffer(into, deadlineReader{body, time.Now().Add(strangerTime)}, make([]byte, 32<<10))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return &fault.Error{Code: fault.TooLarge, Op: op, Message: fmt.Sprintf("the call is larger than %d MB", hookMost>>20)}
	case err != nil:
		return &fault.Error{Code: fault.InvalidRequest, Op: op, Message: "the call ended before its body was complete",
			Err: err}
	}
	return nil
}

// deadlineReader reads until a time.
type deadlineReader struct {
	io.Reader
	until time.Time
}

func (d deadlineReader) Read(p []byte) (int, error) {
	if time.Now().After(d.until) {
		return 0, context.DeadlineExceeded
	}
	return d.Reader.Read(p)
}

// named returns the sites whose repository has one of the addresses, or all if none has.
func named(all []*blog.Blog, addresses map[string]bool) []*blog.Blog {
	meant := slices.DeleteFunc(slices.Clone(all), func(b *blog.Blog) bool {
		return !addresses[blog.RepositoryAddress(b.Config().Repo)]
	})
	if len(meant) == 0 {
		return all
	}
	return meant
}
