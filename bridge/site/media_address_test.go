package site

import (
	"strings"
	"testing"

	"gitpost/bridge/mf2"
)

// TestPicturesHaveAddressesAsTheNeighboursWriteThem, or as media.urls says.
func TestPicturesHaveAddressesAsTheNeighboursWriteThem(t *testing.T) {
	written := func(picture string) map[string]string {
		return with(bareHugo, map[string]string{
			"content/posts/a.md": "---\ntitle: A\ndate: 2024-01-01T00:00:00Z\n---\n![A](" + picture + ")\n"})
	}
	const relative, absolute = "\n![A bee](/media/bee.jpg)\n", "\n![A bee](" + bee + ")\n"
	for name, c := range map[string]struct {
		files      map[string]string
		configured string
		want       string
	}{
		"nothing known":     {bareHugo, "", absolute},
		"from the root":     {written("/img/a.jpg"), "", relative},
		"absolute":          {written("https://example.org/img/a.jpg"), "", absolute},
		"of another site":   {written("https://m.example/img/a.jpg"), "", absolute},
		"beside the post":   {written("a.jpg"), "", absolute},
		"relative, wanted":  {bareHugo, RelativeMedia, relative},
		"absolute, wanted":  {written("/img/a.jpg"), AbsoluteMedia, absolute},
		"relative, on HTML": {written("/img/a.jpg\" ><img src=\"/img/b.jpg"), "", relative},
		"relative, Jekyll":  {bareJekyll, RelativeMedia, "\n![A bee](/media/bee.jpg){: .u-photo}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLibrary(t, c.files, func(o *Options) { o.MediaURLs = c.configured })
			r := l.compose(Post{Item: entry(beePhoto)})
			if !strings.Contains(string(r.Data), c.want) || !strings.Contains(string(r.Data), "url: "+bee) {
				t.Errorf("%q is missing:\n%s", c.want, r.Data)
			}
			if problem := differs(l.site, entry(beePhoto), l.item(r.Path)); problem != "" {
				t.Errorf("%s\n%s", problem, r.Data)
			}
			r = l.revise(r.Path, func(i *mf2.Item) error { i.Properties["content"] = []any{"With a text."}; return nil })
			if !strings.Contains(string(r.Data), "With a text.\n"+c.want) {
				t.Errorf("after an update %q is missing:\n%s", c.want, r.Data)
			}
		})
	}
	l := newLibrary(t, bareHugo, func(o *Options) { o.MediaURLs = RelativeMedia })
	other := entry(map[string][]any{"photo": {"https://m.example/a.jpg", "https://example.org/media/b.jpg?x=1"}})
	if r := l.compose(Post{Item: other}); !strings.Contains(string(r.Data), "](https://m.example/a.jpg)") ||
		!strings.Contains(string(r.Data), "](https://example.org/media/b.jpg?x=1)") {
		t.Errorf("addresses that are not a file's of the site:\n%s", r.Data)
	}
	l.compose(Post{Item: entry(beePhoto)})
	l.site.options.MediaURLs = ""
	if h := l.site.learn(l, mf2.Item{}); h.media != "" {
		t.Errorf("what gitpost wrote counts as the author's: %s", h.media)
	}
}
