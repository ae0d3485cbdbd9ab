package site

import (
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	goldmarkhtml "github.com/yuin/goldmark/renderer/html"

	"gitpost/bridge/fault"
	"gitpost/bridge/site/generator"
)

// Preview returns the HTML of a post's text about as the generator renders it: with the extensions and
// options that the site's configuration has. Shortcodes stay as they are written. The HTML is not
// safe to show on another site's page.
func (s *Site) Preview(src Source) (string, error) {
	doc, err := s.ParseSource(src)
	if err != nil {
		return "", &fault.Error{Code: fault.InvalidRequest, Op: "preview post",
			Message: fmt.Sprintf("%s cannot be read (%s)", src.Path, err), Hint: "fix it in a text editor", Err: err}
	}
	body := s.unescape(doc.Body(), s.remembered(doc).Escaped)
	if s.inHTML(src.Path, doc) {
		return body, nil
	}
	rendered, ok := convert(s.previewRenderer(), figures.ReplaceAllStringFunc(body, asImage))
	if !ok {
		return "<pre>" + html.EscapeString(body) + "</pre>", nil
	}
	return rendered, nil
}

// previewRenderer is goldmark as the site's generator has it.
func (s *Site) previewRenderer() goldmark.Markdown {
	var list []goldmark.Extender
	for _, name := range generator.MarkdownExtensions {
		if !s.rules.Markdown.Without[name] {
			list = append(list, markdownExtensions[name])
		}
	}
	var options []goldmark.Option
	if s.rules.Markdown.HardWraps {
		options = append(options, goldmark.WithRendererOptions(goldmarkhtml.WithHardWraps()))
	}
	if s.rules.RawHTML {
		options = append(options, goldmark.WithRendererOptions(goldmarkhtml.WithUnsafe()))
	}
	return goldmark.New(append(options, goldmark.WithExtensions(list...))...)
}

var markdownExtensions = map[string]goldmark.Extender{
	"definitionList": extension.DefinitionList, "footnote": extension.Footnote, "linkify": extension.Linkify,
	"strikethrough": extension.Strikethrough, "table": extension.Table, "taskList": extension.TaskList,
	"typographer": extension.Typographer,
}

// figures finds the pictures that Convention.Picture writes as a shortcode.
var figures = regexp.MustCompile("\\{\\{< figure src=\"([^\"]*)\" alt=(`[^`]*`|\"[^\"]*\") >\\}\\}")

// asImage is such a picture in Markdown.
func asImage(shortcode string) string {
	parts := figures.FindStringSubmatch(shortcode)
	return "![" + markdownText(strings.Trim(parts[2], "`\"")) + "](" + html.UnescapeString(parts[1]) + ")"
}
