package site

import (
	"bytes"
	"sort"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// visible is a text as it must stand in the body so that readers see all of it. Hugo drops
// raw HTML, and with a block of it the words inside, unless the site lets it through: there
// it becomes Markdown, and what is no HTML element is shown as the text that it is.
func (s *Site) visible(body string) string {
	if s.rawHTML() || !strings.Contains(body, "<") {
		return body
	}
	for range 3 {
		edits := rawParts(body)
		if len(edits) == 0 {
			return body
		}
		body = edited(body, edits)
	}
	edits := rawParts(body)
	for i := range edits {
		edits[i].text = strings.ReplaceAll(body[edits[i].start:edits[i].end], "<", "&lt;")
	}
	return edited(body, edits)
}

// An edit replaces a range of bytes.
type edit struct {
	start, end int
	text       string
}

func edited(body string, edits []edit) string {
	sort.Slice(edits, func(i, j int) bool { return edits[i].start < edits[j].start })
	var b strings.Builder
	at := 0
	for _, e := range edits {
		if e.start < at {
			continue
		}
		b.WriteString(body[at:e.start])
		b.WriteString(e.text)
		at = e.end
	}
	b.WriteString(body[at:])
	return b.String()
}

// rawParts finds raw HTML in Markdown, and what to write in its place.
func rawParts(body string) (edits []edit) {
	defer func() {
		if recover() != nil {
			edits = nil
		}
	}()
	source := []byte(body)
	doc := safeRenderer.Parser().Parse(text.NewReader(source))
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function never fails
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.HTMLBlock:
			edits = append(edits, blockEdits(n, source)...)
		case *ast.RawHTML:
			for i := range n.Segments.Len() {
				segment := n.Segments.At(i)
				edits = append(edits, edit{segment.Start, segment.Stop, inlineText(source, segment.Start, segment.Stop)})
			}
		}
		return ast.WalkContinue, nil
	})
	return edits
}

// blockEdits turns a block of HTML into Markdown. One inside a quotation or a list has the
// marks of that on each line, so its lines are kept and shown as text.
func blockEdits(n *ast.HTMLBlock, source []byte) []edit {
	lines := n.Lines()
	if lines.Len() == 0 {
		return nil
	}
	start, end := lines.At(0).Start, lines.At(lines.Len()-1).Stop
	if n.HasClosure() {
		end = n.ClosureLine.Stop
	}
	raw := string(source[start:end])
	if strings.TrimSpace(raw) == "<!--more-->" {
		return nil // Hugo's mark of the summary's end
	}
	nested := n.Parent() != nil && n.Parent().Kind() != ast.KindDocument
	if !nested && n.HTMLBlockType != ast.HTMLBlockType1 && n.HTMLBlockType != ast.HTMLBlockType2 && onlyElements(raw) {
		if md, err := toMarkdown(raw); err == nil && (strings.TrimSpace(md) != "" || firstWords(raw) == "") {
			return []edit{{start, end, "\n" + strings.TrimSpace(md) + "\n\n"}}
		}
	}
	var edits []edit
	for i := start; i < end; i++ {
		if source[i] == '<' {
			edits = append(edits, edit{i, i + 1, "&lt;"})
		}
	}
	return edits
}

// onlyElements tells whether all tags of a text are elements of HTML.
func onlyElements(raw string) bool {
	z := html.NewTokenizer(strings.NewReader(raw))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return true
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			if atom.Lookup(name) == 0 {
				return false
			}
		case html.CommentToken, html.DoctypeToken:
			return false
		}
	}
}

// inlineText is the Markdown for one tag inside a paragraph, as far as a tag alone has one.
// Other elements lose their tags, as they would anyway; what is no element stays as text.
func inlineText(source []byte, start, end int) string {
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
		return anchor(token, opens, source, start)
	case atom.Script, atom.Style, atom.Iframe, atom.Object, atom.Embed, atom.Title, atom.Textarea, atom.Svg, atom.Math:
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
func anchor(token html.Token, opens bool, source []byte, start int) string {
	if opens {
		if attribute(token, "href") != "" && bytes.Contains(source[start:], []byte("</a>")) {
			return "["
		}
		return ""
	}
	i := bytes.LastIndex(source[:start], []byte("<a "))
	if i < 0 {
		return ""
	}
	z := html.NewTokenizer(bytes.NewReader(source[i:start]))
	z.Next()
	href := attribute(z.Token(), "href")
	if href == "" {
		return ""
	}
	return "](" + markdownAddress(href) + ")"
}

func attribute(token html.Token, name string) string {
	for _, a := range token.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
