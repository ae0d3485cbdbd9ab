package frontmatter

import "strings"

// itemQuote returns the quotes of the items of a list if all have the same, otherwise 0.
func itemQuote(n *node) byte {
	var quote byte
	for i, item := range n.items {
		if item.kind != scalarNode || item.quote != '"' && item.quote != '\'' || i > 0 && item.quote != quote {
			return 0
		}
		quote = item.quote
	}
	return quote
}

// blockList changes the items of a block list to those of v.
func (e *yamlEdit) blockList(list *node, v []any) error {
	dashes, err := e.dashes(list)
	if err != nil {
		return err
	}
	stop := func(i int) int { return lineStop(e.text, e.itemEnd(list, i)) }
	w := e.w
	dash := "- "
	if first := list.items[0]; !empty(first) && first.start > dashes[0] {
		if text := e.text[dashes[0]:first.start]; !strings.Contains(text, "\n") {
			dash = text
		}
	}
	like := itemQuote(list)
	for _, step := range alignList(list.items, v) {
		switch {
		case step.delete:
			item := list.items[step.item]
			if e.holdsAnchor(item) {
				return errAnchor
			}
			e.splice(lineStart(e.text, dashes[step.item]), stop(step.item), "")
		case step.insert:
			at := lineStart(e.text, dashes[0])
			if step.item >= 0 {
				at = stop(step.item)
			}
			text := w.item(step.value, list.indent, dash, like)
			if at > 0 && e.text[at-1] != '\n' {
				text = w.eol + strings.TrimSuffix(text, w.eol)
			}
			e.splice(at, at, text)
		default:
			item := list.items[step.item]
			if e.aliased[item.anchor] {
				return errAnchor
			}
			if done, err := e.tryInside(item, step.value); err != nil {
				return err
			} else if done {
				continue
			}
			if e.holdsAnchor(item) {
				return errAnchor
			}
			_, isMap := step.value.(Map)
			_, isList := step.value.([]any)
			if item.kind == scalarNode && !empty(item) && item.quote != '|' && item.quote != '>' && !isMap && !isList {
				value, like := step.value, quoteOf(item)
				if t, ok := value.(Timestamp); ok {
					value = followTime(item, t, &like)
				}
				e.splice(item.start, e.itemEnd(list, step.item), w.scalar(value, like, false))
				continue
			}
			e.splice(lineStart(e.text, dashes[step.item]), stop(step.item), w.item(step.value, list.indent, dash, quoteOf(item)))
		}
	}
	return nil
}

// itemEnd returns the end of an item of a block list.
func (e *yamlEdit) itemEnd(list *node, i int) int {
	return e.span.end(list.items[i], false, list.indent)
}

// dashes returns the offset of each item's dash. A dash must be first on its line.
func (e *yamlEdit) dashes(list *node) ([]int, error) {
	found := make([]int, len(list.items))
	floor := 0
	for i, item := range list.items {
		at := lineStart(e.text, min(item.start, len(e.text)))
		for {
			if dash := at + list.indent; dash < len(e.text) && e.text[dash] == '-' && strings.Trim(e.text[at:dash], " ") == "" {
				found[i] = dash
				break
			}
			if at <= floor {
				return nil, errLayout
			}
			at = lineStart(e.text, at-1)
		}
		floor = found[i] + 1
	}
	return found, nil
}

// flowList changes the items of a flow list to those of v.
func (e *yamlEdit) flowList(list *node, v []any) error {
	like := itemQuote(list)
	return e.flow("#").list(e.flowItems(list), alignList(list.items, v), flowItems{
		inside: func(i int, value any) (bool, error) {
			if e.aliased[list.items[i].anchor] {
				return false, errAnchor
			}
			return e.tryInside(list.items[i], value)
		},
		replace: func(i int, value any) (string, error) {
			old := list.items[i]
			if e.holdsAnchor(old) {
				return "", errAnchor
			}
			like := quoteOf(old)
			if t, ok := value.(Timestamp); ok && old.kind == scalarNode {
				value = followTime(old, t, &like)
			}
			return e.w.flow(value, like), nil
		},
		insert: func(value any) string { return e.w.flow(value, like) },
		remove: func(i int) error {
			if e.holdsAnchor(list.items[i]) {
				return errAnchor
			}
			return nil
		},
	})
}

func (e *yamlEdit) flowItems(list *node) flowParts {
	p := flowParts{open: e.span.content(list), end: e.span.end(list, true, list.indent)}
	for _, item := range list.items {
		p.spans = append(p.spans, [2]int{item.start, e.span.end(item, true, list.indent)})
	}
	return p
}

func (e *yamlEdit) flowEntries(m *node) flowParts {
	p := flowParts{open: e.span.content(m), end: e.span.end(m, true, m.indent)}
	for i := range m.keys {
		p.spans = append(p.spans, [2]int{m.keys[i].key.start, e.span.entryEnd(&m.keys[i], true, m.indent)})
	}
	return p
}
