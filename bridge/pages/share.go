package pages

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/editor"
	"gitpost/bridge/language"
	"gitpost/bridge/state"
)

// share answers POST /posts/share: what Android's share sheet sends to the installed page. Files are stored,
// and the form of a new post shows all of it.
func (p editorPages) share(c echo.Context, _ visitor) error {
	form, err := p.read(c)
	if err != nil {
		return err
	}
	defer form.RemoveAll()
	who := p.author()
	b, err := p.Blogs.Choose(who, "")
	if err != nil {
		return err
	}
	q := url.Values{}
	for _, name := range []string{"title", "text", "url"} {
		if v := strings.TrimSpace(form.values.Get(name)); v != "" {
			q.Set(name, v)
		}
	}
	for _, header := range form.File["files"] {
		file, err := header.Open()
		if err != nil {
			return err
		}
		u, err := p.Blogs.Uploads.Stage(c.Request().Context(), who, header.Filename, file)
		file.Close()
		if err != nil {
			return err
		}
		q.Add("photo", u.URL)
		q.Set("type", "photo")
	}
	q = shared(q)
	v := p.newEditor(b, editor.Guess(q.Get("type"), q.Get("url")))
	v.Prefill(q)
	return p.showEditor(c, http.StatusOK, b, v, nil)
}

// bookmarklet is a bookmark that opens the form of a new post with the page that is read.
type bookmarklet struct {
	Name    language.Text
	Address string
}

// bookmarklets are scripts that a browser runs from its bookmarks.
func (p *Pages) bookmarklets() (list []bookmarklet) {
	at := p.Config().URL + "/posts/new?type="
	for _, b := range []struct {
		name      language.Text
		postType  string
		selection string // the parameter for what is selected in the page
	}{
		{language.Text("Note"), "note", "text"}, {language.Text("Bookmark"), "bookmark", "text"},
		{language.Text("Like"), "like", ""}, {language.Text("Reply"), "reply", ""},
	} {
		script := "javascript:(()=>{const e=encodeURIComponent;location.href='" + at + b.postType +
			"&url='+e(location.href)+'&title='+e(document.title)"
		if b.selection != "" {
			script += "+'&" + b.selection + "='+e(getSelection())"
		}
		list = append(list, bookmarklet{b.name, script + "})()"})
	}
	return list
}

// shortcutView is for shortcut.html.
type shortcutView struct {
	Micropub string
	Token    string // a new one, shown this once; "" for none
}

// shortcut answers GET /connect/shortcut: how to share from an iPhone, step by step.
func (p *Pages) shortcut(c echo.Context, v visitor) error {
	main := shortcutView{Micropub: p.Config().URL + "/micropub"}
	if c.QueryParam("made") != "" && c.Request().Method == http.MethodGet {
		main.Token = p.made.take(v.session.ID, time.Now())
	}
	return p.show(c, http.StatusOK, "shortcut", view{Title: language.Text("Share from an iPhone"), SignedIn: true,
		Main: main})
}

// makeShortcutToken answers POST /connect/shortcut: a token that may write posts and upload photos. The page
// that it leads to has it filled in, once.
func (p *Pages) makeShortcutToken(c echo.Context, v visitor) error {
	t := state.Token{Name: "iPhone", Scope: []string{"create", "media"}, Sites: p.Blogs.Addresses()}
	t.Me = t.Sites[0]
	return p.makeTokenFor(c, v, t, "/connect/shortcut?made=yes#token")
}
