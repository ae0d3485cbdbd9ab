package frontmatter

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// jsonEdit is an edit of JSON.
type jsonEdit struct {
	edit
	step  string // one level of indentation; "" if the object is on one line
	colon string
}

func (d *Document) planJSON(path []string, v any, wide, remove bool) (string, error) {
	e := &jsonEdit{edit: d.newEdit(wide), colon: ": "}
	if strings.Contains(d.front, "\n") {
		e.step = "  "
	}
	if len(d.root.keys) > 0 {
		first := d.root.keys[0]
		if lead := d.front[1:first.key.start]; strings.Contains(lead, "\n") {
			e.step = lead[strings.LastIndexByte(lead, '\n')+1:]
		} else {
			e.step = ""
		}
		if gap := d.front[first.key.end:first.value.start]; !strings.Contains(gap, "\n") {
			e.colon = gap
		}
	}
	var err error
	if remove {
		err = e.delete(d.root, path)
	} else {
		err = e.set(d.root, 0, path, v)
	}
	if err != nil {
		return "", err
	}
	return apply(d.front, e.splices)
}

// set writes v at path below the map m at a nesting level.
func (e *jsonEdit) set(m *node, level int, path []string, v any) error {
	i := m.index(path[0], e.fold)
	if i < 0 {
		return e.add(m, level, path[0], nest(path[1:], v))
	}
	old := m.keys[i].value
	if len(path) > 1 {
		switch {
		case old.kind == mapNode:
			return e.set(old, level+1, path[1:], v)
		case old.kind != scalarNode || old.scalar() != nil:
			return errNoMap
		}
		v = nest(path[1:], v)
	}
	return e.replace(old, level+1, v)
}

func (e *jsonEdit) replace(old *node, level int, v any) error {
	if !e.wide {
		if done, err := e.inside(old, level, v); done || err != nil {
			return err
		}
	}
	e.splice(old.start, old.end, e.write(v, level))
	return nil
}

// inside edits the parts of a value that differ. done is false if all of it must be replaced.
func (e *jsonEdit) inside(old *node, level int, v any) (done bool, err error) {
	planned := len(e.splices)
	switch v := v.(type) {
	case []any:
		if old.kind != listNode || len(old.items) == 0 || len(v) == 0 {
			return false, nil
		}
		err = e.flow("").list(flowListParts(old), alignList(old.items, v), flowItems{
			inside:  func(i int, value any) (bool, error) { return e.inside(old.items[i], level+1, value) },
			replace: func(_ int, value any) (string, error) { return e.write(value, level+1), nil },
			insert:  func(value any) string { return e.write(value, level+1) },
			remove:  func(int) error { return nil },
		})
	case Map:
		if old.kind != mapNode || len(old.keys) == 0 || len(v) == 0 {
			return false, nil
		}
		err = e.mapKeys(old, level, v)
	default:
		return false, nil
	}
	if errors.Is(err, errLayout) {
		e.splices = e.splices[:planned]
		return false, nil
	}
	return true, err
}

func (e *jsonEdit) mapKeys(m *node, level int, v Map) error {
	common := false
	gone := make([]bool, len(m.keys))
	for i := range m.keys {
		gone[i] = !hasKey(v, m.keys[i].name)
		common = common || !gone[i]
	}
	if !common {
		return errLayout
	}
	if err := e.flow("").removeAll(flowMapParts(m), gone); err != nil {
		return err
	}
	for _, p := range v {
		i := m.index(p.Key, false)
		var err error
		if i < 0 {
			err = e.add(m, level, p.Key, p.Value)
		} else if !m.keys[i].value.equals(p.Value) {
			err = e.replace(m.keys[i].value, level+1, p.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *jsonEdit) add(m *node, level int, name string, v any) error {
	text := jsonQuoted(name) + e.colon + e.write(v, level+1)
	if len(m.keys) == 0 {
		if e.step != "" {
			text = e.eol + strings.Repeat(e.step, level+1) + text + e.eol + strings.Repeat(e.step, level)
		}
		e.splice(m.start+1, m.end-1, text)
		return nil
	}
	after := len(m.keys) - 1
	if level == 0 {
		after = m.place(e.order, name) - 1
	}
	return e.flow("").insert(flowMapParts(m), after, text)
}

func (e *jsonEdit) delete(m *node, path []string) error {
	if len(path) > 1 {
		if i := m.index(path[0], e.fold); i >= 0 {
			return e.delete(m.keys[i].value, path[1:])
		}
		return nil
	}
	gone := make([]bool, len(m.keys))
	for i := range m.keys {
		gone[i] = m.keys[i].named(path[0], e.fold)
	}
	return e.flow("").removeAll(flowMapParts(m), gone)
}

// write returns a value whose key is at a nesting level: lists of scalars on one line,
// everything else like the object around it.
func (e *jsonEdit) write(v any, level int) string {
	open, shut := e.eol+strings.Repeat(e.step, level+1), e.eol+strings.Repeat(e.step, level)
	comma := "," + open
	if e.step == "" {
		open, shut, comma = "", "", ","+e.colon[1:]
	}
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return yamlFloat(v)
	case string:
		return jsonQuoted(v)
	case Timestamp:
		return jsonQuoted(string(v))
	case []any:
		if len(v) == 0 {
			return "[]"
		}
		if allScalars(v) {
			open, shut, comma = "", "", ", "
		}
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = e.write(item, level+1)
		}
		return "[" + open + strings.Join(parts, comma) + shut + "]"
	case Map:
		if len(v) == 0 {
			return "{}"
		}
		parts := make([]string, len(v))
		for i, p := range v {
			parts[i] = jsonQuoted(p.Key) + e.colon + e.write(p.Value, level+1)
		}
		return "{" + open + strings.Join(parts, comma) + shut + "}"
	}
	return jsonQuoted(fmt.Sprint(v))
}
