package site

import (
	"maps"
	"slices"
	"strings"

	"gitpost/bridge/site/generator"
)

// Some generators let a page's own parameters stand below a map, where they mean to layouts
// what they mean at top level. What the generator itself reads, it reads at top level alone: a
// title below that map is none.

// levels are the places where a key for the property may be, as prefixes of its path.
func levels(c *generator.Convention, property string) []string {
	switch property {
	case "name", "summary", "published", "updated", statusProperty, visibilityProperty:
		return []string{""}
	}
	if c.Params == "" {
		return []string{""}
	}
	return []string{"", c.Params + "."}
}

// bare is a key without the level at which it is.
func bare(c *generator.Convention, key string) string {
	if c.Params == "" {
		return key
	}
	return strings.TrimPrefix(key, c.Params+".")
}

// parameters are the sorted keys below params.
func (r *reading) parameters() []string {
	if r.rules.Params == "" {
		return nil
	}
	v, _ := r.doc.Get(r.rules.Params)
	m, _ := v.(map[string]any)
	return slices.Sorted(maps.Keys(m))
}

// keyPath is the path at which the document has a key: at top level, or below params if it is only
// there or may not stand at top level.
func (w *writer) keyPath(key string) []string {
	path := strings.Split(key, ".")
	if w.rules.Params == "" {
		return path
	}
	if _, ok := w.doc.Get(path...); !ok {
		if below := append([]string{w.rules.Params}, path...); w.has(below) || !w.rules.Allows(key) {
			return below
		}
	}
	return path
}

func (w *writer) has(path []string) bool {
	_, ok := w.doc.Get(path...)
	return ok
}
