package frontmatter

import "strings"

// within adds a node and its descendants to a set.
func within(n *node, set map[*node]bool) map[*node]bool {
	set[n] = true
	for _, item := range n.items {
		within(item, set)
	}
	for i := range n.keys {
		within(n.keys[i].value, set)
	}
	return set
}

// first returns where the statements of a node start.
func (e *tomlEdit) first(n *node) int {
	set := within(n, make(map[*node]bool))
	for _, s := range e.statements {
		if set[s.node] {
			return s.start
		}
	}
	return len(e.text)
}

// last returns where the last statement of a node ends.
func (e *tomlEdit) last(n *node) int {
	set := within(n, make(map[*node]bool))
	end := 0
	for _, s := range e.statements {
		if set[s.node] {
			end = s.end
		}
	}
	return end
}

// removeStatements removes all lines of a node, with the comments between the lines of one
// table.
func (e *tomlEdit) removeStatements(n *node) {
	set := within(n, make(map[*node]bool))
	for i := 0; i < len(e.statements); i++ {
		if !set[e.statements[i].node] {
			continue
		}
		start := lineStart(e.text, e.statements[i].start)
		for i+1 < len(e.statements) && set[e.statements[i+1].node] {
			next := e.statements[i+1]
			if next.header && !blank(e.text[lineStop(e.text, e.statements[i].end):lineStart(e.text, next.start)]) {
				break
			}
			i++
		}
		e.splice(start, lineStop(e.text, e.statements[i].end), "")
	}
}

// insertAfter inserts whole lines after the line that contains at.
func (e *tomlEdit) insertAfter(at int, lines string) {
	stop := lineStop(e.text, at)
	if stop > 0 && e.text[stop-1] != '\n' {
		lines = e.w.eol + strings.TrimSuffix(lines, e.w.eol)
	}
	e.splice(stop, stop, lines)
}

// section reports whether keys can be added to m under a header or at the top.
func (e *tomlEdit) section(m *node) bool {
	if m == e.root {
		return true
	}
	dotted := false
	set := within(m, make(map[*node]bool))
	for _, s := range e.statements {
		if s.header && s.node == m {
			return true
		}
		if !s.header && set[s.node] && !set[s.in] {
			dotted = true
		}
	}
	return !dotted
}

// depth returns the number of names in the header of m.
func (e *tomlEdit) depth(m *node) int {
	var find func(n *node, depth int) int
	find = func(n *node, depth int) int {
		if n == m {
			return depth
		}
		for i := range n.keys {
			if d := find(n.keys[i].value, depth+1); d >= 0 {
				return d
			}
		}
		for _, item := range n.items {
			if d := find(item, depth); d >= 0 {
				return d
			}
		}
		return -1
	}
	return max(find(e.root, 0), 0)
}

// inInline reports whether m comes from a dotted key in an inline table.
func (e *tomlEdit) inInline(m *node) bool {
	set := within(m, make(map[*node]bool))
	for _, s := range e.statements {
		if set[s.node] {
			return false
		}
	}
	return m != e.root
}

func flowListParts(list *node) flowParts {
	p := flowParts{open: list.start, end: list.end}
	for _, item := range list.items {
		p.spans = append(p.spans, [2]int{item.start, item.end})
	}
	return p
}

// flowEntries returns the parts of an inline table. Adjacent dotted keys of one name are one
// part.
func (e *tomlEdit) flowEntries(m *node) (flowParts, error) {
	p := flowMapParts(m)
	for i := range p.spans {
		p.spans[i][1] = flowLast(m.keys[i].value)
		if i > 0 && p.spans[i][0] < p.spans[i-1][1] {
			return p, errLayout
		}
	}
	return p, nil
}

// flowLast returns where the last value below n ends.
func flowLast(n *node) int {
	end := n.end
	for i := range n.keys {
		end = max(end, flowLast(n.keys[i].value))
	}
	return end
}

func flowMapParts(m *node) flowParts {
	p := flowParts{open: m.start, end: m.end}
	for i := range m.keys {
		p.spans = append(p.spans, [2]int{m.keys[i].key.start, m.keys[i].value.end})
	}
	return p
}
