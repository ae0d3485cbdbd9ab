package site

import (
	"math"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"gitpost/bridge/mf2"
	"gitpost/frontmatter"
)

// flatten turns values into one front-matter value: a single value itself, several as a list.
func flatten(values []any) any {
	if len(values) == 1 {
		if _, isList := values[0].([]any); !isList {
			return ordered(values[0])
		}
	}
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = ordered(v)
	}
	return list
}

// unflatten is the reverse of flatten.
func unflatten(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		list, _ := plain(v).([]any)
		return list
	default:
		return []any{nested(v)}
	}
}

// plain is a front-matter value as an mf2 value, without its empty keys and items.
func plain(v any) any {
	switch v := v.(type) {
	case []any:
		list := make([]any, 0, len(v))
		for _, item := range v {
			if item != nil {
				list = append(list, nested(item))
			}
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, value := range v {
			if value != nil {
				m[key] = nested(value)
			}
		}
		return m
	}
	return nested(v)
}

// nested is a value within another one: a timestamp is the text that was written, and what JSON
// cannot say is text too. What is no mf2 stays as it is, null included.
func nested(v any) any {
	switch v := v.(type) {
	case frontmatter.Timestamp:
		return string(v)
	case int:
		return int64(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return strconv.FormatFloat(v, 'g', -1, 64)
		}
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = nested(item)
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, value := range v {
			m[key] = nested(value)
		}
		return m
	}
	return v
}

// ordered puts the keys of nested items in the order in which people write them.
func ordered(v any) any {
	switch v := v.(type) {
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = ordered(item)
		}
		return list
	case map[string]any:
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		sort.Slice(keys, func(i, j int) bool {
			a, b := placeOfKey(keys[i]), placeOfKey(keys[j])
			return a < b || a == b && keys[i] < keys[j]
		})
		m := make(frontmatter.Map, 0, len(v))
		for _, key := range keys {
			m = append(m, frontmatter.Pair{Key: key, Value: ordered(v[key])})
		}
		return m
	}
	return v
}

func placeOfKey(key string) int {
	for i, first := range [...]string{"type", "name", "url", "value", "html", "alt", "properties"} {
		if key == first {
			return i
		}
	}
	return 100
}

// same compares two lists of values. Numbers are equal by value.
func same(a, b []any) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !mf2.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

// longestTag is the longest text that may be a tag: generators make files of tags, and file
// names end at 255 bytes.
const longestTag = 120

// tagsOf are the values that may stand among the tags: an address can be made of each, and it
// is not that of the list of all tags, as one of an emoji alone would be.
func tagsOf(values []any) []any {
	var out []any
	for _, v := range texts(values) {
		if s := v.(string); len(s) <= longestTag && strings.IndexFunc(s, inAddress) >= 0 && !strings.HasSuffix(s, "/") {
			out = append(out, s)
		}
	}
	return out
}

func inAddress(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_#+~-@", r)
}

// texts are the strings among values.
func texts(values []any) []any {
	var out []any
	for _, v := range values {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
