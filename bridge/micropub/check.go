package micropub

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
)

// checkProperties refuses more names and longer texts than the limits allow, and names with control
// characters. Those of a text are left to package site, which knows the text before an edit.
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
			err := mf2.Walk(properties[name], func(v any) error {
				switch v := v.(type) {
				case string:
					if len(v) > l.Text {
						return textTooLarge(name, l)
					}
				case map[string]any:
					if count += len(v); count > l.Properties {
						return tooManyNames(l)
					}
					for _, key := range slices.Sorted(maps.Keys(v)) {
						if err := checkName(key); err != nil {
							return err
						}
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// maxName is the longest name of a property. Known ones have at most 30 characters.
const maxName = 200

func checkName(name string) error {
	switch {
	case strings.TrimSpace(name) == "", name == prefix:
		return refuse(fmt.Sprintf("%q is not a property name", name), "name each property")
	case utf8.RuneCountInString(name) > maxName:
		return refuse(
			fmt.Sprintf("the property name %q is longer than %d characters", shorten(name), maxName), "use a shorter name")
	}
	for _, r := range name {
		if isControl(r) || r == '\t' || r == '\n' || r == '\r' {
			return refuse(fmt.Sprintf("the property name %q has a control character (U+%04X)", shorten(name), r), "remove it")
		}
	}
	return nil
}

func textTooLarge(name string, l Limits) error {
	return &fault.Error{
		Code: fault.TooLarge, Op: op,
		Message: fmt.Sprintf("%s is longer than %s", shorten(name), size(int64(l.Text))), Hint: "send a shorter text",
	}
}

func checkText(name, s string) error {
	for _, r := range s {
		if isControl(r) {
			return refuse(
				fmt.Sprintf("%s contains a control character (U+%04X)", shorten(name), r),
				"remove it; it is not allowed in an XML feed",
			)
		}
	}
	return nil
}

// isControl reports whether a character is not allowed in an XML feed: the C0 controls except
// tab and line ends, and DEL, which YAML does not allow either.
func isControl(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f
}
