package mf2_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"gitpost/bridge/mf2"
)

func TestEqualComparesMeaningNotRepresentation(t *testing.T) {
	object := func() any { return map[string]any{"value": "u", "n": []any{int64(3), true}} }
	for _, c := range []struct {
		name string
		a, b any
		want bool
	}{
		{"equal strings", "a", "a", true},
		{"different strings", "a", "b", false},
		{"a string is no number", "3", int64(3), false},
		{"a number is no string", 3.0, "3", false},
		{"an integer equals the same float", int64(3), 3.0, true},
		{"a float equals the same integer", -74.0, int64(-74), true},
		{"a fraction equals no integer", 3.5, int64(3), false},
		{"integers that a float cannot hold", int64(1<<53 + 1), float64(1 << 53), false},
		{"a float beyond every integer", int64(1<<63 - 1), 9223372036854775808.0, false},
		{"booleans", true, true, true},
		{"a boolean is no string", true, "true", false},
		{"nil", nil, nil, true},
		{"nil is not empty", nil, "", false},
		{"deep objects", object(), object(), true},
		{"an object with one key more", object(), map[string]any{"value": "u", "n": []any{int64(3), true}, "x": "y"}, false},
		{"an object with another key", map[string]any{"a": nil}, map[string]any{"b": nil}, false},
		{"order in lists counts", []any{"a", "b"}, []any{"b", "a"}, false},
		{"length of lists counts", []any{"a"}, []any{"a", "a"}, false},
		{"a list of one is not the value", []any{"a"}, "a", false},
		{"a text that looks like two", []any{"as1 b"}, []any{"a", "b"}, false},
		{"lists in lists", []any{[]any{"a"}, "b"}, []any{[]any{"a", "b"}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := mf2.Equal(c.a, c.b); got != c.want {
				t.Errorf("Equal(%#v, %#v) = %t", c.a, c.b, got)
			}
			if got := mf2.Equal(c.b, c.a); got != c.want {
				t.Errorf("Equal(%#v, %#v) = %t, but not the other way round", c.b, c.a, got)
			}
			if got := mf2.Key(c.a) == mf2.Key(c.b); got != c.want {
				t.Errorf("the keys are %q and %q", mf2.Key(c.a), mf2.Key(c.b))
			}
		})
	}
}

func TestCloneSharesNothing(t *testing.T) {
	make := func() mf2.Item {
		return mf2.Item{Type: []string{"h-entry"}, Properties: mf2.Properties{
			"category": {"a", map[string]any{"type": []any{"h-card"}, "properties": map[string]any{"name": []any{"Grace"}}}},
			"empty":    {},
		}}
	}
	original := make()
	clone := original.Clone()
	if !reflect.DeepEqual(clone, original) {
		t.Fatalf("the clone is %#v, the original %#v", clone, original)
	}
	clone.Type[0] = "h-event"
	clone.Properties["category"][0] = "changed"
	clone.Properties["category"][1].(map[string]any)["properties"].(map[string]any)["name"].([]any)[0] = "changed"
	clone.Properties["new"] = []any{"x"}
	if !reflect.DeepEqual(original, make()) {
		t.Errorf("a change of the clone reached the original: %#v", original)
	}
	if mf2.Properties(nil).Clone() != nil {
		t.Error("the clone of nothing is something")
	}
}

func TestTextIsWhatAValueSays(t *testing.T) {
	for _, c := range []struct {
		name string
		v    any
		want string
	}{
		{"string", "a", "a"},
		{"nothing", nil, ""},
		{"integer", int64(-74), "-74"},
		{"float", 52.378901, "52.378901"},
		{"large float", 1e21, "1000000000000000000000"},
		{"boolean", true, "true"},
		{"html", map[string]any{"html": "<b>x</b>"}, "<b>x</b>"},
		{"value before html", map[string]any{"html": "<b>x</b>", "value": "x"}, "x"},
		{"text", map[string]any{"text": "x"}, "x"},
		{"photo", map[string]any{"value": "u", "alt": "a"}, "u"},
		{"citation by url", item(map[string]any{"url": []any{"u"}, "name": []any{"n"}}), "u"},
		{"card by name", item(map[string]any{"name": []any{"n"}}), "n"},
		{"bare values inside", item(map[string]any{"name": "n"}), "n"},
		{"list", []any{"a", "b"}, "a"},
		{"empty list", []any{}, ""},
		{"other object", map[string]any{"x": "y"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := mf2.Text(c.v); got != c.want {
				t.Errorf("Text(%#v) = %q, want %q", c.v, got, c.want)
			}
			if got := (mf2.Properties{"p": {c.v, "second"}}).Text("p"); got != c.want {
				t.Errorf("Properties.Text = %q, want %q", got, c.want)
			}
		})
	}
	if got := (mf2.Properties{"p": {}}).First("p"); got != nil {
		t.Errorf("the first of no values is %#v", got)
	}
}

func item(properties map[string]any) any {
	return map[string]any{"type": []any{"h-cite"}, "properties": properties}
}

func TestPropertiesAreWrittenAsArrays(t *testing.T) {
	data, err := json.Marshal(mf2.Item{Properties: mf2.Properties{"a": nil, "b": {"x"}}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(data), `{"properties":{"a":[],"b":["x"]}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if data, _ := json.Marshal(mf2.Item{}); string(data) != `{"properties":{}}` {
		t.Errorf("no properties are written as %s", data)
	}
}
