// Package mf2 holds microformats2 items in the shape of Micropub's JSON syntax.
//
// A property value is a string, bool, int64, float64, map[string]any or []any, and
// inside maps and lists the same again. A map with "type" and "properties" is a nested
// item; any other map ({"html": …}, {"value": …, "alt": …}) is an object that is kept as
// it is. Numbers stay numbers and strings strings: "007", "yes" and "1979" are strings.
//
// The package does no I/O. Values are not safe for concurrent change.
package mf2

// Item is one microformats2 object.
type Item struct {
	Type       []string   `json:"type,omitempty"` // "h-entry"
	Properties Properties `json:"properties"`
}

// Properties maps a property name to its values, in order.
type Properties map[string][]any
