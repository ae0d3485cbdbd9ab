package pages

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/editor"
	"gitpost/bridge/language"
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

// shortcut answers GET /connect/shortcut: how to share from an iPhone, step by step.
func (p *Pages) shortcut(c echo.Context, _ visitor) error {
	return p.show(c, http.StatusOK, "shortcut", view{Title: language.Text("Share from an iPhone"), SignedIn: true,
		Main: struct {
			Micropub, New string
		}{p.Config().URL + "/micropub", p.Config().URL + "/posts/new"}})
}
