package pages

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/microcosm-cc/bluemonday"

	"gitpost/bridge/blog"
	"gitpost/bridge/fault"
)

// previewView is what the form would make of the post.
type previewView struct {
	URL, Path, File string
	HTML            template.HTML
	Problem         *problem // why there is none
}

// preview answers POST /posts/preview: the form again, with what it would make of the post. Nothing is
// stored, files that came with the form neither.
func (p editorPages) preview(c echo.Context, _ visitor) error {
	form, err := p.read(c)
	if err != nil {
		return err
	}
	defer form.RemoveAll()
	ctx, who := c.Request().Context(), p.author()
	var b *blog.Blog
	var v *editorView
	var made blog.Preview
	if post := form.values.Get("url"); post != "" {
		if b, v, err = p.editor(c, post); err != nil {
			return err
		}
		conflict := v.Read(form.values)
		updates, failed := v.Update(nil)
		if err = failed; err == nil && conflict == nil {
			made, err = b.PreviewUpdate(ctx, who, v.URL, updates)
		}
		if conflict != nil {
			return p.showEditor(c, http.StatusConflict, b, v, conflict)
		}
	} else {
		if b, v, err = p.typed(form); err != nil {
			return err
		}
		command, failed := v.Create(nil)
		if err = failed; err == nil {
			made, err = b.PreviewCreate(ctx, who, command)
		}
	}
	v.Key = form.key
	v.Preview = &previewView{URL: made.URL, Path: made.Path, File: made.File, HTML: p.harmless(made.HTML, made.URL)}
	if code := fault.CodeOf(err); err != nil && code == fault.Internal {
		return err
	} else if err != nil {
		v.Preview = &previewView{Problem: asProblem(err)}
	}
	v.Context = p.readContext(c, b, v)
	return p.showEditor(c, http.StatusOK, b, v, nil)
}

// harmless is the HTML of a post without what could act on this page. Its pictures come from here: the
// site may not have them yet.
func (p *Pages) harmless(html, page string) template.HTML {
	base, err := url.Parse(page)
	if err != nil {
		base = &url.URL{}
	}
	policy := previewPolicy()
	policy.RewriteSrc(func(u *url.URL) {
		at := base.ResolveReference(u).String()
		*u = url.URL{Path: p.path("/files/picture"), RawQuery: url.Values{"url": {at}, "w": {"800"}}.Encode()}
	})
	return template.HTML(policy.Sanitize(html)) // the policy lets no script, form or style pass
}

// previewPolicy is the policy of one preview. It is made anew, since RewriteSrc changes it.
func previewPolicy() *bluemonday.Policy {
	policy := bluemonday.UGCPolicy()
	policy.RequireNoReferrerOnLinks(true)
	policy.AddTargetBlankToFullyQualifiedLinks(true)
	return policy
}

// markdown answers POST /posts/markdown: HTML that was pasted, as Markdown.
func (p editorPages) markdown(c echo.Context, _ visitor) error {
	markdown, err := blog.Markdown(c.FormValue("html"))
	if err != nil {
		return &fault.Error{Code: fault.InvalidRequest, Op: "paste", Message: "the HTML cannot be turned into Markdown",
			Hint: "paste it as text", Err: err}
	}
	return c.JSON(http.StatusOK, map[string]string{"markdown": strings.TrimSpace(markdown)})
}
