package site

import (
	"maps"
	"slices"
	"strings"
)

// Hugo lets a page's own parameters stand below params (since 0.123), where they mean to its
// layouts what they mean at top level: params.likeOf is .Params.likeOf. What Hugo itself reads,
// it reads at top level alone, so a title below params is none.

// levels are the places at which a key for the property may stand, as prefixes of its path.
func (c convention) levels(property string) []string {
	switch property {
	case "name", "summary", "published", "updated", statusProperty, visibilityProperty:
		return []string{""}
	}
	if c.params == "" {
		return []string{""}
	}
	return []string{"", c.params + "."}
}

// bare is a key without the level at which it stands.
func (c convention) bare(key string) string {
	if c.params == "" {
		return key
	}
	return strings.TrimPrefix(key, c.params+".")
}

// parameters are the keys below params, in a lasting order.
func (r *reading) parameters() []string {
	if r.rules.params == "" {
		return nil
	}
	v, _ := r.doc.Get(r.rules.params)
	m, _ := v.(map[string]any)
	return slices.Sorted(maps.Keys(m))
}

// standing is the path at which the document has a key: at top level, or below params when it
// stands there alone.
func (w *writer) standing(key string) []string {
	path := strings.Split(key, ".")
	if w.rules.params == "" {
		return path
	}
	if _, ok := w.doc.Get(path...); !ok {
		if below := append([]string{w.rules.params}, path...); w.has(below) {
			return below
		}
	}
	return path
}

func (w *writer) has(path []string) bool {
	_, ok := w.doc.Get(path...)
	return ok
}
