package editor

import "cmp"

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
		own = append(own, newField(name))
	}
	own = append(own, newField("category"))
	more = append(more, newField("published"))
	if isNew {
		more = append(more, newField("mp-slug"))
	}
	visibility := newField("visibility")
	for _, v := range o.Visibilities {
		words := map[string]string{
			"public": "everybody", "unlisted": "who has the address", "private": "only you (kept as a draft)",
		}[v]
		visibility.Options = append(visibility.Options, Option{Value: v, Words: cmp.Or(words, v)})
	}
	visibility.Value, visibility.Was = "public", "public"
	more = append(more, visibility)
	if isNew && len(o.Channels) > 0 {
		f := newField("mp-channel")
		f.Options = append([]Option{{Words: "the usual one"}}, o.Channels...)
		more = append(more, f)
	}
	return own, more
}

// newField is the input for a property.
func newField(name string) *Field {
	f := &Field{Name: name, Kind: "text", Label: name}
	switch name {
	case "name":
		f.Label = "Title"
	case "content":
		f.Label, f.Kind, f.Hint = "Text", "area", "Markdown works."
	case "summary":
		f.Label = "Summary"
	case "in-reply-to", "like-of", "repost-of", "bookmark-of":
		f.Label, f.Kind, f.Required = "Address of the page", "url", true
	case "rsvp":
		f.Label, f.Kind = "Answer", "select"
		f.Options = []Option{{"yes", "yes"}, {"no", "no"}, {"maybe", "maybe"}, {"interested", "interested"}}
	case "start":
		f.Label, f.Kind = "Starts", "datetime-local"
	case "end":
		f.Label, f.Kind = "Ends", "datetime-local"
	case "category":
		f.Label, f.Hint = "Tags", "Separated by commas."
	case "published":
		f.Label, f.Kind, f.Hint = "Date", "datetime-local", "In the site's time zone. A date to come schedules the post."
	case "mp-slug":
		f.Label, f.Hint = "Last part of the address", "Made from the title or the text if you leave it empty."
	case "visibility":
		f.Label, f.Kind = "Who sees it", "select"
	case "mp-channel":
		f.Label, f.Kind = "Channel", "select"
	}
	return f
}
