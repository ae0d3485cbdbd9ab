package site

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"gitpost/bridge/dom"
)

// linked is HTML in which what Markdown cannot express, a video or a page in a frame, is replaced
// by a link to it: readers see that there is something, and can go there.
func linked(source string) string {
	if !embedding(source) {
		return source
	}
	body, err := dom.Fragment(source)
	if err != nil {
		return source
	}
	linkEmbedded(body)
	var b strings.Builder
	for n := body.FirstChild; n != nil; n = n.NextSibling {
		if err := html.Render(&b, n); err != nil {
			return source
		}
	}
	return b.String()
}

func embedding(source string) bool {
	lower := strings.ToLower(source)
	for _, tag := range []string{"<iframe", "<video", "<audio", "<embed", "<object"} {
		if strings.Contains(lower, tag) {
			return true
		}
	}
	return false
}

// linkEmbedded replaces what is embedded below n.
func linkEmbedded(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if address := embedded(c); address != "" {
			text := valueOf(c, "title")
			if text == "" {
				text = shortAddress(address)
			}
			a := &html.Node{Type: html.ElementNode, DataAtom: atom.A, Data: "a",
				Attr: []html.Attribute{{Key: "href", Val: address}}}
			a.AppendChild(&html.Node{Type: html.TextNode, Data: text})
			n.InsertBefore(a, c)
			n.RemoveChild(c)
		} else {
			linkEmbedded(c)
		}
		c = next
	}
}

// embedded is the address of what an element shows; "" for other elements.
func embedded(n *html.Node) string {
	var address string
	switch n.DataAtom {
	case atom.Iframe, atom.Embed:
		address = valueOf(n, "src")
	case atom.Object:
		address = valueOf(n, "data")
	case atom.Video, atom.Audio:
		address = valueOf(n, "src")
		for c := n.FirstChild; c != nil && address == ""; c = c.NextSibling {
			if c.DataAtom == atom.Source {
				address = valueOf(c, "src")
			}
		}
	}
	address = strings.TrimSpace(address)
	if strings.HasPrefix(address, "//") {
		address = "https:" + address
	}
	if !webAddress(address) {
		return ""
	}
	return address
}

func valueOf(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}
