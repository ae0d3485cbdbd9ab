package site

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/fuzztest"
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
			if _, err := l.site.Compose(l,
				Post{Item: entry(map[string][]any{"content": {map[string]any{"html": text}}})}); err != nil &&
				fault.CodeOf(err).Status() >= 500 {
				t.Errorf("%s, %s as HTML: %v", name, kind, err)
			}
		}
		ordinary := strings.Repeat("[see][1] the [other][2] ", 5_000) +
			"\n\n[1]: https://a.example/some/page\n[2]: https://b.example/ 'Title'\n"
		l.compose(Post{Item: entry(mf2.Properties{"content": {ordinary}})})
	}
}

// TestTextsThatGoldmarkTakesLongForAreNotParsedForTheirReferences: they took seconds to minutes.
func TestTextsThatGoldmarkTakesLongForAreNotParsedForTheirReferences(t *testing.T) {
	var notes strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&notes, "[^%d]: x\n", 20_000-i)
	}
	for i := range 20_000 {
		fmt.Fprintf(&notes, "[^%d] ", i)
	}
	long := "[a]: https://a.example/" + strings.Repeat("a", 60_000) + "\n\n"
	quotes := strings.Repeat(">", 100_000) + "x\n"
	for name, c := range map[string]struct {
		text    string
		refused bool
	}{
		"footnotes": {notes.String(), false}, "quotes": {"[a]: /x\n\n" + quotes, false},
		"tildes":            {"[a]: /x\n\n" + strings.Repeat("~", 100_000), false},
		"quotes and a page": {long + strings.Repeat("[a] ", 5000) + "\n\n" + quotes, true},
		"a label like a footnote's": {"[a\\[^b]: https://a.example/" + strings.Repeat("a", 60_000) + "\n\n" + quotes +
			strings.Repeat("[a\\[^b] ", 5000), true},
		"in a quote": {"> " + long + "> " + strings.Repeat("[a] ", 5000) + "\n\n" + quotes, true},
	} {
		before := fuzztest.Spent(t)
		if err := refuseRepeats(c.text); (err != nil) != c.refused {
			t.Errorf("%s: %v", name, err)
		}
		if took := fuzztest.Spent(t) - before; took > 4*time.Second {
			t.Errorf("%s: it took %v", name, took)
		}
	}
}
