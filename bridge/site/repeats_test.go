package site

import (
	"strings"
	"testing"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
)

// A megabyte with one long reference that is used 100,000 times became a page of 50 GB: in the site's build,
// and in gitpost where HTML is compared with its Markdown.
func TestReferencesThatFillAPageAreRefused(t *testing.T) {
	long := "[a]: https://a.example/" + strings.Repeat("a", 60_000) + "\n\n"
	titled := "[a]: https://a.example/ \"" + strings.Repeat("a", 60_000) + "\"\n\n"
	for name, files := range map[string]map[string]string{"hugo": stockHugo, "jekyll": stockJekyll} {
		l := newLibrary(t, files)
		for kind, text := range map[string]string{
			"links": long + strings.Repeat("[a] ", 5_000), "images": long + strings.Repeat("![a] ", 5_000),
			"titles": titled + strings.Repeat("[x][a] ", 5_000), "quoted": "> " + long + "> " + strings.Repeat("[a] ", 5_000),
		} {
			_, err := l.site.Compose(l, Post{Item: entry(map[string][]any{"content": {text}})})
			if fault.CodeOf(err) != fault.TooLarge {
				t.Errorf("%s, %s: %v", name, kind, err)
			}
			// as HTML such a text is only text, and passes or is refused
			if _, err := l.site.Compose(l, Post{Item: entry(map[string][]any{"content": {map[string]any{"html": text}}})}); err != nil && fault.CodeOf(err).Status() >= 500 {
				t.Errorf("%s, %s as HTML: %v", name, kind, err)
			}
		}
		ordinary := strings.Repeat("[see][1] the [other][2] ", 5_000) + "\n\n[1]: https://a.example/some/page\n[2]: https://b.example/ 'Title'\n"
		l.compose(Post{Item: entry(mf2.Properties{"content": {ordinary}})})
	}
}
