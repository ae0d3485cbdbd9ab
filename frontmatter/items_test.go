package frontmatter

import (
	"reflect"
	"testing"
)

func TestItemsTellHowEachElementIsWritten(t *testing.T) {
	doc, err := Parse([]byte("---\nlist: [yes, 'yes', 1e3, [a], &x b]\nalso: \n- *x\nnone: text\n---\n"), Dialect{})
	if err != nil {
		t.Fatal(err)
	}
	items, ok := doc.Items("list")
	want := []Field{{"yes", "yes", true}, {"yes", "yes", false}, {float64(1000), "1e3", true}, {Value: []any{"a"}}, {"b", "b", true}}
	if !ok || !reflect.DeepEqual(items, want) {
		t.Errorf("got %#v, want %#v", items, want)
	}
	if items, _ := doc.Items("also"); len(items) != 1 || items[0].Text != "b" {
		t.Errorf("an alias: got %#v", items)
	}
	for _, path := range [][]string{nil, {"none"}, {"absent"}} {
		if items, ok := doc.Items(path...); ok {
			t.Errorf("%q: got %#v", path, items)
		}
	}
}
