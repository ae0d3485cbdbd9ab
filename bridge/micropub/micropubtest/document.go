package micropubtest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// sameDocument compares two pieces of HTML by elements, attributes and text, white space
// collapsed.
func sameDocument(want, got string) error {
	a, err := outline(want)
	if err != nil {
		return err
	}
	b, err := outline(got)
	if err != nil {
		return err
	}
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Errorf("the document differs: got %s, want %s", b[i], a[i])
		}
	}
	if len(a) != len(b) {
		return fmt.Errorf("the document has %d pieces, want %d", len(b), len(a))
	}
	return nil
}

// outline lists the tags and texts of a document in order. White space is collapsed, and
// gone where a browser shows none: beside a tag that is not inline.
func outline(s string) ([]string, error) {
	root, err := html.Parse(strings.NewReader("<!DOCTYPE html><body>" + s))
	if err != nil {
		return nil, fmt.Errorf("parse html: %w", err)
	}
	var pieces []string
	text, afterBlock := "", true
	flush := func(beforeBlock bool) {
		text = space.ReplaceAllString(text, " ")
		if afterBlock {
			text = strings.TrimPrefix(text, " ")
		}
		if beforeBlock {
			text = strings.TrimSuffix(text, " ")
		}
		if text != "" {
			pieces = append(pieces, text)
			afterBlock = false
		}
		text = ""
	}
	tag := func(name, written string) {
		flush(!inline[name])
		pieces = append(pieces, written)
		afterBlock = !inline[name]
	}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch n.Type {
		case html.TextNode:
			text += n.Data
		case html.ElementNode:
			tag(n.Data, "<"+n.Data+attributes(n)+">")
		}
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			walk(child)
		}
		if n.Type == html.ElementNode {
			tag(n.Data, "</"+n.Data+">")
		}
	}
	walk(root)
	return pieces, nil
}

var space = regexp.MustCompile(`[ \t\r\n\f]+`)

// inline are the elements of phrasing content that posts use.
var inline = map[string]bool{
	"a": true, "abbr": true, "b": true, "bdi": true, "bdo": true, "cite": true, "code": true, "data": true, "del": true,
	"dfn": true, "em": true, "i": true, "img": true, "ins": true, "kbd": true, "mark": true, "q": true, "s": true,
	"samp":  true,
	"small": true, "span": true, "strong": true, "sub": true, "sup": true, "time": true, "u": true, "var": true,
}

func attributes(n *html.Node) string {
	byName := map[string]string{}
	for _, a := range n.Attr {
		byName[a.Key] = a.Val
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		fmt.Fprintf(&b, " %s=%q", name, byName[name])
	}
	return b.String()
}
