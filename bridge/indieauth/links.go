package indieauth

import (
	"bytes"
	"mime"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"gitpost/bridge/outbound"
)

// links finds addresses by their relation, as apps do (section 4.1): those of HTTP Link
// headers first, then those of <link> elements in the order of the document, relative ones
// made absolute.
type links struct {
	page *outbound.Response
	doc  *html.Node // nil when the page is no HTML
}

func readLinks(page *outbound.Response) links {
	l := links{page: page}
	kind, _, _ := mime.ParseMediaType(page.Header.Get("Content-Type"))
	if kind == "text/html" || kind == "application/xhtml+xml" || kind == "" {
		if doc, err := html.Parse(bytes.NewReader(page.Body)); err == nil {
			l.doc = doc
		}
	}
	return l
}

// all gives the addresses as they are written.
func (l links) all(rel string) []string {
	var out []string
	for _, line := range l.page.Header.Values("Link") {
		out = append(out, outbound.LinkTargets(line, rel)...)
	}
	if l.doc == nil {
		return out
	}
	for n := range l.doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "link" && hasWord(attribute(n, "rel"), rel) {
			out = append(out, attribute(n, "href"))
		}
	}
	return out
}

// first is the first address with the relation, "" when there is none.
func (l links) first(rel string) string {
	for _, s := range l.all(rel) {
		return absolute(l.page.URL, s)
	}
	return ""
}

func absolute(base *url.URL, s string) string {
	u, err := base.Parse(strings.TrimSpace(s))
	if err != nil {
		return ""
	}
	return u.String()
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasWord(s, word string) bool {
	for w := range strings.FieldsSeq(s) {
		if strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}
