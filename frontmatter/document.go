package frontmatter

import (
	"errors"
	"strings"
)

// Document is a text file: front matter and body.
type Document struct {
	parts
	dialect Dialect
	style   Style // how to write what the text has no example of
	ownGap  bool  // the gap was not read: it is omitted if the body is empty
	root    *node // a map
	beside  *attached
}

// Parse reads a file. Invalid front matter is a *SyntaxError. Parse does not retain data.
func Parse(data []byte, d Dialect) (*Document, error) {
	text := string(data)
	p, bad := split(text, d)
	if bad != nil {
		return nil, bad
	}
	doc := &Document{parts: p, dialect: d}
	var err error
	if p.format == JSON && p.open == "" {
		err = doc.splitJSON()
	} else {
		var simple bool
		if p.format == YAML {
			doc.root, simple = simpleYAML(p.front, d)
		}
		if !simple {
			doc.root, err = decode(p.format, p.front, d)
		}
	}
	if err == nil && len(doc.body) > MaxBody {
		return nil, &SyntaxError{Line: lineAt(text, len(text)-len(doc.body)), Message: "the body is larger than 10 MB"}
	}
	if syntax := (*SyntaxError)(nil); errors.As(err, &syntax) {
		syntax.Line += lineAt(text, len(p.lead)+len(p.open)) - 1
		return nil, syntax
	}
	if err != nil {
		return nil, err
	}
	return doc, nil
}

// New returns an empty document. It has front matter from the start, so that a body set
// later cannot be mistaken for front matter.
func New(s Style) *Document {
	d := &Document{style: s}
	d.begin()
	return d
}

// begin gives the document empty front matter.
func (d *Document) begin() {
	eol := d.eol()
	d.format = d.style.Format
	if d.dialect.YAMLOnly {
		d.format = YAML
	}
	switch d.format {
	case TOML:
		d.open, d.close = "+++"+eol, "+++"+eol
	case JSON:
		d.front, d.close = "{"+eol+"}", eol
	default:
		d.format = YAML
		d.open, d.close = "---"+eol, "---"+eol
	}
	d.root = &node{kind: mapNode}
	if root, err := decode(d.format, d.front, d.dialect); err == nil {
		d.root = root
	}
	d.gap, d.ownGap = eol, true
}

func decode(f Format, front string, d Dialect) (*node, error) {
	if len(front) > MaxFrontMatter {
		return nil, &SyntaxError{Line: 1, Message: "the front matter is larger than 512 KB"}
	}
	switch f {
	case YAML:
		return decodeYAML(front, d, MaxKeys)
	case TOML:
		return decodeTOML(front)
	case JSON:
		root, _, err := decodeJSON(front)
		return root, err
	case Org:
		return decodeOrg(front, d)
	}
	return &node{kind: mapNode}, nil
}

// Format returns the language of the front matter.
func (d *Document) Format() Format { return d.format }

// Keys returns the top-level keys in file order, as written; those of Org in lower case.
func (d *Document) Keys() []string {
	keys := make([]string, 0, len(d.root.keys))
	seen := make(map[string]bool, len(d.root.keys))
	var add func(n *node)
	add = func(n *node) {
		for i := range n.keys {
			e := &n.keys[i]
			for _, from := range e.merged() {
				add(from)
			}
			if !e.merge && !seen[e.name] {
				seen[e.name] = true
				keys = append(keys, e.name)
			}
		}
	}
	add(d.root)
	return d.withAttached(keys)
}

// Field returns the value of a key. Several names are a path through nested maps: "cover", "image".
func (d *Document) Field(path ...string) (Field, bool) {
	if len(path) == 0 {
		return Field{}, false
	}
	if other, below := d.at(path); other != d {
		if len(below) == 0 {
			return other.asMap()
		}
		return other.Field(below...)
	}
	n := d.root.find(path, d.dialect.FoldKeys)
	if n == nil {
		return Field{}, false
	}
	return d.field(n), true
}

func (d *Document) field(n *node) Field {
	n = n.resolved()
	f := Field{Value: n.decoded()}
	if n.kind == scalarNode {
		f.Text = n.text
		f.Plain = n.quote == 0 && d.format == YAML
	}
	return f
}

// Items returns the elements of a list, each with how it is written. ok is false if there is
// no list at path.
func (d *Document) Items(path ...string) (items []Field, ok bool) {
	if len(path) == 0 {
		return nil, false
	}
	if other, below := d.at(path); other != d {
		return other.Items(below...)
	}
	n := d.root.find(path, d.dialect.FoldKeys)
	if n == nil {
		return nil, false
	}
	if n = n.resolved(); n.kind != listNode {
		return nil, false
	}
	items = make([]Field, len(n.items))
	for i, item := range n.items {
		items[i] = d.field(item)
	}
	return items, true
}

// Get returns the Value of Field.
func (d *Document) Get(path ...string) (any, bool) {
	f, ok := d.Field(path...)
	return f.Value, ok
}

// Bytes returns the whole file.
func (d *Document) Bytes() []byte {
	gap := d.gap
	if d.ownGap && d.body == "" {
		gap = ""
	}
	out := make([]byte, 0, len(d.lead)+len(d.open)+len(d.front)+len(d.close)+len(gap)+len(d.body))
	for _, part := range [...]string{d.lead, d.open, d.front, d.close, gap, d.body} {
		out = append(out, part...)
	}
	return out
}

// eol returns the line ending for new lines.
func (d *Document) eol() string {
	for _, s := range [...]string{d.open, d.front, d.close, d.body} {
		if ending := lineEnding(s); ending != "" {
			return ending
		}
	}
	if d.style.CRLF {
		return "\r\n"
	}
	return "\n"
}

// uniformEnding returns the ending of every line of the file, "" if they differ.
func (d *Document) uniformEnding() string {
	all, windows := 0, 0
	for _, s := range [...]string{d.lead, d.open, d.front, d.close, d.gap, d.body} {
		all += strings.Count(s, "\n")
		windows += strings.Count(s, "\r\n")
	}
	switch windows {
	case 0:
		if all == 0 && d.style.CRLF {
			return "\r\n"
		}
		return "\n"
	case all:
		return "\r\n"
	}
	return ""
}
