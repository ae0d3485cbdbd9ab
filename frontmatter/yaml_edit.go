package frontmatter

import (
	"errors"
	"strings"
)

// Reasons why an edit cannot be made in place.
var (
	errAnchor   = errors.New("it holds an anchor that is used elsewhere")
	errAlias    = errors.New("it is an alias of another value")
	errNoMap    = errors.New("a key above it is not a map")
	errExplicit = errors.New("it has an explicit ? key")
	errLayout   = errors.New("its layout cannot be edited in place")
)

// yamlEdit is an edit of YAML.
type yamlEdit struct {
	edit
	span    yamlSpan
	w       yamlWriter
	aliased map[string]bool // anchors with aliases
}

// set writes v at path below the map m.
func (e *yamlEdit) set(m *node, path []string, v any) error {
	if m.kind == aliasNode {
		return errAlias
	}
	i := m.index(path[0], e.fold)
	if i < 0 {
		return e.add(m, path[0], nest(path[1:], v))
	}
	old := m.keys[i].value
	if len(path) > 1 {
		if e.aliased[old.anchor] {
			return errAnchor
		}
		switch {
		case old.kind == mapNode && len(old.keys) > 0:
			return e.set(old, path[1:], v)
		case old.kind == aliasNode:
			return errAlias
		case old.kind == mapNode, old.kind == scalarNode && old.scalar() == nil:
			v = nest(path[1:], v)
		default:
			return errNoMap
		}
	}
	return e.replace(m, i, v)
}

// nest wraps v in maps.
func nest(path []string, v any) any {
	for i := len(path) - 1; i >= 0; i-- {
		v = Map{{path[i], v}}
	}
	return v
}

// holdsAnchor reports whether a value contains an anchor that has an alias.
func (e *yamlEdit) holdsAnchor(n *node) bool {
	if len(e.aliased) == 0 {
		return false
	}
	if n.anchor != "" && e.aliased[n.anchor] {
		return true
	}
	for _, item := range n.items {
		if e.holdsAnchor(item) {
			return true
		}
	}
	for i := range n.keys {
		if e.holdsAnchor(n.keys[i].key) || e.holdsAnchor(n.keys[i].value) {
			return true
		}
	}
	return false
}

// replace replaces the value of m's entry i.
func (e *yamlEdit) replace(m *node, i int, v any) error {
	entry := &m.keys[i]
	old := entry.value
	if e.aliased[old.anchor] {
		return errAnchor
	}
	if !e.wide {
		if done, err := e.tryInside(old, v); done || err != nil {
			return err
		}
	}
	if e.holdsAnchor(old) {
		return errAnchor
	}
	like := quoteOf(old)
	if t, ok := v.(Timestamp); ok && old.kind == scalarNode {
		v = followTime(old, t, &like)
	}
	colon := e.span.colon(entry, m.flow, m.indent)
	if colon == 0 || e.text[colon-1] != ':' {
		if m.flow {
			return errLayout
		}
		return errExplicit
	}
	end := e.span.entryEnd(entry, m.flow, m.indent)
	if m.flow {
		text := e.w.flow(v, like)
		if empty(old) && old.start <= colon {
			e.splice(colon, colon, " "+text)
		} else {
			e.splice(old.start, end, text)
		}
		return nil
	}
	w := e.w
	if old.kind == listNode {
		w.flowLists = old.flow && !strings.Contains(e.text[old.start:end], "\n")
		if !old.flow {
			w.listIndent = max(old.indent-m.indent, 0)
		}
		like = itemQuote(old)
	}
	r := w.value(v, m.indent, like)
	if old.kind == scalarNode && (old.quote == '|' || old.quote == '>') {
		// A comment after the | stays on its line.
		if _, comment, ok := strings.Cut(e.text[old.start:min(lineStop(e.text, old.start), end)], " #"); ok {
			r.head = strings.TrimLeft(r.head+" #"+strings.TrimRight(comment, "\r\n"), " ")
		}
	}
	head := r.head
	if head != "" {
		head = " " + head
	}
	sameLine := old.start >= colon && !strings.Contains(e.text[colon:old.start], "\n")
	switch {
	case empty(old) && end == colon:
		e.splice(colon, colon, head)
		e.lines(colon, r.lines)
	case old.kind != scalarNode && old.kind != aliasNode && !old.flow:
		headEnd := colon
		if sameLine { // key: &anchor
			headEnd = colon + len(strings.TrimRight(firstLine(e.text[colon:]), " \t\r\n"))
			if c := strings.Index(e.text[colon:headEnd], " #"); c >= 0 {
				headEnd = colon + c
			}
		}
		e.splice(colon, headEnd, head)
		next := lineStop(e.text, colon)
		e.splice(next, lineStop(e.text, end), r.lines)
	case r.lines == "" && (sameLine || old.quote != '|' && old.quote != '>'):
		e.splice(old.start, end, r.head)
	case sameLine:
		e.splice(colon, end, head)
		e.lines(end, r.lines)
	case !strings.Contains(e.text[colon:old.start], "#"):
		e.splice(colon, end, head)
		e.lines(end, r.lines)
	default:
		return errLayout
	}
	return nil
}

// lines inserts whole lines after the line that contains at.
func (e *yamlEdit) lines(at int, lines string) {
	if lines == "" {
		return
	}
	stop := lineStop(e.text, at)
	if stop == 0 || e.text[stop-1] != '\n' {
		lines = e.w.eol + strings.TrimSuffix(lines, e.w.eol)
	}
	e.splice(stop, stop, lines)
}

// quoteOf returns how a value is quoted.
func quoteOf(n *node) byte {
	if n.kind != scalarNode {
		return 0
	}
	return n.quote
}

// followTime returns a time in the layout of the one it replaces; if that one is quoted, as
// text.
func followTime(old *node, t Timestamp, like *byte) any {
	if !timestampLike(old.text) {
		*like = 0
		return t
	}
	t = Timestamp(layoutLike(string(t), old.text))
	if old.quote == '"' || old.quote == '\'' {
		return string(t)
	}
	*like = 0
	return t
}

// tryInside is like inside, but an unusual layout is not an error: done is false.
func (e *yamlEdit) tryInside(old *node, v any) (done bool, err error) {
	planned := len(e.splices)
	done, err = e.inside(old, v)
	if errors.Is(err, errLayout) || errors.Is(err, errExplicit) {
		e.splices = e.splices[:planned]
		return false, nil
	}
	return done, err
}

// inside edits the parts of a list or map that differ. done is false if the whole value must
// be replaced.
func (e *yamlEdit) inside(old *node, v any) (done bool, err error) {
	switch v := v.(type) {
	case []any:
		if old.kind != listNode || len(old.items) == 0 || len(v) == 0 {
			return false, nil
		}
		if old.flow {
			return true, e.flowList(old, v)
		}
		return true, e.blockList(old, v)
	case Map:
		if old.kind != mapNode || len(old.keys) == 0 || len(v) == 0 {
			return false, nil
		}
		return true, e.mapKeys(old, v)
	}
	return false, nil
}

// mapKeys changes a map's keys to those of v, one by one.
func (e *yamlEdit) mapKeys(m *node, v Map) error {
	wanted := make(map[string]bool, len(v))
	common := false
	for _, p := range v {
		wanted[p.Key] = true
		common = common || m.child(p.Key, false) != nil
	}
	if !common {
		return errLayout
	}
	first := 0
	if start := m.keys[0].key.start; !m.flow && strings.Trim(e.text[lineStart(e.text, start):start], " ") != "" {
		// An item of a list, - url: x: the text after the removed keys moves up to the dash.
		for !m.keys[first].merge && !wanted[m.keys[first].name] {
			first++
		}
		if next := m.keys[first].key.start; first > 0 {
			for i := range first {
				if e.holdsAnchor(m.keys[i].key) || e.holdsAnchor(m.keys[i].value) {
					return errAnchor
				}
			}
			if strings.Contains(e.text[start:next], "#") {
				return errLayout
			}
			e.splice(start, next, "")
		}
	}
	if m.flow {
		gone := make([]bool, len(m.keys))
		for i := range m.keys {
			gone[i] = !wanted[m.keys[i].name]
			if gone[i] && (e.holdsAnchor(m.keys[i].value) || e.holdsAnchor(m.keys[i].key)) {
				return errAnchor
			}
		}
		if err := e.flow("#").removeAll(e.flowEntries(m), gone); err != nil {
			return err
		}
	}
	for i := range m.keys {
		if m.keys[i].merge {
			return errLayout
		}
		if !m.flow && i >= first && !wanted[m.keys[i].name] {
			if err := e.remove(m, i); err != nil {
				return err
			}
		}
	}
	for _, p := range v {
		i := m.index(p.Key, false)
		if i < 0 {
			if err := e.add(m, p.Key, p.Value); err != nil {
				return err
			}
			continue
		}
		if !m.keys[i].value.equals(p.Value) {
			if err := e.replace(m, i, p.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// add adds a key after the last one of m.
func (e *yamlEdit) add(m *node, name string, v any) error {
	if m.kind == aliasNode {
		return errAlias
	}
	if m.flow {
		text := e.w.key(name) + ": " + e.w.flow(v, 0)
		return e.flow("#").insert(e.flowEntries(m), len(m.keys)-1, text)
	}
	text := e.w.entry(name, v, m.indent)
	if len(m.keys) == 0 {
		at := len(e.text)
		if at > 0 && e.text[at-1] != '\n' {
			text = e.w.eol + text
		}
		e.splice(at, at, text)
		return nil
	}
	at := lineStop(e.text, e.span.entryEnd(&m.keys[len(m.keys)-1], false, m.indent))
	if i := m.place(e.order, name); i < len(m.keys) {
		at = lineStart(e.text, m.keys[i].key.start)
	}
	if at > 0 && e.text[at-1] != '\n' {
		text = e.w.eol + strings.TrimSuffix(text, e.w.eol)
	}
	e.splice(at, at, text)
	return nil
}

// delete removes path below the map m, including duplicates.
func (e *yamlEdit) delete(m *node, path []string) error {
	if m.kind == aliasNode {
		return errAlias
	}
	if len(path) > 1 {
		i := m.index(path[0], e.fold)
		if i < 0 {
			return nil
		}
		below := m.keys[i].value
		if e.aliased[below.anchor] {
			return errAnchor
		}
		if len(path) == 2 && below.kind == mapNode && below.matching(path[1], e.fold) == len(below.keys) {
			return e.replace(m, i, Map{})
		}
		return e.delete(below, path[1:])
	}
	for i := range m.keys {
		if m.keys[i].named(path[0], e.fold) {
			if err := e.remove(m, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// remove removes m's entry i with its lines.
func (e *yamlEdit) remove(m *node, i int) error {
	entry := &m.keys[i]
	if e.holdsAnchor(entry.value) || e.holdsAnchor(entry.key) {
		return errAnchor
	}
	if m.flow {
		return e.flow("#").remove(e.flowEntries(m), i)
	}
	start := lineStart(e.text, entry.key.start)
	if before := e.text[start:entry.key.start]; strings.Trim(before, " ") != "" {
		if strings.HasPrefix(strings.TrimLeft(before, " "), "?") {
			return errExplicit
		}
		return errLayout
	}
	colon := e.span.colon(entry, false, m.indent)
	if colon == 0 || e.text[colon-1] != ':' {
		return errExplicit
	}
	e.splice(start, lineStop(e.text, e.span.entryEnd(entry, false, m.indent)), "")
	return nil
}
