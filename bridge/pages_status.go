package bridge

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/catalog"
)

// siteView is one site in status.html.
type siteView struct {
	Number            int
	Me                string
	Headline, Problem string
	Conflicts         []string
	Remote            string // without credentials
	Branch, Tip       string
	Waiting           string
	LastPush          time.Time
	LastFetch         time.Time
	Posts             []postView
	Unreadable        []*catalog.Entry
}

type postView struct {
	Name, URL, Type string
	Date            time.Time
	Draft, Hidden   bool
}

// home answers GET /: the status for the owner, a welcome for others.
func (s *Server) home(c echo.Context) error {
	_, ok, err := s.visitor(c)
	if err != nil {
		return err
	}
	if !ok {
		return s.welcome(c)
	}
	var main struct{ Sites []siteView }
	for i, d := range s.destinations {
		site, err := d.status(c.Request().Context())
		if err != nil {
			return err
		}
		site.Number = i + 1
		main.Sites = append(main.Sites, site)
	}
	return s.show(c, http.StatusOK, "status", view{Title: "Status", SignedIn: true, Main: main})
}

// status is what the owner wants to know of one site.
func (d *destination) status(ctx context.Context) (siteView, error) {
	if reason := d.closedFor(); reason != "" {
		return siteView{Me: d.me(), Headline: "This site cannot be served yet. gitpost tries again.", Problem: sentence(reason), Remote: withoutCredentials(d.config().Repo), Waiting: "nothing"}, nil
	}
	st, c := d.store.Status(), d.config()
	v := siteView{
		Me: d.me(), Remote: withoutCredentials(c.Repo), Branch: st.Branch, Tip: string(st.Tip)[:min(len(st.Tip), 12)],
		LastPush: st.LastPush, LastFetch: st.LastFetch, Conflicts: st.Conflicts, Waiting: "nothing",
	}
	if st.Unpushed > 0 {
		v.Waiting = countOf(st.Unpushed, "commit")
		if !st.OldestWait.IsZero() {
			v.Waiting += ", the oldest from " + ago(time.Since(st.OldestWait))
		}
	}
	switch problem := cmp.Or(d.site.problem(), d.schedule.problem()); {
	case st.Disk != "":
		v.Headline, v.Problem = "Nothing can be stored at the moment, and apps are told so.", sentence(st.Disk)
	case st.Problem != "" && st.Unpushed > 0:
		v.Problem = sentence(st.Problem)
		v.Headline = countOf(st.Unpushed, "commit") + " cannot be pushed. The posts are safe here, and gitpost tries again."
	case st.Problem != "":
		v.Headline, v.Problem = "The remote cannot be reached.", sentence(st.Problem)
	case problem != "":
		v.Headline, v.Problem = "Something needs your attention.", sentence(problem)
	case st.Unpushed > 0:
		v.Headline = "Safe here, and on the way to the remote."
	default:
		v.Headline = "All is well: everything is pushed."
	}
	err := d.view(ctx, func(view *catalog.View) error {
		const most = 10
		for _, e := range view.List(catalog.Filter{Limit: most}).Entries {
			v.Posts = append(v.Posts, postView{
				Name: nameOf(view, e), URL: pageAddress(e), Type: d.kindName(e.PostType), Date: e.Date(),
				Draft: e.Status == "draft", Hidden: e.Visibility == "unlisted",
			})
		}
		unreadable := view.Unreadable()
		v.Unreadable = unreadable[:min(len(unreadable), most)]
		return nil
	})
	return v, err
}

// pageAddress is where a post is published; "" for a draft, which is nowhere.
func pageAddress(e *catalog.Entry) string {
	if e.Status == "draft" {
		return ""
	}
	return e.Page.URL
}

// nameOf is a post's name, else its first words, else its file.
func nameOf(v *catalog.View, e *catalog.Entry) string {
	text := cmp.Or(e.Name, e.Summary)
	if item, err := v.Item(e); text == "" && err == nil {
		text = item.Properties.Text("content")
	}
	text = strings.Join(strings.Fields(text), " ")
	const most = 90
	if letters := []rune(text); len(letters) > most {
		text = strings.TrimSpace(string(letters[:most])) + "…"
	}
	return cmp.Or(text, e.Path)
}

// kindName is a post type in words.
func (d *destination) kindName(kind string) string {
	for _, t := range d.postTypes() {
		if t.Type == kind {
			return t.Name
		}
	}
	return cmp.Or(strings.ToUpper(kind[:min(len(kind), 1)])+kind[min(len(kind), 1):], "Page")
}

func countOf(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// withoutCredentials is a remote's address as it may be shown.
func withoutCredentials(remote string) string {
	if u, err := url.Parse(remote); err == nil && u.User != nil && (u.Scheme == "https" || u.Scheme == "http") {
		u.User = nil
		return u.String()
	}
	return remote
}
