package pages

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/blog"
	"gitpost/bridge/editor"
	"gitpost/bridge/fault"
	"gitpost/bridge/language"
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
	Keep     string   // under which the browser keeps what was typed
	Key      string   // by which the form is carried out once, however often it is sent
	Zone     string   // of dates
	Preview  *previewView
	Context  *contextView // nil: the form is about no page, or the site does not want to know

	Deliveries []deliveryRow
}

type typeChoice struct {
	Type   string
	Name   language.Text
	Chosen bool
}

// typeChoices are the types of the form that the site offers. A page is no post, so that no app is offered
// it, but every site can have one.
func typeChoices(b *blog.Blog, chosen string) []typeChoice {
	offered := b.Config().OfferedTypes()
	var list []typeChoice
	for _, t := range editor.Types {
		for _, o := range offered {
			if o.Type == t.Type {
				list = append(list, typeChoice{t.Type, language.Text(o.Name), t.Type == chosen})
			}
		}
	}
	return append(list, typeChoice{"page", language.Text("Page"), chosen == "page"})
}

// offer is what a site offers to posts of a type.
func offer(b *blog.Blog, postType string) editor.Offer {
	c := b.Config()
	o := editor.Offer{Visibilities: c.Visibilities(), Languages: b.Languages(), Zone: b.Zone()}
	for _, ch := range c.Channels {
		o.Channels = append(o.Channels, editor.Option{Value: ch.UID, Words: language.Text(ch.Name)})
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
	q := shared(c.QueryParams())
	v := p.newEditor(b, editor.Guess(q.Get("type"), q.Get("url")))
	v.Prefill(q)
	v.Context = p.keptContext(c, b, v)
	return p.showEditor(c, http.StatusOK, b, v, nil)
}

// shared is a query in which the address that a share sheet put into the text stands as such. Android's
// has no field for it of its own.
func shared(q url.Values) url.Values {
	text := strings.TrimSpace(q.Get("text"))
	if q.Get("url") != "" || text == "" {
		return q
	}
	words := strings.Fields(text)
	last := words[len(words)-1]
	if u, err := url.Parse(last); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return q
	}
	q.Set("url", last)
	q.Set("text", strings.TrimSpace(strings.TrimSuffix(text, last)))
	return q
}

func (p editorPages) newEditor(b *blog.Blog, postType string) *editorView {
	v := &editorView{Form: editor.New(offer(b, postType), postType), Site: b.Me(), Types: typeChoices(b, postType),
		TakesNew: postType != "event" && postType != "page", Keep: "new-" + postType, Key: rand.Text()}
	v.Sites = p.siteChoices(b)
	return v
}

// siteChoices are the sites to choose from; none where there is one.
func (p *Pages) siteChoices(chosen *blog.Blog) (list []siteChoice) {
	if !p.Blogs.Several() {
		return nil
	}
	for _, b := range p.Blogs.All() {
		list = append(list, siteChoice{b.Me(), b.Title(), b == chosen})
	}
	return list
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
	v.Context = p.keptContext(c, b, v)
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
	return b, &editorView{Form: form, Site: b.Me(), TakesNew: true, Keep: "edit-" + address, Key: rand.Text()}, nil
}

func (p editorPages) showEditor(c echo.Context, status int, b *blog.Blog, main *editorView, failed error) error {
	tags, err := b.Tags(c.Request().Context())
	if err == nil {
		const most = 200
		main.Tags = tags[:min(len(tags), most)]
	}
	main.Zone = b.Zone().String()
	v := view{Title: language.Text("Edit"), SignedIn: true, Main: main}
	if main.New {
		v.Title = language.Text("New post")
	}
	if failed != nil {
		v.Problem = asProblem(failed)
	}
	return p.show(c, status, "editor", v)
}
