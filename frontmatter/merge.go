package frontmatter

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Conflict is one place where both sides changed the same thing differently.
type Conflict struct {
	Key    string // the key, "" for the body; a comment's key is "#"
	Ours   string // our text of it, "" when we deleted it
	Theirs string
}

// Merge brings two changed versions of one file together: by key, then by item for lists
// of scalars, then by line for the body. On a conflict the merged file has theirs and the
// Conflict tells both. It fails when a version cannot be parsed.
//
// The layout is theirs: what only we changed is written into their file. Comments that we
// changed come along where the lines around them did not change too; else they are a Conflict.
func Merge(base, ours, theirs []byte, d Dialect) (merged []byte, conflicts []Conflict, err error) {
	b, err := Parse(base, d)
	if err != nil {
		return nil, nil, fmt.Errorf("the common version: %w", err)
	}
	o, err := Parse(ours, d)
	if err != nil {
		return nil, nil, fmt.Errorf("our version: %w", err)
	}
	t, err := Parse(theirs, d)
	if err != nil {
		return nil, nil, fmt.Errorf("their version: %w", err)
	}
	switch {
	case string(ours) == string(theirs), string(ours) == string(base):
		return theirs, nil, nil
	case string(theirs) == string(base):
		return ours, nil, nil
	}
	m := &merge{into: t, fold: d.FoldKeys, eol: t.uniformEnding()}
	untouched := t.front
	m.maps(nil, b.root, o.root, t.root)
	m.comments(b, o, untouched)
	m.body(b, o)
	return t.Bytes(), m.conflicts, nil
}

// merge makes in their document the changes that we made to the common one.
type merge struct {
	into      *Document
	fold      bool
	eol       string // of all lines of theirs, "" when they differ
	conflicts []Conflict
}

// maps merges by key. A nil node is a map that is not there.
func (m *merge) maps(path []string, base, ours, theirs *node) {
	for _, name := range namesOf(m.fold, base, ours) {
		at := extend(path, name)
		b, o, t := m.child(base, name), m.child(ours, name), m.child(theirs, name)
		switch {
		case same(b, o) || same(o, t):
		case same(b, t):
			m.set(at, o, t)
		case isMap(o) && isMap(t) && (isMap(b) || b == nil):
			m.maps(at, b, o, t)
		case isScalarList(o) && isScalarList(t) && (isScalarList(b) || b == nil):
			m.set(at, listOf(mergeItems(b, o, t)), t)
		default:
			m.conflict(at, textOf(o), textOf(t))
		}
	}
}

func (m *merge) conflict(path []string, ours, theirs string) {
	m.conflicts = append(m.conflicts, Conflict{joinPath(path), ours, theirs})
}

// set makes one change of ours in their document.
func (m *merge) set(path []string, ours, theirs *node) {
	var err error
	if ours == nil {
		err = m.into.Delete(path...)
	} else {
		err = m.into.Set(ours.canonical(), path...)
	}
	if err != nil {
		m.conflict(path, textOf(ours), textOf(theirs))
	}
}

func (m *merge) child(n *node, name string) *node {
	if n == nil {
		return nil
	}
	return n.resolved().findKey(name, m.fold)
}

// namesOf lists the keys of maps, each once.
func namesOf(fold bool, maps ...*node) []string {
	var names []string
	seen := make(map[string]bool)
	var add func(n *node)
	add = func(n *node) {
		for i := range n.keys {
			e := &n.keys[i]
			for _, from := range e.merged() {
				add(from)
			}
			id := e.name
			if fold {
				id = strings.ToLower(id)
			}
			if !e.merge && !seen[id] {
				seen[id] = true
				names = append(names, e.name)
			}
		}
	}
	for _, n := range maps {
		if n != nil {
			add(n.resolved())
		}
	}
	return names
}

func same(a, b *node) bool {
	if a == nil || b == nil {
		return a == b
	}
	return equalValues(a.decoded(), b.decoded())
}

func isMap(n *node) bool { return n != nil && n.resolved().kind == mapNode }

func isScalarList(n *node) bool {
	if n == nil || n.resolved().kind != listNode {
		return false
	}
	for _, item := range n.resolved().items {
		if item.resolved().kind != scalarNode {
			return false
		}
	}
	return true
}

// mergeItems is their items without those that we removed and with those that we added,
// each behind the item that it follows in ours.
func mergeItems(base, ours, theirs *node) []any {
	items := func(n *node) []any {
		if n == nil {
			return nil
		}
		return n.canonical().([]any)
	}
	was, mine, other := items(base), items(ours), items(theirs)
	inBase, inOurs, merged := setOf(was), setOf(mine), setOf(nil)
	kept := make([]any, 0, len(other)+len(mine))
	for _, v := range other {
		if !inBase[v] || inOurs[v] {
			kept = append(kept, v)
			merged[v] = true
		}
	}
	// What is added behind each item; behind nothing of ours it goes to the end.
	type place struct{ item any }
	added := make(map[place][]any)
	start, at := place{new(int)}, place{new(int)}
	if len(was) > 0 {
		at = start
	}
	for _, v := range mine {
		switch {
		case merged[v]:
			at = place{v}
		case !inBase[v]: // else they removed it
			added[at] = append(added[at], v)
			merged[v] = true
		}
	}
	all := added[start]
	delete(added, start)
	for _, v := range kept {
		all = append(append(all, v), added[place{v}]...)
		delete(added, place{v})
	}
	for _, rest := range added {
		all = append(all, rest...)
	}
	return all
}

func setOf(values []any) map[any]bool {
	set := make(map[any]bool, len(values))
	for _, v := range values {
		set[v] = true
	}
	return set
}

// listOf is a list of canonical scalars as a node.
func listOf(values []any) *node {
	n := &node{kind: listNode}
	for _, v := range values {
		n.items = append(n.items, &node{value: v, known: true})
	}
	return n
}

// textOf is a value for a person to read.
func textOf(n *node) string {
	if n == nil {
		return ""
	}
	n = n.resolved()
	if n.kind == scalarNode {
		if s, ok := n.scalar().(string); ok {
			return s
		}
		return n.text
	}
	raw, err := json.Marshal(readable(n.decoded()))
	if err != nil {
		return fmt.Sprint(n.decoded())
	}
	return string(raw)
}

// readable is a value that json.Marshal takes.
func readable(v any) any {
	switch v := v.(type) {
	case float64:
		return json.RawMessage(jsonQuoted(yamlFloat(v)))
	case []any:
		for i := range v {
			v[i] = readable(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = readable(v[key])
		}
	}
	return v
}

// comments takes over comments and layout that only we changed. When the front matter also
// merges as text, and that text says the same, the text is the better merge.
func (m *merge) comments(base, ours *Document, untouched string) {
	theirs := m.into
	if base.format != ours.format || base.format != theirs.format {
		return
	}
	text, clashes := mergeLines(m.ended(base.front), m.ended(ours.front), untouched, true)
	strict := theirs.dialect
	strict.LastWins = false // a key that both added must not be there twice
	if len(clashes) == 0 {
		if root, err := decode(theirs.format, text, strict); err == nil && sameUnordered(root, theirs.root) {
			theirs.front, theirs.root = text, root
			return
		}
	}
	for _, c := range newComments(base, ours) {
		if !strings.Contains(theirs.front, c) {
			m.conflicts = append(m.conflicts, Conflict{Key: "#", Ours: c})
		}
	}
}

func sameUnordered(a, b *node) bool { return equalValues(a.decoded(), b.decoded()) }

// newComments lists the comments that ours has and base has not.
func newComments(base, ours *Document) []string {
	if ours.format == JSON {
		return nil
	}
	var fresh []string
	for line := range strings.Lines(ours.front) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "#") {
			i := strings.Index(line, " #")
			if i < 0 {
				continue
			}
			line = line[i+1:]
		}
		if len(line) > 1 && !strings.Contains(base.front, line) {
			fresh = append(fresh, line)
		}
	}
	return fresh
}

// ended is a text with the line endings of theirs.
func (m *merge) ended(s string) string {
	if m.eol != "" {
		s = strings.ReplaceAll(s, "\r\n", "\n")
	}
	if m.eol == "\r\n" {
		s = strings.ReplaceAll(s, "\n", "\r\n")
	}
	return s
}

// body merges by line.
func (m *merge) body(base, ours *Document) {
	theirs := m.into
	b, o := m.ended(base.body), m.ended(ours.body)
	if b == o || o == theirs.body {
		return
	}
	text, clashes := mergeLines(b, o, theirs.body, false)
	for _, c := range clashes {
		m.conflicts = append(m.conflicts, Conflict{Ours: c.ours, Theirs: c.theirs})
	}
	theirs.SetBody(text)
}
