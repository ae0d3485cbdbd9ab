package generator

import (
	"slices"

	"gitpost/frontmatter"
)

// A Shape is the form that a value has in front matter. A layout that expects another one fails
// the build, or shows nonsense. The zero value is the shape of which nothing is known.
type Shape struct {
	Kind    ValueKind // of the value, or of the items of a list
	List    bool
	Address string         // of maps: the key that has the address; "" when none has
	Alt     string         // of maps: the key that has the alternative text; "" when none has
	Name    string         // of maps: the key that has a name; "" when none has
	Beside  map[string]any // of maps: other keys, with values that say nothing about one post
}

// ValueKind is what a value is.
type ValueKind int

// The kinds. Of AnyValue nothing is known, or layouts can work with several.
const (
	AnyValue ValueKind = iota
	TextValue
	NumberValue
	TruthValue
	TimeValue
	MapValue
)

// Known reports whether anything is known about the shape.
func (s Shape) Known() bool { return s.Kind != AnyValue || s.List }

// AddressKeys are the keys of a map that may have the address of what it is about.
var AddressKeys = []string{"url", "src", "path", "image", "feature", "href", "file", "filename", "teaser", "og_image",
	"value"}

// AltKeys are the keys of a map that may have the alternative text of a picture.
var AltKeys = []string{"alt", "image_alt", "alt_text", "altText", "description"}

// NameKeys are the keys of a map that may have the name of what it is about.
var NameKeys = []string{"title", "name", "text"}

// ShapeOf returns the shape of a value as frontmatter reads it.
func ShapeOf(value any) Shape {
	switch v := value.(type) {
	case nil:
		return Shape{}
	case []any:
		s := Shape{List: true}
		for i, item := range v {
			switch of := ShapeOf(item); {
			case i == 0:
				s = of
				s.List = true
			case of.Kind != s.Kind:
				return Shape{List: true}
			}
		}
		return s
	case map[string]any:
		if _, isItem := v["properties"]; isItem {
			return Shape{} // of mf2, which layouts do not know
		}
		return shapeOfMap(v)
	case bool:
		return Shape{Kind: TruthValue}
	case int64, float64, int, uint64:
		return Shape{Kind: NumberValue}
	case frontmatter.Timestamp:
		return Shape{Kind: TimeValue}
	}
	return Shape{Kind: TextValue}
}

func shapeOfMap(m map[string]any) Shape {
	s := Shape{Kind: MapValue, Address: keyAmong(m, AddressKeys), Alt: keyAmong(m, AltKeys),
		Name: keyAmong(m, NameKeys)}
	for key, value := range m {
		if key == s.Address || key == s.Alt || key == s.Name {
			continue
		}
		if _, isBool := value.(bool); !isBool && value != "" && value != nil {
			continue // about that one picture
		}
		if s.Beside == nil {
			s.Beside = map[string]any{}
		}
		s.Beside[key] = value
	}
	return s
}

// keyAmong is the first of the keys that has a text, else the first that is there at all.
func keyAmong(m map[string]any, keys []string) string {
	there := ""
	for _, key := range keys {
		text, isText := m[key].(string)
		if isText && text != "" {
			return key
		}
		if _, has := m[key]; has && there == "" && (isText || m[key] == nil) {
			there = key
		}
	}
	return there
}

// Same reports whether two shapes fit the same layouts.
func (s Shape) Same(o Shape) bool {
	return s.Kind == o.Kind && s.List == o.List && s.Address == o.Address
}

// Common is the shape that fits where values of all the shapes fit: of those that are known,
// the first, if the others are the same; else nothing is known, as the layouts work with several.
func Common(shapes []Shape) Shape {
	var common Shape
	for _, s := range shapes {
		switch {
		case !s.Known():
		case !common.Known():
			common = s
		case s.List && common.List && s.Kind == AnyValue:
		case s.List && common.List && common.Kind == AnyValue:
			common = s
		case s.Kind == MapValue && common.Kind == MapValue && s.List == common.List:
			common = commonMap(common, s)
		case !s.Same(common):
			return Shape{}
		}
	}
	return common
}

func commonMap(a, b Shape) Shape {
	if a.Address == "" {
		a.Address = b.Address
	}
	if a.Alt == "" {
		a.Alt = b.Alt
	}
	if a.Name == "" {
		a.Name = b.Name
	}
	beside := map[string]any{}
	for key, value := range a.Beside {
		if other, has := b.Beside[key]; has && other == value {
			beside[key] = value
		}
	}
	a.Beside = beside
	return a
}

// Fields completes the shape of maps of which layouts read the keys.
func (s Shape) Fields(keys []string) Shape {
	for _, of := range []struct {
		key   *string
		known []string
	}{{&s.Address, AddressKeys}, {&s.Alt, AltKeys}, {&s.Name, NameKeys}} {
		for _, key := range of.known {
			if *of.key == "" && slices.Contains(keys, key) {
				*of.key = key
			}
		}
	}
	return s
}
