package frontmatter

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// splitJSON decodes the object and cuts the text after it.
func (d *Document) splitJSON() error {
	root, end, err := decodeJSON(d.front)
	if err != nil {
		return err
	}
	rest := d.front[end:]
	d.front, d.root = d.front[:end], root
	if line, tail := cutLine(rest); blank(line) && strings.HasSuffix(line, "\n") {
		d.close, rest = line, tail
	}
	if bad := d.end(rest); bad != nil {
		return bad
	}
	return nil
}

// decodeJSON decodes the object at the start of a text and returns where it ends. The last of
// duplicate keys counts, as in encoding/json, which Hugo uses.
func decodeJSON(text string) (root *node, end int, err error) {
	p := jsonParser{text: text}
	root, err = p.value(1)
	if err == nil && p.at > MaxFrontMatter {
		return nil, 0, &SyntaxError{Line: 1, Message: "the front matter is larger than 512 KB"}
	}
	return root, p.at, err
}

type jsonParser struct {
	text  string
	at    int
	count int // keys
}

func (p *jsonParser) fail(message string) error {
	start := lineStart(p.text, min(p.at, len(p.text)))
	return &SyntaxError{Line: lineAt(p.text, p.at), Column: p.at - start + 1, Message: message}
}

// next skips white space and returns the next byte, 0 at the end.
func (p *jsonParser) next() byte {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
	if p.at == len(p.text) || p.at > MaxFrontMatter {
		return 0
	}
	return p.text[p.at]
}

func (p *jsonParser) value(depth int) (*node, error) {
	if depth > MaxDepth {
		return nil, p.fail(fmt.Sprintf("arrays and objects are nested more than %d levels deep", MaxDepth))
	}
	switch c := p.next(); {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		return p.string()
	case c == 0:
		return nil, p.fail("the JSON is incomplete")
	}
	n := &node{start: p.at, known: true}
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n,]}:", p.text[p.at]) < 0 {
		p.at++
	}
	n.end = p.at
	n.text = p.text[n.start:n.end]
	switch n.text {
	case "null":
	case "true", "false":
		n.value = n.text == "true"
	default:
		if !json.Valid([]byte(n.text)) {
			p.at = n.start
			return nil, p.fail(fmt.Sprintf("%.20q is not a JSON value", n.text))
		}
		if strings.ContainsAny(n.text, ".eE") {
			n.value = floatOrText(n.text)
		} else if i, err := strconv.ParseInt(n.text, 10, 64); err == nil && n.text != "-0" {
			n.value = i
		} else {
			n.value = n.text
		}
	}
	return n, nil
}

func (p *jsonParser) string() (*node, error) {
	n := &node{start: p.at, quote: '"', known: true}
	for p.at++; ; p.at++ {
		if p.at >= len(p.text) {
			p.at = n.start
			return nil, p.fail("unterminated string")
		}
		if c := p.text[p.at]; c == '\\' {
			p.at++
		} else if c == '"' {
			break
		} else if c < ' ' {
			return nil, p.fail(fmt.Sprintf("control character %q in a string; escape it", c))
		}
	}
	p.at++
	n.end = p.at
	raw := p.text[n.start:n.end]
	if !utf8.ValidString(raw) {
		p.at = n.start
		return nil, p.fail("a string is not valid UTF-8")
	}
	if !strings.Contains(raw, `\`) {
		n.text = raw[1 : len(raw)-1]
	} else if err := json.Unmarshal([]byte(raw), &n.text); err != nil {
		p.at = n.start
		return nil, p.fail("invalid escape in a string")
	}
	n.value = n.text
	return n, nil
}

func (p *jsonParser) array(depth int) (*node, error) {
	n := &node{kind: listNode, flow: true, start: p.at}
	p.at++
	for p.next() != ']' {
		if len(n.items) > 0 {
			if p.next() != ',' {
				return nil, p.fail("missing comma or ]")
			}
			p.at++
		}
		item, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, item)
	}
	p.at++
	n.end = p.at
	return n, nil
}

func (p *jsonParser) object(depth int) (*node, error) {
	n := &node{kind: mapNode, flow: true, start: p.at}
	p.at++
	for p.next() != '}' {
		if len(n.keys) > 0 {
			if p.next() != ',' {
				return nil, p.fail("missing comma or }")
			}
			p.at++
		}
		if p.next() != '"' {
			return nil, p.fail("missing key in double quotes")
		}
		if p.count++; p.count > MaxKeys {
			return nil, p.fail(fmt.Sprintf("there are more than %d keys", MaxKeys))
		}
		key, err := p.string()
		if err != nil {
			return nil, err
		}
		if p.next() != ':' {
			return nil, p.fail("missing colon")
		}
		p.at++
		value, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.keys = append(n.keys, entry{name: key.text, key: key, value: value})
	}
	p.at++
	n.end = p.at
	return n, nil
}
