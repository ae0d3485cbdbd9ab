package pages

import (
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/blog"
	"gitpost/bridge/delivery"
)

// siteView is one site in status.html.
type siteView struct {
	blog.Status
	Number            int
	Headline, Problem string
	Conflicts         []string
	Branch, Tip       string
	Waiting           string
	Moved             string // where the repository moved to
	LastPush          time.Time
	LastFetch         time.Time
}

// status answers GET /status.
func (p *Pages) status(c echo.Context, _ visitor) error {
	var main struct{ Sites []siteView }
	for i, d := range p.Blogs.All() {
		status, err := d.Status(c.Request().Context())
		if err != nil {
			return err
		}
		late, err := p.Deliveries.Late(c.Request().Context(), d.Me())
		if err != nil {
			return err
		}
		main.Sites = append(main.Sites, describe(status, late, i+1))
	}
	return p.show(c, http.StatusOK, "status", view{Title: "Status", SignedIn: true, Main: main})
}

// describe puts the facts into sentences.
func describe(s blog.Status, late delivery.Late, number int) siteView {
	v := siteView{Status: s, Number: number, Waiting: "nothing"}
	if s.Closed != "" {
		v.Headline, v.Problem = "This site cannot be served yet. gitpost tries again.", sentence(s.Closed)
		return v
	}
	st := s.Store
	v.Branch, v.Tip, v.Conflicts = st.Branch, string(st.Tip)[:min(len(st.Tip), 12)], st.Conflicts
	v.LastPush, v.LastFetch, v.Moved = st.LastPush, st.LastFetch, st.Moved
	if st.Unpushed > 0 {
		v.Waiting = countOf(st.Unpushed, "commit")
		if !st.OldestWait.IsZero() {
			v.Waiting += ", the oldest from " + ago(time.Since(st.OldestWait))
		}
	}
	switch {
	case st.Disk != "":
		v.Headline, v.Problem = "Nothing can be stored at the moment, and apps are told so.", sentence(st.Disk)
	case len(s.Refused) > 0 && len(s.Refused) == st.Unpushed:
		v.Problem = sentence(s.Refused[0].Reason)
		v.Headline = "The Git host refuses " + countOf(len(s.Refused), "change") +
			", listed below. The posts are safe here, and gitpost tries again."
	case st.Problem != "" && st.Unpushed > 0:
		v.Problem = sentence(st.Problem)
		v.Headline = countOf(st.Unpushed, "commit") +
			" cannot be pushed. The posts are safe here, and gitpost tries again."
	case st.Problem != "":
		v.Headline, v.Problem = "The remote cannot be reached.", sentence(st.Problem)
	case s.Problem != "":
		v.Headline, v.Problem = "Something needs your attention.", sentence(s.Problem)
	case st.Unpushed > 0:
		v.Headline = "Safe here, and on the way to the remote."
	case late.Posts > 0:
		v.Headline = countOf(late.Posts, "post") + " reached the Git host and not the site."
		v.Problem = sentence(late.Reason)
	default:
		v.Headline = "All is well: everything is pushed."
	}
	return v
}

func countOf(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
