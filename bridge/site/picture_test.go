package site

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
)

// TestAlternativeTextIsReadAsItWasSent: by the real generator's page, entities resolved, and by q=source.
func TestAlternativeTextIsReadAsItWasSent(t *testing.T) {
	alts := []string{
		"snake_case_name", "R&D", "2 * 3 = 6", "10 < 20", "[draft] sign", "50% off | sale", "price $5", "~tilde~", "a -- b",
		`back\slash`, "`code`", "a `tick` and \"quotes\"", "<b>bold</b>", "&amp; &copy;", "x^2^ H~2~O", "wait... what", "...",
		"==mark== {#id}", ":smile: at https://a.example/", "{curly}", "mail@a.example", "# one", "!alert",
		"{{ template }}", "{{< figure >}} {{% x %}}", "a }} b {{", ">}} x", "a `tick` and a \\ backslash", "`x` \"q\" it's",
		"`\\x` it's", "*/>}}",
	}
	for generator, site := range map[string]map[string]string{
		"hugo": with(bareHugo, map[string]string{"layouts/_default/single.html": "<article>{{ .Content }}</article>"}),
		"jekyll": with(bareJekyll, map[string]string{"_layouts/post.html": "<article>{{ content }}</article>",
			"_posts/2024-01-01-a.md": "---\nlayout: post\n---\nx\n"}),
	} {
		t.Run(generator, func(t *testing.T) {
			l := newLibrary(t, site, func(o *Options) { o.Version = installedVersion(t, generator) })
			pages := map[string]Page{}
			for _, alt := range alts {
				photo := map[string]any{"value": "https://e.example/1.jpg", "alt": alt}
				r := l.compose(Post{Item: entry(map[string][]any{"content": {"A picture"}, "photo": {photo}})})
				pages[alt] = r.Page
				item := l.item(r.Path)
				if got := item.Properties["photo"]; len(got) != 1 || !mf2.Equal(got[0], photo) {
					t.Errorf("%q is read back as %v", alt, got)
				}
				if got := item.Properties.Text("content"); got != "A picture" {
					t.Errorf("%q: the content is %q", alt, got)
				}
			}
			out, _ := builds(t, generator, l.files)
			for alt, page := range pages {
				source := pageSource(t, out, page.URL)
				if got := builtAlt(t, source); got != alt {
					t.Errorf("%q is %q on the page: %s", alt, got, source)
				}
			}
		})
	}
}

// builtAlt is the alternative text of the first image.
func builtAlt(t *testing.T, source string) string {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(source))
	for z.Next() != html.ErrorToken {
		if token := z.Token(); token.Data == "img" {
			for _, a := range token.Attr {
				if a.Key == "alt" {
					return a.Val
				}
			}
		}
	}
	return "no image"
}

// TestAlternativeTextThatNoQuotesHoldIsRefused, and the file of an update keeps its bytes.
func TestAlternativeTextThatNoQuotesHoldIsRefused(t *testing.T) {
	for _, alt := range []string{"a \\` b", "`code` at the end \\", "`\\x` or \"y\""} {
		photo := map[string]any{"value": "https://e.example/1.jpg", "alt": alt}
		l := newLibrary(t, with(bareHugo, map[string]string{"content/posts/a.md": "---\ntitle: A\n---\nText\n"}))
		if r, err := l.site.Compose(l, Post{Item: entry(map[string][]any{"content": {"x"}, "photo": {photo}})}); err == nil {
			t.Errorf("%q is taken: %s", alt, r.Data)
		}
		_, err := l.site.Revise(l, Source{Path: "content/posts/a.md", Data: []byte(l.files["content/posts/a.md"])},
			func(item *mf2.Item) error {
				item.Properties["photo"] = []any{photo}
				return nil
			})
		if fault.CodeOf(err) != fault.InvalidRequest {
			t.Errorf("%q: %v", alt, err)
		}
	}
}
