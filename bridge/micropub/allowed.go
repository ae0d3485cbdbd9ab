package micropub

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"gitpost/bridge/mf2"
)

// checkProperties refuses what no file can hold or show: control characters, and more names
// than the limits allow.
func checkProperties(l Limits, all ...mf2.Properties) error {
	count := 0
	for _, properties := range all {
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			if err := checkName(name); err != nil {
				return err
			}
			if count++; count > l.Properties {
				return tooManyNames(l)
			}
			for _, v := range properties[name] {
				if err := checkValue(name, v, &count, l); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func checkValue(name string, v any, count *int, l Limits) error {
	switch v := v.(type) {
	case string:
		return checkText(name, v)
	case []any:
		for _, e := range v {
			if err := checkValue(name, e, count, l); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			e := v[key]
			if err := checkName(key); err != nil {
				return err
			}
			if *count++; *count > l.Properties {
				return tooManyNames(l)
			}
			if err := checkValue(name, e, count, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxName is the longest name of a property. Names of the field have at most 30 letters.
const maxName = 200

func checkName(name string) error {
	switch {
	case strings.TrimSpace(name) == "", name == prefix:
		return refuse(fmt.Sprintf("%q is not the name of a property", name), "name each property")
	case utf8.RuneCountInString(name) > maxName:
		return refuse(fmt.Sprintf("the property name %q is longer than %d characters", shorten(name), maxName), "use a shorter name")
	}
	for _, r := range name {
		if isControl(r) || r == '\t' || r == '\n' || r == '\r' {
			return refuse(fmt.Sprintf("the property name %q has a control character (U+%04X)", shorten(name), r), "take it out")
		}
	}
	return nil
}

func checkText(name, s string) error {
	for _, r := range s {
		if isControl(r) {
			return refuse(
				fmt.Sprintf("%s has an invisible control character (U+%04X)", shorten(name), r),
				"take it out: a feed with it in is not valid XML",
			)
		}
	}
	return nil
}

// isControl names the characters that may stand in no XML feed of the site: the C0 controls
// but tab and line ends, and DEL, which YAML does not allow either.
func isControl(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f
}
