package frontmatter

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Conflict is something that both sides changed differently.
type Conflict struct {
	Key    string // the key, "" for the body, "#" for a comment
	Ours   string // our version, "" if we deleted it
	Theirs string
}

// Merge merges two changed versions of a file: by key, then by item for lists of scalars,
// then by line for the body. Where both sides made different changes, the merged file has
// theirs, and a Conflict has both. Merge fails if a version cannot be parsed.
//
// The layout is theirs, with our changes written into it. Comments that we changed are
// merged if the lines around them are unchanged; otherwise they are conflicts.
func Merge(base, ours, theirs []byte, d Dialect) (merged []byte, conflicts []Conflict, err error) {
	b, err := Parse(base, d)
	if err != nil {
		return nil, nil, fmt.Errorf("parse the common version: %w", err)
	}
	o, err := Parse(ours, d)
	if err != nil {
		return nil, nil, fmt.Errorf("parse our version: %w", err)
	}
	t, err := Parse(theirs, d)
	if err != nil {
		return nil, nil, fmt.Errorf("parse their version: %w", err)
	}
	switch {
	case string(ours) == string(theirs), string(ours) == string(base):
		return theirs, nil, nil
	case string(theirs) == string(base):
		return ours, nil, nil
	}
	m := &merge{into: t, fold: d.FoldKeys, eol: t.uniformEnding(), want: t.root.decoded()}
	m.maps(nil, b.root, o.root, t.root)
	if !m.asText(b, o) {
		m.byKey(b, o)
	}
	if err := m.body(b, o); err != nil {
		return nil, nil, fmt.Errorf("merge the bodies: %w", err)
	}
	return t.Bytes(), m.conflicts, nil
}

// maxMergeWork bounds the front matter that byKey decodes, in bytes: it decodes all of it
// for each key.
const maxMergeWork = 8 << 20

// merge writes our changes into their document.
type merge struct {
	into      *Document
	fold      bool
	eol       string // of all their lines, "" if they differ
	changes   []change
	want      any // the merged front matter
	conflicts []Conflict
}

// change is a key that only we changed, or a list that both changed.
type change struct {
	path         []string
	ours, theirs *node // nil if the key is missing
}

// maps merges by key. A nil node is a missing map.
func (m *merge) maps(path []string, base, ours, theirs *node) {
	for _, name := range namesOf(m.fold, base, ours) {
		at := extend(path, name)
		b, o, t := m.child(base, name), m.child(ours, name), m.child(theirs, name)
		switch {
		case same(b, o) || same(o, t):
		case same(b, t):
			m.change(at, o, t)
		case isMap(o) && isMap(t) && (isMap(b) || b == nil):
			m.maps(at, b, o, t)
		case isScalarList(o) && isScalarList(t) && (isScalarList(b) || b == nil):
			m.change(at, listOf(mergeItems(b, o, t)), t)
		default:
			m.conflict(at, o, t)
		}
	}
}

func (m *merge) conflict(path []string, ours, theirs *node) {
	m.conflicts = append(m.conflicts, Conflict{joinPath(path), textOf(ours), textOf(theirs)})
}

func (m *merge) change(path []string, ours, theirs *node) {
	m.changes = append(m.changes, change{path, ours, theirs})
	in, _ := m.want.(map[string]any)
	for _, name := range path[:len(path)-1] {
		in, _ = in[m.spelling(in, name)].(map[string]any)
	}
	name := m.spelling(in, path[len(path)-1])
	switch {
	case ours == nil:
		delete(in, name)
	case in != nil:
		in[name] = ours.decoded()
	}
}

// spelling is how a map spells a key.
func (m *merge) spelling(in map[string]any, name string) string {
	if _, ok := in[name]; ok || !m.fold {
		return name
	}
	for key := range in {
		if strings.EqualFold(key, name) {
			return key
		}
	}
	return name
}

// asText merges the front matter by lines, which also merges comments and layout. It
// reports whether the result has the merged values.
func (m *merge) asText(base, ours *Document) bool {
	theirs := m.into
	if base.format != ours.format || base.format != theirs.format {
		return false
	}
	text, clashes := mergeLines(m.ended(base.front), m.ended(ours.front), theirs.front, true)
	if len(clashes) > 0 {
		return false
	}
	strict := theirs.dialect
	strict.LastWins = false // a key that both added must not be duplicated
	root, err := decode(theirs.format, text, strict)
	if err != nil || !equalValues(root.decoded(), m.want) {
		return false
	}
	next := *theirs
	next.front, next.root = text, root
	if !next.keepsFrontMatter() {
		return false
	}
	*theirs = next
	return true
}

// byKey makes our changes one by one. A change that cannot be made is a conflict, and so is a
// comment that only we have.
func (m *merge) byKey(base, ours *Document) {
	theirs := m.into
	work := 0
	for _, c := range m.changes {
		work += len(theirs.front)
		if work > maxMergeWork || theirs.make(c) != nil {
			m.conflict(c.path, c.ours, c.theirs)
		}
	}
	if base.format != ours.format || base.format != theirs.format {
		return
	}
	old, merged := setOf(commentsOf(base)), setOf(commentsOf(theirs))
	for _, comment := range commentsOf(ours) {
		if !old[comment] && !merged[comment] {
			m.conflicts = append(m.conflicts, Conflict{Key: "#", Ours: comment})
		}
	}
}

func (d *Document) make(c change) error {
	if c.ours == nil {
		return d.Delete(c.path...)
	}
	return d.Set(c.ours.canonical(), c.path...)
}

func (m *merge) child(n *node, name string) *node {
	if n == nil {
		return nil
	}
	return n.resolved().findKey(name, m.fold)
}

// namesOf returns the distinct keys of maps.
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

// mergeItems returns their items without those that we removed and with those that we
// added, each after the item that it follows in ours.
func mergeItems(base, ours, theirs *node) []any {
	items := func(n *node) []any {
		if n == nil {
			return nil
		}
		return n.canonical().([]any)
	}
	was, mine, other := items(base), items(ours), items(theirs)
	inBase, inOurs := setOf(was), setOf(mine)
	kept := make(map[any]bool)
	var merged []any
	for _, v := range other {
		if !inBase[v] || inOurs[v] {
			merged = append(merged, v)
			kept[v] = true
		}
	}
	type place struct{ item any }
	start, end := place{new(int)}, place{new(int)}
	at := end // where an addition goes: after the kept item before it in ours
	if len(was) > 0 {
		at = start
	}
	added := make(map[any]bool)
	after := make(map[place][]any)
	for _, v := range mine {
		switch {
		case kept[v]:
			at = place{v}
		case !inBase[v] && !added[v]: // else they removed it, or it is there already
			after[at] = append(after[at], v)
			added[v] = true
		}
	}
	all := after[start]
	for _, v := range merged {
		all = append(append(all, v), after[place{v}]...)
		delete(after, place{v})
	}
	return append(all, after[end]...)
}

func setOf[T comparable](values []T) map[T]bool {
	set := make(map[T]bool, len(values))
	for _, v := range values {
		set[v] = true
	}
	return set
}

// listOf returns a list node of canonical scalars.
func listOf(values []any) *node {
	n := &node{kind: listNode}
	for _, v := range values {
		n.items = append(n.items, &node{value: v, known: true})
	}
	return n
}

// textOf returns a value as text for people.
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
	raw, err := json.Marshal(n.decoded())
	if err != nil {
		return fmt.Sprint(n.decoded())
	}
	return string(raw)
}

// commentsOf lists the comments in the front matter of YAML and TOML.
func commentsOf(d *Document) []string {
	if d.format != YAML && d.format != TOML {
		return nil
	}
	var comments []string
	for line := range strings.Lines(d.front) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "#") {
			i := strings.Index(line, " #")
			if i < 0 {
				continue
			}
			line = line[i+1:]
		}
		if len(line) > 1 {
			comments = append(comments, line)
		}
	}
	return comments
}

// ended converts a text to their line endings.
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
func (m *merge) body(base, ours *Document) error {
	theirs := m.into
	b, o := m.ended(base.body), m.ended(ours.body)
	if b == o || o == theirs.body {
		return nil
	}
	text, clashes := mergeLines(b, o, theirs.body, false)
	for _, c := range clashes {
		m.conflicts = append(m.conflicts, Conflict{Ours: c.ours, Theirs: c.theirs})
	}
	return theirs.SetBody(text)
}
