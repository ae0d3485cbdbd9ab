package editor

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
)

// PhotoValue is a photo as Micropub has it.
func PhotoValue(address, alt string) any {
	if alt == "" {
		return address
	}
	return map[string]any{"value": address, "alt": alt}
}

// Create returns the command that writes the new post of the form. photos are the values of those
// that were uploaded with it.
func (f *Form) Create(photos []any) (*micropub.Create, error) {
	properties := map[string]any{}
	for _, field := range f.all() {
		switch {
		case field.Value == "":
		case field.Name == "category":
			properties["category"] = tags(field.Value)
		default:
			properties[field.Name] = []any{field.Value}
		}
	}
	f.placeIn(properties)
	kept, _ := f.photos()
	for name, values := range byKind(append(kept, photos...)) {
		properties[name] = values
	}
	if err := f.missing(properties); err != nil {
		return nil, err
	}
	var targets []string
	for _, t := range f.Targets {
		if t.Chosen {
			targets = append(targets, t.UID)
		}
	}
	if len(targets) > 0 {
		properties["mp-syndicate-to"] = targets
	}
	if f.Save == "draft" {
		properties["post-status"] = []any{"draft"}
	}
	kind := map[string]string{"event": "h-event", "page": "h-page"}[f.Type]
	if kind == "" {
		kind = "h-entry"
	}
	command, err := parse(map[string]any{"type": []string{kind}, "properties": properties})
	if err != nil {
		return nil, err
	}
	create, ok := command.(*micropub.Create)
	if !ok {
		return nil, errors.New("the form made no post")
	}
	return create, nil
}

// missing refuses a new post without a word, and one that would become a post of another type for want of
// what makes its type. Such a draft can be finished later.
func (f *Form) missing(properties map[string]any) error {
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return properties[name] != nil })
	}
	wrong := &fault.Error{Code: fault.InvalidRequest, Op: "create post"}
	for _, field := range f.all() {
		if field.Required && field.Value == "" {
			wrong.Message = fmt.Sprintf("the field %q is empty", string(field.Label))
			wrong.Hint = "fill it in, or choose another type"
			return wrong
		}
	}
	switch {
	case !slices.ContainsFunc(slices.Collect(maps.Keys(properties)), isContent):
		wrong.Message, wrong.Hint = "the post is empty", "write something first"
	case f.Save == "draft":
		return nil
	case f.Type == "photo" && !has("photo", "video", "audio"):
		wrong.Message, wrong.Hint = "this photo post has no photo", "add one, or choose the type Note"
	case (f.Type == "article" || f.Type == "page") && !has("name"):
		wrong.Message, wrong.Hint = "this "+f.Type+" has no title", "write one, or choose the type Note"
	default:
		return nil
	}
	return wrong
}

// isContent reports whether a property is something to publish, rather than how it is published.
func isContent(property string) bool {
	return !strings.HasPrefix(property, "mp-") && property != "visibility" && property != "published" &&
		property != "location-visibility"
}

// Update returns the commands that change the post as the form says, in order; none if nothing was
// changed. There can be two: Micropub's delete names either properties or values. photos are the
// values of those that were uploaded with the form.
func (f *Form) Update(photos []any) ([]*micropub.Update, error) {
	c := f.changes(photos)
	var updates []*micropub.Update
	for _, body := range c.bodies() {
		body["url"] = f.URL
		command, err := parse(body)
		if err != nil {
			return nil, err
		}
		updates = append(updates, command.(*micropub.Update))
	}
	return updates, nil
}

// Publish returns the command that publishes a post, or makes it a draft again.
func Publish(post string, publish bool) (*micropub.Update, error) {
	status := "draft"
	if publish {
		status = "published"
	}
	command, err := parse(map[string]any{
		"action": "update", "url": post, "replace": map[string]any{"post-status": []string{status}},
	})
	if err != nil {
		return nil, err
	}
	return command.(*micropub.Update), nil
}

// changes are the parts of an update.
type changes struct {
	replace, add, remove map[string]any
	gone                 []string
}

func (f *Form) changes(photos []any) changes {
	c := changes{replace: map[string]any{}, add: map[string]any{}, remove: map[string]any{}}
	for _, field := range f.all() {
		switch {
		case field.Value == field.Was:
		case field.Name == "category":
			before, after := tags(field.Was), tags(field.Value)
			if more := without(after, before); len(more) > 0 {
				c.add["category"] = more
			}
			if fewer := without(before, after); len(fewer) > 0 {
				c.remove["category"] = fewer
			}
		case field.Value == "":
			c.gone = append(c.gone, field.Name)
		case field.Name == "content" && f.html:
			c.replace[field.Name] = []any{map[string]any{"html": field.Value}}
		default:
			c.replace[field.Name] = []any{field.Value}
		}
	}
	kept, changed := f.photos()
	for name, values := range byKind(photos) {
		if name != "photo" {
			c.add[name] = values
		}
	}
	photos = byKind(photos)["photo"]
	switch {
	case changed && len(kept)+len(photos) == 0:
		c.gone = append(c.gone, "photo")
	case changed:
		c.replace["photo"] = append(kept, photos...)
	case len(photos) > 0:
		c.add["photo"] = photos
	}
	switch {
	case f.Save == "publish" && f.Draft:
		c.replace["post-status"] = []any{"published"}
	case f.Save == "draft" && !f.Draft:
		c.replace["post-status"] = []any{"draft"}
	}
	return c
}

// bodies are the changes as requests.
func (c changes) bodies() []map[string]any {
	if len(c.replace)+len(c.add)+len(c.remove)+len(c.gone) == 0 {
		return nil
	}
	first := map[string]any{"action": "update"}
	for name, part := range map[string]map[string]any{"replace": c.replace, "add": c.add} {
		if len(part) > 0 {
			first[name] = part
		}
	}
	switch {
	case len(c.gone) > 0 && len(c.remove) > 0:
		first["delete"] = c.gone
		return []map[string]any{first, {"action": "update", "delete": c.remove}}
	case len(c.gone) > 0:
		first["delete"] = c.gone
	case len(c.remove) > 0:
		first["delete"] = c.remove
	}
	return []map[string]any{first}
}

// photos are the post's photos as the form has them now; changed is false if that is as they were.
func (f *Form) photos() (list []any, changed bool) {
	var now []Photo
	for _, photo := range f.Photos {
		if !photo.Remove {
			now, list = append(now, photo), append(list, PhotoValue(photo.URL, photo.Alt))
		}
	}
	return list, !slices.Equal(now, f.was)
}

// byKind sorts uploaded files by the property that they belong to.
func byKind(files []any) map[string][]any {
	all := map[string][]any{}
	for _, file := range files {
		address := mf2.Text(file)
		if m, ok := file.(map[string]any); ok {
			address = mf2.Text(m["value"])
		}
		name := "photo"
		switch strings.ToLower(path.Ext(address)) {
		case ".mp4", ".webm", ".mov":
			name, file = "video", address
		case ".mp3", ".m4a", ".ogg", ".opus", ".flac", ".wav":
			name, file = "audio", address
		}
		all[name] = append(all[name], file)
	}
	return all
}

// placeIn makes a check-in's place of its fields.
func (f *Form) placeIn(properties map[string]any) {
	place := map[string]any{}
	for _, field := range f.all() {
		name, ok := strings.CutPrefix(field.Name, placePrefix)
		if !ok {
			continue
		}
		delete(properties, field.Name)
		if field.Value != "" {
			place[name] = []any{field.Value}
		}
	}
	if len(place) > 0 {
		properties["checkin"] = []any{map[string]any{"type": []any{"h-card"}, "properties": place}}
	}
}

// placePrefix starts the names of fields that are properties of the place.
const placePrefix = "checkin."

// parse reads a Micropub request, so that forms are checked as requests of apps are.
func parse(body map[string]any) (micropub.Command, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("write request: %w", err)
	}
	return micropub.ParseJSON(text, micropub.Limits{})
}

// tags are the words in the field for tags, each once.
func tags(text string) []string {
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
