package pages

import (
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/access"
	"gitpost/bridge/blog"
	"gitpost/bridge/editor"
	"gitpost/bridge/fault"
	"gitpost/bridge/language"
	"gitpost/bridge/micropub"
	"gitpost/bridge/state"
)

// postsPerPage is the length of a page of the list.
const postsPerPage = 20

// postsView is for posts.html.
type postsView struct {
	Sites    []siteChoice // more than one, or none
	Site     string
	Types    []typeChoice
	Filter   blog.PostFilter
	States   []stateChoice
	Posts    []postRow
	Newer    string // address of the newer part of the list; "" if there is none
	Older    string
	Undo     string // the post that was deleted just now
	Problem  string // of the site, for which Status has the details
	Search   bool   // a filter or a search is set
	Filtered bool   // a filter is set
}

type siteChoice struct {
	Me, Title string
	Chosen    bool
}

type stateChoice struct {
	State  string
	Words  language.Text
	Chosen bool
}

type postRow struct {
	blog.PostStatus
	TypeName language.Text
	State    string        // "draft", "scheduled", "unlisted" or "published"
	Words    language.Text // the state in a word
	Edit     string
	Picture  string              // address of its first photo made small; "" for none
	Unshown  []language.Sentence // why the site does not show it as it is; none when it does
}

var postStates = []stateChoice{
	{State: "", Words: language.Text("all")}, {State: "published", Words: language.Text("published")},
	{State: "draft", Words: language.Text("draft")}, {State: "scheduled", Words: language.Text("scheduled")},
	{State: "unlisted", Words: language.Text("unlisted")},
}

// postsPages list the owner's posts, and delete, restore and publish them.
type postsPages struct{ *Pages }

// owner is who writes on the pages: the signed-in owner may do everything.
func (p *Pages) author() access.Principal {
	who := access.Principal{Me: p.Config().Me(), Client: "gitpost"}
	for _, s := range access.Scopes() {
		who.Scope = append(who.Scope, s.Word)
	}
	return who
}

// list answers GET /.
func (p postsPages) list(c echo.Context) error {
	_, ok, err := p.visitor(c)
	if err != nil {
		return err
	}
	if !ok {
		return p.welcome(c)
	}
	b, err := p.Blogs.Choose(p.author(), c.QueryParam("site"))
	if err != nil {
		return err
	}
	q := c.QueryParams()
	f := blog.PostFilter{
		Text: q.Get("q"), Type: q.Get("type"), Tag: q.Get("tag"), State: q.Get("state"),
		Before: q.Get("before"), After: q.Get("after"), Limit: postsPerPage,
	}
	main := postsView{
		Site: b.Me(), Filter: f, Undo: q.Get("deleted"), Types: typeChoices(b, f.Type),
		Filtered: f.Type != "" || f.Tag != "" || f.State != "",
		Search:   f.Text != "" || f.Type != "" || f.Tag != "" || f.State != "",
	}
	main.Sites = p.siteChoices(b)
	for _, s := range postStates {
		s.Chosen = s.State == f.State
		main.States = append(main.States, s)
	}
	v := view{Title: language.Text("Posts"), SignedIn: true, Notice: postNotices[q.Get("done")], Saved: q.Get("saved")}
	posts, err := b.Posts(c.Request().Context(), f)
	switch code := fault.CodeOf(err); {
	case err == nil:
	case code == fault.Unavailable: // the site cannot be read just now
		main.Problem = sentence(err.Error())
	default:
		return err
	}
	if st := b.Delivery(); main.Problem == "" && st.Problem != "" && st.Unpushed > 0 {
		main.Problem = sentence(st.Problem)
	}
	unshown, err := p.unshown(c, b, posts.Posts)
	if err != nil {
		return err
	}
	for _, post := range posts.Posts {
		main.Posts = append(main.Posts, newPostRow(post, unshown))
	}
	part := func(name, cursor string) string {
		if cursor == "" {
			return ""
		}
		next := url.Values{}
		for _, key := range []string{"site", "q", "type", "tag", "state"} {
			if q.Get(key) != "" {
				next.Set(key, q.Get(key))
			}
		}
		next.Set(name, cursor)
		return "/?" + next.Encode()
	}
	main.Newer, main.Older = part("before", posts.Before), part("after", posts.After)
	v.Main = main
	return p.show(c, http.StatusOK, "posts", v)
}

var postNotices = map[string]language.Text{
	"created": language.Text("Saved. Your site shows it after its next build."),
	"draft":   language.Text("Saved as a draft."),
	"updated": language.Text("Saved. Your site shows it after its next build."),
	"deleted": language.Text("Deleted."), "restored": language.Text("The post is back."),
	"published":   language.Text("Published. Your site shows it after its next build."),
	"unpublished": language.Text("It is a draft again."),
}

func newPostRow(post blog.PostStatus, unshown map[string]state.Delivery) postRow {
	row := postRow{PostStatus: post, TypeName: language.Text(post.Type), State: stateOf(post),
		Edit: "/posts/edit?url=" + url.QueryEscape(post.URL)}
	for _, s := range postStates {
		if s.State == row.State {
			row.Words = s.Words
		}
	}
	late, ok := unshown[post.URL]
	if ok && !post.Waiting && post.Refused == "" && !post.Scheduled { // else its state says it
		row.Unshown = deliveryWords(late, time.Now())
	}
	if post.Photo != "" {
		row.Picture = pictureAt(post.Photo, 160)
	}
	return row
}

// deleted answers GET /posts/deleted: the posts that can be brought back.
func (p postsPages) deleted(c echo.Context, _ visitor) error {
	b, err := p.Blogs.Choose(p.author(), c.QueryParam("site"))
	if err != nil {
		return err
	}
	const most = 50
	list, err := b.Deleted(c.Request().Context(), most)
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "deleted", view{Title: language.Text("Deleted posts"), SignedIn: true, Main: struct {
		Posts []blog.DeletedPost
	}{list}})
}

// stateOf is a post's state in a word.
func stateOf(post blog.PostStatus) string {
	switch {
	case post.Draft:
		return "draft"
	case post.Scheduled:
		return "scheduled"
	case post.Hidden:
		return "unlisted"
	}
	return "published"
}

// delete answers POST /posts/delete.
func (p postsPages) delete(c echo.Context, _ visitor) error {
	return p.change(c, func(b *blog.Blog, who access.Principal, post string) (string, error) {
		_, err := b.Delete(c.Request().Context(), who, &micropub.Delete{URL: post})
		return "/?done=deleted&deleted=" + url.QueryEscape(post), err
	})
}

// restore answers POST /posts/restore.
func (p postsPages) restore(c echo.Context, _ visitor) error {
	return p.change(c, func(b *blog.Blog, who access.Principal, post string) (string, error) {
		_, err := b.Undelete(c.Request().Context(), who, &micropub.Undelete{URL: post})
		return "/?done=restored", err
	})
}

// publish answers POST /posts/publish: status is published or draft.
func (p postsPages) publish(c echo.Context, _ visitor) error {
	return p.change(c, func(b *blog.Blog, who access.Principal, post string) (string, error) {
		done := "published"
		if c.FormValue("status") == "draft" {
			done = "unpublished"
		}
		command, err := editor.Publish(post, done == "published")
		if err == nil {
			_, err = b.Update(c.Request().Context(), who, command, nil)
		}
		return "/?done=" + done, err
	})
}

// change carries out a form about one post and goes on.
func (p postsPages) change(c echo.Context,
	act func(b *blog.Blog, who access.Principal, post string) (next string, err error)) error {
	who, post := p.author(), c.FormValue("url")
	b, err := p.Blogs.Owner(who, "", post)
	if err != nil {
		return err
	}
	next, err := act(b, who, post)
	if err != nil {
		return err
	}
	if p.Blogs.Several() {
		next += "&site=" + url.QueryEscape(b.Me())
	}
	return p.goTo(c, next)
}
