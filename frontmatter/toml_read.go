package frontmatter

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// tomlStatement is one key = value line, or one [table] or [[table]] header.
type tomlStatement struct {
	start, end int   // from the key or opening bracket to the end of the value or closing bracket
	header     bool  // of a table or an array of tables
	node       *node // the value, or the map that the header opens
	in         *node // the map of the header above a key, or the root
}

// decodeTOML reads the text between +++ lines. go-toml decides whether it is valid; its
// unstable parser says where things are.
func decodeTOML(front string) (*node, error) {
	// Converted first because go-toml's check is quadratic in the number of keys.
	root, err := convertTOML(front)
	if err != nil {
		return nil, err
	}
	if err := toml.Unmarshal([]byte(front), new(map[string]any)); err != nil {
		bad := &SyntaxError{Line: 1, Message: strings.TrimPrefix(err.Error(), "toml: ")}
		if at := (*toml.DecodeError)(nil); errors.As(err, &at) {
			bad.Line, bad.Column = at.Position()
		}
		return nil, bad
	}
	if root == nil {
		return nil, &SyntaxError{Line: 1, Message: "the TOML cannot be read"}
	}
	return root, nil
}

// convertTOML returns the tree of a valid text, and no or a wrong one of an invalid text. An
// error is a limit that the text exceeds.
func convertTOML(front string) (root *node, err error) {
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, nil
		}
	}()
	root = &node{kind: mapNode, end: len(front)}
	c := tomlConversion{text: front, root: root, section: root}
	c.parser.Reset([]byte(front))
	for c.parser.NextExpression() {
		if err := c.statement(c.parser.Expression()); err != nil {
			return nil, err
		}
	}
	if c.parser.Error() != nil {
		return nil, nil
	}
	root.toml = c.statements
	return root, nil
}

type tomlConversion struct {
	text       string
	parser     unstable.Parser
	root       *node
	section    *node
	statements []tomlStatement
	count      int
}

func (c *tomlConversion) fail(at int, message string) error {
	return &SyntaxError{Line: lineAt(c.text, at), Column: at - lineStart(c.text, at) + 1, Message: message}
}

// statement converts one expression.
func (c *tomlConversion) statement(x *unstable.Node) error {
	names := x.Key()
	var path []string
	var first, last unstable.Range
	for names.Next() {
		if path == nil {
			first = names.Node().Raw
		}
		last = names.Node().Raw
		path = append(path, string(names.Node().Data))
	}
	if len(path) > MaxDepth {
		return c.fail(int(first.Offset), fmt.Sprintf("tables are nested more than %d levels deep", MaxDepth))
	}
	keyStart, keyEnd := int(first.Offset), int(last.Offset+last.Length)
	switch x.Kind {
	case unstable.KeyValue:
		m, err := c.walk(c.section, path[:len(path)-1], keyStart)
		if err != nil {
			return err
		}
		at := c.skip(keyEnd)
		at = c.skip(at + 1) // after the =
		v, err := c.value(x.Value(), at, 1)
		if err != nil {
			return err
		}
		if err := c.put(m, path[len(path)-1], v, keyStart, keyEnd); err != nil {
			return err
		}
		c.statements = append(c.statements, tomlStatement{start: keyStart, end: v.end, node: v, in: c.section})
	case unstable.Table, unstable.ArrayTable:
		m, err := c.walk(c.root, path[:len(path)-1], keyStart)
		if err != nil {
			return err
		}
		name := path[len(path)-1]
		here := &node{kind: mapNode, start: keyStart}
		e := m.child(name, false)
		switch {
		case x.Kind == unstable.Table && e != nil:
			here = e.value
		case x.Kind == unstable.Table:
			if err := c.put(m, name, here, keyStart, keyEnd); err != nil {
				return err
			}
		case e != nil:
			e.value.items = append(e.value.items, here)
		default:
			list := &node{kind: listNode, start: keyStart, items: []*node{here}}
			if err := c.put(m, name, list, keyStart, keyEnd); err != nil {
				return err
			}
		}
		start := lineStart(c.text, keyStart)
		start += len(c.text[start:keyStart]) - len(strings.TrimLeft(c.text[start:keyStart], " \t"))
		end := keyEnd + strings.IndexByte(c.text[keyEnd:], ']') + 1
		if x.Kind == unstable.ArrayTable {
			end++
		}
		c.section = here
		c.statements = append(c.statements, tomlStatement{start: start, end: end, header: true, node: here, in: here})
	}
	return nil
}

// walk returns the map at a path below m, through the last tables of arrays. It adds missing maps.
func (c *tomlConversion) walk(m *node, path []string, at int) (*node, error) {
	for _, name := range path {
		e := m.child(name, false)
		if e == nil {
			next := &node{kind: mapNode, start: at}
			if err := c.put(m, name, next, at, at); err != nil {
				return nil, err
			}
			m = next
			continue
		}
		m = e.value
		if m.kind == listNode && len(m.items) > 0 {
			m = m.items[len(m.items)-1]
		}
	}
	return m, nil
}

func (c *tomlConversion) put(m *node, name string, v *node, start, end int) error {
	if c.count++; c.count > MaxKeys {
		return c.fail(start, fmt.Sprintf("there are more than %d keys", MaxKeys))
	}
	m.keys = append(m.keys, entry{name: name, key: &node{text: name, start: start, end: end}, value: v})
	return nil
}

// skip skips white space, line ends and comments.
func (c *tomlConversion) skip(at int) int { return yamlSpan{c.text}.skipBlank(at) }

// item skips to the next item.
func (c *tomlConversion) item(at int) int {
	at = c.skip(at)
	for at < len(c.text) && c.text[at] == ',' {
		at = c.skip(at + 1)
	}
	return at
}

// value converts a parsed value that starts at at.
func (c *tomlConversion) value(x *unstable.Node, at, depth int) (*node, error) {
	if depth > MaxDepth {
		return nil, c.fail(at, fmt.Sprintf("arrays and tables are nested more than %d levels deep", MaxDepth))
	}
	n := &node{start: at, known: true, quote: '"'}
	switch x.Kind {
	case unstable.Array:
		n.kind, n.flow = listNode, true
		at++
		for it := x.Children(); it.Next(); {
			at = c.item(at)
			v, err := c.value(it.Node(), at, depth+1)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, v)
			at = v.end
		}
		n.end = c.item(at) + 1
		return n, nil
	case unstable.InlineTable:
		n.kind, n.flow = mapNode, true
		at++
		for it := x.Children(); it.Next(); {
			at = c.item(at)
			var path []string
			start, end := at, at
			for names := it.Node().Key(); names.Next(); {
				path = append(path, string(names.Node().Data))
				end = int(names.Node().Raw.Offset + names.Node().Raw.Length)
			}
			v, err := c.value(it.Node().Value(), c.skip(c.skip(end)+1), depth+1)
			if err != nil {
				return nil, err
			}
			m, err := c.walk(n, path[:len(path)-1], start)
			if err != nil {
				return nil, err
			}
			if err := c.put(m, path[len(path)-1], v, start, end); err != nil {
				return nil, err
			}
			at = v.end
		}
		n.end = c.item(at) + 1
		return n, nil
	}
	n.end = int(x.Raw.Offset + x.Raw.Length)
	raw := c.text[n.start:n.end]
	n.text = string(x.Data)
	if x.Kind == unstable.String {
		n.quote = raw[0]
		n.value = n.text
		return n, nil
	}
	n.quote = 0
	n.value = tomlScalar(x.Kind, raw)
	return n, nil
}

func tomlScalar(k unstable.Kind, raw string) any {
	text := strings.ReplaceAll(raw, "_", "")
	switch k {
	case unstable.Bool:
		return raw == "true"
	case unstable.Integer:
		if i, err := strconv.ParseInt(text, 0, 64); err == nil {
			return i
		}
	case unstable.Float:
		switch text {
		case "inf", "+inf":
			return math.Inf(1)
		case "-inf":
			return math.Inf(-1)
		case "nan", "+nan", "-nan":
			return math.NaN()
		}
		return floatOrText(raw)
	case unstable.DateTime, unstable.LocalDateTime, unstable.LocalDate, unstable.LocalTime:
		return Timestamp(raw)
	}
	return raw
}
