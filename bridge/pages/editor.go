package pages

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/blog"
	"gitpost/bridge/editor"
	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
)

// editorView is for editor.html.
type editorView struct {
	*editor.Form
	Site     string
	Sites    []siteChoice
	Types    []typeChoice
	TakesNew bool     // photos can be added
	Tags     []string // the site's own, for completion
	Key      string   // under which the browser keeps what was typed

	Deliveries []deliveryRow
}

type typeChoice struct {
	Type, Name string
	Chosen     bool
}

// typeChoices are the types of the form that the site offers.
func typeChoices(b *blog.Blog, chosen string) []typeChoice {
	offered := b.Config().OfferedTypes()
	var list []typeChoice
	for _, t := range editor.Types {
		for _, o := range offered {
			if o.Type == t.Type {
				list = append(list, typeChoice{t.Type, o.Name, t.Type == chosen})
			}
		}
	}
	return list
}

// offer is what a site offers to posts of a type.
func offer(b *blog.Blog, postType string) editor.Offer {
	c := b.Config()
	o := editor.Offer{Visibilities: c.Visibilities()}
	for _, ch := range c.Channels {
		o.Channels = append(o.Channels, editor.Option{Value: ch.UID, Words: ch.Name})
	}
	for _, t := range c.TargetsFor([]string{postType}) {
		o.Targets = append(o.Targets, editor.Target{UID: t.UID, Name: t.Name, Chosen: t.Checked})
	}
	return o
}

// editorPages write and edit posts.
type editorPages struct{ *Pages }

// newPage answers GET /posts/new. The query fills in fields (see editor.Form.Prefill).
func (p editorPages) newPage(c echo.Context, _ visitor) error {
	b, err := p.Blogs.Choose(p.author(), c.QueryParam("site"))
	if err != nil {
		return err
	}
	q := c.QueryParams()
	v := p.newEditor(b, editor.Guess(q.Get("type"), q.Get("url")))
	v.Prefill(q)
	return p.showEditor(c, http.StatusOK, b, v, nil)
}

func (p editorPages) newEditor(b *blog.Blog, postType string) *editorView {
	v := &editorView{Form: editor.New(offer(b, postType), postType), Site: b.Me(), Types: typeChoices(b, postType),
		TakesNew: postType != "event", Key: "new-" + postType}
	if p.Blogs.Several() {
		for _, me := range p.Blogs.Addresses() {
			v.Sites = append(v.Sites, siteChoice{me, me == b.Me()})
		}
	}
	return v
}

// editPage answers GET /posts/edit?url=….
func (p editorPages) editPage(c echo.Context, _ visitor) error {
	b, v, err := p.editor(c, c.QueryParam("url"))
	if err != nil {
		return err
	}
	if v.Deliveries, err = p.deliveriesOf(c, b, v.URL); err != nil {
		return err
	}
	return p.showEditor(c, http.StatusOK, b, v, nil)
}

// editor is the form for a post as it is now.
func (p editorPages) editor(c echo.Context, address string) (*blog.Blog, *editorView, error) {
	who := p.author()
	b, err := p.Blogs.Owner(who, "", address)
	if err != nil {
		return nil, nil, err
	}
	source, err := b.Source(c.Request().Context(), who, micropub.Query{Kind: "source", URL: address})
	if err != nil {
		return nil, nil, err
	}
	item, ok := source.(mf2.Item)
	if !ok {
		return nil, nil, &fault.Error{Code: fault.Internal, Op: "edit post", Message: "the post cannot be edited here",
			Hint: "edit its file"}
	}
	form := editor.Edit(offer(b, mf2.PostType(item)), item, address)
	form.Targets = nil // what was syndicated is not asked again
	return b, &editorView{Form: form, Site: b.Me(), TakesNew: true, Key: "edit-" + address}, nil
}

func (p editorPages) showEditor(c echo.Context, status int, b *blog.Blog, main *editorView, failed error) error {
	tags, err := b.Tags(c.Request().Context())
	if err == nil {
		const most = 200
		main.Tags = tags[:min(len(tags), most)]
	}
	v := view{Title: "Edit", SignedIn: true, Main: main}
	if main.New {
		v.Title = "New post"
	}
	if failed != nil {
		v.Problem = asProblem(failed)
	}
	return p.show(c, status, "editor", v)
}
