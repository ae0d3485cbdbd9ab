package frontmatter

import (
	"math"
	"strings"
)

type kind uint8

const (
	scalarNode kind = iota
	listNode
	mapNode
	aliasNode // *name in YAML; target is the value
)

// node is a value of the decoded front matter with its position. Offsets are into the text
// between the delimiters.
type node struct {
	kind  kind
	flow  bool // a list or map between brackets
	quote byte // of a scalar: one of " ' | >, or 0 if it is plain
	known bool // value is resolved
	text  string
	tag   string // in YAML: the resolved tag, as yaml.v3 writes it
	value any    // of a scalar, if known

	start int // the first byte, of a tag or anchor if there is one
	end   int // after the last byte; -1 if not yet known

	keys   []entry
	items  []*node
	anchor string
	target *node
	indent int // the column of a block list or map in YAML, from 0

	toml []tomlStatement // of the root in TOML
	org  []orgLine       // of the root in Org
}

// entry is one key of a map.
type entry struct {
	name  string
	merge bool // << in YAML
	key   *node
	value *node
}

// scalar returns the value of a scalar node.
func (n *node) scalar() any {
	if !n.known {
		n.value, n.known = resolveYAML(n), true
	}
	return n.value
}

// decoded returns the value as in Field.
func (n *node) decoded() any {
	switch n.kind {
	case listNode:
		list := make([]any, len(n.items))
		for i, item := range n.items {
			list[i] = item.decoded()
		}
		return list
	case mapNode:
		m := make(map[string]any, len(n.keys))
		for i := len(n.keys) - 1; i >= 0; i-- {
			e := &n.keys[i]
			if !e.merge {
				if _, later := m[e.name]; !later {
					m[e.name] = e.value.decoded()
				}
			}
		}
		for i := range n.keys {
			for _, from := range n.keys[i].merged() {
				for name, value := range from.decoded().(map[string]any) {
					if _, own := m[name]; !own {
						m[name] = value
					}
				}
			}
		}
		return m
	case aliasNode:
		return n.target.decoded()
	}
	return n.scalar()
}

// canonical returns the value with every map as a Map in file order.
func (n *node) canonical() any {
	n = n.resolved()
	switch n.kind {
	case listNode:
		list := make([]any, len(n.items))
		for i, item := range n.items {
			list[i] = item.canonical()
		}
		return list
	case mapNode:
		m := make(Map, 0, len(n.keys))
		for i := range n.keys {
			if e := &n.keys[i]; !e.merge && n.child(e.name, false) == e {
				m = append(m, Pair{e.name, e.value.canonical()})
			}
		}
		for i := range n.keys {
			for _, from := range n.keys[i].merged() {
				for _, p := range from.canonical().(Map) {
					if !hasKey(m, p.Key) {
						m = append(m, p)
					}
				}
			}
		}
		return m
	}
	return n.scalar()
}

// merged returns the maps that a << key merges.
func (e *entry) merged() []*node {
	if !e.merge {
		return nil
	}
	v := e.value.resolved()
	if v.kind == mapNode {
		return []*node{v}
	}
	var maps []*node
	for _, item := range v.items {
		if item = item.resolved(); item.kind == mapNode {
			maps = append(maps, item)
		}
	}
	return maps
}

func (n *node) resolved() *node {
	for n.kind == aliasNode {
		n = n.target
	}
	return n
}

// child returns the entry of a map's own key, the last one if it is duplicated.
func (n *node) child(name string, fold bool) *entry {
	for i := len(n.keys) - 1; i >= 0; i-- {
		if e := &n.keys[i]; e.name == name && !e.merge {
			return e
		}
	}
	if fold {
		for i := len(n.keys) - 1; i >= 0; i-- {
			if e := &n.keys[i]; strings.EqualFold(e.name, name) && !e.merge {
				return e
			}
		}
	}
	return nil
}

// index returns the position of the entry that child returns, or -1.
func (n *node) index(name string, fold bool) int {
	e := n.child(name, fold)
	for i := range n.keys {
		if &n.keys[i] == e {
			return i
		}
	}
	return -1
}

func (e *entry) named(name string, fold bool) bool {
	return !e.merge && (e.name == name || fold && strings.EqualFold(e.name, name))
}

// matching returns the number of entries with a name.
func (n *node) matching(name string, fold bool) int {
	count := 0
	for i := range n.keys {
		if n.keys[i].named(name, fold) {
			count++
		}
	}
	return count
}

// find returns the node at a path through maps, aliases and merged keys.
func (n *node) find(path []string, fold bool) *node {
	for _, name := range path {
		n = n.resolved()
		if n.kind != mapNode {
			return nil
		}
		if n = n.findKey(name, fold); n == nil {
			return nil
		}
	}
	return n
}

func (n *node) findKey(name string, fold bool) *node {
	if e := n.child(name, fold); e != nil {
		return e.value
	}
	for i := range n.keys {
		for _, from := range n.keys[i].merged() {
			if v := from.findKey(name, fold); v != nil {
				return v
			}
		}
	}
	return nil
}

// equals reports whether a node has a canonical value.
func (n *node) equals(v any) bool {
	n = n.resolved()
	switch v := v.(type) {
	case []any:
		if n.kind != listNode || len(v) != len(n.items) {
			return false
		}
		for i := range v {
			if !n.items[i].equals(v[i]) {
				return false
			}
		}
		return true
	case Map:
		if n.kind != mapNode {
			return false
		}
		for i := range n.keys {
			if n.keys[i].merge {
				return equalValues(n.decoded(), plainValue(v))
			}
		}
		if len(n.keys) != len(v) {
			return false
		}
		for _, p := range v {
			e := n.child(p.Key, false)
			if e == nil || !e.value.equals(p.Value) {
				return false
			}
		}
		return true
	}
	return n.kind == scalarNode && equalValues(n.scalar(), v)
}

// sameNode reports whether two nodes decode to the same value, keys in the same order.
func sameNode(a, b *node) bool {
	if a == b {
		return true
	}
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case listNode:
		if len(a.items) != len(b.items) {
			return false
		}
		for i := range a.items {
			if !sameNode(a.items[i], b.items[i]) {
				return false
			}
		}
		return true
	case mapNode:
		if len(a.keys) != len(b.keys) {
			return false
		}
		for i := range a.keys {
			x, y := &a.keys[i], &b.keys[i]
			if x.name != y.name || x.merge != y.merge || !sameNode(x.value, y.value) {
				return false
			}
		}
		return true
	case aliasNode:
		// The values are compared at their anchors: every anchor is in the tree, and an edit
		// does not touch one that has aliases (see holdsAnchor).
		return a.text == b.text
	}
	if a.text == b.text && a.tag == b.tag && (a.quote == 0) == (b.quote == 0) && !a.known {
		return true
	}
	x, y := a.scalar(), b.scalar()
	if f, ok := x.(float64); ok && math.IsNaN(f) {
		return equalValues(x, y)
	}
	return x == y
}

// othersUnchanged reports whether an edit of path changed nothing else.
func othersUnchanged(before, after *node, path []string, fold bool) bool {
	if before.kind != mapNode || after.kind != mapNode {
		return before.kind == after.kind
	}
	i, j := 0, 0
	named := func(e *entry) bool {
		return !e.merge && (e.name == path[0] || fold && strings.EqualFold(e.name, path[0]))
	}
	for {
		for i < len(before.keys) && named(&before.keys[i]) {
			i++
		}
		for j < len(after.keys) && named(&after.keys[j]) {
			j++
		}
		if i == len(before.keys) || j == len(after.keys) {
			break
		}
		x, y := &before.keys[i], &after.keys[j]
		if x.name != y.name || x.merge != y.merge || !sameNode(x.value, y.value) {
			return false
		}
		i, j = i+1, j+1
	}
	if i != len(before.keys) || j != len(after.keys) {
		return false
	}
	if len(path) == 1 {
		return true
	}
	x, y := before.child(path[0], fold), after.child(path[0], fold)
	if x == nil || y == nil || x.value.kind != mapNode || y.value.kind != mapNode {
		return x == nil || x.value.kind != mapNode
	}
	return othersUnchanged(x.value, y.value, path[1:], fold)
}
