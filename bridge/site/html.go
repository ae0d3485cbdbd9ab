package site

import (
	"bytes"
	"strconv"
	"strings"
	"sync"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/strikethrough"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	xhtml "golang.org/x/net/html"

	"gitpost/bridge/dom"
	"gitpost/bridge/site/generator"
)

// The renderers are goldmark with the extensions that Hugo enables by default, except for the
// typographer and the identifiers of headings: those add to what an author wrote, and a comparison
// must not see them.
var (
	rawRenderer  = goldmark.New(extensions, goldmark.WithRendererOptions(html.WithUnsafe()))
	safeRenderer = goldmark.New(extensions)
	extensions   = goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList)
)

// longestHTML bounds what is converted; longer HTML is kept as it was sent.
const longestHTML = 1 << 20

// markdown turns HTML into a body. kind says how the body is turned back into the HTML: as a
// document, as text without a paragraph around it, or, when it is "", not at all, so that the HTML
// must be remembered.
func (s *Site) markdown(source string) (body, kind string) {
	m := s.texts.of(textWork{name: "markdown", text: source}, func() made {
		body, kind := s.toBody(source)
		return made{text: body, kind: kind}
	})
	return m.text, m.kind
}

func (s *Site) toBody(source string) (body, kind string) {
	md, err := toMarkdown(source)
	if err != nil {
		md = firstWords(source)
	}
	for _, kind := range []string{htmlDocument, htmlInline} {
		if err == nil && s.showsAs(md, kind, source) {
			return md, kind
		}
	}
	if s.rules.RawHTML {
		raw := strings.TrimSpace(unixLines(source))
		for _, kind := range []string{htmlDocument, htmlInline} {
			if s.showsAs(raw, kind, source) {
				return raw, kind
			}
		}
	}
	if shown, failed := toMarkdown(linked(source)); failed == nil {
		md = shown
	}
	return md, ""
}

// showsAs reports whether the site shows a body as the HTML that was sent.
func (s *Site) showsAs(body, kind, source string) bool {
	rendered, ok := convert(s.renderer(), body)
	if !ok {
		return false
	}
	if kind == htmlInline {
		if rendered, ok = withoutParagraph(rendered); !ok {
			return false
		}
	}
	return equalHTML(rendered, source)
}

// render is the HTML of a body.
func (s *Site) render(body string, inline bool) string {
	return s.texts.of(textWork{"render", body, strconv.FormatBool(inline)}, func() made {
		return made{text: s.rendered(body, inline)}
	}).text
}

func (s *Site) rendered(body string, inline bool) string {
	rendered, ok := convert(rawRenderer, body)
	if !ok {
		return body
	}
	if inline {
		if bare, ok := withoutParagraph(rendered); ok {
			return bare
		}
	}
	return strings.TrimSuffix(rendered, "\n")
}

// withoutParagraph takes off the one paragraph that Markdown makes of inline text.
func withoutParagraph(rendered string) (string, bool) {
	bare, opens := strings.CutPrefix(rendered, "<p>")
	bare, closes := strings.CutSuffix(bare, "</p>\n")
	return bare, opens && closes && !strings.Contains(bare, "<p>")
}

func (s *Site) renderer() goldmark.Markdown {
	if s.rules.RawHTML {
		return rawRenderer
	}
	return safeRenderer
}

// TooCostly reports whether a text takes too long, or too much memory, to be parsed as Markdown.
func TooCostly(text string) bool { return generator.TooCostly(text) }

// convert renders Markdown. A defect in the renderer must not lose a post.
func convert(md goldmark.Markdown, body string) (rendered string, ok bool) {
	defer func() {
		if recover() != nil {
			rendered, ok = "", false
		}
	}()
	if generator.TooCostly(body) {
		return "", false
	}
	var b bytes.Buffer
	source := []byte(body)
	doc := md.Parser().Parse(text.NewReader(source))
	if repeats(doc, len(body)) {
		return "", false
	}
	if err := md.Renderer().Render(&b, source, doc); err != nil {
		return "", false
	}
	return b.String(), true
}

// toMarkdown converts HTML with the plugins that match the renderers.
func toMarkdown(source string) (md string, err error) {
	if len(source) > longestHTML {
		return "", errTooLong
	}
	defer func() {
		if r := recover(); r != nil {
			md, err = "", errTooLong
		}
	}()
	doc, err := dom.Parse(source)
	if err != nil {
		return "", err
	}
	if bracketWork(doc) > mostBracketWork {
		return "", errTooLong
	}
	text, err := htmlConverter().ConvertNode(doc)
	return string(text), err
}

// htmlConverter returns the one converter, which may be used by several goroutines: a text can have
// many blocks of HTML.
var htmlConverter = sync.OnceValue(func() *converter.Converter {
	return converter.NewConverter(converter.WithPlugins(
		base.NewBasePlugin(), commonmark.NewCommonmarkPlugin(), strikethrough.NewStrikethroughPlugin(),
		table.NewTablePlugin(),
	))
})

// mostBracketWork bounds bracketWork: a few times the length of the longest HTML that is converted, and
// hundreds of times that of usual articles.
const mostBracketWork = 64 << 20

// bracketWork is how many bytes the converter reads for brackets: at each opening one it looks for the next
// closing one, however far that is.
func bracketWork(doc *xhtml.Node) (work int) {
	waiting := 0
	for n := range doc.Descendants() {
		if n.Type != xhtml.TextNode {
			continue
		}
		at := 0
		for i := range len(n.Data) {
			switch n.Data[i] {
			case '[':
				work, at = work+waiting*(i-at), i
				waiting++
			case ']':
				work, at, waiting = work+waiting*(i-at), i, 0
			}
		}
		work += waiting * (len(n.Data) - at)
	}
	return work
}
