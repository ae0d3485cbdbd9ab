// Package discovery looks at a site's home page as apps do: whether it names this server, and since when.
package discovery

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"gitpost/bridge/config"
	"gitpost/bridge/outbound"
)

// Found is what a home page says of the relations that apps need.
type Found struct {
	Missing    []config.Link // it has nothing of these
	HeaderOnly []config.Link // they are in HTTP headers alone, and some apps read only the page
	Elsewhere  []Elsewhere   // they name another server, at least first, which is what apps take
	Required   int           // how many relations were looked for
}

// Elsewhere is a relation for which a page names another server.
type Elsewhere struct {
	Rel, Href string
	First     bool // it names this one too, behind the other
}

// Complete reports whether every app finds this server.
func (f Found) Complete() bool {
	return f.Required > 0 && len(f.Missing)+len(f.HeaderOnly)+len(f.Elsewhere) == 0
}

// None reports whether the page has nothing of what is needed.
func (f Found) None() bool { return len(f.Missing) == f.Required }

// Compare reads an answer of the home page. at is where it came from in the end.
func Compare(want []config.Link, at *url.URL, h http.Header, body []byte) (f Found) {
	inPage := linksOf(at, body)
	for _, l := range want {
		if l.Rel == "media" || l.Rel == "micropub_media" {
			continue // apps ask the Micropub endpoint for it
		}
		f.Required++
		inHeader := headerLinks(at, h, l.Rel)
		found := append(slices.Clone(inPage[l.Rel]), inHeader...)
		switch {
		case len(found) == 0:
			f.Missing = append(f.Missing, l)
		case found[0] != l.Href:
			f.Elsewhere = append(f.Elsewhere, Elsewhere{l.Rel, found[0], slices.Contains(found, l.Href)})
		case !slices.Contains(inPage[l.Rel], l.Href):
			f.HeaderOnly = append(f.HeaderOnly, l)
		}
	}
	return f
}

// linksOf returns the addresses, by relation, that a page names in link and a elements.
func linksOf(base *url.URL, page []byte) map[string][]string {
	found := map[string][]string{}
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return found
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.Data != "link" && t.Data != "a" {
				continue
			}
			var rels, href string
			for _, a := range t.Attr {
				switch a.Key {
				case "rel":
					rels = a.Val
				case "href":
					href = a.Val
				}
			}
			for rel := range strings.FieldsSeq(strings.ToLower(rels)) {
				if u, err := base.Parse(href); err == nil {
					found[rel] = append(found[rel], u.String())
				}
			}
		}
	}
}

// headerLinks returns the addresses that Link headers name for a relation.
func headerLinks(base *url.URL, h http.Header, rel string) (found []string) {
	for _, target := range outbound.HeaderLinks(h, rel) {
		if u, err := base.Parse(target); err == nil {
			found = append(found, u.String())
		}
	}
	return found
}
