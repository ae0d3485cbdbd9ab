package site

import (
	"errors"
	"sort"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"gitpost/bridge/dom"
)

var errTooLong = errors.New("the HTML cannot be converted")

// sameHTML compares two content objects by their html; the other keys must be equal.
func (s *Site) sameHTML(a, b any) bool {
	x, okX := a.(map[string]any)
	y, okY := b.(map[string]any)
	if !okX || !okY {
		return false
	}
	for key, value := range y {
		if key != "html" && !same([]any{x[key]}, []any{value}) {
			return false
		}
	}
	htmlX, _ := x["html"].(string)
	htmlY, _ := y["html"].(string)
	return s.texts.of(textWork{"same", htmlX, htmlY}, func() made { return made{same: equalHTML(htmlX, htmlY)} }).same
}

// equalHTML reports whether two fragments are one document: elements, attributes and text
// equal, white space collapsed where a browser collapses it.
func equalHTML(a, b string) bool {
	x, okX := outline(a)
	y, okY := outline(b)
	if !okX || !okY || len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i] != y[i] {
			return false
		}
	}
	return true
}

// outline lists what a fragment is made of, in document order.
func outline(source string) ([]string, bool) {
	root, err := dom.Fragment(source)
	if err != nil {
		return nil, false
	}
	var out []string
	children(root, false, &out)
	return out, true
}

func children(parent *html.Node, verbatim bool, out *[]string) {
	for n := parent.FirstChild; n != nil; n = n.NextSibling {
		switch n.Type {
		case html.TextNode:
			if text := collapsed(n, verbatim); text != "" {
				*out = append(*out, "text "+text)
			}
		case html.CommentNode:
			*out = append(*out, "comment "+n.Data)
		case html.ElementNode:
			*out = append(*out, "open "+n.Namespace+":"+n.Data+attributes(n))
			children(n, verbatim || n.DataAtom == atom.Pre || n.DataAtom == atom.Textarea, out)
			*out = append(*out, "close")
		}
	}
}

// collapsed is the text that a browser shows: white space at the edge of a block vanishes.
func collapsed(n *html.Node, verbatim bool) string {
	if verbatim {
		return n.Data
	}
	text := strings.Join(strings.FieldsFunc(n.Data, isSpace), " ")
	if text == "" {
		if edge(n.PrevSibling) || edge(n.NextSibling) {
			return ""
		}
		return " "
	}
	if isSpace(rune(n.Data[0])) && !edge(n.PrevSibling) {
		text = " " + text
	}
	if isSpace(rune(n.Data[len(n.Data)-1])) && !edge(n.NextSibling) {
		text += " "
	}
	return text
}

func isSpace(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' }

func edge(n *html.Node) bool {
	return n == nil || n.Type == html.ElementNode && (blocks[n.DataAtom] || n.DataAtom == atom.Br)
}

var blocks = map[atom.Atom]bool{
	atom.Address: true, atom.Article: true, atom.Aside: true, atom.Blockquote: true, atom.Dd: true,
	atom.Details: true, atom.Div: true, atom.Dl: true, atom.Dt: true, atom.Fieldset: true, atom.Figcaption: true,
	atom.Figure: true, atom.Footer: true, atom.Form: true, atom.H1: true, atom.H2: true, atom.H3: true,
	atom.H4: true, atom.H5: true, atom.H6: true, atom.Header: true, atom.Hr: true, atom.Li: true, atom.Main: true,
	atom.Nav: true, atom.Ol: true, atom.P: true, atom.Pre: true, atom.Section: true, atom.Summary: true,
	atom.Table: true, atom.Tbody: true, atom.Td: true, atom.Tfoot: true, atom.Th: true, atom.Thead: true,
	atom.Tr: true, atom.Ul: true,
}

func attributes(n *html.Node) string {
	list := make([]string, len(n.Attr))
	for i, a := range n.Attr {
		list[i] = " " + a.Namespace + a.Key + "=" + a.Val
	}
	sort.Strings(list)
	return strings.Join(list, "")
}
