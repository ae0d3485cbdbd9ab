package pages

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/blog"
	"gitpost/bridge/delivery"
)

// contextView is what a page says of itself that the post is about. The form shows it while the owner writes.
type contextView struct {
	Name    string `json:"name"`
	By      string `json:"by"` // its author and date
	Summary string `json:"summary"`
	Problem string `json:"problem"` // why nothing is known
}

// Empty reports whether there is nothing to show.
func (v *contextView) Empty() bool { return *v == contextView{} }

func newContextView(c delivery.Cite) *contextView {
	by := []string{}
	for _, part := range []string{c.Author, c.Published[:min(len(c.Published), len(time.DateOnly))]} {
		if part != "" {
			by = append(by, part)
		}
	}
	return &contextView{Name: c.Name, By: strings.Join(by, " · "), Summary: c.Summary}
}

// responseOf is the address of the page that a form is about. ok is false when the form has no field for it.
func responseOf(v *editorView) (address string, ok bool) {
	for _, f := range v.Fields {
		if f.Kind == "url" {
			return strings.TrimSpace(f.Value), true
		}
	}
	return "", false
}

// keptContext is what the repository keeps of the page that a form is about; nil when the form is about
// none, or the site's owner does not want pages to be read.
func (p editorPages) keptContext(c echo.Context, b *blog.Blog, v *editorView) *contextView {
	address, ok := responseOf(v)
	if !ok || !b.Config().Context {
		return nil
	}
	if kept := b.Context(c.Request().Context(), address); address != "" && kept != nil {
		return newContextView(delivery.Cite(*kept))
	}
	return &contextView{}
}

// readContext is keptContext, and reads the page when nothing of it is kept.
func (p editorPages) readContext(c echo.Context, b *blog.Blog, v *editorView) *contextView {
	kept := p.keptContext(c, b, v)
	address, _ := responseOf(v)
	if kept == nil || !kept.Empty() || address == "" {
		return kept
	}
	return p.readPage(c, address)
}

// contextTimeout is how long a form waits for the page that it is about.
const contextTimeout = 3 * time.Second

func (p editorPages) readPage(c echo.Context, address string) *contextView {
	ctx, cancel := context.WithTimeout(c.Request().Context(), contextTimeout)
	defer cancel()
	cite, err := p.Deliveries.Read(ctx, address)
	switch {
	case ctx.Err() != nil:
		return &contextView{Problem: "it does not answer in time"}
	case err != nil:
		return &contextView{Problem: err.Error()}
	}
	return newContextView(cite)
}

// context answers POST /posts/context: what the page at url says of itself, as JSON.
func (p editorPages) context(c echo.Context, _ visitor) error {
	return c.JSON(http.StatusOK, p.readPage(c, strings.TrimSpace(c.FormValue("url"))))
}
