package pages

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/blog"
	"gitpost/bridge/delivery"
	"gitpost/bridge/language"
)

// siteView is one site in status.html.
type siteView struct {
	blog.Status
	Number      int
	Headline    language.Sentence
	Problem     string
	Late        []language.Sentence // why the site does not show the oldest post that it should show
	LateURL     string
	Title       string
	Conflicts   []string
	Branch, Tip string
	Waiting     language.Sentence
	Moved       string // where the repository moved to
	LastPush    time.Time
	LastFetch   time.Time
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
		shown := describe(status, late, i+1)
		shown.Title = d.Title()
		main.Sites = append(main.Sites, shown)
	}
	return p.show(c, http.StatusOK, "status", view{Title: language.Text("Status"), SignedIn: true, Main: main})
}

// describe puts the facts into sentences.
func describe(s blog.Status, late delivery.Late, number int) siteView {
	v := siteView{Status: s, Number: number, Waiting: language.Say("nothing")}
	if s.Closed != "" {
		v.Headline, v.Problem = language.Say("This site cannot be served yet. gitpost tries again."), sentence(s.Closed)
		return v
	}
	st := s.Store
	v.Branch, v.Tip, v.Conflicts = st.Branch, string(st.Tip)[:min(len(st.Tip), 12)], st.Conflicts
	v.LastPush, v.LastFetch, v.Moved = st.LastPush, st.LastFetch, st.Moved
	if st.Unpushed > 0 {
		v.Waiting = language.Say("%d commits", st.Unpushed)
		if !st.OldestWait.IsZero() {
			v.Waiting = language.Say("%d commits, the oldest from %s", st.Unpushed, ago(time.Since(st.OldestWait)))
		}
	}
	switch {
	case st.Disk != "":
		v.Headline, v.Problem = language.Say("Nothing can be stored at the moment, and apps are told so."), sentence(st.Disk)
	case len(s.Refused) > 0 && len(s.Refused) == st.Unpushed:
		v.Problem = sentence(s.Refused[0].Reason)
		v.Headline = language.Say(
			"The Git host refuses %d changes, listed below. The posts are safe here, and gitpost tries again.",
			len(s.Refused))
	case st.Problem != "" && st.Unpushed > 0:
		v.Problem = sentence(st.Problem)
		v.Headline = language.Say("%d commits cannot be pushed. The posts are safe here, and gitpost tries again.",
			st.Unpushed)
	case st.Problem != "":
		v.Headline, v.Problem = language.Say("The remote cannot be reached."), sentence(st.Problem)
	case s.Problem != "":
		v.Headline, v.Problem = language.Say("Something needs your attention."), sentence(s.Problem)
	case st.Unpushed > 0:
		v.Headline = language.Say("Safe here, and on the way to the remote.")
	case late.Posts > 0:
		v.Headline = language.Say("%d posts reached the Git host and not the site.", late.Posts)
		v.Late, v.LateURL = deliveryWords(late.Oldest, time.Now()), late.Oldest.URL
	default:
		v.Headline = language.Say("All is well: everything is pushed.")
	}
	return v
}
