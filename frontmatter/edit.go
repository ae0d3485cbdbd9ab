package frontmatter

import (
	"errors"
	"strings"
)

// Set writes value at path, in place when the key exists, else after the last key (of its
// map). Values are those of Field, and also int, []string and Map. A value that is there
// already is left as it is written.
//
// The way of writing follows the value that is replaced, else the rest of the document: a
// list changes item by item, a quoted text stays quoted, a time keeps the layout of the
// one before it (and stays quoted where that one was). An edit that cannot be proved right
// is an *EditError.
func (d *Document) Set(value any, path ...string) error {
	v, err := d.writable(value, path)
	if err != nil {
		return &EditError{Key: joinPath(path), Message: err.Error()}
	}
	if n := d.root.find(path, d.dialect.FoldKeys); n != nil && n.equals(v) {
		return nil
	}
	next := *d
	if next.format == None {
		if resemblesFrontMatter(d.body) {
			return &EditError{
				Key:     joinPath(path),
				Message: "the file seems to start with front matter that the generator does not read; fix it in a text editor",
			}
		}
		next.begin()
	}
	err = next.attempt(path, func(r reach) (string, error) {
		if r == around {
			return next.planAround(path, v)
		}
		return next.planSet(path, v, r == whole)
	}, func(root *node) bool {
		n := root.find(path, d.dialect.FoldKeys)
		return n != nil && readsBack(n, v)
	})
	if err == nil {
		*d = next
	}
	return err
}

// Delete removes the key with its lines. A key that is not there is no error. A map that
// loses its last key stays, empty.
func (d *Document) Delete(path ...string) error {
	if len(path) == 0 {
		return &EditError{Message: "no key is named"}
	}
	parent := d.root.find(path[:len(path)-1], d.dialect.FoldKeys)
	if parent == nil {
		return nil
	}
	if parent = parent.resolved(); parent.kind != mapNode || parent.findKey(path[len(path)-1], d.dialect.FoldKeys) == nil {
		return nil
	}
	return d.attempt(path, func(r reach) (string, error) {
		if r == around {
			return d.planAround(path, absent{})
		}
		return d.planDelete(path, r == whole)
	}, func(root *node) bool {
		return root.find(path, d.dialect.FoldKeys) == nil
	})
}

func (d *Document) writable(value any, path []string) (any, error) {
	if len(path) == 0 {
		return nil, errors.New("no key is named")
	}
	if _, err := canonical(Map{{Key: joinPath(path)}}, 0); err != nil {
		return nil, err
	}
	v, err := canonical(value, len(path))
	if err != nil {
		return nil, err
	}
	return d.fitting(v, path)
}

// readsBack compares what was written with what was meant. A time that went between quotes
// is text.
func readsBack(n *node, v any) bool {
	if n.equals(v) {
		return true
	}
	if t, ok := v.(Timestamp); ok {
		if text, ok := n.resolved().decoded().(string); ok {
			return sameTime(text, string(t))
		}
	}
	return false
}

// reach is how much text an edit replaces.
type reach int

const (
	inner  reach = iota // only the parts of a value that differ
	whole               // the whole value
	around              // the one-line map that the value stands in
)

// attempt makes an edit, in the smallest unit that proves right.
func (d *Document) attempt(path []string, plan func(reach) (string, error), achieved func(*node) bool) error {
	var reason error
	for r := inner; r <= around; r++ {
		text, err := plan(r)
		if err == nil {
			var root *node
			if root, err = decode(d.format, text, d.dialect); err == nil {
				next := *d
				next.front, next.root = text, root
				if achieved(root) && keptOthers(d.root, root, path, d.dialect.FoldKeys) && next.keepsFrontMatter() {
					*d = next
					return nil
				}
				err = errors.New("the edited text would not read back as meant")
			}
		}
		if r == inner || r == whole && !errors.Is(err, reason) {
			reason = err
		}
	}
	refused := &EditError{Key: joinPath(path), Message: reason.Error()}
	if limit := (*SyntaxError)(nil); errors.As(reason, &limit) {
		refused.limit = limit
	}
	return refused
}

// keepsFrontMatter reports whether a reader finds the same front matter in the file.
func (d *Document) keepsFrontMatter() bool {
	if d.format == JSON {
		return true
	}
	p, bad := split(d.lead+d.open+d.front+d.close, d.dialect)
	return bad == nil && p.format == d.format && p.front == d.front
}

// absent is the value of a key that is to be deleted.
type absent struct{}

func isAbsent(v any) bool {
	_, yes := v.(absent)
	return yes
}

// planAround writes the map that path's last key stands in anew, when it is a flow map on one line.
func (d *Document) planAround(path []string, v any) (string, error) {
	if len(path) < 2 {
		return "", errLayout
	}
	above, name := path[:len(path)-1], path[len(path)-1]
	n := d.root.find(above, d.dialect.FoldKeys)
	if n == nil || n.kind != mapNode || !n.flow {
		return "", errLayout
	}
	end := n.end
	if d.format == YAML {
		end = yamlSpan{d.front}.end(n, true, 0)
	}
	if strings.Contains(d.front[n.start:max(end, n.start)], "\n") {
		return "", errLayout
	}
	m, _ := n.canonical().(Map)
	next := make(Map, 0, len(m)+1)
	for _, p := range m {
		if p.Key != name && !(d.dialect.FoldKeys && strings.EqualFold(p.Key, name)) {
			next = append(next, p)
		} else if !isAbsent(v) {
			next = append(next, Pair{p.Key, v})
			v = absent{}
		}
	}
	if !isAbsent(v) {
		next = append(next, Pair{name, v})
	}
	return d.planSet(above, next, true)
}

// planSet is the front matter with v at path.
func (d *Document) planSet(path []string, v any, wide bool) (string, error) {
	switch d.format {
	case TOML:
		return d.planTOML(path, v, wide, false)
	case JSON:
		return d.planJSON(path, v, wide, false)
	case Org:
		return d.planOrg(path, v, false)
	}
	e := d.yamlEdit(wide)
	if err := e.set(d.root, path, v); err != nil {
		return "", err
	}
	return apply(d.front, e.splices)
}

// planDelete is the front matter without path.
func (d *Document) planDelete(path []string, wide bool) (string, error) {
	switch d.format {
	case TOML:
		return d.planTOML(path, nil, wide, true)
	case JSON:
		return d.planJSON(path, nil, wide, true)
	case Org:
		return d.planOrg(path, nil, true)
	}
	e := d.yamlEdit(wide)
	if err := e.delete(d.root, path); err != nil {
		return "", err
	}
	return apply(d.front, e.splices)
}

func (d *Document) yamlEdit(wide bool) *yamlEdit {
	s := d.habits()
	return &yamlEdit{
		span:    yamlSpan{d.front},
		text:    d.front,
		w:       yamlWriter{eol: d.eol(), flowLists: s.FlowLists, listIndent: s.ListIndent, single: s.SingleQuotes},
		fold:    d.dialect.FoldKeys,
		order:   d.style.KeyOrder,
		aliased: aliasesIn(d.root, nil),
		wide:    wide,
	}
}

// aliasesIn collects the anchors that aliases name.
func aliasesIn(n *node, names map[string]bool) map[string]bool {
	if n.kind == aliasNode {
		if names == nil {
			names = make(map[string]bool)
		}
		names[n.text] = true
		return names
	}
	for _, item := range n.items {
		names = aliasesIn(item, names)
	}
	for i := range n.keys {
		names = aliasesIn(n.keys[i].value, aliasesIn(n.keys[i].key, names))
	}
	return names
}
