// Package editor is the form in which the owner writes and edits posts: a post becomes a form,
// and what was typed becomes Micropub commands. It knows neither HTTP nor repositories, so all of
// it can be tested with values alone.
//
// A form never loses what it does not show. A field that the owner left alone is not in the
// command, so its bytes in the file stay as they are; properties without a field are listed in
// Kept and stay too.
package editor

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/language"
	"gitpost/bridge/mf2"
)

// Form is the form of one post.
type Form struct {
	New     bool
	URL     string // of the post being edited
	Type    string // mf2.PostType
	Draft   bool   // the post is a draft
	Fields  []*Field
	More    []*Field // that the page folds away
	Photos  []Photo  // of the post, and those that were uploaded for it
	Targets []Target // of syndication
	Kept    []Kept   // properties without a field
	Save    string   // what the owner pressed: "publish", "draft" or "keep"

	html bool           // the post's text is HTML
	was  []Photo        // the post's photos when the form was made
	zone *time.Location // of dates in the form
}

// Field is an input for one property.
type Field struct {
	Name     string
	Label    language.Text
	Kind     string // of the input: "text", "url", "area", "number", "datetime-local" or "select"
	Hint     language.Text
	Required bool
	Options  []Option

	Value string // in the form
	Was   string // in the post when the form was made
	Now   string // in the post at this moment, where somebody else changed it too
}

// Option is a choice of a field of the kind "select".
type Option struct {
	Value string
	Words language.Text
}

// Photo is a photo of the post.
type Photo struct {
	URL, Alt string
	Remove   bool
}

// Target is a place where a copy of the post can go.
type Target struct {
	UID, Name string
	Chosen    bool
}

// Kept is a property that the form has no field for.
type Kept struct{ Name, Value string }

// Offer is what a site offers to its posts.
type Offer struct {
	Visibilities []string
	Channels     []Option
	Languages    []string // the usual one first; none: the site has one
	Targets      []Target
	Zone         *time.Location // of dates that name none
}

// New returns the empty form for a post of a type.
func New(o Offer, postType string) *Form {
	f := &Form{New: true, Type: postType, Targets: slices.Clone(o.Targets), zone: cmp.Or(o.Zone, time.UTC)}
	f.Fields, f.More = fieldsOf(o, postType, true)
	return f
}

// Edit returns the form for a post as it is now. address is the URL by which it was found.
func Edit(o Offer, item mf2.Item, address string) *Form {
	f := &Form{URL: cmp.Or(item.Properties.Text("url"), address), Type: mf2.PostType(item), zone: cmp.Or(o.Zone, time.UTC)}
	f.Draft = item.Properties.Text("post-status") == "draft"
	f.Fields, f.More = fieldsOf(o, f.Type, false)
	for _, name := range []string{"summary", "name"} { // of a type that usually has none
		if len(item.Properties[name]) > 0 && !slices.ContainsFunc(f.Fields, func(field *Field) bool {
			return field.Name == name
		}) {
			f.Fields = slices.Insert(f.Fields, 0, newField(name))
		}
	}
	shown := map[string]bool{"url": true, "post-status": true, "photo": true}
	for _, field := range f.all() {
		shown[field.Name] = f.fill(field, item.Properties[field.Name])
	}
	f.Fields = slices.DeleteFunc(f.Fields, func(field *Field) bool { return !shown[field.Name] })
	f.More = slices.DeleteFunc(f.More, func(field *Field) bool { return !shown[field.Name] })
	for _, photo := range item.Properties["photo"] {
		address, alt := photoOf(photo)
		f.Photos = append(f.Photos, Photo{URL: address, Alt: alt})
	}
	f.was = slices.Clone(f.Photos)
	for _, name := range sortedNames(item.Properties) {
		if !shown[name] {
			f.Kept = append(f.Kept, Kept{name, shortJSON(item.Properties[name])})
		}
	}
	return f
}

// Prefill fills in the fields of a new post: type, url, title and content are what bookmarklets and
// share sheets send; text is another name of content, and each property has its own name.
func (f *Form) Prefill(q url.Values) {
	for _, field := range f.all() {
		field.Value = cmp.Or(q.Get(field.Name), field.Value)
		switch {
		case field.Kind == "url":
			field.Value = cmp.Or(field.Value, q.Get("url"))
		case field.Name == "name":
			field.Value = cmp.Or(field.Value, q.Get("title"))
		case field.Name == "content":
			field.Value = cmp.Or(field.Value, q.Get("text"))
		}
	}
	for _, address := range q["photo"] {
		f.Photos = append(f.Photos, Photo{URL: address})
	}
}

// MoreTouched reports whether a folded field has something that the owner must see.
func (f *Form) MoreTouched() bool {
	return slices.ContainsFunc(f.More, func(field *Field) bool { return field.Now != "" })
}

// all are the fields in the order of the page.
func (f *Form) all() []*Field { return append(slices.Clone(f.Fields), f.More...) }

// fill puts a property into its field. It returns false for values that the field cannot hold,
// which then stay as they are.
func (f *Form) fill(field *Field, values []any) bool {
	switch {
	case field.Name == "category":
		var tags []string
		for _, v := range values {
			tag, plain := v.(string)
			if !plain || strings.Contains(tag, ",") {
				return false
			}
			tags = append(tags, tag)
		}
		field.Value = strings.Join(tags, ", ")
	case len(values) == 0:
	case len(values) > 1:
		return false
	default:
		text, plain := values[0].(string)
		if html, isHTML := htmlOf(values[0]); field.Name == "content" && isHTML {
			text, plain, f.html, field.Hint = html, true, true, language.Text("This text is HTML.")
		}
		if !plain {
			return false
		}
		field.Value = lineFeeds(text)
		if field.Kind == "datetime-local" {
			if field.Value = localTime(text, f.zone); field.Value == "" {
				return false
			}
		}
	}
	field.Was = field.Value
	field.offerValue()
	return true
}

// offerValue makes the value of the post one of the choices, so that a form that nobody touched keeps it. A
// language that the post has can be changed and not be taken away.
func (f *Field) offerValue() {
	if f.Kind != "select" {
		return
	}
	if f.Name == "lang" && f.Value != "" {
		f.Options = slices.DeleteFunc(f.Options, func(o Option) bool { return o.Value == "" })
	}
	if !slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == f.Value }) {
		f.Options = append(f.Options, Option{Value: f.Value, Words: language.Text(f.Value)})
	}
}

// localTime is a date in a zone, as inputs of that kind take it; "" if it is not one.
func localTime(text string, zone *time.Location) string {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05 -0700", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t.In(zone).Format("2006-01-02T15:04")
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
