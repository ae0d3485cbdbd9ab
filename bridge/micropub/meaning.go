package micropub

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gitpost/bridge/mf2"
)

// values makes a property's list of what was sent for it: a bare value is a list of one,
// null and, unless keepEmpty, the empty string are nothing.
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

// meaning brings the values of one property to the form in which the rest of gitpost knows
// them: nested items with lists everywhere, content as text or {html}, one spelling of
// post-status.
func meaning(name string, list []any) ([]any, error) {
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

// positions is values where the place of a value says what it belongs to: nothing is left
// out, and null is the empty string.
func positions(v any) []any {
	out := slices.Clone(asList(v))
	for i, v := range out {
		if v == nil {
			out[i] = ""
		}
	}
	return out
}

// nested drops nulls, and makes lists of the bare values that apps send for type and
// properties of a nested item.
func nested(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, 0, len(v))
		for _, e := range v {
			if e != nil {
				out = append(out, nested(e))
			}
		}
		return out
	case map[string]any:
		properties, isItem := v["properties"].(map[string]any)
		isItem = isItem && v["type"] != nil
		out := make(map[string]any, len(v))
		for key, e := range v {
			switch {
			case e == nil:
			case isItem && key == "type":
				out[key] = asList(nested(e))
			case isItem && key == "properties":
				lists := make(map[string]any, len(properties))
				for name, e := range properties {
					if e != nil {
						lists[name] = asList(nested(e))
					}
				}
				out[key] = lists
			default:
				out[key] = nested(e)
			}
		}
		return out
	}
	return v
}

func asList(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

// content is a text or {html}. {text}, {value} and {markdown} alone are texts; a text beside
// html is only html's plain copy. It is nil when nothing is said.
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
		fmt.Sprintf("content for one syndication target (%s) cannot be kept: a post has one text", which),
		"send the post's own text as content; post the shorter text to the target itself",
	)
}

// keyword reads the value of post-status or visibility: in any case, and WordPress's word
// for published as the one of the extension.
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
