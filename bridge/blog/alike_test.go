package blog

import (
	"fmt"
	"testing"
	"time"

	"gitpost/bridge/fuzztest"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
)

// TestAddingAndRemovingManyValuesIsOnePass: comparing each with each took minutes.
func TestAddingAndRemovingManyValuesIsOnePass(t *testing.T) {
	const n = 60_000
	many := func(kind string) (list []any) {
		for i := range n {
			list = append(list, fmt.Sprint(kind, i))
		}
		return list
	}
	props := mf2.Properties{"category": many("a"), "x": many("a")}
	before := fuzztest.Spent(t)
	revise(props, &micropub.Update{
		Add:    mf2.Properties{"category": append(many("b"), many("a")...)},
		Remove: mf2.Properties{"x": many("b")},
	})
	if took := fuzztest.Spent(t) - before; took > 4*time.Second {
		t.Errorf("it took %v", took)
	}
	if len(props["category"]) != 2*n || len(props["x"]) != n {
		t.Errorf("there are %d categories and %d others", len(props["category"]), len(props["x"]))
	}
}

// TestAlikeFindsWhatSameValueDoes compares all pairs of some values.
func TestAlikeFindsWhatSameValueDoes(t *testing.T) {
	address := "https://example.org/a.jpg"
	values := []any{
		address, "other", int64(3), 3.0, "3", true, nil, []any{address}, map[string]any{},
		map[string]any{"value": address}, map[string]any{"value": address, "alt": "x"}, map[string]any{"url": address},
		map[string]any{"url": address, "value": "other"}, map[string]any{"value": int64(3)},
		map[string]any{"type": []any{"h-cite"}, "value": address}, map[string]any{"type": "x", "url": "other"},
	}
	for _, given := range values {
		for _, v := range values {
			want := sameValue(given, v)
			if got := alikeOf([]any{v}).has(given); got != want {
				t.Errorf("%v among %v: %t, want %t", given, v, got, want)
			}
			if got := alikeOf([]any{given}).takesOut(v); got != want {
				t.Errorf("%v takes out %v: %t, want %t", given, v, got, want)
			}
		}
	}
}
