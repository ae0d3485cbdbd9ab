package pages

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/blog"
	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
)

// editorView is for editor.html.
type editorView struct {
	New      bool
	URL      string // of the post being edited
	Site     string
	Sites    []siteChoice
	Type     string
	Types    []typeChoice
	Draft    bool // the post is a draft
	Fields   []*field
	More     []*field // folded
	Photos   []photoField
	TakesNew bool     // photos can be added
	Targets  []target // of syndication
	Tags     []string // the site's own, for completion
	Kept     []kept   // properties that the form does not show
	Key      string   // under which the browser keeps what was typed
}

type typeChoice struct {
	Type, Name string
	Chosen     bool
}

// field is an input for one property.
type field struct {
	Name, Label string
	Kind        string // of the input: "text", "url", "area", "datetime-local" or "select"
	Hint        string
	Required    bool
	Options     []option

	Value string // in the form
	Was   string // in the post when the form was made
	Now   string // in the post at this moment, where somebody else changed it too
}

type option struct {
	Value, Words string
	Chosen       bool
}

type photoField struct {
	URL, Alt, Was string
	Remove        bool
}

type target struct {
	UID, Name string
	Chosen    bool
}

type kept struct{ Name, Value string }

// editorTypes are the types that the form can write, with their own fields.
var editorTypes = []struct {
	Type, Name string
	Fields     []string
}{
	{"note", "Note", []string{"content"}},
	{"article", "Article", []string{"name", "content", "summary"}},
	{"photo", "Photo", []string{"content"}},
	{"reply", "Reply", []string{"in-reply-to", "content"}},
	{"like", "Like", []string{"like-of", "content"}},
	{"repost", "Repost", []string{"repost-of", "content"}},
	{"bookmark", "Bookmark", []string{"bookmark-of", "name", "content"}},
	{"rsvp", "RSVP", []string{"in-reply-to", "rsvp", "content"}},
	{"event", "Event", []string{"name", "start", "end", "content"}},
}

// newField is the input for a property.
func newField(name string) *field {
	f := &field{Name: name, Kind: "text", Label: name}
	switch name {
	case "name":
		f.Label = "Title"
	case "content":
		f.Label, f.Kind, f.Hint = "Text", "area", "Markdown works."
	case "summary":
		f.Label = "Summary"
	case "in-reply-to", "like-of", "repost-of", "bookmark-of":
		f.Label, f.Kind, f.Required = "Address of the page", "url", true
	case "rsvp":
		f.Label, f.Kind = "Answer", "select"
		f.Options = []option{{Value: "yes", Words: "yes"}, {Value: "no", Words: "no"},
			{Value: "maybe", Words: "maybe"}, {Value: "interested", Words: "interested"}}
	case "start":
		f.Label, f.Kind = "Starts", "datetime-local"
	case "end":
		f.Label, f.Kind = "Ends", "datetime-local"
	case "category":
		f.Label, f.Hint = "Tags", "Separated by commas."
	case "published":
		f.Label, f.Kind, f.Hint = "Date", "datetime-local", "In the site's time zone. A date to come schedules the post."
	case "mp-slug":
		f.Label, f.Hint = "Last part of the address", "Made from the title or the text if you leave it empty."
	case "visibility":
		f.Label, f.Kind = "Who sees it", "select"
	case "mp-channel":
		f.Label, f.Kind = "Channel", "select"
	}
	return f
}

// typeChoices are the types of the form that the site offers.
func typeChoices(b *blog.Blog, chosen string) []typeChoice {
	offered := b.Config().OfferedTypes()
	var list []typeChoice
	for _, t := range editorTypes {
		for _, o := range offered {
			if o.Type == t.Type {
				list = append(list, typeChoice{t.Type, o.Name, t.Type == chosen})
			}
		}
	}
	return list
}

// fieldsOf are the fields of a type, and those that all types have.
func fieldsOf(b *blog.Blog, postType string, isNew bool) (own, more []*field) {
	names := []string{"name", "content", "summary"}
	for _, t := range editorTypes {
		if t.Type == postType {
			names = t.Fields
		}
	}
	for _, name := range names {
		own = append(own, newField(name))
	}
	own = append(own, newField("category"))
	more = append(more, newField("published"))
	if isNew {
		more = append(more, newField("mp-slug"))
	}
	visibility := newField("visibility")
	for _, v := range b.Config().Visibilities() {
		words := map[string]string{
			"public": "everybody", "unlisted": "who has the address", "private": "only you (kept as a draft)",
		}[v]
		visibility.Options = append(visibility.Options, option{Value: v, Words: cmp.Or(words, v)})
	}
	visibility.Value, visibility.Was = "public", "public"
	more = append(more, visibility)
	if channels := b.Config().Channels; isNew && len(channels) > 0 {
		f := newField("mp-channel")
		f.Options = []option{{Words: "the usual one"}}
		for _, ch := range channels {
			f.Options = append(f.Options, option{Value: ch.UID, Words: ch.Name})
		}
		more = append(more, f)
	}
	return own, more
}

// editorPages write and edit posts.
type editorPages struct{ *Pages }

// newPage answers GET /posts/new. Bookmarklets and share sheets fill in fields by the query:
// type, url, title and content, as well as the properties by their names.
func (p editorPages) newPage(c echo.Context, _ visitor) error {
	b, err := p.Blogs.Choose(p.author(), c.QueryParam("site"))
	if err != nil {
		return err
	}
	q := c.QueryParams()
	v := p.newEditor(b, guessType(q.Get("type"), q.Get("url")))
	for _, f := range append(slices.Clone(v.Fields), v.More...) {
		f.Value = cmp.Or(q.Get(f.Name), f.Value)
		switch {
		case f.Kind == "url":
			f.Value = cmp.Or(f.Value, q.Get("url"))
		case f.Name == "name":
			f.Value = cmp.Or(f.Value, q.Get("title"))
		case f.Name == "content":
			f.Value = cmp.Or(f.Value, q.Get("text"))
		}
	}
	return p.showEditor(c, http.StatusOK, b, v, nil)
}

// guessType is the type of a new post: a shared address is a bookmark.
func guessType(named, address string) string {
	for _, t := range editorTypes {
		if t.Type == named {
			return named
		}
	}
	if address != "" {
		return "bookmark"
	}
	return "note"
}

func (p editorPages) newEditor(b *blog.Blog, postType string) *editorView {
	v := &editorView{New: true, Site: b.Me(), Type: postType, Types: typeChoices(b, postType),
		TakesNew: postType != "event", Key: "new-" + postType}
	v.Fields, v.More = fieldsOf(b, postType, true)
	for _, t := range b.Config().TargetsFor([]string{postType}) {
		v.Targets = append(v.Targets, target{UID: t.UID, Name: t.Name, Chosen: t.Checked})
	}
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
	v := &editorView{URL: cmp.Or(item.Properties.Text("url"), address), Site: b.Me(), Type: mf2.PostType(item),
		TakesNew: true, Key: "edit-" + address}
	v.Draft = item.Properties.Text("post-status") == "draft"
	v.Fields, v.More = fieldsOf(b, v.Type, false)
	shown := map[string]bool{"url": true, "post-status": true, "photo": true}
	for _, f := range append(slices.Clone(v.Fields), v.More...) {
		shown[f.Name] = fill(f, item.Properties[f.Name])
	}
	v.Fields = slices.DeleteFunc(v.Fields, func(f *field) bool { return !shown[f.Name] })
	v.More = slices.DeleteFunc(v.More, func(f *field) bool { return !shown[f.Name] })
	for _, photo := range item.Properties["photo"] {
		address, alt := photoOf(photo)
		v.Photos = append(v.Photos, photoField{URL: address, Alt: alt, Was: alt})
	}
	for _, name := range sortedNames(item.Properties) {
		if !shown[name] {
			v.Kept = append(v.Kept, kept{name, shortJSON(item.Properties[name])})
		}
	}
	return b, v, nil
}

// fill puts a property into its field. It returns false for values that the field cannot hold,
// which then stay as they are.
func fill(f *field, values []any) bool {
	switch {
	case f.Name == "category":
		var words []string
		for _, v := range values {
			word, plain := v.(string)
			if !plain || strings.Contains(word, ",") {
				return false
			}
			words = append(words, word)
		}
		f.Value = strings.Join(words, ", ")
	case len(values) == 0:
	case len(values) > 1:
		return false
	default:
		text, plain := values[0].(string)
		if html, isHTML := htmlOf(values[0]); f.Name == "content" && isHTML {
			text, plain, f.Hint = html, true, "This text is HTML."
		}
		if !plain {
			return false
		}
		f.Value = lineFeeds(text)
		if f.Kind == "datetime-local" {
			f.Value = localTime(text)
			if f.Value == "" {
				return false
			}
		}
	}
	f.Was = f.Value
	return true
}

// localTime is a date as inputs of that kind take it.
func localTime(text string) string {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05 -0700", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.Format("2006-01-02T15:04")
		}
	}
	return ""
}

// htmlOf returns the markup of a content that was sent as HTML.
func htmlOf(v any) (html string, ok bool) {
	m, isMap := v.(map[string]any)
	if !isMap {
		return "", false
	}
	html, ok = m["html"].(string)
	return html, ok
}

// photoOf is a photo's address and alternative text.
func photoOf(v any) (address, alt string) {
	if m, ok := v.(map[string]any); ok {
		alt, _ = m["alt"].(string)
	}
	return mf2.Text(v), alt
}

// lineFeeds is a text with line ends as Git has them; browsers send CRLF.
func lineFeeds(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

func sortedNames(all mf2.Properties) []string {
	var names []string
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// shortJSON shows the values of a property that the form has no field for.
func shortJSON(values []any) string {
	const most = 200
	text, err := json.Marshal(values)
	if err != nil {
		return ""
	}
	if letters := []rune(string(text)); len(letters) > most {
		return string(letters[:most]) + "…"
	}
	return string(text)
}

func (p editorPages) showEditor(c echo.Context, status int, b *blog.Blog, main *editorView, failed error) error {
	for _, f := range append(slices.Clone(main.Fields), main.More...) {
		for i := range f.Options {
			f.Options[i].Chosen = f.Options[i].Value == f.Value
		}
	}
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
