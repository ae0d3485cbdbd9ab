package site

import (
	"strings"
	"testing"

	"gitpost/bridge/mf2"
)

// TestEveryKindOfPostIsShown: what each kind of post adds to its body.
func TestEveryKindOfPostIsShown(t *testing.T) {
	cite := func(name, url string) any {
		return map[string]any{"type": []any{"h-cite"}, "properties": map[string]any{"name": []any{name}, "url": []any{url},
			"author": []any{map[string]any{"type": []any{"h-card"}, "properties": map[string]any{"name": []any{"Ada"}}}}}}
	}
	cases := []struct {
		item map[string][]any
		want string
	}{
		{map[string][]any{"like-of": {"https://a.example/b/"}}, "Liked [a.example/b](https://a.example/b/)."},
		{map[string][]any{"like-of": {cite("A [title]*", "https://a.example/(b)")}},
			"Liked [A \\[title\\]\\*](https://a.example/%28b%29)."},
		{map[string][]any{"repost-of": {"https://a.example/"}}, "Reposted [a.example](https://a.example/)."},
		{map[string][]any{"in-reply-to": {"https://a.example/"}, "content": {"x"}},
			"In reply to [a.example](https://a.example/)."},
		{map[string][]any{"in-reply-to": {"https://a.example/"}, "rsvp": {"yes"}},
			"RSVP yes to [a.example](https://a.example/)."},
		{map[string][]any{"bookmark-of": {"javascript:alert(1)"}}, "Bookmarked javascript:alert(1)."},
		{map[string][]any{"checkin": {"geo:51.05,3.72;name=Koffie Huis;url=https://cafe.example/"}},
			"At [Koffie Huis](https://cafe.example/)."},
		{map[string][]any{"checkin": {map[string]any{"type": []any{"h-card"},
			"properties": map[string]any{"latitude": []any{40.69}, "longitude": []any{-74.0}, "name": []any{"Pier 3"},
				"locality": []any{"New York"}}}}}, "At Pier 3, New York."},
		{map[string][]any{"read-of": {cite("Middlemarch", "")}, "read-status": {"finished"}},
			"Finished reading Middlemarch by Ada."},
		{map[string][]any{"drank": {map[string]any{"type": []any{"h-food"},
			"properties": map[string]any{"name": "Coffee"}}}}, "Drank Coffee."},
		{map[string][]any{"photo": {"https://a.example/a b.jpg",
			map[string]any{"value": "https://a.example/c.jpg", "alt": "A \"cat\"\non [a] wall"}}},
			"![](https://a.example/a%20b.jpg)\n\n{{< figure src=\"https://a.example/c.jpg\" alt=`A \"cat\" on [a] wall` >}}"},
		{map[string][]any{"photo": {map[string]any{"value": "https://a.example/c.jpg",
			"alt": "The ferry's 'old' quay & AT&T's"}}},
			"{{< figure src=\"https://a.example/c.jpg\" alt=`The ferry's 'old' quay & AT&T's` >}}"},
		{map[string][]any{"video": {"https://a.example/a.mp4"}}, "[Video](https://a.example/a.mp4)"},
		{map[string][]any{"audio": {map[string]any{"value": "https://a.example/a.mp3", "alt": "A song"}}},
			"[A song](https://a.example/a.mp3)"},
		{map[string][]any{"start": {"2026-05-09T14:00:00+0200"}, "end": {"2026-05-09"}, "location": {"Library"}},
			"2026-05-09 14:00 – 2026-05-09, Library"},
		{map[string][]any{"like-of": {"https://a.example/"}, "photo": {"https://a.example/a.jpg"}},
			"Liked [a.example](https://a.example/).\n\n![](https://a.example/a.jpg)"},
		{map[string][]any{"like-of": {"https://a.example/{{< x >}}"}},
			"Liked [a.example/&#123;&#123;&lt; x &gt;&#125;&#125;](https://a.example/%7B%7B%3C%20x%20%3E%7D%7D)."},
		{map[string][]any{"content": {"x"}, "name": {"y"}}, ""},
	}
	l := newLibrary(t, bareHugo)
	for _, c := range cases {
		if got := addedTo(l, entry(c.item)); got != c.want {
			t.Errorf("%v:\ngot  %s\nwant %s", c.item, got, c.want)
		}
	}
	jekyll := newLibrary(t, bareJekyll)
	if got, want := addedTo(jekyll, entry(map[string][]any{"video": {"https://a.example/a.mp4"}})),
		`<video controls src="https://a.example/a.mp4"></video>`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestNothingIsAddedThatTheLayoutsShow: in any spelling, in the site or a theme of it.
func TestNothingIsAddedThatTheLayoutsShow(t *testing.T) {
	item := entry(map[string][]any{"like-of": {"https://a.example/"}, "photo": {"https://a.example/a.jpg"}})
	const like, photo = "Liked [a.example](https://a.example/).", "![](https://a.example/a.jpg)"
	cases := []struct {
		name   string
		config map[string]string
		layout string
		text   string
		want   string
	}{
		{"nothing read", bareHugo, "layouts/_default/single.html", "{{ .Content }} {{ .Params.images }}", like + "\n\n" +
			photo},
		{"params", bareHugo, "layouts/_default/single.html", "{{ with .Params.likeOf }}{{ . }}{{ end }}", photo},
		{"param", bareHugo, "layouts/partials/x.html", "{{ .Param \"photo\" }}", like},
		{"index", bareHugo, "layouts/_default/single.html",
			"{{ index .Params \"like-of\" }}{{ range .Params.Photos }}{{ end }}", ""},
		{"theme", map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\ntheme = 'indie'\n"},
			"themes/indie/layouts/single.html", "{{ .Params.like_of }}", photo},
		{"theme not used", bareHugo, "themes/indie/layouts/single.html", "{{ .Params.like_of }}", like + "\n\n" + photo},
		{"shortcode", bareHugo, "layouts/shortcodes/x.html", "{{ .Page.Params.photo }}", like + "\n\n" + photo},
		{"jekyll", bareJekyll, "_layouts/post.html", "{% if page.like_of %}{% endif %}", photo + "{: .u-photo}"},
		{"jekyll include", bareJekyll, "_includes/x.html", "{{ post['like-of'] }} {% for p in page.photo %}", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l := newLibrary(t, with(c.config, map[string]string{c.layout: c.text}))
			if got := addedTo(l, item); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestSitesOwnBodyTemplatesWin, and a broken one does no harm.
func TestSitesOwnBodyTemplatesWin(t *testing.T) {
	for own, want := range map[string]string{
		"{{range .Of}}♥ {{link .}}{{end}}\n": "♥ [a.example](https://a.example/)",
		"":                                   "",
		"{{range .Of}}{{link .}":             "Liked [a.example](https://a.example/).",
		"{{range .Of}}{{.Nothing}}{{end}}":   "Liked [a.example](https://a.example/).",
		"{{define \"x\"}}{{template \"x\"}}{{end}}{{template \"x\"}}": "Liked [a.example](https://a.example/).",
		"{{< unknown >}} {{\"{{<\"}} x":                               "{{</* unknown */>}} &#123;{< x",
		"{{index (index .Properties \"like-of\") 0}}":                 "https://a.example/",
	} {
		own = strings.ReplaceAll(own, "{{< unknown >}}", "{{\"{{< unknown >}}\"}}")
		l := newLibrary(t, with(bareHugo, map[string]string{".gitpost/templates/like.md.tmpl": own}))
		if got := addedTo(l, entry(map[string][]any{"like-of": {"https://a.example/"}})); got != want {
			t.Errorf("%q: got %q, want %q", own, got, want)
		}
		if !l.site.Config(".gitpost/templates/like.md.tmpl") {
			t.Error("a change of a template is no change of the configuration")
		}
	}
}

// TestAddedTextIsRemovedExactly, whatever a person wrote around it; what they changed of
// it is theirs.
func TestAddedTextIsRemovedExactly(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(string) string
		want string
	}{
		"untouched": {func(s string) string { return s }, "So good"},
		"text above": {func(s string) string { return strings.Replace(s, "So good", "So very good\n\nReally", 1) },
			"So very good\n\nReally"},
		"text below": {func(s string) string { return s + "\nP.S.\n" }, "So good\n\nP.S."},
		"changed": {func(s string) string { return strings.Replace(s, "Liked", "Loved", 1) },
			"So good\n\nLoved [a.example](https://a.example/)."},
		"deleted": {func(s string) string {
			return strings.Replace(s, "\nLiked [a.example](https://a.example/).\n",
				"", 1)
		}, "So good"},
		"crlf":           {func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }, "So good"},
		"no end of line": {func(s string) string { return strings.TrimRight(s, "\n") }, "So good"},
		"blank lines":    {func(s string) string { return s + "\n\n" }, "So good"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLibrary(t, bareHugo)
			r := l.compose(Post{Item: entry(map[string][]any{"content": {"So good"}, "like-of": {"https://a.example/"}})})
			l.files[r.Path] = c.edit(l.files[r.Path])
			if got := l.item(r.Path).Properties.Text("content"); got != c.want {
				t.Errorf("got %q, want %q\n%s", got, c.want, l.files[r.Path])
			}
		})
	}
}

// addedTo is what the body templates add to a new post.
func addedTo(l *testLibrary, item mf2.Item) string {
	l.t.Helper()
	r, err := l.site.Compose(l, Post{Item: item})
	if err != nil {
		l.t.Fatalf("compose %v: %v", item, err)
	}
	doc, err := l.site.Parse(r.Data)
	if err != nil {
		l.t.Fatal(err)
	}
	m := l.site.remembered(doc)
	body := strings.TrimSuffix(doc.Body(), "\n")
	return body[len(body)-m.AddedLen:]
}
