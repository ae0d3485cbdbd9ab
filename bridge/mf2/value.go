package mf2

import (
	"slices"
	"strconv"
)

// Text returns a value as plain text: a string itself, a number or boolean as JSON writes
// it, an object's "value", "html" or "text", a nested item's "value", url or name, a list's
// first element. It returns "" for everything else.
func Text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		if len(v) > 0 {
			return Text(v[0])
		}
	case map[string]any:
		for _, key := range []string{"value", "html", "text"} {
			if s := Text(v[key]); s != "" {
				return s
			}
		}
		if properties, ok := v["properties"].(map[string]any); ok {
			if s := Text(properties["url"]); s != "" {
				return s
			}
			return Text(properties["name"])
		}
	}
	return ""
}

// IsItem reports whether v is a nested item: a map with "type" and "properties".
func IsItem(v any) bool {
	m, ok := v.(map[string]any)
	if !ok {
		return false
	}
	_, hasType := m["type"]
	_, hasProperties := m["properties"].(map[string]any)
	return hasType && hasProperties
}

// Clone returns a copy of a value that shares nothing with it.
func Clone(v any) any { return Map(v, same) }

// Equal reports whether two values are deeply equal. Numbers are compared by value, whether
// they are int64 or float64; a number never equals a string.
func Equal(a, b any) bool {
	switch a := a.(type) {
	case nil:
		return b == nil
	case string:
		b, ok := b.(string)
		return ok && a == b
	case bool:
		b, ok := b.(bool)
		return ok && a == b
	case int64:
		switch b := b.(type) {
		case int64:
			return a == b
		case float64:
			return sameNumber(a, b)
		}
	case float64:
		switch b := b.(type) {
		case int64:
			return sameNumber(b, a)
		case float64:
			return a == b
		}
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, Equal)
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for key, value := range a {
			other, has := b[key]
			if !has || !Equal(value, other) {
				return false
			}
		}
		return true
	}
	return false
}

// sameNumber compares without rounding i: float64 is exact for integers up to 2^53 only.
func sameNumber(i int64, f float64) bool {
	return f >= -(1<<63) && f < 1<<63 && f == float64(int64(f)) && int64(f) == i
}
