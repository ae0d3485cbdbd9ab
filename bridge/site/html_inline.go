package site

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// tagText writes Markdown for the tags of one text, which it is asked for in their order.
type tagText struct {
	source      []byte
	lastClosing int    // where the last </a> is
	href        string // of the last <a before sought
	sought      int    // up to where it was looked for
}

// inline is the Markdown for one tag inside a paragraph, as far as a tag alone has one. Other
// elements lose their tags, as they would anyway; what is no element stays as text.
func (t *tagText) inline(start, end int) string {
	source := t.source
	raw := string(source[start:end])
	if raw == "<!--more-->" {
		return raw
	}
	z := html.NewTokenizer(strings.NewReader(raw))
	z.Next()
	token := z.Token()
	opens := token.Type == html.StartTagToken || token.Type == html.SelfClosingTagToken
	if !opens && token.Type != html.EndTagToken || token.DataAtom == 0 {
		return strings.ReplaceAll(raw, "<", "&lt;")
	}
	switch token.DataAtom {
	case atom.B, atom.Strong:
		return mark("**", opens, source, start, end)
	case atom.I, atom.Em:
		return mark("*", opens, source, start, end)
	case atom.Br:
		if end < len(source) && source[end] == '\n' {
			return "\\"
		}
		return "\\\n"
	case atom.Img:
		if src := attribute(token, "src"); src != "" {
			return "![" + markdownText(attribute(token, "alt")) + "](" + markdownAddress(src) + ")"
		}
	case atom.A:
		return t.anchor(token, opens, start)
	case atom.Video, atom.Audio, atom.Source, atom.Iframe:
		if src := attribute(token, "src"); opens && webAddress(src) {
			return markdownLink(cited{URL: src, Name: attribute(token, "title")})
		}
		if token.DataAtom == atom.Iframe && opens {
			return strings.ReplaceAll(raw, "<", "&lt;")
		}
	case atom.Script, atom.Style, atom.Object, atom.Embed, atom.Title, atom.Textarea, atom.Svg, atom.Math:
		return strings.ReplaceAll(raw, "<", "&lt;")
	}
	return ""
}

// mark is an emphasis mark where it would count as one, else nothing.
func mark(m string, opens bool, source []byte, start, end int) string {
	if opens && end < len(source) && !isSpace(rune(source[end])) {
		return m
	}
	if !opens && start > 0 && !isSpace(rune(source[start-1])) {
		return m
	}
	return ""
}

// anchor turns <a href> and its </a> into the two ends of a link.
func (t *tagText) anchor(token html.Token, opens bool, start int) string {
	if opens {
		if attribute(token, "href") != "" && t.lastClosing >= start {
			return "["
		}
		return ""
	}
	href := t.hrefBefore(start)
	if href == "" {
		return ""
	}
	return "](" + markdownAddress(href) + ")"
}

// hrefBefore is the address in the last <a before a tag. Each part of the text is read once.
func (t *tagText) hrefBefore(start int) string {
	if start < t.sought {
		return "" // in a footnote, which the parser puts at the end
	}
	if i := bytes.LastIndex(t.source[t.sought:start], []byte("<a ")); i >= 0 {
		z := html.NewTokenizer(bytes.NewReader(t.source[t.sought+i : start]))
		z.Next()
		t.href = attribute(z.Token(), "href")
	}
	t.sought = max(t.sought, start-len("<a"))
	return t.href
}

func attribute(token html.Token, name string) string {
	for _, a := range token.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
