package micropub

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// encodeForm writes an answer as the drafts had it: me=…&scope=…, syndicate-to[]=… . An
// object is its members in brackets, a list its elements by number; a list of texts, and of
// syndication targets by their uid, is name[]=… .
func encodeForm(v any) (string, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode the answer: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return "", fmt.Errorf("encode the answer: %w", err)
	}
	var pairs []string
	flatten("", tree, func(name, value string) {
		pairs = append(pairs, formName(name)+"="+url.QueryEscape(value))
	})
	return strings.Join(pairs, "&"), nil
}

// formName escapes a name and leaves its brackets readable, as the drafts do.
func formName(name string) string {
	return strings.NewReplacer("%5B", "[", "%5D", "]").Replace(url.QueryEscape(name))
}

func flatten(name string, v any, emit func(name, value string)) {
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		for _, key := range keys {
			if name == "" {
				flatten(key, v[key], emit)
			} else {
				flatten(name+"["+key+"]", v[key], emit)
			}
		}
	case []any:
		for i, e := range v {
			if target, ok := e.(map[string]any); ok && name == "syndicate-to" {
				flatten(name+"[]", target["uid"], emit)
			} else if ok {
				flatten(name+"["+strconv.Itoa(i)+"]", e, emit)
			} else {
				flatten(name+"[]", e, emit)
			}
		}
	case nil:
	case string:
		emit(name, v)
	case bool:
		emit(name, strconv.FormatBool(v))
	case json.Number:
		emit(name, v.String())
	}
}
