package mf2

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// LocationVisibility is the property that says who may know where a post was made.
const LocationVisibility = "location-visibility"

// HideLocation removes from p what reveals where its author was: the properties that name a
// place, and coordinates at any depth of the others. With labels, a place keeps its name
// ("Café Central") and nothing else. The text of the post is not changed.
func HideLocation(p Properties, labels bool) {
	for name, values := range p {
		switch {
		case len(values) == 0 || name == "content" || name == "name" || name == "summary":
			continue
		case isPlace(name) && labels:
			values = labelsOf(values)
		case isPlace(name), isCoordinate(name):
			values = nil
		default:
			values = withoutPlaces(values, labels)
		}
		if len(values) == 0 {
			delete(p, name)
		} else {
			p[name] = values
		}
	}
}

// isPlace reports whether the value of a property is a place.
func isPlace(name string) bool {
	switch name {
	case "location", "checkin", "geo", "adr", "venue":
		return true
	}
	return false
}

// isCoordinate reports whether the value of a property is part of a position.
func isCoordinate(name string) bool {
	switch name {
	case "latitude", "longitude", "altitude", "lat", "lon", "lng", "coordinates":
		return true
	}
	return false
}

// withoutPlaces returns a copy of values without coordinates at any depth.
func withoutPlaces(values []any, labels bool) []any {
	out := make([]any, 0, len(values))
	for _, v := range values {
		switch v := v.(type) {
		case string:
			if IsGeo(v) {
				continue
			}
		case []any:
			out = append(out, withoutPlaces(v, labels))
			continue
		case map[string]any:
			out = append(out, objectWithoutPlaces(v, labels))
			continue
		}
		out = append(out, v)
	}
	return out
}

func objectWithoutPlaces(object map[string]any, labels bool) map[string]any {
	out := make(map[string]any, len(object))
	for key, v := range object {
		list, isList := v.([]any)
		if !isList {
			list = []any{v}
		}
		switch {
		case isCoordinate(key), isPlace(key) && !labels:
			continue
		case isPlace(key):
			list = labelsOf(list)
		default:
			list = withoutPlaces(list, labels)
		}
		switch {
		case len(list) == 0:
		case isList:
			out[key] = list
		default:
			out[key] = list[0]
		}
	}
	return out
}

// labelsOf returns the names of places: a text itself, a geo URI's name, a card's name or label,
// or the town, region and country of a card without either.
func labelsOf(values []any) []any {
	var out []any
	for _, v := range values {
		switch v := v.(type) {
		case string:
			if label := labelOf(v); label != "" {
				out = append(out, label)
			}
		case []any:
			out = append(out, labelsOf(v)...)
		case map[string]any:
			if card := labelledCard(v); card != nil {
				out = append(out, card)
			}
		}
	}
	return out
}

func labelledCard(v map[string]any) any {
	properties, isItem := v["properties"].(map[string]any)
	if !isItem {
		properties = v
	}
	kept := map[string]any{}
	for _, names := range [][]string{{"name", "label"}, {"locality", "region", "country-name"}} {
		for _, name := range names {
			list, isList := properties[name].([]any)
			if !isList {
				list = []any{properties[name]}
			}
			list = slices.DeleteFunc(slices.Clone(list), func(e any) bool { return labelOf(Text(e)) == "" })
			if len(list) > 0 && isList {
				kept[name] = list
			} else if len(list) > 0 {
				kept[name] = list[0]
			}
		}
		if len(kept) > 0 {
			break
		}
	}
	switch {
	case len(kept) == 0:
		if label := labelOf(Text(v["value"])); label != "" {
			return label
		}
		return nil
	case !isItem:
		return kept
	}
	return map[string]any{"type": Clone(v["type"]), "properties": kept}
}

// labelOf returns the name of a place in a text; "" for coordinates and for URLs, which may
// lead to them.
func labelOf(s string) string {
	s = strings.TrimSpace(s)
	if IsGeo(s) {
		for parameter := range strings.SplitSeq(s, ";") {
			if name, ok := strings.CutPrefix(parameter, "name="); ok {
				return labelOf(unescaped(name))
			}
		}
		return ""
	}
	if strings.Contains(s, "://") || twoNumbers.MatchString(s) {
		return ""
	}
	return s
}

// twoNumbers matches coordinates in a text: 52.37, 4.89.
var twoNumbers = regexp.MustCompile(`-?\d+\.\d+[°NSns]*\s*[,;/ ]\s*@?-?\d+(\.\d+)?`)

// IsGeo reports whether a text is a geo URI (RFC 5870).
func IsGeo(s string) bool {
	s = strings.TrimSpace(s)
	return len(s) > 4 && strings.EqualFold(s[:4], "geo:")
}

// unescaped decodes a percent-encoded parameter; an invalid one is returned unchanged.
func unescaped(s string) string {
	if decoded, err := url.PathUnescape(s); err == nil {
		return decoded
	}
	return s
}
