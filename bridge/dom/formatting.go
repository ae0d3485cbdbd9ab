package dom

import (
	"bytes"
	"slices"

	"golang.org/x/net/html/atom"
)

// mostRemade bounds the elements, with their attributes, that the parser makes without a tag for each.
const mostRemade = 400_000

// formatting follows the formatting elements that may be open. Where one ends together with the block that it
// is in, the parser opens it again in the next one. The list may have more elements than the parser's, but
// not fewer: an element leaves it only where the parser surely ends it too.
type formatting struct {
	remade     int // an upper bound for the elements and attributes that the parser makes again
	open       []formatted
	weight     int        // of all that are open
	boundaries []boundary // that may be open
	count      int        // of boundaries so far
	foreign    int        // <svg> and <math> that may be open
	raw        bool       // a text follows, which is none for the parser if it is in <svg>
	fresh      bool       // there was no tag since the last boundary
	root       int        // attributes of all <html> and <body> so far
}

type formatted struct {
	tag    atom.Atom
	weight int // the element and its attributes
	within int // the id of the boundary around it
}

// boundary is an element inside of which the ends of elements around it are ignored.
type boundary struct {
	tag atom.Atom
	id  int
}

var formattingTags = map[atom.Atom]bool{
	atom.A: true, atom.B: true, atom.Big: true, atom.Code: true, atom.Em: true, atom.Font: true, atom.I: true,
	atom.Nobr: true, atom.S: true, atom.Small: true, atom.Strike: true, atom.Strong: true, atom.Tt: true, atom.U: true,
}

// inForeign are boundaries in <svg> and <math>. <title> is another one, but its text has no tags, see text.
var inForeign = map[atom.Atom]bool{
	atom.ForeignObject: true, atom.Foreignobject: true, atom.Desc: true, atom.AnnotationXml: true, atom.Mi: true,
	atom.Mo: true, atom.Mn: true, atom.Ms: true, atom.Mtext: true,
}

var boundaries = map[atom.Atom]bool{
	atom.Applet: true, atom.Caption: true, atom.Table: true, atom.Td: true, atom.Th: true, atom.Marquee: true,
	atom.Object: true, atom.Template: true, atom.Select: true,
}

// rawText are elements whose text has no tags, except in <svg> and <math>.
var rawText = map[atom.Atom]bool{
	atom.Iframe: true, atom.Noembed: true, atom.Noframes: true, atom.Noscript: true, atom.Plaintext: true,
	atom.Script: true, atom.Style: true, atom.Textarea: true, atom.Title: true, atom.Xmp: true,
}

// around returns the id of the innermost boundary; 0 when there is none.
func (f *formatting) around() int {
	if len(f.boundaries) == 0 {
		return 0
	}
	return f.boundaries[len(f.boundaries)-1].id
}

// leave drops the innermost boundary if it is one of those.
func (f *formatting) leave(tags ...atom.Atom) {
	if last := len(f.boundaries) - 1; last >= 0 && slices.Contains(tags, f.boundaries[last].tag) {
		f.boundaries = f.boundaries[:last]
	}
}

func (f *formatting) start(tag atom.Atom, attributes int) {
	f.raw, f.fresh = rawText[tag] && f.foreign > 0, false
	switch tag {
	case atom.A, atom.Nobr: // they end another one
		f.endFormatting(tag)
	case atom.Html, atom.Body:
		if attributes > 0 {
			f.remade += f.root
			f.root += attributes
		}
	case atom.Svg, atom.Math:
		f.foreign++
	case atom.Td, atom.Th, atom.Tr, atom.Tbody, atom.Thead, atom.Tfoot:
		f.leave(atom.Td, atom.Th)
	}
	if formattingTags[tag] {
		f.open = append(f.open, formatted{tag, 1 + attributes, f.around()})
		f.weight += 1 + attributes
		return
	}
	if boundaries[tag] || inForeign[tag] && f.foreign > 0 {
		f.count++
		f.boundaries = append(f.boundaries, boundary{tag, f.count})
		f.fresh = true
	}
	if tag != atom.Span && (!void[tag] || tag == atom.Hr) { // another block may end
		f.remade += f.weight
	}
}

func (f *formatting) end(tag atom.Atom) {
	fresh := f.fresh
	f.raw, f.fresh = false, false
	switch {
	case formattingTags[tag]:
		f.endFormatting(tag)
		return
	case tag == atom.Table:
		f.leave(atom.Td, atom.Th)
		f.leave(tag)
	case tag == atom.Tr, tag == atom.Tbody, tag == atom.Thead, tag == atom.Tfoot:
		f.leave(atom.Td, atom.Th)
	case boundaries[tag], inForeign[tag] && fresh:
		f.leave(tag)
	case tag == atom.Svg, tag == atom.Math:
		f.foreign = max(f.foreign-1, 0)
	}
	f.remade += f.weight
}

// endFormatting ends the last element of a name. Those in it stay open.
func (f *formatting) endFormatting(tag atom.Atom) {
	const nearest = 600 // the parser has at most 512 elements open
	inside := 0
	for i := len(f.open) - 1; i >= max(len(f.open)-nearest, 0) && f.open[i].within == f.around(); i-- {
		if f.open[i].tag == tag {
			f.remade += inside
			f.weight -= f.open[i].weight
			f.open = slices.Delete(f.open, i, i+1)
			return
		}
		inside += f.open[i].weight
	}
	f.remade += f.weight
}

// text takes a text, or what is one unless it is in <svg>: its tags, if any, would not be seen here.
func (f *formatting) text(raw []byte) {
	if f.raw && bytes.IndexByte(raw, '<') >= 0 || f.foreign > 0 && bytes.HasPrefix(raw, []byte("<![CDATA[")) {
		f.remade = mostRemade + 1
	}
	f.raw = false
}
