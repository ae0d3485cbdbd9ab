package outbound

import (
	"mime"
	"net/http"
	"strings"

	"golang.org/x/net/html"

	"gitpost/bridge/dom"
)

// HeaderLinks returns the targets of the HTTP Link headers (RFC 8288) with a relation, as they
// are written. Of several rel parameters of a link the first one counts.
func HeaderLinks(h http.Header, rel string) []string {
	var targets []string
	for _, header := range h.Values("Link") {
		for {
			_, rest, found := strings.Cut(header, "<")
			if !found {
				break
			}
			target, rest, found := strings.Cut(rest, ">")
			if !found {
				break
			}
			parameters, rest := cutOutsideQuotes(rest, ',')
			if hasRel(parameters, rel) {
				targets = append(targets, target)
			}
			header = rest
		}
	}
	return targets
}

// hasRel reports whether the parameters of a Link header contain a relation.
func hasRel(parameters, rel string) bool {
	for parameters != "" {
		var one string
		one, parameters = cutOutsideQuotes(parameters, ';')
		name, value, _ := strings.Cut(one, "=")
		if strings.EqualFold(strings.TrimSpace(name), "rel") {
			return HasWord(strings.Trim(strings.TrimSpace(value), `"`), rel)
		}
	}
	return false
}

// cutOutsideQuotes cuts at the first sep that is not in a quoted string.
func cutOutsideQuotes(s string, sep byte) (before, after string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '\\' && quoted:
			i++
		case s[i] == sep && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// HeadLinks returns the targets of the <link> elements with a relation in the head of an HTML
// document, as they are written. Links in the body do not count: posts and comments can
// contain them. doc may be nil.
func HeadLinks(doc *html.Node, rel string) []string {
	head := headOf(doc)
	if head == nil {
		return nil
	}
	var targets []string
	for n := range head.ChildNodes() { // not in a template
		if n.Type == html.ElementNode && n.Data == "link" && n.Namespace == "" && HasWord(attribute(n, "rel"), rel) {
			targets = append(targets, attribute(n, "href"))
		}
	}
	return targets
}

func headOf(doc *html.Node) *html.Node {
	if doc == nil {
		return nil
	}
	for top := range doc.ChildNodes() {
		if top.Type != html.ElementNode || top.Data != "html" {
			continue
		}
		for n := range top.ChildNodes() {
			if n.Type == html.ElementNode && n.Data == "head" {
				return n
			}
		}
	}
	return nil
}

// HTML parses the body; it returns nil when the response is not HTML.
func (r *Response) HTML() *html.Node {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "text/html" && kind != "application/xhtml+xml" && kind != "" {
		return nil
	}
	doc, err := dom.Parse(string(r.Body))
	if err != nil {
		return nil
	}
	return doc
}

// Links returns the targets of the links with a relation, those of HTTP headers first, then
// those in the head of doc, which is the result of HTML. Targets are as they are written.
func (r *Response) Links(doc *html.Node, rel string) []string {
	return append(HeaderLinks(r.Header, rel), HeadLinks(doc, rel)...)
}

// Resolve returns a target as an absolute URL, or "".
func (r *Response) Resolve(target string) string {
	u, err := r.URL.Parse(strings.TrimSpace(target))
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

// HasWord reports whether a space-separated list contains a word, in any case.
func HasWord(list, word string) bool {
	for w := range strings.FieldsSeq(list) {
		if strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}
