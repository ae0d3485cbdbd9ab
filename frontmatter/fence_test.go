package frontmatter

import (
	"strings"
	"testing"
)

// TestFenceMayNameItsLanguage: front matter after ---json is read and edited in place, as Eleventy reads it.
func TestFenceMayNameItsLanguage(t *testing.T) {
	d := Dialect{YAMLOnly: true, NamedFence: true}
	doc, err := Parse([]byte("---json\n{\n  \"title\": \"A\",\n  \"tags\": [\"x\"]\n}\n---\nText.\n"), d)
	if err != nil {
		t.Fatal(err)
	}
	if title, _ := doc.Get("title"); title != "A" || doc.Body() != "Text.\n" {
		t.Fatalf("title %v, body %q", title, doc.Body())
	}
	if err := doc.Set("B \"quoted\"", "title"); err != nil {
		t.Fatal(err)
	}
	if err := doc.Set(true, "draft"); err != nil {
		t.Fatal(err)
	}
	text := string(doc.Bytes())
	if !strings.HasPrefix(text, "---json\n{\n") || !strings.HasSuffix(text, "\"draft\": true\n}\n---\nText.\n") {
		t.Errorf("the file is now\n%s", text)
	}
	again, err := Parse([]byte(text), d)
	if err != nil {
		t.Fatal(err)
	}
	if draft, _ := again.Get("draft"); draft != true {
		t.Errorf("draft is %v in\n%s", draft, text)
	}
	for _, text := range []string{"---js\n{title: 'A'}\n---\n", "---javascript\n{}\n---\n"} {
		if _, err := Parse([]byte(text), d); err == nil {
			t.Errorf("%q is read", text)
		}
	}
	if doc, err := Parse([]byte("---json\n{}\n---\n"), Dialect{}); err == nil && doc.Format() != None {
		t.Error("without the dialect it is front matter too")
	}
}
