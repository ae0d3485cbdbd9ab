package bridge_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// TestControlCharactersThatAreThereStay, and those that a request brings are dropped: in a new post, in a
// changed line, in the other properties.
func TestControlCharactersThatAreThereStay(t *testing.T) {
	t.Parallel()
	controls := []string{"\x01", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f"}
	front := "---\ntitle: A\ndate: 2024-02-03T10:00:00Z\n---\n"
	files := fstest.MapFS{"hugo.toml": {Data: []byte("baseURL = 'https://example.org/'\n")}}
	for _, c := range controls {
		files["content/posts/"+slugOf(c)+".md"] = &fstest.MapFile{Data: []byte(front + "Line" + c + " one.\n\nSecond.\n")}
	}
	f := serveFiles(t, files, nil)
	for _, c := range controls {
		at, file := "https://example.org/posts/"+slugOf(c)+"/", "content/posts/"+slugOf(c)+".md"
		text := f.source(at).Properties.Text("content")
		f.replace(t, at, map[string]any{"content": []string{text}})
		f.replace(t, at, map[string]any{"content": []string{strings.NewReplacer("one", "1", "Second",
			"Sec"+c+"ond").Replace(text)}, "name": []string{"B" + c}})
		f.awaitPush()
		want := strings.Replace(front, "A", "B", 1) + "Line" + c + " 1.\n\nSecond.\n"
		if got := f.remoteFile(file); got != want {
			t.Errorf("%q: got %q, want %q", c, got, want)
		}
		for _, pasted := range []string{"slides:" + c + "next", c + "x", "x" + c} {
			body, _ := json.Marshal(map[string]any{"type": []string{"h-entry"}, "properties": map[string]any{
				"content": []string{pasted}, "name": []string{c + "T"}, "category": []string{"a" + c}, "mp-slug": []string{c},
				"photo": []any{map[string]string{"value": "https://e.example/1.jpg", "alt": "a" + c}}}})
			p := f.source(f.create(string(body))).Properties
			if said, _ := json.Marshal(p); strings.Contains(string(said), `\u00`) ||
				p.Text("content") != strings.ReplaceAll(pasted, c, "") {
				t.Errorf("%q became %s", pasted, said)
			}
		}
	}
}

func slugOf(control string) string { return fmt.Sprintf("c%02x", control[0]) }

// replace sends an update that replaces properties.
func (f *fixture) replace(t *testing.T, at string, properties map[string]any) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"action": "update", "url": at, "replace": properties})
	if err != nil {
		t.Fatal(err)
	}
	if a := f.json(string(body)); a.Status/100 != 2 {
		t.Errorf("%s: %d %s", body, a.Status, a.Body)
	}
}
