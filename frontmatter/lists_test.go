package frontmatter

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// A tag is added to the list that its author wrote, and taken away again.
func TestAnAuthorsListIsAppendedToAndNothingElse(t *testing.T) {
	for _, c := range []struct{ text, added string }{
		{"---\ntags: [café, 🚀]\n---\n", "---\ntags: [café, 🚀, new]\n---\n"},
		{"---\ntags: [ →,'…' , \"!\"] # signs\n---\n", "---\ntags: [ →,'…' , \"!\",new] # signs\n---\n"},
		{"---\ntags: ['🚀', '**']\n---\n", "---\ntags: ['🚀', '**', 'new']\n---\n"},
		{"---\ntags:\n- 🚀   # to the moon\n- \"#\"\n# more\ntitle: T\n---\n",
			"---\ntags:\n- 🚀   # to the moon\n- \"#\"\n- new\n# more\ntitle: T\n---\n"},
		{"---\ntags:\n    -   ♥\n\n    -   '-'\ntitle: T\n---\n",
			"---\ntags:\n    -   ♥\n\n    -   '-'\n    -   new\ntitle: T\n---\n"},
		{"---\r\ntags: [\r\n  🚀,\r\n  →\r\n]\r\n---\r\n", "---\r\ntags: [\r\n  🚀,\r\n  →,\r\n  new\r\n]\r\n---\r\n"},
		{"---\ntags: [2024, yes, 1.10, ~, 2024-01-02, 🚀, 🚀]\n---\n",
			"---\ntags: [2024, yes, 1.10, ~, 2024-01-02, 🚀, 🚀, new]\n---\n"},
		{"+++\ntags = [\"🚀\", '→'] # signs\n+++\n", "+++\ntags = [\"🚀\", '→', \"new\"] # signs\n+++\n"},
		{"+++\ntags = [\n  '…', # dots\n  '!',\n]\n+++\n", "+++\ntags = [\n  '…', # dots\n  '!',\n  'new',\n]\n+++\n"},
		{"{\"tags\": [\"🚀\",\"\\u2192\"]}\n", "{\"tags\": [\"🚀\",\"\\u2192\",\"new\"]}\n"},
		{"{\n\t\"tags\": [\n\t\t\"?\",\n\t\t\"!\"\n\t]\n}\n",
			"{\n\t\"tags\": [\n\t\t\"?\",\n\t\t\"!\",\n\t\t\"new\"\n\t]\n}\n"},
		{"#+TAGS[]: 🚀 →\n", "#+TAGS[]: 🚀 → new\n"},
	} {
		for _, d := range []Dialect{newHugo, dialects["jekyll"]} {
			if d.YAMLOnly && !strings.HasPrefix(c.text, "---") {
				continue
			}
			doc := parsed(t, c.text, d)
			v, _ := doc.Get("tags")
			list, _ := v.([]any)
			if err := doc.Set(append(list[:len(list):len(list)], "new"), "tags"); err != nil || string(doc.Bytes()) != c.added {
				t.Errorf("%q became %q (%v)", c.text, doc.Bytes(), err)
			}
			if err := doc.Set(list, "tags"); err != nil || string(doc.Bytes()) != c.text {
				t.Errorf("%q without the tag is %q (%v)", c.text, doc.Bytes(), err)
			}
		}
	}
}

func TestNullsInNestedValuesComeBack(t *testing.T) {
	measure := map[string]any{"height": int64(180), "weight": nil,
		"all": []any{nil, map[string]any{"deep": nil}, []any{nil}}}
	for _, text := range []string{"---\ntitle: T\n---\n", "---\nmeasure: {height: 1}\n---\n",
		"---\nmeasure:\n  weight: 3\n---\n", "{\"title\": \"T\"}\n", "{\n  \"measure\": [1]\n}\n", ""} {
		doc := parsed(t, text, newHugo)
		if err := doc.Set(measure, "measure"); err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		again := parsed(t, string(doc.Bytes()), newHugo)
		if got, _ := again.Get("measure"); !reflect.DeepEqual(got, any(measure)) {
			t.Errorf("%q reads back as %#v", doc.Bytes(), got)
		}
		if err := again.Set(nil, "measure", "height"); err != nil {
			t.Errorf("%q: %v", doc.Bytes(), err)
		}
		if v, ok := again.Get("measure", "height"); v != nil || !ok {
			t.Errorf("%q has %v", again.Bytes(), v)
		}
	}
	for _, text := range []string{"+++\ntitle = 'T'\n+++\n", "+++\n[measure]\nheight = 1\n+++\n", "#+TITLE: T\n"} {
		doc := parsed(t, text, newHugo)
		var refused *EditError
		if err := doc.Set(measure, "measure"); !errors.As(err, &refused) || string(doc.Bytes()) != text {
			t.Errorf("%q became %q (%v)", text, doc.Bytes(), err)
		}
	}
}
