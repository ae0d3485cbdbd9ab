package frontmatter

import "slices"

// observed returns how the document writes lists and quotes.
func (d *Document) observed() Style {
	s := d.style
	var seen counts
	seen.add(d.root)
	if seen.flow+seen.block > 0 {
		s.FlowLists = seen.flow > seen.block
	}
	if seen.block > 0 {
		s.ListIndent = 0
		if seen.indented*2 > seen.block {
			s.ListIndent = 2
		}
	}
	if seen.single+seen.double > 0 {
		s.SingleQuotes = seen.single > seen.double
	}
	return s
}

// counts are how often a document writes lists and quotes in each way.
type counts struct{ flow, block, indented, single, double int }

func (c *counts) add(n *node) {
	switch n.kind {
	case scalarNode:
		switch n.quote {
		case '"':
			c.double++
		case '\'':
			c.single++
		}
	case listNode:
		for _, item := range n.items {
			c.add(item)
		}
	case mapNode:
		for i := range n.keys {
			v := n.keys[i].value
			if v.kind == listNode && len(v.items) > 0 {
				switch {
				case !v.flow:
					c.block++
					if v.indent > n.indent {
						c.indented++
					}
				case allScalarNodes(v.items):
					c.flow++
				}
			}
			c.add(v)
		}
	}
}

func allScalarNodes(items []*node) bool {
	for _, item := range items {
		if item.kind != scalarNode {
			return false
		}
	}
	return true
}

// place returns the index of the first key that a known order puts after a new one.
func (n *node) place(order []string, name string) int {
	i := slices.IndexFunc(n.keys, func(e entry) bool { return rank(order, e.name) > rank(order, name) })
	if i < 0 {
		return len(n.keys)
	}
	return i
}

// rank returns the place of a key in a known order; unknown keys come last.
func rank(order []string, name string) int {
	if i := slices.Index(order, name); i >= 0 {
		return i
	}
	return len(order)
}
