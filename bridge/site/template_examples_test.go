package site

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"gitpost/bridge/mf2"
)

var templateExample = regexp.MustCompile("(?m)^### `([a-z]+)\\.md\\.tmpl`\n\n```\n((?s).*?)\n```\n\n```json\n(.*)\n```\n\n```markdown\n((?s).*?)\n```$")

// TestDocumentedTemplatesWork: templates/posts/README.md has an own template for
// each kind of post, which makes of the post beside it what it says.
func TestDocumentedTemplatesWork(t *testing.T) {
	doc, err := os.ReadFile("../../templates/posts/README.md")
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	for _, k := range kinds {
		missing[k.name] = true
	}
	for _, m := range templateExample.FindAllStringSubmatch(string(doc), -1) {
		name, source, properties, want := m[1], m[2], m[3], m[4]
		delete(missing, name)
		t.Run(name, func(t *testing.T) {
			var item mf2.Item
			if err := json.Unmarshal([]byte(`{"type": ["h-entry"], "properties": `+properties+`}`), &item); err != nil {
				t.Fatal(err)
			}
			own := newLibrary(t, with(bareHugo, map[string]string{".gitpost/templates/" + name + ".md.tmpl": source +
				"\n"}))
			if got := addedTo(own, item); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if standard := addedTo(newLibrary(t, bareHugo), item); standard == "" || standard == want {
				t.Errorf("without the file it is %q: the example shows no difference", standard)
			}
		})
	}
	for name := range missing {
		t.Errorf("no example for %s.md.tmpl", name)
	}
}

// TestOwnTemplateMayUseTheSitesShortcodes as the documentation says.
func TestOwnTemplateMayUseTheSitesShortcodes(t *testing.T) {
	const source = `{{range .Files}}{{"{{<"}} figure src="{{address .URL}}" {{">}}"}}{{end}}`
	if doc, err := os.ReadFile("../../templates/posts/README.md"); err != nil || !strings.Contains(string(doc), source) {
		t.Fatalf("the example is not in the documentation (%v)", err)
	}
	own := newLibrary(t, with(bareHugo, map[string]string{".gitpost/templates/photo.md.tmpl": source}))
	const want = `{{< figure src="https://example.org/a.jpg" >}}`
	if got := addedTo(own, entry(map[string][]any{"photo": {"https://example.org/a.jpg"}})); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
