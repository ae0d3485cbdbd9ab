package mf2_test

import (
	"testing"

	"gitpost/bridge/mf2"
)

func TestPostTypeDiscovery(t *testing.T) {
	p := func(pairs ...any) mf2.Properties {
		properties := mf2.Properties{}
		for i := 0; i < len(pairs); i += 2 {
			properties[pairs[i].(string)] = append(properties[pairs[i].(string)], pairs[i+1])
		}
		return properties
	}
	for _, c := range []struct {
		want       string
		kind       string
		properties mf2.Properties
	}{
		{"note", "", p("content", "Hello")},
		{"note", "h-entry", p()},
		{"note", "", p("name", "", "content", "Hello")},
		{"article", "", p("name", "Title", "content", "Hello")},
		{"article", "", p("name", "Title")},
		{"note", "", p("name", "Hello  world", "content", "Hello world and more")},
		{"note", "", p("name", "Hello world", "content", map[string]any{"html": "<p>Hello&#32;<b>world</b></p> and more"})},
		{"article", "", p("name", "Title", "content", map[string]any{"html": "<p>Hello</p>"})},
		{"note", "", p("name", "Short", "summary", "Short text")},
		{"rsvp", "", p("rsvp", "Yes", "in-reply-to", "https://e.example/")},
		{"reply", "", p("rsvp", "perhaps", "in-reply-to", "https://e.example/")},
		{"reply", "", p("in-reply-to", "https://e.example/", "photo", "https://e.example/p.jpg", "content", "x")},
		{"reply", "", p("in-reply-to", item(map[string]any{"name": []any{"n"}}))},
		{"repost", "", p("repost-of", "https://e.example/", "content", "x")},
		{"like", "", p("like-of", "https://e.example/", "name", "n")},
		{"bookmark", "", p("bookmark-of", "https://e.example/", "name", "n", "content", "c")},
		{"checkin", "", p("checkin", item(map[string]any{"name": []any{"n"}}), "photo", "https://e.example/p.jpg")},
		{"read", "", p("read-of", item(nil), "summary", "s")},
		{"watch", "", p("watch-of", item(nil))},
		{"listen", "", p("listen-of", "https://e.example/")},
		{"ate", "", p("ate", item(nil))},
		{"drank", "", p("drank", item(nil))},
		{"video", "", p("video", "v.mp4", "photo", "p.jpg")},
		{"photo", "", p("photo", map[string]any{"value": "p.jpg", "alt": ""}, "name", "n")},
		{"audio", "", p("audio", "a.mp3")},
		{"event", "", p("start", "2026-04-01T18:30:00Z", "name", "n")},
		{"event", "h-event", p("name", "n")},
		{"page", "h-page", p("name", "n")},
		{"card", "h-card", p("name", "n")},
		{"note", "", p("photo", "", "content", "x")},
	} {
		i := mf2.Item{Properties: c.properties}
		if c.kind != "" {
			i.Type = []string{c.kind}
		}
		if got := mf2.PostType(i); got != c.want {
			t.Errorf("%v %v is a %s, want %s", i.Type, i.Properties, got, c.want)
		}
	}
}
