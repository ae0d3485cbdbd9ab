package frontmatter

import "slices"

// Style is how the document is written, for new documents that are to look like it. What
// the document shows no example of is as New was told.
func (d *Document) Style() Style {
	s := d.habits()
	s.Format = d.format
	s.CRLF = d.eol() == "\r\n"
	if s.KeyOrder == nil {
		s.KeyOrder = d.Keys()
	}
	return s
}

// habits is how the document writes lists and quotes.
func (d *Document) habits() Style {
	s := d.style
	var seen evidence
	seen.look(d.root)
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

// evidence counts how a document writes lists and quotes.
type evidence struct{ flow, block, indented, single, double int }

func (e *evidence) look(n *node) {
	switch n.kind {
	case scalarNode:
		switch n.quote {
		case '"':
			e.double++
		case '\'':
			e.single++
		}
	case listNode:
		for _, item := range n.items {
			e.look(item)
		}
	case mapNode:
		for i := range n.keys {
			v := n.keys[i].value
			if v.kind == listNode && len(v.items) > 0 {
				switch {
				case !v.flow:
					e.block++
					if v.indent > n.indent {
						e.indented++
					}
				case allScalarNodes(v.items):
					e.flow++
				}
			}
			e.look(v)
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
