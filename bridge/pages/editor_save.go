package pages

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/access"
	"gitpost/bridge/blog"
	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
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
	v := p.newEditor(b, guessType(values.Get("type"), ""))
	v.read(values)
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
	properties := map[string]any{}
	for _, f := range append(slices.Clone(v.Fields), v.More...) {
		switch {
		case f.Value == "":
		case f.Name == "category":
			properties["category"] = words(f.Value)
		default:
			properties[f.Name] = []any{f.Value}
		}
	}
	if len(photos) > 0 {
		properties["photo"] = photos
	}
	if targets := form.Value["mp-syndicate-to"]; len(targets) > 0 {
		properties["mp-syndicate-to"] = targets
	}
	if url.Values(form.Value).Get("save") == "draft" {
		properties["post-status"] = []any{"draft"}
	}
	kind := "h-entry"
	if v.Type == "event" {
		kind = "h-event"
	}
	command, err := parseCommand(map[string]any{"type": []string{kind}, "properties": properties})
	if err != nil {
		return sent, o, err
	}
	create, ok := command.(*micropub.Create)
	if !ok {
		return sent, o, errors.New("the form made no post")
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
	if conflict := v.read(values); conflict != nil {
		return p.showEditor(c, http.StatusConflict, b, v, conflict)
	}
	photos, sent, err := p.stage(ctx, who, b, form)
	var o blog.Outcome
	if err == nil {
		o, err = p.apply(ctx, who, b, v, values, photos, sent)
	}
	if again := p.retry(c, b, v, err); again != nil || err != nil {
		p.drop(ctx, sent, err)
		return again
	}
	p.Log.Info("a post was edited on the page", "url", o.URL)
	return p.goTo(c, "/?"+url.Values{"done": {"updated"}, "saved": {v.Key}, "site": {b.Me()}}.Encode())
}

func (p editorPages) apply(ctx context.Context, who access.Principal, b *blog.Blog, v *editorView,
	values url.Values, photos []any, sent []string) (blog.Outcome, error) {
	replace, add, remove := map[string]any{}, map[string]any{}, map[string]any{}
	var gone []string
	for _, f := range append(slices.Clone(v.Fields), v.More...) {
		switch {
		case f.Value == f.Was:
		case f.Name == "category":
			before, after := words(f.Was), words(f.Value)
			if more := without(after, before); len(more) > 0 {
				add["category"] = more
			}
			if fewer := without(before, after); len(fewer) > 0 {
				remove["category"] = fewer
			}
		case f.Value == "":
			gone = append(gone, f.Name)
		case f.Name == "content" && f.Hint == "This text is HTML.":
			replace[f.Name] = []any{map[string]any{"html": f.Value}}
		default:
			replace[f.Name] = []any{f.Value}
		}
	}
	kept, changed := v.photos()
	switch {
	case changed && len(kept)+len(photos) == 0:
		gone = append(gone, "photo")
	case changed:
		replace["photo"] = append(kept, photos...)
	case len(photos) > 0:
		add["photo"] = photos
	}
	switch save := values.Get("save"); {
	case save == "publish" && v.Draft:
		replace["post-status"] = []any{"published"}
	case save == "draft" && !v.Draft:
		replace["post-status"] = []any{"draft"}
	}
	if len(replace)+len(add)+len(remove)+len(gone) == 0 {
		return blog.Outcome{URL: v.URL}, nil
	}
	o := blog.Outcome{URL: v.URL}
	for _, part := range updates(replace, add, remove, gone) {
		part["url"] = o.URL
		command, err := parseCommand(part)
		if err != nil {
			return o, err
		}
		if o, err = b.Update(ctx, who, command.(*micropub.Update), sent); err != nil {
			return o, err
		}
	}
	return o, nil
}

// updates is the request for a change, or two: Micropub's delete names either properties or values.
func updates(replace, add, remove map[string]any, gone []string) []map[string]any {
	first := map[string]any{"action": "update"}
	for name, part := range map[string]map[string]any{"replace": replace, "add": add} {
		if len(part) > 0 {
			first[name] = part
		}
	}
	switch {
	case len(gone) > 0 && len(remove) > 0:
		first["delete"] = gone
		return []map[string]any{first, {"action": "update", "delete": remove}}
	case len(gone) > 0:
		first["delete"] = gone
	case len(remove) > 0:
		first["delete"] = remove
	}
	return []map[string]any{first}
}

// read takes the form's values. It returns an error when a field that the owner changed was changed
// by somebody else since the form was made; Was and Now are then as the post is.
func (v *editorView) read(values url.Values) error {
	var conflicts []string
	for _, f := range append(slices.Clone(v.Fields), v.More...) {
		if !values.Has(f.Name) {
			continue
		}
		f.Value = lineFeeds(strings.TrimRight(values.Get(f.Name), " \t\r\n"))
		if f.Name == "content" { // a text keeps the line end that it had
			f.Value = f.Value + f.Was[len(strings.TrimRight(f.Was, " \t\n")):]
		}
		was := lineFeeds(values.Get("was." + f.Name))
		switch {
		case v.New:
			f.Value = strings.TrimSpace(f.Value)
		case strings.TrimSpace(f.Value) == strings.TrimSpace(was):
			f.Value = f.Was // the owner did not touch it
		case strings.TrimSpace(was) != strings.TrimSpace(f.Was):
			f.Now = f.Was
			conflicts = append(conflicts, f.Label)
		}
	}
	for i := range v.Photos {
		name := "photo." + strconv.Itoa(i)
		if values.Get(name+".url") == v.Photos[i].URL {
			v.Photos[i].Alt, v.Photos[i].Remove = values.Get(name+".alt"), values.Get(name+".remove") != ""
		}
	}
	for i := range v.Targets {
		v.Targets[i].Chosen = slices.Contains(values["mp-syndicate-to"], v.Targets[i].UID)
	}
	if len(conflicts) == 0 {
		return nil
	}
	return &fault.Error{
		Code: fault.Conflict, Op: "edit post",
		Message: "the post was changed elsewhere while you edited it (" + strings.Join(conflicts, ", ") + ")",
		Hint:    "compare both texts below; what you save now replaces the other one",
	}
}

// photos are the post's photos as the form has them now; changed is false if that is as they were.
func (v *editorView) photos() (list []any, changed bool) {
	for _, photo := range v.Photos {
		changed = changed || photo.Remove || photo.Alt != photo.Was
		if !photo.Remove {
			list = append(list, photoValue(photo.URL, photo.Alt))
		}
	}
	return list, changed
}

func photoValue(address, alt string) any {
	if alt == "" {
		return address
	}
	return map[string]any{"value": address, "alt": alt}
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
			photos = append(photos, photoValue(upload.URL, alt))
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

// parseCommand reads a Micropub request, so that forms are checked as requests of apps are.
func parseCommand(body map[string]any) (micropub.Command, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("write request: %w", err)
	}
	r, err := http.NewRequest(http.MethodPost, "/micropub", bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("write request: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	request, err := micropub.Parse(r, micropub.Limits{}, nil)
	return request.Command, err
}

// words are the tags in a field.
func words(text string) []string {
	list := []string{}
	for _, word := range strings.Split(text, ",") {
		if word = strings.TrimSpace(word); word != "" && !slices.Contains(list, word) {
			list = append(list, word)
		}
	}
	return list
}

func without(list, others []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(others, s) })
}
