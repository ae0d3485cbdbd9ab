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

// Clone is a copy that shares nothing with i.
func (i Item) Clone() Item {
	return Item{Type: append([]string(nil), i.Type...), Properties: i.Properties.Clone()}
}

// Clone is a copy that shares nothing with p. A nil p stays nil.
func (p Properties) Clone() Properties {
	if p == nil {
		return nil
	}
	c := make(Properties, len(p))
	for name, values := range p {
		c[name] = cloneList(values)
	}
	return c
}

// First is the first value of a property, or nil when it has none.
func (p Properties) First(name string) any {
	if values := p[name]; len(values) > 0 {
		return values[0]
	}
	return nil
}

// Text is the first value of a property as Text reads it; "" when it has none.
func (p Properties) Text(name string) string { return Text(p.First(name)) }
