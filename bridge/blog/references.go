package blog

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html"

	"gitpost/bridge/site"
)

// namesIn lists the names of uploads to which the strings of a property's value refer, at any depth
// and in the order in which they are met. A name is known by its form and its random part, so that
// it does not matter how the rest of the address is written: absolute, relative, through a preview
// or a proxy.
//
// A name that stands in the string letter by letter is found whatever surrounds it. One that
// Markdown or HTML writes otherwise (backslashes, entities, percent signs) is found where a
// link, an image or a media element has it.
func namesIn(v any) []string {
	var names []string
	eachString(v, func(s string) {
		names = append(names, namesInText(s)...)
		if strings.ContainsAny(s, `\&`) {
			for _, address := range addressesIn(s) {
				names = append(names, namesInText(address)...)
			}
		}
	})
	return names
}

// uploadName is the form of upload names: a stem, 80 random bits, an extension.
var uploadName = regexp.MustCompile(`[a-z0-9][a-z0-9-]*-[a-z2-7]{16}\.[a-z0-9]{3,4}`)

// namesInText finds names as they are, and percent-encoded, once or in an address within an address.
func namesInText(s string) []string {
	names := uploadName.FindAllString(s, -1)
	for range 2 {
		decoded := percentEncoded.ReplaceAllStringFunc(s, func(e string) string {
			n, _ := strconv.ParseUint(e[1:], 16, 8) // two hexadecimal digits
			return string([]byte{byte(n)})
		})
		if decoded == s {
			break
		}
		s = decoded
		names = append(names, uploadName.FindAllString(s, -1)...)
	}
	return names
}

var percentEncoded = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

// addressesIn lists the addresses of links, images and media in a text that is Markdown, HTML
// or both.
func addressesIn(source string) []string {
	var addresses []string
	if site.TooCostly(source) { // every word may be one
		words := strings.FieldsFunc(source, func(r rune) bool { return r <= ' ' || strings.ContainsRune("()<>[]\"'", r) })
		for _, word := range words {
			addresses = append(addresses, unescaped([]byte(word)))
		}
		return append(addresses, addressesInHTML(source)...)
	}
	definitions := parser.NewContext()
	bytesOf := []byte(source)
	document := markdown.Parser().Parse(text.NewReader(bytesOf), parser.WithContext(definitions))
	seen := map[*byte]bool{} // a definition's address is shared by all that refer to it
	add := func(destination []byte) {
		if len(destination) > 0 && !seen[&destination[0]] {
			seen[&destination[0]] = true
			addresses = append(addresses, unescaped(destination))
		}
	}
	for _, definition := range definitions.References() {
		add(definition.Destination())
	}
	// the HTML between the Markdown, in order
	var raw bytes.Buffer
	_ = ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the callback returns no error
		switch n := n.(type) {
		case *ast.Link:
			if entering {
				add(n.Destination)
			}
		case *ast.Image:
			if entering {
				add(n.Destination)
			}
		case *ast.AutoLink:
			if entering {
				addresses = append(addresses, string(n.URL(bytesOf)))
			}
		case *ast.RawHTML:
			if entering {
				raw.Write(n.Segments.Value(bytesOf))
			}
		case *ast.HTMLBlock:
			if entering {
				raw.Write(n.Lines().Value(bytesOf))
				if n.HasClosure() {
					raw.Write(n.ClosureLine.Value(bytesOf))
				}
			}
		}
		return ast.WalkContinue, nil
	})
	addresses = append(addresses, addressesInHTML(raw.String())...)
	return append(addresses, addressesInHTML(source)...)
}

var markdown = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList))

// unescaped is a destination as a browser gets it.
func unescaped(destination []byte) string {
	return string(util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(destination))))
}

// addressesInHTML lists the addresses in the attributes of a fragment.
func addressesInHTML(source string) []string {
	var addresses []string
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return addresses
		case html.StartTagToken, html.SelfClosingTagToken:
			for _, a := range z.Token().Attr {
				switch a.Key {
				case "src", "href", "poster", "data", "srcset", "imagesrcset", "cite", "content", "style", "data-src",
					"data-srcset":
					addresses = append(addresses, attributeAddresses(a.Key, a.Val)...)
				}
			}
		}
	}
}

// attributeAddresses splits the candidates of a srcset; other attributes have one address.
func attributeAddresses(name, value string) []string {
	if !strings.HasSuffix(name, "srcset") {
		return []string{value}
	}
	var addresses []string
	for candidate := range strings.FieldsFuncSeq(value, func(r rune) bool { return r <= ' ' || r == ',' }) {
		addresses = append(addresses, candidate)
	}
	return addresses
}
