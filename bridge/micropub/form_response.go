package micropub

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// encodeForm encodes a response as in the drafts: me=…&scope=…, syndicate-to[]=… . Members of
// an object are in brackets, elements of a list are numbered; a list of texts, and of
// syndication targets by their uid, is name[]=… .
func encodeForm(v any) (string, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode the response: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return "", fmt.Errorf("encode the response: %w", err)
	}
	var pairs []string
	flatten("", tree, func(name, value string) {
		pairs = append(pairs, formName(name)+"="+url.QueryEscape(value))
	})
	return strings.Join(pairs, "&"), nil
}

// formName escapes a name except for its brackets, as in the drafts.
func formName(name string) string {
	return strings.NewReplacer("%5B", "[", "%5D", "]").Replace(url.QueryEscape(name))
}

func flatten(name string, v any, emit func(name, value string)) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
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
