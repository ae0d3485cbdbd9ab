package micropub

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gitpost/bridge/mf2"
)

// values returns what was sent for a property as a list: a scalar is a list of one. null and,
// unless keepEmpty is set, empty strings are left out.
func values(v any, keepEmpty bool) []any {
	list := asList(v)
	out := make([]any, 0, len(list))
	for _, v := range list {
		if v == nil || v == "" && !keepEmpty {
			continue
		}
		out = append(out, v)
	}
	return out
}

// normalized returns the values of one property in the form that the rest of gitpost expects:
// nested items with lists everywhere, content as text or {html}, one spelling of post-status.
func normalized(name string, list []any) ([]any, error) {
	out := make([]any, 0, len(list))
	for _, v := range list {
		v = nested(v)
		switch name {
		case "content":
			var err error
			if v, err = content(v); err != nil {
				return nil, err
			}
			if v == nil {
				continue
			}
		case "post-status", "visibility", "location-visibility":
			v = keyword(v)
		}
		out = append(out, v)
	}
	return out, nil
}

// positions is like values where the position of a value matters: nothing is left out, and
// null becomes the empty string.
func positions(v any) []any {
	out := slices.Clone(asList(v))
	for i, v := range out {
		if v == nil {
			out[i] = ""
		}
	}
	return out
}

// nested turns the scalars that apps send for type and properties of a nested item into lists, and
// drops nulls from mf2. In an object of an app's own null is a value. It returns a copy.
func nested(v any) any {
	return mf2.Map(v, func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			properties, isItem := v["properties"].(map[string]any)
			isItem = isItem && v["type"] != nil
			if isItem || v["value"] != nil || v["html"] != nil {
				maps.DeleteFunc(v, func(_ string, e any) bool { return e == nil })
			}
			if !isItem {
				return v
			}
			v["type"] = asList(v["type"])
			lists := make(map[string]any, len(properties))
			for _, key := range slices.Sorted(maps.Keys(properties)) {
				name := withoutBrackets(key)
				list, _ := lists[name].([]any)
				lists[name] = slices.DeleteFunc(append(list, asList(properties[key])...), func(e any) bool { return e == nil })
			}
			v["properties"] = lists
		}
		return v
	})
}

func asList(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

// content returns a text, {html}, or nil for empty content. {text}, {value} and {markdown}
// alone are texts; a text beside html is only a plain copy of it.
func content(v any) (any, error) {
	object, ok := v.(map[string]any)
	if !ok {
		return v, nil
	}
	keys := slices.Sorted(maps.Keys(object))
	for _, key := range keys {
		if strings.HasPrefix(key, "http://") || strings.HasPrefix(key, "https://") {
			return nil, contentForTarget(shorten(key))
		}
	}
	if html := mf2.Text(object["html"]); html != "" {
		out := maps.Clone(object)
		out["html"] = html
		for _, copied := range []string{"value", "text", "markdown"} {
			delete(out, copied)
		}
		return out, nil
	}
	for _, key := range []string{"markdown", "text", "value"} {
		if text, ok := object[key].(string); ok && text != "" {
			return text, nil
		}
	}
	for _, key := range keys {
		e := object[key]
		if !slices.Contains([]string{"html", "markdown", "text", "value"}, key) || e != "" {
			return nil, refuse(
				fmt.Sprintf("content is an object without html or text, but with %q", shorten(key)),
				`send a string, or {"html": "…"}`,
			)
		}
	}
	return nil, nil
}

func contentForTarget(which string) error {
	return refuse(
		fmt.Sprintf("content for one syndication target (%s) is not supported", which),
		"send the post's own text as content; post the shorter text to the target itself",
	)
}

// keyword returns the value of post-status or visibility in lower case, and "published" for
// WordPress's "publish".
func keyword(v any) any {
	if s, ok := v.(string); ok {
		s = strings.ToLower(strings.TrimSpace(s))
		if s == "publish" {
			s = "published"
		}
		return s
	}
	return v
}
