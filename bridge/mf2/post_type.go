package mf2

import (
	"html"
	"regexp"
	"strings"
)

// PostType returns the kind of post that an item is: "note", "article", "reply", "photo", …
//
// It follows https://www.w3.org/TR/post-type-discovery/ and adds the kinds of newer clients.
// The kind of an item that is not an h-entry is its type without "h-": "event", "card",
// "page". A response takes precedence over attached media, and media over text: a reply with
// a photo is a reply.
func PostType(i Item) string {
	if len(i.Type) > 0 && i.Type[0] != "h-entry" && i.Type[0] != "" {
		return strings.TrimPrefix(i.Type[0], "h-")
	}
	if isRSVP(i.Properties.Text("rsvp")) {
		return "rsvp"
	}
	for _, kind := range kinds {
		if hasValue(i.Properties[kind.property]) {
			return kind.name
		}
	}
	name := words(i.Properties.Text("name"))
	if name == "" {
		return "note"
	}
	text := plain(i.Properties.First("content"))
	if strings.TrimSpace(text) == "" {
		text = plain(i.Properties.First("summary"))
	}
	if beginsWith(text, name) {
		return "note" // the name is only a copy of the beginning of the text
	}
	return "article"
}

var kinds = []struct{ property, name string }{
	{"in-reply-to", "reply"},
	{"repost-of", "repost"},
	{"like-of", "like"},
	{"bookmark-of", "bookmark"},
	{"quotation-of", "quotation"},
	{"follow-of", "follow"},
	{"tag-of", "tag"},
	{"checkin", "checkin"},
	{"read-of", "read"},
	{"watch-of", "watch"},
	{"listen-of", "listen"},
	{"play-of", "play"},
	{"jam-of", "jam"},
	{"ate", "ate"},
	{"drank", "drank"},
	{"exercise", "exercise"},
	{"weight", "weight"},
	{"itinerary", "itinerary"},
	{"video", "video"},
	{"photo", "photo"},
	{"audio", "audio"},
	{"start", "event"},
}

func isRSVP(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "yes", "no", "maybe", "interested", "remote":
		return true
	}
	return false
}

// hasValue reports whether one of the values is more than an empty string.
func hasValue(values []any) bool {
	for _, v := range values {
		if s, isString := v.(string); !isString && v != nil || strings.TrimSpace(s) != "" {
			return true
		}
	}
	return false
}

var tag = regexp.MustCompile(`<[^>]*>`)

// plain returns the text of a content value without markup.
func plain(v any) string {
	if m, ok := v.(map[string]any); ok {
		if s, _ := m["html"].(string); s != "" && Text(m["value"]) == "" {
			return html.UnescapeString(tag.ReplaceAllString(s, ""))
		}
	}
	return Text(v)
}

// beginsWith reports whether words(text) starts with prefix. It reads no more of the text than
// needed: indexing a site calls it for every post.
func beginsWith(text, prefix string) bool {
	first := true
	for word := range strings.FieldsSeq(text) {
		if !first {
			rest, ok := strings.CutPrefix(prefix, " ")
			if !ok {
				return prefix == ""
			}
			prefix = rest
		}
		if len(word) >= len(prefix) {
			return strings.HasPrefix(word, prefix)
		}
		rest, ok := strings.CutPrefix(prefix, word)
		if !ok {
			return false
		}
		prefix, first = rest, false
	}
	return prefix == ""
}

func words(s string) string { return strings.Join(strings.Fields(s), " ") }
