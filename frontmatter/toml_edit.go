package frontmatter

import (
	"errors"
	"strings"
)

// tomlEdit is an edit of TOML.
type tomlEdit struct {
	edit
	w          tomlWriter
	root       *node
	statements []tomlStatement
}

func (d *Document) planTOML(path []string, v any, wide, remove bool) (string, error) {
	e := &tomlEdit{
		edit: d.newEdit(wide), w: tomlWriter{eol: d.eol(), single: d.observed().SingleQuotes},
		root: d.root, statements: d.root.toml,
	}
	var err error
	if remove {
		err = e.delete(d.root, nil, path)
	} else {
		err = e.set(d.root, nil, path, v)
	}
	if err != nil {
		return "", err
	}
	return apply(d.front, e.splices)
}

// set writes v at path below the map m, which is at prefix.
func (e *tomlEdit) set(m *node, prefix, path []string, v any) error {
	i := m.index(path[0], e.fold)
	if i < 0 {
		return e.add(m, prefix, path[0], nest(path[1:], v))
	}
	old := m.keys[i].value
	if len(path) > 1 {
		if old.kind != mapNode {
			return errNoMap
		}
		return e.set(old, extend(prefix, m.keys[i].name), path[1:], v)
	}
	return e.replace(m, prefix, i, v)
}

func extend(path []string, name string) []string { return append(path[:len(path):len(path)], name) }

// isValue reports whether a node is a value after an equals sign, or in an array.
func isValue(n *node) bool { return n.kind == scalarNode || n.flow }

func (e *tomlEdit) replace(m *node, prefix []string, i int, v any) error {
	old, name := m.keys[i].value, m.keys[i].name
	if !e.wide {
		if done, err := e.inside(old, extend(prefix, name), v); done || err != nil {
			return err
		}
	}
	if isValue(old) {
		e.overwrite(old, v)
		return nil
	}
	// Its tables are removed and it is rewritten.
	e.removeStatements(old)
	return e.add(m, prefix, name, v)
}

func (e *tomlEdit) overwrite(old *node, v any) {
	like := ""
	if old.kind == scalarNode {
		like = e.text[old.start:old.end]
		if _, text := v.(string); !text || old.quote == 0 {
			like = ""
		}
	} else if old.kind == listNode && itemQuote(old) == '\'' {
		like = "'"
	}
	if t, ok := v.(Timestamp); ok && old.kind == scalarNode {
		quote := byte(0)
		v = followTime(old, t, &quote)
	}
	e.splice(old.start, old.end, e.w.inline(v, like))
}

func (e *tomlEdit) inside(old *node, path []string, v any) (done bool, err error) {
	switch v := v.(type) {
	case []any:
		if old.kind != listNode || len(old.items) == 0 || len(v) == 0 {
			return false, nil
		}
		if old.flow {
			like := ""
			if itemQuote(old) == '\'' {
				like = "'"
			}
			return true, e.flow("#").list(flowListParts(old), alignList(old.items, v), flowItems{
				inside: func(i int, value any) (bool, error) {
					planned := len(e.splices)
					done, err := e.inside(old.items[i], path, value)
					if errors.Is(err, errLayout) {
						e.splices = e.splices[:planned]
						return false, nil
					}
					return done, err
				},
				replace: func(i int, value any) (string, error) {
					own := like
					if _, text := value.(string); text && old.items[i].quote == '\'' {
						own = "'"
					}
					return e.w.inline(value, own), nil
				},
				insert: func(value any) string { return e.w.inline(value, like) },
				remove: func(int) error { return nil },
			})
		}
		return true, e.tableList(old, path, v)
	case Map:
		if old.kind != mapNode || len(v) == 0 {
			return false, nil
		}
		for i := range old.keys {
			if !hasKey(v, old.keys[i].name) {
				if err := e.remove(old, i); err != nil {
					return true, err
				}
			}
		}
		for _, p := range v {
			i := old.index(p.Key, false)
			if i < 0 {
				err = e.add(old, path, p.Key, p.Value)
			} else if !old.keys[i].value.equals(p.Value) {
				err = e.replace(old, path, i, p.Value)
			}
			if err != nil {
				return true, err
			}
		}
		return true, nil
	}
	return false, nil
}

func hasKey(m Map, name string) bool {
	for _, p := range m {
		if p.Key == name {
			return true
		}
	}
	return false
}

// tableList changes the [[tables]] of a list to those of v.
func (e *tomlEdit) tableList(list *node, path []string, v []any) error {
	if !asTable(v) {
		return errLayout
	}
	for _, step := range alignList(list.items, v) {
		switch {
		case step.delete:
			e.removeStatements(list.items[step.item])
		case step.insert:
			text := e.w.sections(path, []any{step.value})
			if step.item < 0 {
				at := lineStart(e.text, e.first(list.items[0]))
				e.splice(at, at, strings.TrimPrefix(text, e.w.eol)+e.w.eol)
				continue
			}
			e.insertAfter(e.last(list.items[step.item]), text)
		default:
			if done, err := e.inside(list.items[step.item], path, step.value); err != nil || !done {
				return errLayout
			}
		}
	}
	return nil
}

// add adds a key to m, which is at prefix.
func (e *tomlEdit) add(m *node, prefix []string, name string, v any) error {
	if m.flow {
		p, err := e.flowEntries(m)
		if err != nil {
			return err
		}
		return e.flow("#").insert(p, len(m.keys)-1, e.w.key(name)+" = "+e.w.inline(v, ""))
	}
	if e.inInline(m) {
		return errLayout
	}
	if asTable(v) && e.section(m) {
		text := e.w.sections(extend(prefix, name), v)
		at := e.last(m)
		if m == e.root {
			at = len(e.text)
			if at == 0 {
				text = strings.TrimPrefix(text, e.w.eol)
			}
			e.splice(at, at, text)
			return nil
		}
		e.insertAfter(at, text)
		return nil
	}
	line := " = " + e.w.inline(v, "") + e.w.eol
	// After the last key of the same section.
	own := within(m, make(map[*node]bool))
	if e.section(m) {
		own = nil
	}
	last, header := -1, -1
	for i, s := range e.statements {
		switch {
		case s.header && s.node == m:
			header = i
		case s.header:
		case own == nil && s.in == m, own[s.node]:
			last = i
		}
	}
	switch {
	case last >= 0:
		s := e.statements[last]
		start := lineStart(e.text, s.start)
		indent := e.text[start:s.start]
		key := e.w.key(name)
		if own != nil {
			key = e.w.path(extend(prefix[e.depth(s.in):], name))
		}
		if before := e.nextInOrder(m, name); before >= 0 {
			e.splice(before, before, key+line)
			return nil
		}
		e.insertAfter(s.end, indent+key+line)
	case header >= 0:
		s := e.statements[header]
		e.insertAfter(s.end, e.w.key(name)+line)
	case m == e.root:
		if strings.HasPrefix(e.text, "[") {
			line += e.w.eol
		}
		e.splice(0, 0, e.w.key(name)+line)
	default:
		e.insertAfter(e.last(m), e.w.eol+"["+e.w.path(prefix)+"]"+e.w.eol+e.w.key(name)+line)
	}
	return nil
}

// nextInOrder returns the offset of the top-level key before which the known order puts a
// new one, or -1.
func (e *tomlEdit) nextInOrder(m *node, name string) int {
	if m != e.root {
		return -1
	}
	for i := range m.keys {
		if rank(e.order, m.keys[i].name) > rank(e.order, name) && isValue(m.keys[i].value) {
			return lineStart(e.text, m.keys[i].key.start)
		}
	}
	return -1
}

func (e *tomlEdit) delete(m *node, prefix, path []string) error {
	i := m.index(path[0], e.fold)
	if i < 0 {
		return nil
	}
	below := m.keys[i].value
	if len(path) == 1 {
		for i := range m.keys {
			if m.keys[i].named(path[0], e.fold) {
				if err := e.remove(m, i); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if len(path) == 2 && !below.flow && below.kind == mapNode && below.matching(path[1], e.fold) == len(below.keys) {
		for _, s := range e.statements {
			if s.header && s.node == below {
				return e.delete(below, extend(prefix, m.keys[i].name), path[1:])
			}
		}
		e.removeStatements(below)
		return e.add(m, prefix, m.keys[i].name, Map{})
	}
	return e.delete(below, extend(prefix, m.keys[i].name), path[1:])
}

func (e *tomlEdit) remove(m *node, i int) error {
	if m.flow {
		p, err := e.flowEntries(m)
		if err != nil {
			return err
		}
		return e.flow("#").remove(p, i)
	}
	if e.inInline(m.keys[i].value) {
		return errLayout
	}
	e.removeStatements(m.keys[i].value)
	return nil
}
