package frontmatter

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// maxExpanded bounds the values that aliases may expand to.
const maxExpanded = 100_000

// decodeYAML decodes the text between --- lines. It asks yaml.v3 only for a yaml.Node: filling
// maps is quadratic in the number of keys and can panic.
func decodeYAML(front string, d Dialect, maxKeys int) (root *node, err error) {
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, &SyntaxError{Line: 1, Message: "the YAML cannot be read"}
		}
		var bad *SyntaxError
		if errors.As(err, &bad) && strings.ContainsAny(front, "\r\u0085\u2028\u2029") {
			// yaml.v3 counts line breaks that editors do not show.
			bad.Line = lineAt(front, (&lineIndex{text: front}).offset(bad.Line, 1))
		}
	}()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(front), &doc); err != nil {
		return nil, yamlError(err)
	}
	if len(doc.Content) == 0 {
		return &node{kind: mapNode}, nil
	}
	c := yamlConversion{lines: lineIndex{text: front}, dialect: d, maxKeys: maxKeys}
	root, err = c.convert(doc.Content[0], 0)
	if err != nil {
		return nil, err
	}
	if root.kind == scalarNode && root.text == "" && root.quote == 0 && root.scalar() == nil {
		return &node{kind: mapNode}, nil
	}
	if root.kind != mapNode {
		return nil, &SyntaxError{doc.Content[0].Line, doc.Content[0].Column, "expected keys and values"}
	}
	if c.aliased {
		if err := c.checkAliases(root); err != nil {
			return nil, err
		}
	}
	return root, nil
}

// yamlConversion converts yaml.v3's nodes.
type yamlConversion struct {
	lines   lineIndex
	dialect Dialect
	maxKeys int
	nodes   []node // the unused rest of a block of nodes
	count   int    // keys
	aliased bool
	done    map[*yaml.Node]*node // nodes with an anchor
	open    map[*yaml.Node]bool  // those being converted
}

func (c *yamlConversion) fresh() *node {
	if len(c.nodes) == 0 {
		c.nodes = make([]node, 32)
	}
	n := &c.nodes[0]
	c.nodes = c.nodes[1:]
	return n
}

func (c *yamlConversion) convert(y *yaml.Node, depth int) (*node, error) {
	fail := func(message string) (*node, error) {
		return nil, &SyntaxError{Line: y.Line, Column: y.Column, Message: message}
	}
	if depth > MaxDepth {
		return fail(fmt.Sprintf("maps and lists are nested more than %d levels deep", MaxDepth))
	}
	n := c.fresh()
	n.start, n.end = c.lines.offset(y.Line, y.Column), -1
	n.flow = y.Style&yaml.FlowStyle != 0
	n.anchor = y.Anchor
	if y.Anchor != "" {
		if c.done == nil {
			c.done, c.open = make(map[*yaml.Node]*node), make(map[*yaml.Node]bool)
		}
		c.open[y] = true
		defer func() {
			delete(c.open, y)
			c.done[y] = n
		}()
	}
	switch y.Kind {
	case yaml.ScalarNode:
		n.text, n.tag = y.Value, y.Tag
		switch {
		case y.Style&yaml.DoubleQuotedStyle != 0:
			n.quote = '"'
		case y.Style&yaml.SingleQuotedStyle != 0:
			n.quote = '\''
		case y.Style&yaml.LiteralStyle != 0:
			n.quote = '|'
		case y.Style&yaml.FoldedStyle != 0:
			n.quote = '>'
		}
	case yaml.SequenceNode:
		n.kind = listNode
		n.indent = c.column(n, y)
		n.items = make([]*node, len(y.Content))
		for i, item := range y.Content {
			var err error
			if n.items[i], err = c.convert(item, depth+1); err != nil {
				return nil, err
			}
		}
	case yaml.MappingNode:
		n.kind = mapNode
		n.indent = c.column(n, y)
		n.keys = make([]entry, len(y.Content)/2)
		if c.count += len(n.keys); c.count > c.maxKeys {
			return fail(fmt.Sprintf("there are more than %d keys", c.maxKeys))
		}
		var seen map[string]bool
		if len(n.keys) > 8 {
			seen = make(map[string]bool, len(n.keys))
		}
		for i := range n.keys {
			e := &n.keys[i]
			var err error
			if e.key, err = c.convert(y.Content[2*i], depth+1); err != nil {
				return nil, err
			}
			if e.value, err = c.convert(y.Content[2*i+1], depth+1); err != nil {
				return nil, err
			}
			key := e.key.resolved()
			if key.kind != scalarNode {
				y = y.Content[2*i]
				return fail("a key must be text, not a list or map")
			}
			e.name = key.text
			e.merge = e.key.kind == scalarNode && key.tag == "!!merge"
			if !c.dialect.LastWins && !e.merge && twice(n.keys[:i], seen, e.name) {
				y = y.Content[2*i]
				return fail(fmt.Sprintf("key %q is set twice", e.name))
			}
		}
	case yaml.AliasNode:
		if c.open[y.Alias] {
			return fail("alias *" + y.Value + " is inside its own anchor")
		}
		n.kind, n.text, n.target = aliasNode, y.Value, c.done[y.Alias]
		if n.target == nil {
			return fail("alias *" + y.Value + " has no anchor")
		}
		c.aliased = true
	default:
		return fail("the YAML cannot be read")
	}
	return n, nil
}

// column returns the column of a block list or map. yaml.v3 knows it unless there is an anchor or tag.
func (c *yamlConversion) column(n *node, y *yaml.Node) int {
	at := n.start
	if !n.flow && at < len(c.lines.text) && (c.lines.text[at] == '&' || c.lines.text[at] == '!') {
		at = yamlSpan{c.lines.text}.content(n)
		return at - lineStart(c.lines.text, at)
	}
	return y.Column - 1
}

// twice reports whether a key is among earlier ones.
func twice(earlier []entry, seen map[string]bool, name string) bool {
	if seen != nil {
		if seen[name] {
			return true
		}
		seen[name] = true
		return false
	}
	for i := range earlier {
		if earlier[i].name == name && !earlier[i].merge {
			return true
		}
	}
	return false
}

// checkAliases fails if aliases expand to too many values.
func (c *yamlConversion) checkAliases(root *node) error {
	sizes := make(map[*node]int)
	var size func(n *node, depth int) int
	size = func(n *node, depth int) int {
		if n.kind == aliasNode {
			if known, ok := sizes[n.target]; ok {
				return known
			}
			total := size(n.target, depth+1)
			sizes[n.target] = total
			return total
		}
		total := 1
		for _, item := range n.items {
			total = min(total+size(item, depth+1), maxExpanded+1)
		}
		for i := range n.keys {
			total = min(total+size(n.keys[i].value, depth+1), maxExpanded+1)
		}
		return total
	}
	if size(root, 0) > maxExpanded {
		return &SyntaxError{Line: 1, Message: fmt.Sprintf("the aliases expand to more than %d values", maxExpanded)}
	}
	return nil
}

var yamlErrorLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?`)

func yamlError(err error) error {
	var typed *yaml.TypeError
	message := err.Error()
	if errors.As(err, &typed) && len(typed.Errors) > 0 {
		message = typed.Errors[0]
	}
	line := 1
	if m := yamlErrorLine.FindStringSubmatch(message); m != nil {
		message = message[len(m[0]):]
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
		}
	}
	return &SyntaxError{Line: line, Message: message}
}

// resolveYAML returns the value of a scalar as yaml.v3 decodes it into an any, except that
// dates stay text, and so does a number that a Go number cannot hold exactly.
func resolveYAML(n *node) any {
	switch n.tag {
	case "!!null":
		return nil
	case "!!bool":
		switch strings.ToLower(n.text) {
		case "true", "yes", "on", "y":
			return true
		}
		return false
	case "!!int":
		text := strings.ReplaceAll(n.text, "_", "")
		if i, err := strconv.ParseInt(text, 0, 64); err == nil {
			return i
		}
		return n.text
	case "!!float":
		return floatOrText(n.text)
	case "!!timestamp":
		if n.quote == 0 && timestampLike(n.text) {
			return Timestamp(n.text)
		}
	case "!!str":
		if n.quote == 0 && timestampLike(n.text) {
			return Timestamp(n.text)
		}
	case "!!binary":
		if b, err := base64.StdEncoding.DecodeString(n.text); err == nil {
			return string(b)
		}
	}
	return n.text
}

// floatOrText returns a YAML number as a float64, or its text if a float64 cannot hold it.
func floatOrText(text string) any {
	switch strings.ToLower(text) {
	case ".inf", "+.inf":
		return math.Inf(1)
	case "-.inf":
		return math.Inf(-1)
	case ".nan":
		return math.NaN()
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	if err != nil || !exact(text, f) {
		return text
	}
	return f
}

// exact reports whether f has all digits of the decimal text.
func exact(text string, f float64) bool {
	return significant(text) == significant(strconv.FormatFloat(f, 'e', -1, 64))
}

// significant returns the digits of a decimal number without leading and trailing zeros.
func significant(text string) string {
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		text = text[:i]
	}
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
	return strings.Trim(digits, "0")
}

// lineIndex converts yaml.v3's lines and columns to offsets. It breaks lines where yaml.v3
// does, also at U+0085, U+2028 and U+2029, and counts columns in runes. Forward lookups cost
// no more than the text between them.
type lineIndex struct {
	text  string
	line  int // from 1; 0 before the first lookup
	start int // offset of that line
	seen  int // a column of that line, from 1
	at    int // offset of that column
}

func (x *lineIndex) offset(line, column int) int {
	if x.line == 0 || line < x.line {
		x.line, x.start, x.seen, x.at = 1, 0, 1, 0
	}
	for x.line < line && x.start < len(x.text) {
		x.start += yamlLine(x.text[x.start:])
		x.line++
		x.seen, x.at = 1, x.start
	}
	if column < x.seen {
		x.seen, x.at = 1, x.start
	}
	for ; x.seen < column && x.at < len(x.text); x.seen++ {
		if x.text[x.at] < utf8.RuneSelf {
			x.at++
			continue
		}
		_, size := utf8.DecodeRuneInString(x.text[x.at:])
		x.at += size
	}
	return x.at
}

// yamlLine returns the length of the first line with its break.
func yamlLine(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\n':
			return i + 1
		case '\r':
			if i+1 < len(s) && s[i+1] == '\n' {
				return i + 2
			}
			return i + 1
		case 0xC2:
			if strings.HasPrefix(s[i:], "\u0085") {
				return i + 2
			}
		case 0xE2:
			if strings.HasPrefix(s[i:], "\u2028") || strings.HasPrefix(s[i:], "\u2029") {
				return i + 3
			}
		}
	}
	return len(s)
}
