package pages

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/access"
	"gitpost/bridge/blog"
	"gitpost/bridge/editor"
	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
)

// Limits of the form of a post.
const (
	editorBody   = 200 << 20 // bytes with all photos
	editorMemory = 4 << 20   // bytes kept in memory; the rest is in temporary files meanwhile
	editorFiles  = 20
)

// sentForm is the form of a post as it came.
type sentForm struct {
	*multipart.Form
	values url.Values
	key    string // of the request; "" if it has none

	uploads []string            // names of the files that were stored for it
	photos  []any               // their values
	sums    map[string][32]byte // of their contents, by URL
}

// read reads the form of a post. Its files must be removed with RemoveAll.
func (p editorPages) read(c echo.Context) (*sentForm, error) {
	form, err := readForm(c)
	if err != nil {
		return nil, err
	}
	f := &sentForm{Form: form, values: url.Values(form.Value), sums: map[string][32]byte{}}
	if f.key, err = micropub.IdempotencyKey(c.Request()); err != nil {
		return nil, errors.Join(err, form.RemoveAll())
	}
	if f.key == "" {
		f.key = f.values.Get("key")
	}
	return f, nil
}

// create answers POST /posts/new.
func (p editorPages) create(c echo.Context, _ visitor) error {
	form, err := p.read(c)
	if err != nil {
		return err
	}
	defer form.RemoveAll()
	b, v, err := p.typed(form)
	if err != nil {
		return err
	}
	o, err := p.store(c.Request().Context(), b, v, form)
	if err != nil {
		return p.refused(c, b, v, form, err)
	}
	p.Log.Info("a post was written on the page", "url", o.URL)
	done := "created"
	if v.Save == "draft" {
		done = "draft"
	}
	return p.saved(c, b, v, o, done)
}

// typed is the form of a new post with what was typed.
func (p editorPages) typed(form *sentForm) (*blog.Blog, *editorView, error) {
	b, err := p.Blogs.Choose(p.author(), form.values.Get("site"))
	if err != nil {
		return nil, nil, err
	}
	v := p.newEditor(b, editor.Guess(form.values.Get("type"), ""))
	return b, v, v.Read(form.values)
}

// store uploads the form's files and creates the post.
func (p editorPages) store(ctx context.Context, b *blog.Blog, v *editorView, form *sentForm) (blog.Outcome, error) {
	who := p.author()
	if err := p.stage(ctx, who, b, v, form); err != nil {
		return blog.Outcome{}, err
	}
	command, err := v.Create(form.photos)
	if err != nil {
		return blog.Outcome{}, err
	}
	return p.once(ctx, who, b, "", form, func(ctx context.Context) (blog.Outcome, error) {
		return b.Create(ctx, who, command, form.uploads)
	})
}

// update answers POST /posts/edit. What the owner did not change in the form is not touched.
func (p editorPages) update(c echo.Context, _ visitor) error {
	form, err := p.read(c)
	if err != nil {
		return err
	}
	defer form.RemoveAll()
	p.fetch(c.Request().Context(), form.values.Get("url"))
	b, v, err := p.editor(c, form.values.Get("url"))
	if err != nil {
		return err
	}
	if conflict := v.Read(form.values); conflict != nil {
		return p.refused(c, b, v, form, conflict)
	}
	o, err := p.apply(c.Request().Context(), b, v, form)
	if err != nil {
		return p.refused(c, b, v, form, err)
	}
	p.Log.Info("a post was edited on the page", "url", o.URL)
	return p.saved(c, b, v, o, "updated")
}

// fetchTimeout is how long an edit waits for what others have pushed.
const fetchTimeout = 3 * time.Second

// fetch gets what others have pushed to the site of a post, so that an edit meets the newest text and the
// owner sees both. Without an answer of the remote in time the edit goes on: whoever pushes later merges.
func (p editorPages) fetch(ctx context.Context, post string) {
	b, err := p.Blogs.Owner(p.author(), "", post)
	if err != nil {
		return // reported by what follows
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	if err := b.Sync(ctx); err != nil {
		p.Log.Debug("an edit goes on without what others have pushed", "url", post, "error", err)
	}
}

// apply uploads the form's files and changes the post.
func (p editorPages) apply(ctx context.Context, b *blog.Blog, v *editorView, form *sentForm) (blog.Outcome, error) {
	who := p.author()
	if err := p.stage(ctx, who, b, v, form); err != nil {
		return blog.Outcome{}, err
	}
	updates, err := v.Update(form.photos)
	if err != nil {
		return blog.Outcome{}, err
	}
	return p.once(ctx, who, b, v.URL, form, func(ctx context.Context) (o blog.Outcome, err error) {
		o.URL = v.URL
		for _, u := range updates {
			u.URL = o.URL // the first one may have moved the post
			if o, err = b.Update(ctx, who, u, form.uploads); err != nil {
				break
			}
		}
		return o, err
	})
}

// once carries out a form, unless it was carried out before.
func (p editorPages) once(ctx context.Context, who access.Principal, b *blog.Blog, about string,
	form *sentForm, act func(context.Context) (blog.Outcome, error)) (blog.Outcome, error) {
	r := blog.Repeatable{Who: who, Key: form.key, Blog: b, About: about}
	asks := struct { // not the command: it depends on the post as it is by now
		Values url.Values
		Files  []string
	}{Values: form.values}
	for _, sum := range form.sums {
		asks.Files = append(asks.Files, hex.EncodeToString(sum[:]))
	}
	slices.Sort(asks.Files)
	var err error
	if r.Asks, err = blog.Asks(asks, nil); err != nil {
		return blog.Outcome{}, err
	}
	o, repeated, err := p.Blogs.Once.Do(ctx, r, act)
	if repeated && err == nil {
		p.drop(ctx, form) // the files of the first try are used
	}
	return o, err
}

// saved answers a form that was carried out.
func (p editorPages) saved(c echo.Context, b *blog.Blog, v *editorView, o blog.Outcome, done string) error {
	if byScript(c.Request()) {
		return c.JSON(http.StatusOK, map[string]string{"url": o.URL})
	}
	return p.goTo(c, "/?"+url.Values{"done": {done}, "saved": {v.Keep}, "site": {b.Me()}}.Encode())
}

// refused shows the form again with what was typed, if err is one that the owner can do something
// about. Files that came with it are removed; those of other failures stay until they expire.
func (p editorPages) refused(c echo.Context, b *blog.Blog, v *editorView, form *sentForm, err error) error {
	code := fault.CodeOf(err)
	if code != fault.Internal && code != fault.Unavailable {
		p.drop(c.Request().Context(), form)
	}
	if code == fault.Internal || byScript(c.Request()) {
		return err
	}
	v.Key, v.Context = rand.Text(), p.readContext(c, b, v)
	return p.showEditor(c, code.Status(), b, v, err)
}

// stage stores the form's files. Photos that were uploaded before, and that the form names by their
// URLs, count as sent with it.
func (p editorPages) stage(ctx context.Context, who access.Principal, b *blog.Blog, v *editorView,
	form *sentForm) error {
	who.Me = b.Me()
	var named []string
	for _, photo := range v.Photos {
		named = append(named, photo.URL)
	}
	form.uploads = p.Blogs.Uploads.Waiting(ctx, who, named)
	for i := range editorFiles {
		name := "file." + strconv.Itoa(i)
		for n, header := range form.File[name] {
			if header.Size == 0 {
				continue
			}
			alt := ""
			if n == 0 {
				alt = strings.TrimSpace(form.values.Get("alt." + strconv.Itoa(i)))
			}
			file, err := header.Open()
			if err != nil {
				return fmt.Errorf("read upload: %w", err)
			}
			sum := sha256.New()
			upload, err := p.Blogs.Uploads.Stage(ctx, who, header.Filename, io.TeeReader(file, sum))
			file.Close()
			if err != nil {
				return err
			}
			form.uploads = append(form.uploads, upload.Name)
			form.photos = append(form.photos, editor.PhotoValue(upload.URL, alt))
			form.sums[upload.URL] = [32]byte(sum.Sum(nil))
		}
	}
	return nil
}

// drop removes the files that came with a form.
func (p editorPages) drop(ctx context.Context, form *sentForm) {
	for address := range form.sums {
		u, err := p.State.UploadByURL(ctx, address)
		if err == nil {
			err = p.Blogs.Uploads.Drop(ctx, u)
		}
		if err != nil {
			p.Log.Warn("a file of a form stays until it expires", "url", address, "error", err)
		}
	}
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
