package micropubtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// RandomPost makes the JSON of a post that is hard to keep, always the same for a seed, and
// what q=source must report of it once a server has answered 201. A server may refuse it.
func RandomPost(seed uint64) (body []byte, want Expect, err error) {
	g := generator{rand.New(rand.NewPCG(seed, 0))}
	post := map[string]any{"type": []any{"h-entry"}, "properties": g.post()}
	if body, err = json.Marshal(post); err != nil {
		return nil, want, fmt.Errorf("encode random post %d: %w", seed, err)
	}
	sent, err := readSource(body)
	if err != nil {
		return nil, want, fmt.Errorf("read random post %d: %w", seed, err)
	}
	want.Properties = map[string][]any{}
	for name, values := range sent.Properties {
		want.Properties[name] = asList(values)
	}
	return body, want, nil
}

type generator struct{ *rand.Rand }

// post makes a few properties. Those that have a meaning of their own get values that fit.
func (g generator) post() map[string]any {
	properties := g.properties(2)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		switch name {
		case "name", "summary", "content":
			properties[name] = []any{g.text()}
		case "published", "updated", "start":
			properties[name] = []any{one(g, times)}
		}
	}
	switch g.IntN(4) {
	case 0:
		properties["content"] = []any{
			map[string]any{"html": "<p>" + one(g, []string{"a <b>b</b>", "x &amp; y", "{{ z }}", "<i>i</i><br>j"}) + "</p>"},
		}
	case 1, 2:
		properties["content"] = []any{g.text()}
	}
	return properties
}

func (g generator) properties(depth int) map[string]any {
	properties := map[string]any{}
	for range 1 + g.IntN(5) {
		list := []any{}
		for range 1 + g.IntN(3) {
			list = append(list, g.value(depth))
		}
		properties[one(g, names)] = list
	}
	return properties
}

func (g generator) value(depth int) any {
	switch g.IntN(9) {
	case 0:
		return g.IntN(100_000) - 50_000
	case 1:
		return float64(g.IntN(100_000))/1000 + 0.5
	case 2:
		return g.IntN(2) == 0
	case 3:
		if depth > 0 {
			return map[string]any{"value": g.text(), "alt": g.text()}
		}
	case 4:
		if depth > 0 {
			return map[string]any{"type": []any{"h-card"}, "properties": g.properties(depth - 1)}
		}
	case 5:
		return one(g, lookAlikes)
	}
	return g.text()
}

// text is never empty: an empty one would be unset.
func (g generator) text() string {
	var b strings.Builder
	b.WriteString(one(g, []string{"t", "---\n", "# ", "{{", "> "}))
	for range g.IntN(8) {
		b.WriteString(one(g, pieces))
	}
	return b.String()
}

func one[T any](g generator, list []T) T { return list[g.IntN(len(list))] }

var (
	// names of properties: of posts, of the generators, and of nobody.
	names = []string{
		"name", "content", "summary", "category", "photo", "video", "audio", "featured", "like-of", "in-reply-to",
		"syndication", "published", "updated", "start", "location", "checkin", "rating", "rsvp", "author", "read-of", "uid",
		"url", "weight", "slug", "layout", "title", "date", "tags", "categories", "draft", "permalink", "aliases", "type",
		"mf2", "gitpost", "params", "Params", "body", "excerpt", "description", "images", "markup", "outputs", "cascade",
		"x-y", "gardenStage", "é", "a.b", "a b", "yes", "123", "null", "~",
	}

	// lookAlikes are strings that are something else to a careless parser.
	lookAlikes = []string{
		"007", "yes", "1979", "2024-01-01", "null", "~", "1e3", "0x1f", "1_000", "12:30:45", ".5", "true", "=", "<<",
		"-", "\n",
	}

	times = []string{
		"2026-02-11T17:42:10+01:00", "2026-02-28", "2026-03-01T08:00:00.000Z", "2024-10-01 12:00",
		"2026-03-01T18:05:00+0100",
	}

	pieces = []string{
		"a", " ", "\n", "\n\n", "\r\n", "\t", "---", "+++", "{{< x >}}", "{{ y }}", "{% raw %}", "{% x %}", "{{", "}}", "{%",
		"%}",
		"<b>", "</b>", "<!--more-->", "&amp;", "\"", "'", "\\", ":", "#", "- ", "* ", "> ", "    ", "yes", "null",
		"2024-01-01", "1e3",
		"é", "e\u0301", "👍🏽", "עברית", "\u200b", "\u2028", "\u0085", "\ufeff", "`", "```", "[x](y)",
		"![a](https://media.example/b.jpg)",
		"http://e.example/?a=1&b=2", "%", "@", "!", "|", "~", "=", ",", "_x_", "{", "}", "[[w]]", "$", "title: x\n",
	}
)
