// Package dom parses HTML of strangers in a time and memory that grow with its length.
//
// The parser of golang.org/x/net/html does three things again and again if the HTML is made for it:
//
//   - It appends a text to the one before it and copies both. Tags that it ignores may stand between the
//     letters, as in x</a>x</a>.
//   - It opens formatting elements again that were not closed. After 400 of them each <p>x</p> is 400 elements,
//     so that 300 KB become gigabytes.
//   - It merges the attributes of each <body> and <html> with those that it has.
//
// Parse and Fragment refuse such HTML with ErrTooCostly before they parse it. HTML that people and programs
// write is not affected.
package dom

import (
	"errors"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// ErrTooCostly is the error for HTML whose parsing would take far longer than its length allows.
var ErrTooCostly = errors.New("the HTML has too many tags that mean nothing or are not closed")

// mostCopied bounds the bytes that the parser copies when it joins texts.
const mostCopied = 32 << 20

// Parse parses a whole page.
func Parse(source string) (*html.Node, error) {
	if tooCostly(source) {
		return nil, ErrTooCostly
	}
	return html.Parse(strings.NewReader(source))
}

// Fragment parses a part of a page, such as the content of a post, and returns a body with its nodes.
func Fragment(source string) (*html.Node, error) {
	if tooCostly(source) {
		return nil, ErrTooCostly
	}
	body := &html.Node{Type: html.ElementNode, DataAtom: atom.Body, Data: "body"}
	nodes, err := html.ParseFragment(strings.NewReader(source), body)
	if err != nil {
		return nil, err
	}
	for _, n := range nodes {
		body.AppendChild(n)
	}
	return body, nil
}

// tooCostly reports whether parsing could take far longer, or far more memory, than other HTML of that length.
func tooCostly(source string) bool { return costOf(source).tooHigh() }

// cost is what parsing may take beyond what the length of the HTML allows.
type cost struct {
	joining    joining
	formatting formatting
}

func (c *cost) tooHigh() bool {
	return c.joining.copied > mostCopied || c.formatting.remade > mostRemade
}

// costOf reads the tags up to the end, or until they cost too much.
func costOf(source string) *cost {
	z := html.NewTokenizer(strings.NewReader(source))
	c := &cost{}
	for !c.tooHigh() {
		switch z.Next() {
		case html.ErrorToken:
			return c
		case html.TextToken:
			c.joining.text(z.Raw())
			c.formatting.text(z.Raw())
		case html.CommentToken:
			c.joining.comment()
			c.formatting.text(z.Raw())
		case html.StartTagToken:
			name, tag, attributes := tagOf(z)
			c.joining.start(tag, name)
			c.formatting.start(tag, attributes)
		case html.SelfClosingTagToken:
			_, tag, attributes := tagOf(z)
			c.joining.selfClosing(tag)
			c.formatting.start(tag, attributes)
		case html.EndTagToken:
			name, tag, _ := tagOf(z)
			c.joining.end(tag, name)
			c.formatting.end(tag)
		}
	}
	return c
}

// tagOf returns the name of a tag and how many attributes it has.
func tagOf(z *html.Tokenizer) (name string, tag atom.Atom, attributes int) {
	raw, more := z.TagName()
	name, tag = string(raw), atom.Lookup(raw)
	for more {
		_, _, more = z.TagAttr()
		attributes++
	}
	return name, tag, attributes
}

// joining follows which texts the parser may join, because no node surely stands between them.
type joining struct {
	copied   int      // an upper bound for the bytes that it copies
	joined   int      // the length of the text that the next one may be appended to
	fostered int      // the same for texts that a table has between its cells: they go before it
	open     []string // elements; only those that surely were made when they were opened
	tables   int      // of these
	selects  int
	ended    bool // the body was closed: a comment then is no node of it
}

func (c *joining) text(raw []byte) {
	n := len(raw)
	if c.tables > 0 && len(c.open) > 0 && structure[c.open[len(c.open)-1]] && strings.TrimSpace(string(raw)) != "" {
		c.fostered += n
		c.copied += c.fostered - n
		return
	}
	c.joined += n
	c.copied += c.joined - n
}

func (c *joining) comment() {
	if !c.ended {
		c.joined = 0
	}
}

func (c *joining) selfClosing(tag atom.Atom) {
	if !misplaced[tag] && c.selects == 0 {
		c.joined = 0
	}
}

// structure are the parts of a table between which there is no place for text.
var structure = map[string]bool{"table": true, "tbody": true, "thead": true, "tfoot": true, "tr": true}

// misplaced are tags that the parser ignores in most places.
var misplaced = map[atom.Atom]bool{
	atom.Html: true, atom.Head: true, atom.Body: true, atom.Frameset: true, atom.Frame: true, atom.Caption: true,
	atom.Col: true, atom.Colgroup: true, atom.Tbody: true, atom.Td: true, atom.Tfoot: true, atom.Th: true,
	atom.Thead: true, atom.Tr: true, atom.Form: true,
}

// closesItself names elements that end where another one of their group begins.
var closesItself = map[string]string{
	"li": "li", "dd": "dd", "dt": "dd", "p": "p", "option": "option", "optgroup": "option", "rb": "rb", "rt": "rb",
	"rp": "rb", "rtc": "rb",
	"h1": "h", "h2": "h", "h3": "h", "h4": "h", "h5": "h", "h6": "h", "a": "a", "button": "button", "nobr": "nobr",
	"td": "td", "th": "td", "tr": "tr", "tbody": "tbody", "thead": "tbody", "tfoot": "tbody",
}

func (c *joining) start(tag atom.Atom, name string) {
	cell := c.tables > 0 && (tag == atom.Td || tag == atom.Th || tag == atom.Caption)
	made := cell || !misplaced[tag]
	if made && c.selects == 0 {
		c.joined = 0
	}
	if tag == atom.Select {
		c.selects++
	}
	if !made && c.tables == 0 || void[tag] {
		return
	}
	if group := closesItself[name]; group != "" && len(c.open) > 0 && closesItself[c.open[len(c.open)-1]] == group {
		c.open[len(c.open)-1] = name
		return
	}
	if tag == atom.Table {
		c.tables++
	}
	c.open = append(c.open, name)
}

func (c *joining) end(tag atom.Atom, name string) {
	switch tag {
	case atom.Body, atom.Html:
		c.ended = true
		return
	case atom.P, atom.Br: // they make an element where there is none
		if c.selects == 0 {
			c.joined = 0
		}
	case atom.Select:
		c.selects = max(c.selects-1, 0)
	}
	const nearest = 16 // a longer search for each tag would itself take long
	last := len(c.open) - 1
	for i := last; i >= 0 && i > last-nearest; i-- {
		if c.open[i] != name {
			continue
		}
		c.open = c.open[:i]
		if i == last && c.selects == 0 {
			c.joined = 0
		}
		break
	}
	if tag == atom.Table && c.tables > 0 {
		if c.tables--; c.tables == 0 {
			c.fostered = 0
		}
	}
}

// void are elements without an end tag.
var void = map[atom.Atom]bool{
	atom.Area: true, atom.Base: true, atom.Br: true, atom.Col: true, atom.Embed: true, atom.Hr: true, atom.Img: true,
	atom.Input: true, atom.Keygen: true, atom.Link: true, atom.Meta: true, atom.Param: true, atom.Source: true,
	atom.Track: true, atom.Wbr: true,
}
