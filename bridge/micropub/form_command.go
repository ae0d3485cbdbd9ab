package micropub

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gitpost/bridge/mf2"
)

// asked returns the command of a form whose query can stand among its fields.
func (f *form) asked(query *string, l Limits) (Command, error) {
	if err := f.about(query); err != nil {
		return nil, err
	}
	return f.command(l)
}

// command returns the command of a form. In the Recommendation forms create, delete and
// undelete; in the drafts of 2014 and 2015 they also update (see legacy.go).
func (f *form) command(l Limits) (Command, error) {
	if upload, ok := f.upload(); ok {
		return upload, nil
	}
	if err := f.oneContent(); err != nil {
		return nil, err
	}
	f.placeAlts()
	verb, err := f.one("action", "mp-action")
	if err != nil {
		return nil, err
	}
	switch verb {
	case "create":
		return f.create(l)
	case "":
		if address, dialect, err := f.legacyUpdate(l); err != nil {
			return nil, err
		} else if dialect != none {
			return f.update(address, dialect, l)
		}
		return f.create(l)
	case "edit": // Postly, 2015
		verb = "update"
	}
	if err := checkVerb(verb); err != nil {
		return nil, err
	}
	names := []string{"url", "mp-url"}
	if f.has(internalURL) { // of a contact, whose own url is a property
		names = []string{internalURL}
	}
	address, err := f.onePost(names...)
	if err != nil {
		return nil, err
	}
	return act(verb, address, f.peek("mp-destination"), func() (Command, error) { return f.update(address, byAction, l) })
}

// about makes a form that was sent to ?q=contact a card: its url is the contact's own, not
// that of a post to be changed. The drafts reserve q in the body too: it is not a property.
func (f *form) about(query *string) error {
	switch q := firstValue(f.take("q")); {
	case q == "contact":
		*query = q
	case q != "":
		return refuse(
			fmt.Sprintf("q=%s is not allowed in the body of a POST", shorten(q)), "send queries by GET; to post, remove q")
	}
	if *query == "contact" && !f.has("h") && !f.has("action") && !f.has("mp-action") && !f.has("type") {
		f.fields["h"] = &node{elements: []element{{text: "card"}}}
		f.names = append(f.names, "h")
	}
	return nil
}

// oneContent makes sure that a form has one text. content[html] beside content is the same
// text twice; content[2] beside it is the text for one target in the draft of 2015.
func (f *form) oneContent() error {
	field := f.fields["content"]
	if field == nil || len(field.elements) == 0 {
		return nil
	}
	if len(field.numbered) > 0 {
		return contentForTarget("by number")
	}
	if _, ok := field.object()["html"]; ok {
		field.elements = nil
	}
	return nil
}

// placeAlts moves numbered alternative texts to the positions of their photos: the photos with
// the same numbers, or at those positions when photos are not numbered. Other numbers only
// define an order.
func (f *form) placeAlts() {
	alts, photos := f.fields["mp-photo-alt"], f.fields["photo"]
	if alts == nil || photos == nil || len(alts.numbered) == 0 || len(alts.elements) > 0 {
		return
	}
	if len(photos.elements) > 0 && len(photos.numbered) > 0 {
		return
	}
	numbers := slices.Sorted(maps.Keys(photos.numbered))
	for i := range photos.elements {
		numbers = append(numbers, i)
	}
	for n := range alts.numbered {
		if !slices.Contains(numbers, n) {
			return
		}
	}
	for _, n := range numbers {
		text := ""
		if alt := alts.numbered[n]; alt != nil {
			text = firstText(alt.list())
		}
		alts.elements = append(alts.elements, element{text: text})
	}
	alts.numbered = nil
}

// upload returns a file that was sent to the Micropub endpoint as if it were the media
// endpoint: a part named file without a post.
func (f *form) upload() (*Upload, bool) {
	if len(f.files) != 1 || f.files[0].property != "file" {
		return nil, false
	}
	for _, name := range f.rest() {
		if name != "file" && !isCommand(name) {
			return nil, false
		}
	}
	u := &Upload{URL: f.files[0].url}
	f.take("file")
	for _, name := range f.rest() {
		u.Commands.set(name, values(f.take(name), false))
	}
	return u, true
}

// one takes a field that may have several names and has one value.
func (f *form) one(names ...string) (string, error) {
	value := ""
	for _, name := range names {
		for _, v := range values(f.take(name), false) {
			s, ok := v.(string)
			if s = strings.TrimSpace(s); !ok || value != "" && s != value {
				return "", refuse(fmt.Sprintf("%s has more than one value", name), "send one")
			}
			value = s
		}
	}
	return value, nil
}

// onePost takes the url of an action.
func (f *form) onePost(names ...string) (string, error) {
	var all []any
	for _, name := range names {
		for _, v := range values(f.take(name), false) {
			if len(all) == 0 || !mf2.Equal(all[0], v) {
				all = append(all, v)
			}
		}
	}
	return onePost(all)
}

func (f *form) create(l Limits) (Command, error) {
	d := draft{}
	if err := d.setType(f.take("h")); err != nil {
		return nil, err
	}
	// PHP apps encode the JSON syntax as a form: type[]=h-entry&properties[content][]=…
	t, ok := f.peek("type").(string)
	if ok && strings.HasPrefix(t, "h-") && (len(d.types) == 0 || d.types[0] == t) {
		if err := d.setType(f.take("type")); err != nil {
			return nil, err
		}
	}
	if properties, ok := f.peek("properties").(map[string]any); ok {
		f.take("properties")
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			if err := d.setForm(name, positions(properties[name])); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range f.rest() {
		if err := d.setForm(name, f.take(name)); err != nil {
			return nil, err
		}
	}
	return d.create(l)
}

// peek returns the only value of a field without taking it, or nil.
func (f *form) peek(name string) any {
	if field := f.fields[name]; field != nil {
		if list := field.list(); len(list) == 1 {
			return list[0]
		}
	}
	return nil
}

// setForm sets one field of a new post, which may have a name of the drafts.
func (d *draft) setForm(name string, list []any) error {
	switch name {
	case "syndicate-to", "slug":
		if list = values(list, false); name != "slug" || d.commands.Slug == "" {
			d.commands.set(name, list)
		}
		return nil
	case "mp-slug":
		if s := firstValue(values(list, false)); s != "" {
			d.commands.Slug = ""
		}
	case "bookmark":
		name = "bookmark-of"
	case "file":
		for _, v := range list {
			to := name
			if address, ok := v.(string); ok {
				to = mediaProperty(address)
			}
			if err := d.set(to, []any{v}); err != nil {
				return err
			}
		}
		return nil
	case "access_token":
		return nil
	case "h":
		return d.setType(list)
	case "action":
		return refuse("action is not a property", "move it to the top level, beside url")
	}
	return d.set(name, list)
}
