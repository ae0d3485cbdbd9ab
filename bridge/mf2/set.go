package mf2

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Set is a set of values: those that are Equal are one. Looking one up takes no longer in a large set.
type Set map[string]struct{}

// SetOf returns the set of some values.
func SetOf(values []any) Set {
	s := make(Set, len(values))
	for _, v := range values {
		s.Add(v)
	}
	return s
}

// Add adds a value and reports whether it is new.
func (s Set) Add(v any) bool {
	key := Key(v)
	_, known := s[key]
	s[key] = struct{}{}
	return !known
}

// Has reports whether a value is in the set.
func (s Set) Has(v any) bool {
	_, known := s[Key(v)]
	return known
}

// Key returns a text that two values have in common if, and only if, they are Equal.
func Key(v any) string {
	if text, ok := v.(string); ok {
		return `"` + text
	}
	var b strings.Builder
	writeKey(&b, v)
	return b.String()
}

// writeKey writes the length of each text before it, so that no text can look like something else.
func writeKey(b *strings.Builder, v any) {
	text := func(kind byte, s string) {
		b.WriteByte(kind)
		b.WriteString(strconv.Itoa(len(s)))
		b.WriteByte(' ')
		b.WriteString(s)
	}
	switch v := v.(type) {
	case string:
		text('s', v)
	case bool:
		text('b', strconv.FormatBool(v))
	case int64:
		text('n', strconv.FormatInt(v, 10))
	case float64:
		if v >= -(1<<63) && v < 1<<63 && v == float64(int64(v)) {
			text('n', strconv.FormatInt(int64(v), 10))
		} else {
			text('n', strconv.FormatFloat(v, 'g', -1, 64))
		}
	case []any:
		text('l', strconv.Itoa(len(v)))
		for _, e := range v {
			writeKey(b, e)
		}
	case map[string]any:
		text('o', strconv.Itoa(len(v)))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			text('s', name)
			writeKey(b, v[name])
		}
	default:
		text('0', "")
	}
}
