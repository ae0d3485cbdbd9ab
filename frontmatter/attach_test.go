package frontmatter

import (
	"reflect"
	"testing"
)

// TestAttachedFrontMatterIsAMap: it is read and changed in place through the other document, whose bytes it leaves alone.
func TestAttachedFrontMatterIsAMap(t *testing.T) {
	const text = "---\ntitle: A\n---\nText.\n"
	parse := func(text string) *Document {
		t.Helper()
		d, err := Parse([]byte(text), Dialect{})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	doc, empty, other := parse(text), New(Style{}), parse("---\n# mine\nmood: fine # today\nmf2:\n  a: [1, 2]\n---\n")
	doc.Attach("more", empty)
	if _, has := doc.Get("more"); has || len(doc.Keys()) != 1 {
		t.Errorf("an empty document has keys: %v", doc.Keys())
	}
	doc.Attach("more", other)
	want := map[string]any{"mood": "fine", "mf2": map[string]any{"a": []any{int64(1), int64(2)}}}
	if got, _ := doc.Get("more"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if items, ok := doc.Items("more", "mf2", "a"); !ok || len(items) != 2 {
		t.Errorf("items: %v", items)
	}
	if keys := doc.Keys(); !reflect.DeepEqual(keys, []string{"title", "more"}) {
		t.Errorf("keys: %v", keys)
	}
	if err := doc.Set("better", "more", "mood"); err != nil {
		t.Fatal(err)
	}
	if err := doc.Delete("more", "mf2"); err != nil {
		t.Fatal(err)
	}
	if err := doc.Set("B", "title"); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{doc.Set("x", "more"), doc.Delete("more")} {
		if err == nil {
			t.Error("the attached document was replaced as a whole")
		}
	}
	if got := string(doc.Bytes()); got != "---\ntitle: B\n---\nText.\n" {
		t.Errorf("the document: %q", got)
	}
	if got := string(doc.Attached().Bytes()); got != "---\n# mine\nmood: better # today\n---\n" {
		t.Errorf("the attached document: %q", got)
	}
}
