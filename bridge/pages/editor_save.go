package pages

import (
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/access"
	"gitpost/bridge/blog"
	"gitpost/bridge/editor"
	"gitpost/bridge/fault"
)

// Limits of the form of a post.
const (
	editorBody   = 200 << 20 // bytes with all photos
	editorMemory = 4 << 20   // bytes kept in memory; the rest is in temporary files meanwhile
	editorFiles  = 20
)

// create answers POST /posts/new.
func (p editorPages) create(c echo.Context, _ visitor) error {
	form, err := readForm(c)
	if err != nil {
		return err
	}
	defer form.RemoveAll()
	who, values := p.author(), url.Values(form.Value)
	b, err := p.Blogs.Choose(who, values.Get("site"))
	if err != nil {
		return err
	}
	v := p.newEditor(b, editor.Guess(values.Get("type"), ""))
	if err := v.Read(values); err != nil {
		return err
	}
	sent, o, err := p.store(c.Request().Context(), who, b, v, form)
	if again := p.retry(c, b, v, err); again != nil || err != nil {
		p.drop(c.Request().Context(), sent, err)
		return again
	}
	done := "created"
	if values.Get("save") == "draft" {
		done = "draft"
	}
	p.Log.Info("a post was written on the page", "url", o.URL)
	return p.goTo(c, "/?"+url.Values{"done": {done}, "saved": {v.Key}, "site": {b.Me()}}.Encode())
}

// store uploads the form's files and creates the post.
func (p editorPages) store(ctx context.Context, who access.Principal, b *blog.Blog, v *editorView,
	form *multipart.Form) (sent []string, o blog.Outcome, err error) {
	photos, sent, err := p.stage(ctx, who, b, form)
	if err != nil {
		return sent, o, err
	}
	create, err := v.Create(photos)
	if err != nil {
		return sent, o, err
	}
	o, err = b.Create(ctx, who, create, sent)
	return sent, o, err
}

// update answers POST /posts/edit. What the owner did not change in the form is not touched.
func (p editorPages) update(c echo.Context, _ visitor) error {
	form, err := readForm(c)
	if err != nil {
		return err
	}
	defer form.RemoveAll()
	ctx, who, values := c.Request().Context(), p.author(), url.Values(form.Value)
	b, v, err := p.editor(c, values.Get("url"))
	if err != nil {
		return err
	}
	if conflict := v.Read(values); conflict != nil {
		return p.showEditor(c, http.StatusConflict, b, v, conflict)
	}
	sent, o, err := p.apply(ctx, who, b, v, form)
	if again := p.retry(c, b, v, err); again != nil || err != nil {
		p.drop(ctx, sent, err)
		return again
	}
	p.Log.Info("a post was edited on the page", "url", o.URL)
	return p.goTo(c, "/?"+url.Values{"done": {"updated"}, "saved": {v.Key}, "site": {b.Me()}}.Encode())
}

// apply uploads the form's files and changes the post.
func (p editorPages) apply(ctx context.Context, who access.Principal, b *blog.Blog, v *editorView,
	form *multipart.Form) (sent []string, o blog.Outcome, err error) {
	o.URL = v.URL
	photos, sent, err := p.stage(ctx, who, b, form)
	if err != nil {
		return sent, o, err
	}
	updates, err := v.Update(photos)
	for _, u := range updates {
		u.URL = o.URL // the first one may have moved the post
		if o, err = b.Update(ctx, who, u, sent); err != nil {
			break
		}
	}
	return sent, o, err
}

// stage stores the form's files. photos are their values with the alternative texts beside them.
func (p editorPages) stage(ctx context.Context, who access.Principal, b *blog.Blog,
	form *multipart.Form) (photos []any, sent []string, err error) {
	who.Me = b.Me()
	for i := range editorFiles {
		name := "file." + strconv.Itoa(i)
		for n, header := range form.File[name] {
			if header.Size == 0 {
				continue
			}
			alt := ""
			if n == 0 {
				alt = strings.TrimSpace(url.Values(form.Value).Get("alt." + strconv.Itoa(i)))
			}
			file, err := header.Open()
			if err != nil {
				return photos, sent, fmt.Errorf("read upload: %w", err)
			}
			upload, err := p.Blogs.Uploads.Stage(ctx, who, header.Filename, file)
			file.Close()
			if err != nil {
				return photos, sent, err
			}
			sent = append(sent, upload.Name)
			photos = append(photos, editor.PhotoValue(upload.URL, alt))
		}
	}
	return photos, sent, nil
}

// drop removes the files of a form that was refused; those of other failures stay until they expire.
func (p editorPages) drop(ctx context.Context, sent []string, cause error) {
	if code := fault.CodeOf(cause); code == fault.Internal || code == fault.Unavailable {
		return
	}
	for _, name := range sent {
		u, err := p.State.Upload(ctx, name)
		if err == nil {
			err = p.Blogs.Uploads.Drop(ctx, u)
		}
		if err != nil {
			p.Log.Warn("a file of a refused form stays until it expires", "name", name, "error", err)
		}
	}
}

// retry shows the form again with what was typed, if err is one that the owner can do something
// about. It returns nil when err is nil.
func (p editorPages) retry(c echo.Context, b *blog.Blog, v *editorView, err error) error {
	var known *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known) && known.Code != fault.Internal:
		return p.showEditor(c, known.Code.Status(), b, v, err)
	}
	return err
}

// readForm reads a form with files.
func readForm(c echo.Context) (*multipart.Form, error) {
	const op = "read the form"
	r := c.Request()
	err := r.ParseMultipartForm(editorMemory)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &fault.Error{Code: fault.TooLarge, Op: op, Hint: "send fewer or smaller files",
			Message: fmt.Sprintf("the form is larger than %d MB", editorBody>>20)}
	case errors.Is(err, http.ErrNotMultipart):
		return &multipart.Form{Value: r.PostForm}, nil
	case err != nil:
		return nil, &fault.Error{Code: fault.InvalidRequest, Op: op, Message: "the form cannot be read",
			Hint: "go back and send it again", Err: err}
	}
	return r.MultipartForm, nil
}
