package frontmatter

import (
	"strings"
	"unicode/utf8"
)

// simpleYAML decodes the front matter of nearly all posts: keys with a scalar on their line,
// lists of scalars, nested maps and lists of maps. Parse is some four times as fast with it,
// which matters for a site with 100,000 posts. ok is false for anything else, valid or not,
// which is left to yaml.v3. Edits are always verified with yaml.v3.
//
// TestSimpleYAMLAgreesWithYAMLv3 and FuzzParse compare its values and offsets with yaml.v3's.
func simpleYAML(text string, d Dialect) (root *node, ok bool) {
	if len(text) > MaxFrontMatter || !plainRunes(text) {
		return nil, false
	}
	p := simpleParser{text: text, lastWins: d.LastWins}
	column, more := p.line()
	if !more {
		return &node{kind: mapNode}, true
	}
	root = p.block(column, 1)
	if _, more = p.line(); p.failed || more {
		return nil, false
	}
	return root, true
}

// plainRunes reports whether a text has only runes and line endings that all readers treat alike.
func plainRunes(s string) bool {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c >= ' ' && c < 0x7F || c == '\n':
			i++
		case c == '\r' && i+1 < len(s) && s[i+1] == '\n':
			i += 2
		case c < utf8.RuneSelf:
			return false
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError || r < 0xA0 || r == 0x2028 || r == 0x2029 || r == 0xFEFF || r&0xFFFE == 0xFFFE {
				return false
			}
			i += size
		}
	}
	return true
}

type simpleParser struct {
	text     string
	at       int
	lastWins bool
	failed   bool // the text is not simple
	count    int  // keys
	nodes    []node
}

func (p *simpleParser) fail() *node {
	p.failed = true
	return &node{}
}

func (p *simpleParser) fresh(kind kind, start int) *node {
	if len(p.nodes) == 0 {
		p.nodes = make([]node, 24)
	}
	n := &p.nodes[0]
	p.nodes = p.nodes[1:]
	n.kind, n.start, n.end = kind, start, -1
	return n
}

// line moves to the first byte of the next line that is neither empty nor a comment, or stays
// there, and returns its column.
func (p *simpleParser) line() (column int, more bool) {
	start := lineStart(p.text, p.at)
	for {
		i := start
		for i < len(p.text) && p.text[i] == ' ' {
			i++
		}
		if i == len(p.text) {
			p.at = i
			return 0, false
		}
		if c := p.text[i]; c != '#' && c != '\n' && c != '\r' {
			p.at = i
			return i - start, true
		}
		start = lineStop(p.text, i)
		if start == len(p.text) {
			p.at = start
			return 0, false
		}
	}
}

// next moves to the next line.
func (p *simpleParser) next() { p.at = lineStop(p.text, p.at) }

// key returns the end of the key at p.at, or -1.
func (p *simpleParser) key() int {
	i := p.at
	for i < len(p.text) {
		c := p.text[i]
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || i > p.at && (c == '-' || digit(c)) {
			i++
			continue
		}
		break
	}
	if i == p.at || i-p.at > 200 || i >= len(p.text) || p.text[i] != ':' {
		return -1
	}
	if i+1 < len(p.text) && strings.IndexByte(" \r\n", p.text[i+1]) < 0 {
		return -1
	}
	return i
}

// block reads a map whose keys are at a column, from its first key.
func (p *simpleParser) block(column, depth int) *node {
	if depth > MaxDepth {
		return p.fail()
	}
	m := p.fresh(mapNode, p.at)
	m.indent = column
	m.keys = make([]entry, 0, 8)
	for first := true; ; first = false {
		if !first {
			here, more := p.line()
			if !more || here < column {
				return m
			}
			if here > column {
				return p.fail()
			}
		}
		end := p.key()
		if p.count++; end < 0 || p.count > MaxKeys {
			return p.fail()
		}
		key := p.fresh(scalarNode, p.at)
		key.end, key.text = end, p.text[p.at:end]
		key.tag = wordTag(key.text)
		if !p.lastWins && twice(m.keys, nil, key.text) {
			return p.fail()
		}
		p.at = end + 1
		value := p.value(column, depth)
		if p.failed {
			return value
		}
		m.keys = append(m.keys, entry{name: key.text, key: key, value: value})
	}
}

// value reads the value after the colon of a key at a column.
func (p *simpleParser) value(column, depth int) *node {
	colon := p.at
	p.blanks()
	if !p.lineEnds() {
		return p.inline()
	}
	p.next()
	here, more := p.line()
	if more && here >= column && p.dash() {
		return p.list(here, depth+1)
	}
	if more && here > column {
		return p.block(here, depth+1)
	}
	null := p.fresh(scalarNode, colon)
	null.tag = "!!null"
	return null
}

func (p *simpleParser) dash() bool { return strings.HasPrefix(p.text[p.at:], "- ") }

func (p *simpleParser) blanks() {
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
}

// lineEnds reports whether the rest of the line is empty or a comment, which needs a space before it.
func (p *simpleParser) lineEnds() bool {
	if p.at == len(p.text) {
		return true
	}
	switch p.text[p.at] {
	case '\n', '\r':
		return true
	case '#':
		return p.at > 0 && p.text[p.at-1] == ' '
	}
	return false
}

// list reads a block list whose dashes are at a column.
func (p *simpleParser) list(column, depth int) *node {
	if depth > MaxDepth {
		return p.fail()
	}
	l := p.fresh(listNode, p.at)
	l.indent = column
	for {
		start := p.at
		p.at += len("- ")
		p.blanks()
		var item *node
		switch {
		case p.lineEnds():
			return p.fail()
		case p.key() >= 0:
			item = p.block(column+p.at-start, depth+1)
		default:
			item = p.inline()
		}
		if p.failed {
			return item
		}
		l.items = append(l.items, item)
		here, more := p.line()
		if !more || here < column {
			return l
		}
		if here > column {
			return p.fail()
		}
		if !p.dash() {
			return l
		}
	}
}

// inline reads a scalar or a list of scalars, and the rest of its line.
func (p *simpleParser) inline() *node {
	var n *node
	if p.text[p.at] == '[' {
		n = p.flow()
	} else {
		n = p.scalar(false)
	}
	if p.failed {
		return n
	}
	p.blanks()
	if !p.lineEnds() {
		return p.fail()
	}
	p.next()
	return n
}

func (p *simpleParser) flow() *node {
	l := p.fresh(listNode, p.at)
	l.flow = true
	l.indent = p.at - lineStart(p.text, p.at)
	p.at++
	for p.blanks(); p.at < len(p.text); p.blanks() {
		if p.text[p.at] == ']' && len(l.items) == 0 {
			break
		}
		item := p.scalar(true)
		if p.failed {
			return item
		}
		l.items = append(l.items, item)
		p.blanks()
		if p.at == len(p.text) || p.text[p.at] != ',' {
			break
		}
		p.at++
	}
	if p.at == len(p.text) || p.text[p.at] != ']' {
		return p.fail()
	}
	p.at++
	l.end = p.at
	return l
}

func (p *simpleParser) scalar(flow bool) *node {
	if p.at == len(p.text) {
		return p.fail()
	}
	n := p.fresh(scalarNode, p.at)
	rest := p.text[p.at:]
	switch c := rest[0]; {
	case c == '"':
		end := strings.IndexByte(rest[1:], '"') + 1
		if end == 0 || strings.ContainsAny(rest[1:end], "\\\n") {
			return p.fail()
		}
		n.quote, n.text, n.tag = '"', rest[1:end], "!!str"
		p.at += end + 1
	case c == '\'':
		end := 1
		for {
			i := strings.IndexByte(rest[end:], '\'')
			if i < 0 {
				return p.fail()
			}
			end += i + 1
			if end == len(rest) || rest[end] != '\'' {
				break
			}
			end++
		}
		text := rest[1 : end-1]
		if strings.Contains(text, "\n") {
			return p.fail()
		}
		n.quote, n.text, n.tag = '\'', strings.ReplaceAll(text, "''", "'"), "!!str"
		p.at += end
	case c|0x20 >= 'a' && c|0x20 <= 'z' || digit(c) || c >= utf8.RuneSelf || c == '/' || c == '_':
		end := plainEnd(rest, flow)
		if end < 0 {
			return p.fail()
		}
		n.text = strings.TrimRight(rest[:end], " ")
		if n.tag = plainTag(n.text); n.tag == "" {
			return p.fail()
		}
		p.at += len(n.text)
	default:
		return p.fail()
	}
	n.end = p.at
	return n
}

// plainEnd returns where an unquoted scalar ends, or -1 if it is not simple.
func plainEnd(s string, flow bool) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\n', '\r':
			if flow {
				return -1
			}
			return i
		case ':':
			if i+1 == len(s) || strings.IndexByte(" \r\n", s[i+1]) >= 0 || flow && s[i+1] != '/' {
				return -1
			}
		case '#':
			if s[i-1] == ' ' {
				if flow {
					return -1
				}
				return i
			}
		case ',', ']':
			if flow {
				return i
			}
		case '[', '{', '}', '?':
			if flow {
				return -1
			}
		}
	}
	if flow {
		return -1
	}
	return len(s)
}

// wordTag returns the tag of a plain scalar that starts with a letter.
func wordTag(s string) string {
	switch s {
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return "!!bool"
	case "null", "Null", "NULL":
		return "!!null"
	}
	return "!!str"
}

// plainTag returns the tag of a plain scalar as yaml.v3 resolves it, "" if it is not simple.
func plainTag(s string) string {
	if !digit(s[0]) {
		return wordTag(s)
	}
	i := digits(s, 0)
	switch {
	case i == len(s) && len(s) <= 18 && (s[0] != '0' || len(s) == 1):
		return "!!int"
	case i < len(s) && s[i] == '.' && i+1 < len(s) && digits(s, i+1) == len(s):
		return "!!float"
	case timestampLike(s):
		return "!!timestamp"
	case i < len(s) && s[i] == ' ':
		return "!!str"
	}
	return ""
}
