package site

import (
	"encoding/json"
	"reflect"
	"testing"

	"gitpost/bridge/mf2"
)

// TestNullInAnObjectIsKept: at any depth, where the front matter has a null; TOML, which has
// none, refuses it.
func TestNullInAnObjectIsKept(t *testing.T) {
	values := []any{
		map[string]any{"height": int64(180), "weight": nil},
		map[string]any{"a": []any{int64(1), nil, map[string]any{"b": nil}}},
		map[string]any{"only": nil},
	}
	for format, post := range map[string]string{
		"yaml": "---\ntitle: P\ndate: 2024-01-01\n---\n", "json": "{\"title\": \"P\", \"date\": \"2024-01-01\"}\n",
		"toml": "+++\ntitle = \"P\"\ndate = 2024-01-01\n+++\n",
	} {
		for _, value := range values {
			l := newLibrary(t, with(bareHugo, map[string]string{"content/posts/p.md": post + "Text\n"}))
			item := entry(map[string][]any{"content": {"x"}, "measure": {value}})
			r, err := l.site.Compose(l, Post{Item: item})
			if format == "toml" {
				if err == nil {
					t.Errorf("toml took %v:\n%s", value, r.Data)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s, %v: %v", format, value, err)
				continue
			}
			l.files[r.Path] = string(r.Data)
			if got := l.item(r.Path).Properties["measure"]; !reflect.DeepEqual([]any(got), []any{value}) {
				said, _ := json.Marshal(got)
				t.Errorf("%s: %v is read as %s:\n%s", format, value, said, r.Data)
			}
			r = l.revise(r.Path, func(item *mf2.Item) error { item.Properties["name"] = []any{"N"}; return nil })
			if got := l.item(r.Path).Properties["measure"]; !reflect.DeepEqual([]any(got), []any{value}) {
				t.Errorf("%s: after an update %v", format, got)
			}
		}
	}
}
