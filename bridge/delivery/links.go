package delivery

import (
	"bytes"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"willnorris.com/go/microformats"

	"gitpost/bridge/address"
	"gitpost/bridge/dom"
	"gitpost/bridge/mf2"
)

// linked are the properties whose value is a page that the post responds to, or a place that it is sent to
// by a link: IndieNews takes posts that link to it as syndication or category, Bridgy as syndicate-to.
var linked = []string{"in-reply-to", "like-of", "repost-of", "bookmark-of", "mention-of", "read-of", "watch-of",
	"listen-of", "play-of", "quotation-of", "follow-of", "tag-of", "invitee", "syndication", "syndicate-to", "category"}

// links returns the URLs that a built page's post links to: in its content and as what it responds to.
// What the page links to beside the post, such as its navigation, does not count. Where the theme marks
// no post up, the links count that the post's own text or properties have.
func links(p page, item mf2.Item) []string {
	var found []string
	add := func(raw string) {
		u, err := p.at.Parse(strings.TrimSpace(raw))
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
			return
		}
		if text := u.String(); !slices.Contains(found, text) {
			found = append(found, text)
		}
	}
	all := hrefs(p.body)
	said := texts(item)
	if entry := entryOf(p); entry != nil {
		for _, name := range linked {
			for _, v := range entry.Properties[name] {
				if u, err := url.Parse(addressOf(v)); err == nil && u.IsAbs() { // URLs are absolute by now, words are not
					add(u.String())
				}
			}
		}
		for _, v := range entry.Properties["content"] {
			said = nil
			for _, href := range hrefs([]byte(htmlOf(v))) {
				add(href)
			}
		}
	}
	for _, name := range linked {
		for _, v := range item.Properties[name] {
			said = append(said, mf2.Text(v))
		}
	}
	for _, href := range all {
		if slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, href) }) {
			add(href)
		}
	}
	return found
}

// entryOf returns the post of a permalink page: the one that has the page's URL, else the first. A page
// that cannot be parsed has none.
func entryOf(p page) *microformats.Microformat {
	doc, err := dom.Parse(string(p.body))
	if err != nil {
		return nil
	}
	var first *microformats.Microformat
	for _, item := range itemsOf(doc, p.at) {
		candidates := append([]*microformats.Microformat{item}, item.Children...)
		for _, c := range candidates {
			if !slices.ContainsFunc(c.Type, func(t string) bool { return t == "h-entry" || t == "h-event" || t == "h-review" }) {
				continue
			}
			for _, v := range c.Properties["url"] {
				if u, ok := v.(string); ok && address.Same(u, p.at.String()) {
					return c
				}
			}
			if first == nil {
				first = c
			}
		}
	}
	return first
}

// mostMarked bounds the bytes of a page that the parser of microformats copies: it copies the text of each
// marked element, also of those inside of one another.
const mostMarked = 4 << 20

var markedClass = regexp.MustCompile(`(?:^|\s)(?:h|p|u|e|dt)-[a-z]`)

// itemsOf parses microformats. A page that would take long, or has the parser panic, has none.
func itemsOf(doc *html.Node, at *url.URL) (items []*microformats.Microformat) {
	defer func() {
		if recover() != nil {
			items = nil
		}
	}()
	if _, copied := markedBytes(doc); copied > mostMarked {
		return nil
	}
	return microformats.ParseNode(doc, at).Items
}

// markedBytes returns the size of a node, and that of all marked elements in it together.
func markedBytes(n *html.Node) (size, copied int) {
	size = len(n.Data)
	marked := false
	for _, a := range n.Attr {
		size += len(a.Key) + len(a.Val)
		marked = marked || a.Key == "class" && markedClass.MatchString(a.Val)
	}
	for c := range n.ChildNodes() {
		s, m := markedBytes(c)
		size, copied = size+s, copied+m
	}
	if marked {
		copied += size
	}
	return size, copied
}

// addressOf is the URL of a property's value, which may be a cite.
func addressOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]string:
		return v["value"]
	case *microformats.Microformat:
		for _, u := range v.Properties["url"] {
			return addressOf(u)
		}
		return v.Value
	}
	return ""
}

// htmlOf is the HTML of a property's value.
func htmlOf(v any) string {
	switch v := v.(type) {
	case map[string]string:
		return v["html"]
	case *microformats.Microformat:
		return v.HTML
	}
	return ""
}

// mostLinks is how many links of a page are looked at.
const mostLinks = 1000

// hrefs lists the targets of the links of a page, as they are written.
func hrefs(page []byte) (list []string) {
	known := map[string]bool{}
	tokens := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return list
		case html.StartTagToken, html.SelfClosingTagToken:
			t := tokens.Token()
			if t.Data != "a" && t.Data != "area" {
				continue
			}
			for _, a := range t.Attr {
				if a.Key == "href" && !known[a.Val] && len(list) < mostLinks {
					known[a.Val] = true
					list = append(list, a.Val)
				}
			}
		}
	}
}

// texts lists every text in an item.
func texts(item mf2.Item) (list []string) {
	var collect func(v any)
	collect = func(v any) {
		switch v := v.(type) {
		case string:
			list = append(list, v)
		case []any:
			for _, e := range v {
				collect(e)
			}
		case map[string]any:
			for _, e := range v {
				collect(e)
			}
		}
	}
	for name, values := range item.Properties {
		if !slices.Contains(ofDelivery, name) {
			collect(values)
		}
	}
	return list
}
