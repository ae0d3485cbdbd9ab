package frontmatter

import (
	"fmt"
	"math"
	"sort"
	"strings"
	"unicode/utf8"
)

// canonical converts a value for Set to nil, bool, int64, float64, string, Timestamp, []any or
// Map, on all levels.
func canonical(v any, depth int) (any, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("the value is nested more than %d levels deep", MaxDepth)
	}
	switch v := v.(type) {
	case nil, bool, int64, float64:
		return v, nil
	case string:
		if !utf8.ValidString(v) {
			return nil, fmt.Errorf("the text is not valid UTF-8")
		}
		return v, nil
	case Timestamp:
		if !timestampLike(string(v)) {
			return nil, fmt.Errorf("%q is not a date or time", string(v))
		}
		return v, nil
	case int:
		return int64(v), nil
	case []string:
		list := make([]any, len(v))
		for i, s := range v {
			list[i] = s
		}
		return canonical(list, depth)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			item, err := canonical(v[i], depth+1)
			if err != nil {
				return nil, err
			}
			list[i] = item
		}
		return list, nil
	case map[string]any:
		m := make(Map, 0, len(v))
		for key, value := range v {
			m = append(m, Pair{key, value})
		}
		sort.Slice(m, func(i, j int) bool { return m[i].Key < m[j].Key })
		return canonical(m, depth)
	case Map:
		m := make(Map, len(v))
		seen := make(map[string]bool, len(v))
		for i, p := range v {
			if !utf8.ValidString(p.Key) {
				return nil, fmt.Errorf("the key %q is not valid UTF-8", p.Key)
			}
			if seen[p.Key] {
				return nil, fmt.Errorf("key %q is set twice", p.Key)
			}
			seen[p.Key] = true
			value, err := canonical(p.Value, depth+1)
			if err != nil {
				return nil, err
			}
			m[i] = Pair{p.Key, value}
		}
		return m, nil
	}
	return nil, fmt.Errorf("cannot write a %T", v)
}

// plainValue returns a canonical value with every Map as a map[string]any.
func plainValue(v any) any {
	switch v := v.(type) {
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = plainValue(v[i])
		}
		return list
	case Map:
		m := make(map[string]any, len(v))
		for _, p := range v {
			m[p.Key] = plainValue(p.Value)
		}
		return m
	}
	return v
}

// equalValues reports whether two values as in Field are equal. NaN equals NaN, and times that
// differ only in layout are equal.
func equalValues(a, b any) bool {
	switch a := a.(type) {
	case float64:
		b, ok := b.(float64)
		return ok && (a == b && math.Signbit(a) == math.Signbit(b) || math.IsNaN(a) && math.IsNaN(b))
	case Timestamp:
		b, ok := b.(Timestamp)
		return ok && (a == b || sameTime(string(a), string(b)))
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !equalValues(a[i], b[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for key := range a {
			other, ok := b[key]
			if !ok || !equalValues(a[key], other) {
				return false
			}
		}
		return true
	default:
		switch b.(type) {
		case []any, map[string]any:
			return false
		}
		return a == b
	}
}

func joinPath(path []string) string { return strings.Join(path, ".") }
