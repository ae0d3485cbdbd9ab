package site

import (
	"testing"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
)

// TestOtherEncodingsAreNotMixedWithUTF8: a site whose configuration names one gets plain letters alone, and
// the lines that are there keep their bytes.
func TestOtherEncodingsAreNotMixedWithUTF8(t *testing.T) {
	file := "_posts/2024-01-01-a.md"
	for encoding, refused := range map[string]bool{"iso-8859-1": true, "Windows-1252": true, "utf-8": false,
		"UTF8": false} {
		l := newLibrary(t, with(bareJekyll, map[string]string{
			"_config.yml": "url: https://site.example\nencoding: " + encoding + "\n",
			file:          "---\nlayout: post\ntitle: A\n---\nCaf\xe9.\n\nSecond.\n",
		}))
		_, err := l.site.Compose(l, Post{Item: entry(map[string][]any{"content": {"Gr\u00fc\u00dfe"}})})
		if got := fault.CodeOf(err) == fault.InvalidRequest; got != refused {
			t.Errorf("%s: %v", encoding, err)
		}
		l.compose(Post{Item: entry(map[string][]any{"content": {"Plain"}})})
		l.revise(file, func(item *mf2.Item) error {
			item.Properties["content"] = []any{"Caf\uFFFD.\n\nThe second."}
			return nil
		})
		if want := "---\nlayout: post\ntitle: A\n---\nCaf\xe9.\n\nThe second.\n"; l.files[file] != want {
			t.Errorf("%s: %q, want %q", encoding, l.files[file], want)
		}
	}
}
