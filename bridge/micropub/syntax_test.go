package micropub_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
)

// TestAFormAndItsJSONMeanTheSame sends random posts in both syntaxes.
func TestAFormAndItsJSONMeanTheSame(t *testing.T) {
	for seed := range uint64(500) {
		g := generator{rand.New(rand.NewPCG(seed, 1))}
		properties := g.properties(3)
		body, err := json.Marshal(map[string]any{"type": []any{"h-entry"}, "properties": properties})
		if err != nil {
			t.Fatal(err)
		}
		var pairs []string
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			encodeBrackets(name, properties[name], g.IntN(2) == 0, func(name, value string) {
				pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(value))
			})
		}
		form := strings.Join(pairs, "&")
		a, errA := parse(jsonType, string(body))
		b, errB := parse(formType, "h=entry&"+form)
		if errA != nil || errB != nil {
			t.Fatalf("seed %d: %v, %v\n%s\n%s", seed, errA, errB, body, form)
		}
		left, right := a.Command.(*micropub.Create).Item, b.Command.(*micropub.Create).Item
		if !mf2.Equal(plainMap(left.Properties), plainMap(right.Properties)) {
			t.Fatalf("seed %d:\n%s\nmeans %v\n%s\nmeans %v", seed, body, left.Properties, form, right.Properties)
		}
	}
}

func plainMap(p mf2.Properties) map[string]any {
	m := map[string]any{}
	for name, list := range p {
		m[name] = list
	}
	return m
}

type generator struct{ *rand.Rand }

// properties makes properties whose values are texts, objects and items: what a form can say.
func (g generator) properties(depth int) map[string]any {
	properties := map[string]any{}
	for i := range 1 + g.IntN(3) {
		list := []any{}
		for range 1 + g.IntN(3) {
			list = append(list, g.value(depth))
		}
		properties[fmt.Sprintf("p-%s%d", g.word(), i)] = list
	}
	return properties
}

func (g generator) value(depth int) any {
	switch n := g.IntN(4); {
	case n == 0 && depth > 0:
		return map[string]any{"type": []any{"h-" + g.word()}, "properties": g.properties(depth - 1)}
	case n == 1 && depth > 0:
		return map[string]any{"value": g.text(), "alt": g.text()}
	}
	return g.text()
}

func (g generator) word() string {
	return []string{"a", "name", "url", "photo", "x-y"}[g.IntN(5)]
}

func (g generator) text() string {
	pieces := []string{"a", " ", "+", "%", "%41", "&", "=", "[", "]", "é", "👍", "\n", "\"", "\\", "0", "yes", ";", "#"}
	var b strings.Builder
	b.WriteString("t")
	for range g.IntN(8) {
		b.WriteString(pieces[g.IntN(len(pieces))])
	}
	return b.String()
}

// encodeBrackets writes a value as PHP does: numbers for lists, names for objects. A list of
// texts alone may also be written with empty brackets.
func encodeBrackets(name string, v any, short bool, emit func(name, value string)) {
	switch v := v.(type) {
	case string:
		emit(name, v)
	case []any:
		texts := !slices.ContainsFunc(v, func(e any) bool { _, ok := e.(string); return !ok })
		for i, e := range v {
			if short && texts {
				encodeBrackets(name+"[]", e, short, emit)
			} else {
				encodeBrackets(fmt.Sprintf("%s[%d]", name, i), e, short, emit)
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			encodeBrackets(name+"["+key+"]", v[key], short, emit)
		}
	}
}
