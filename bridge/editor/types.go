package editor

import (
	"cmp"
	"strings"

	"gitpost/bridge/language"
)

// Type is a type of posts that the form can write.
type Type struct {
	Type   string // mf2.PostType
	fields []string
}

// Types are the types in the order of the page, each with the fields that only some types have.
var Types = []Type{
	{"note", []string{"content"}},
	{"article", []string{"name", "content", "summary"}},
	{"photo", []string{"content"}},
	{"reply", []string{"in-reply-to", "content"}},
	{"like", []string{"like-of", "content"}},
	{"repost", []string{"repost-of", "content"}},
	{"bookmark", []string{"bookmark-of", "name", "content"}},
	{"rsvp", []string{"in-reply-to", "rsvp", "content"}},
	{"event", []string{"name", "start", "end", "content"}},
	{"checkin", []string{"checkin.name", "checkin.latitude", "checkin.longitude", "content", "location-visibility"}},
	{"page", []string{"name", "content"}},
}

// Guess returns the type of a new post: the one that is named if the form can write it. A shared
// address is a bookmark, everything else a note.
func Guess(named, address string) string {
	for _, t := range Types {
		if t.Type == named {
			return named
		}
	}
	if address != "" {
		return "bookmark"
	}
	return "note"
}

// fieldsOf are the fields of a type, and those that all types have.
func fieldsOf(o Offer, postType string, isNew bool) (own, more []*Field) {
	names := []string{"name", "content", "summary"}
	for _, t := range Types {
		if t.Type == postType {
			names = t.fields
		}
	}
	for _, name := range names {
		if ofPlace := strings.HasPrefix(name, placePrefix) || name == "location-visibility"; !ofPlace || isNew {
			own = append(own, newField(name))
		}
	}
	own = append(own, newField("category"))
	more = append(more, newField("published"))
	if isNew {
		more = append(more, newField("mp-slug"))
	}
	visibility := newField("visibility")
	for _, v := range o.Visibilities {
		words := map[string]language.Text{
			"public": language.Text("everybody"), "unlisted": language.Text("who has the address"),
			"private": language.Text("only you (kept as a draft)"),
		}[v]
		visibility.Options = append(visibility.Options, Option{Value: v, Words: cmp.Or(words, language.Text(v))})
	}
	visibility.Value, visibility.Was = "public", "public"
	more = append(more, visibility)
	channel, lang := "channel", "lang" // properties of a post; a new one asks for them by commands
	if isNew {
		channel, lang = "mp-channel", "mp-language"
	}
	if len(o.Channels) > 0 {
		f := newField(channel)
		f.Options = append([]Option{{Words: language.Text("none")}}, o.Channels...)
		if isNew {
			f.Options[0].Words = language.Text("the usual one")
		}
		more = append(more, f)
	}
	if len(o.Languages) > 1 {
		f := newField(lang)
		f.Options = []Option{{Words: language.Text("the usual one")}}
		for _, name := range o.Languages {
			f.Options = append(f.Options, Option{Value: name, Words: language.Text(name)})
		}
		more = append(more, f)
	}
	return own, more
}

// newField is the input for a property.
func newField(name string) *Field {
	f := &Field{Name: name, Kind: "text", Label: language.Text(name)}
	switch name {
	case "name":
		f.Label = language.Text("Title")
	case "content":
		f.Label, f.Kind, f.Hint = language.Text("Text"), "area", language.Text("Markdown works.")
	case "summary":
		f.Label = language.Text("Summary")
	case "in-reply-to", "like-of", "repost-of", "bookmark-of":
		f.Label, f.Kind, f.Required = language.Text("Address of the page"), "url", true
	case "rsvp":
		f.Label, f.Kind = language.Text("Answer"), "select"
		f.Options = []Option{{"yes", language.Text("yes")}, {"no", language.Text("no")},
			{"maybe", language.Text("maybe")}, {"interested", language.Text("interested")}}
	case "start":
		f.Label, f.Kind = language.Text("Starts"), "datetime-local"
	case "end":
		f.Label, f.Kind = language.Text("Ends"), "datetime-local"
	case "checkin.name":
		f.Label, f.Required = language.Text("Place"), true
	case "checkin.latitude":
		f.Label, f.Kind = language.Text("Latitude"), "number"
	case "checkin.longitude":
		f.Label, f.Kind = language.Text("Longitude"), "number"
	case "location-visibility":
		f.Label, f.Kind, f.Value = language.Text("The place on the page"), "select", "public"
		f.Options = []Option{{"public", language.Text("with its coordinates")}, {"text", language.Text("its name only")}}
	case "category":
		f.Label, f.Hint = language.Text("Tags"), language.Text("Separated by commas.")
	case "published":
		f.Label, f.Kind = language.Text("Date"), "datetime-local"
		f.Hint = language.Text("In the site's time zone. A date to come schedules the post.")
	case "mp-slug":
		f.Label = language.Text("Last part of the address")
		f.Hint = language.Text("Made from the title or the text if you leave it empty.")
	case "visibility":
		f.Label, f.Kind = language.Text("Who sees it"), "select"
	case "mp-channel", "channel":
		f.Label, f.Kind = language.Text("Channel"), "select"
	case "mp-language", "lang":
		f.Label, f.Kind = language.Text("Language"), "select"
	}
	return f
}
