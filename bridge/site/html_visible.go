package site

import (
	"bytes"
	"regexp"
	"sort"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"gitpost/bridge/site/generator"
)

// visible returns a text as it must be in the body so that readers see all of it. A generator may
// drop raw HTML, and with a block of it the words inside: there it becomes Markdown, and what is
// not an HTML element is shown as text.
func (s *Site) visible(body string) string {
	if !strings.Contains(body, "<") {
		return body
	}
	return s.texts.of(textWork{name: "visible", text: body}, func() made {
		return made{text: s.shown(body)}
	}).text
}

func (s *Site) shown(body string) string {
	if s.rules.RawHTML {
		return edited(body, unclosed(body))
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

// inSummary is a text of the front matter as it must be where the generator renders it as
// Markdown: readers see all of it, and no build fails.
func (s *Site) inSummary(text string) string {
	if !s.rules.SummaryMarkdown {
		return text
	}
	text, _ = s.escapeIn(s.visible(text), generator.InSummary)
	return text
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
func rawParts(body string) []edit {
	var edits []edit
	blocks := 0
	tags := tagText{source: []byte(body), lastClosing: strings.LastIndex(body, "</a>")}
	eachRaw(body, func(n ast.Node, start, end int) {
		if block, ok := n.(*ast.HTMLBlock); ok {
			blocks++
			edits = append(edits, blockEdits(block, tags.source, start, end, blocks <= convertedBlocks)...)
			return
		}
		edits = append(edits, edit{start, end, tags.inline(start, end)})
	})
	return edits
}

// eachRaw visits the raw HTML in Markdown.
func eachRaw(body string, visit func(n ast.Node, start, end int)) {
	defer func() {
		_ = recover() // a defect in the parser must not lose a post: the text stays as it is
	}()
	if generator.TooCostly(body) {
		return
	}
	doc := safeRenderer.Parser().Parse(text.NewReader([]byte(body)))
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function never fails
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.HTMLBlock:
			if lines := n.Lines(); lines.Len() > 0 {
				end := lines.At(lines.Len() - 1).Stop
				if n.HasClosure() {
					end = n.ClosureLine.Stop
				}
				visit(n, lines.At(0).Start, end)
			}
		case *ast.RawHTML:
			for i := range n.Segments.Len() {
				visit(n, n.Segments.At(i).Start, n.Segments.At(i).Stop)
			}
		}
		return ast.WalkContinue, nil
	})
}

// swallowing are elements and marks that hide the rest of the page when they are not closed.
var swallowing = regexp.MustCompile(`(?i)<(?:(script|style|textarea|title|iframe|xmp|noframes|noembed|plaintext|template|select|svg|math)\b|!--|\?|!\[CDATA\[)`)

// unclosed finds raw HTML that would swallow what follows it, and shows it as text.
func unclosed(body string) []edit {
	var edits []edit
	lower := asciiLower(body)
	last := map[string]int{} // where each end is for the last time
	eachRaw(body, func(_ ast.Node, start, stop int) {
		for _, m := range swallowing.FindAllStringSubmatchIndex(body[start:stop], -1) {
			at := start + m[0]
			end := map[string]string{"<!--": "-->", "<?": "?>", "<![cdata[": "]]>"}[lower[at:start+m[1]]]
			if m[2] >= 0 {
				end = "</" + lower[start+m[2]:start+m[3]]
			}
			if _, sought := last[end]; !sought {
				last[end] = strings.LastIndex(lower, end)
			}
			if last[end] < at {
				edits = append(edits, edit{at, at + 1, "&lt;"})
			}
		}
	})
	return edits
}

// asciiLower keeps the place of each byte, as strings.ToLower does not.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// convertedBlocks is the number of blocks of HTML in one text that become Markdown; the others are
// shown as text.
const convertedBlocks = 2000

// blockEdits turns a block of HTML into Markdown. One inside a quotation or a list has the
// marks of that on each line, so its lines are kept and shown as text.
func blockEdits(n *ast.HTMLBlock, source []byte, start, end int, converts bool) []edit {
	raw := string(source[start:end])
	if strings.TrimSpace(raw) == "<!--more-->" {
		return nil // the mark of the summary's end
	}
	nested := n.Parent() != nil && n.Parent().Kind() != ast.KindDocument
	if converts && !nested && n.HTMLBlockType != ast.HTMLBlockType1 && n.HTMLBlockType != ast.HTMLBlockType2 &&
		onlyElements(raw) {
		if md, err := toMarkdown(linked(raw)); err == nil && (strings.TrimSpace(md) != "" || firstWords(raw) == "") {
			return []edit{{start, end, separated(strings.TrimSpace(md), source, start, end)}}
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

// separated keeps a blank line between a block and its neighbours.
func separated(block string, source []byte, start, end int) string {
	if start > 1 && !bytes.HasSuffix(source[:start], []byte("\n\n")) {
		block = "\n" + block
	}
	if end < len(source) && source[end] != '\n' {
		block += "\n"
	}
	return block + "\n"
}

// onlyElements reports whether all tags of a text are elements of HTML.
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
