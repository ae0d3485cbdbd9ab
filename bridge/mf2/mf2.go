// Package mf2 holds microformats2 items in the shape of Micropub's JSON syntax.
//
// A property value is a string, bool, int64, float64, nil, map[string]any or []any; maps and
// lists contain the same types. A map with "type" and "properties" is a nested item; any other
// map ({"html": …}, {"value": …, "alt": …}) is an object that is kept unchanged. Numbers stay
// numbers and strings stay strings: "007", "yes" and "1979" are strings.
//
// The package does no I/O. Values must not be modified concurrently.
package mf2

// Item is one microformats2 object.
type Item struct {
	Type       []string   `json:"type,omitempty"` // "h-entry"
	Properties Properties `json:"properties"`
}

// Properties maps a property name to its values, in order.
type Properties map[string][]any

// Clone returns a copy that shares nothing with i.
func (i Item) Clone() Item {
	return Item{Type: append([]string(nil), i.Type...), Properties: i.Properties.Clone()}
}

// Clone returns a copy that shares nothing with p. A nil p stays nil.
func (p Properties) Clone() Properties {
	if p == nil {
		return nil
	}
	c := make(Properties, len(p))
	for name, values := range p {
		c[name] = mapList(values, same)
	}
	return c
}

// First returns the first value of a property, or nil.
func (p Properties) First(name string) any {
	if values := p[name]; len(values) > 0 {
		return values[0]
	}
	return nil
}

// Text returns the text of a property's first value, or "".
func (p Properties) Text(name string) string { return Text(p.First(name)) }
