package frontmatter

import (
	"errors"
	"strings"
)

// Set writes value at path: in place if the key exists, otherwise after the last key of its
// map. Values have the types of Field.Value, or int, []string or Map. An equal value is left
// as it is written.
//
// The notation follows the value that is replaced, otherwise the rest of the document: a list
// changes item by item, a quoted text stays quoted, a time keeps the layout and quotes of the
// one before it. An edit that cannot be verified is an *EditError.
func (d *Document) Set(value any, path ...string) error {
	if other, below := d.at(path); other != d {
		return other.Set(value, below...)
	}
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
	err = next.attempt(path, func(r extent) (string, error) {
		if r == around {
			return next.planAround(path, v)
		}
		return next.plan(path, v, r == whole, false)
	}, func(root *node) bool {
		n := root.find(path, d.dialect.FoldKeys)
		return n != nil && readsBack(n, v)
	})
	if err == nil {
		*d = next
	}
	return err
}

// Delete removes a key with its lines. Deleting a missing key is not an error. A map that
// loses its last key stays, empty.
func (d *Document) Delete(path ...string) error {
	if len(path) == 0 {
		return &EditError{Message: "no key given"}
	}
	if other, below := d.at(path); other != d {
		return other.Delete(below...)
	}
	parent := d.root.find(path[:len(path)-1], d.dialect.FoldKeys)
	if parent == nil {
		return nil
	}
	if parent = parent.resolved(); parent.kind != mapNode || parent.findKey(path[len(path)-1], d.dialect.FoldKeys) == nil {
		return nil
	}
	return d.attempt(path, func(r extent) (string, error) {
		if r == around {
			return d.planAround(path, absent{})
		}
		return d.plan(path, nil, r == whole, true)
	}, func(root *node) bool {
		return root.find(path, d.dialect.FoldKeys) == nil
	})
}

func (d *Document) writable(value any, path []string) (any, error) {
	if len(path) == 0 {
		return nil, errors.New("no key given")
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

// readsBack reports whether a node has the value that was to be written. A quoted time is text.
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

// extent is how much text an edit replaces.
type extent int

const (
	inner  extent = iota // only the parts of a value that differ
	whole                // the whole value
	around               // the one-line map that contains the value
)

// attempt makes an edit, to the smallest extent that can be verified.
func (d *Document) attempt(path []string, plan func(extent) (string, error), achieved func(*node) bool) error {
	var reason error
	for r := inner; r <= around; r++ {
		text, err := plan(r)
		if err == nil {
			var root *node
			if root, err = decode(d.format, text, d.dialect); err == nil {
				next := *d
				next.front, next.root = text, root
				if achieved(root) && othersUnchanged(d.root, root, path, d.dialect.FoldKeys) && next.keepsFrontMatter() {
					*d = next
					return nil
				}
				err = errors.New("the edit would change how the rest is read")
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

// absent stands for the value of a key to delete.
type absent struct{}

func isAbsent(v any) bool {
	_, yes := v.(absent)
	return yes
}

// planAround rewrites the map that contains path's last key, if it is a flow map on one line.
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
	return d.plan(above, next, true, false)
}

// plan returns the front matter with v at path, or without path if remove is set.
func (d *Document) plan(path []string, v any, wide, remove bool) (string, error) {
	switch d.format {
	case TOML:
		return d.planTOML(path, v, wide, remove)
	case JSON:
		return d.planJSON(path, v, wide, remove)
	case Org:
		return d.planOrg(path, v, remove)
	}
	e := d.yamlEdit(wide)
	var err error
	if remove {
		err = e.delete(d.root, path)
	} else {
		err = e.set(d.root, path, v)
	}
	if err != nil {
		return "", err
	}
	return apply(d.front, e.splices)
}

func (d *Document) yamlEdit(wide bool) *yamlEdit {
	s := d.observed()
	return &yamlEdit{
		edit:    d.newEdit(wide),
		span:    yamlSpan{d.front},
		w:       yamlWriter{eol: d.eol(), flowLists: s.FlowLists, listIndent: s.ListIndent, single: s.SingleQuotes},
		aliased: aliasesIn(d.root, nil),
	}
}

// aliasesIn collects the anchors that have aliases.
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
