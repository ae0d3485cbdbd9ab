package site

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/frontmatter"
)

// markupOf is the extension of the files whose markup a body has: that of its own file, unless the front
// matter names another markup.
func (s *Site) markupOf(file string, doc *frontmatter.Document) string {
	if s.rules.Markup != "" {
		v, _ := doc.Get(s.rules.Markup)
		if name, _ := v.(string); name != "" {
			return "." + strings.ToLower(name)
		}
	}
	return strings.ToLower(path.Ext(file))
}

// inHTML reports whether a body is HTML, which the generator does not render.
func (s *Site) inHTML(file string, doc *frontmatter.Document) bool {
	markup := s.markupOf(file, doc)
	return markup == ".html" || markup == ".htm"
}

// otherMarkups are extensions of texts that are neither Markdown nor HTML, with what they are called.
var otherMarkups = map[string]string{
	".org": "Org", ".adoc": "AsciiDoc", ".asciidoc": "AsciiDoc", ".ad": "AsciiDoc", ".rst": "reStructuredText",
	".rest": "reStructuredText", ".textile": "Textile", ".asciidocext": "AsciiDoc", ".asciidoctor": "AsciiDoc",
}

// refuseMarkup refuses to write Markdown into a body of another markup.
func (s *Site) refuseMarkup(op, file string, doc *frontmatter.Document) error {
	name := otherMarkups[s.markupOf(file, doc)]
	if name == "" {
		return nil
	}
	return &fault.Error{
		Code: fault.InvalidRequest, Op: op,
		Message: fmt.Sprintf("%s is %s, and gitpost writes Markdown and HTML only", file, name),
		Hint:    "change its text in a text editor; an app can change what its front matter has",
	}
}

// asHTML is content as the body of an HTML file has it: text is rendered as Markdown.
func (s *Site) asHTML(values []any) []any {
	var parts []string
	for _, v := range values {
		if m, ok := v.(map[string]any); ok {
			if html, _ := m["html"].(string); html != "" {
				parts = append(parts, html)
				continue
			}
		}
		if text := mf2.Text(v); text != "" {
			parts = append(parts, s.render(anyLines(text), false))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return []any{map[string]any{"html": strings.TrimSuffix(unixLines(strings.Join(parts, "\n")), "\n")}}
}

// added is what the body templates add, in the markup of the file.
func (w *writer) added(item mf2.Item) string {
	inHTML := w.site.inHTML(w.page.Path, w.doc)
	if cover := w.shownCover(item.Properties["photo"]); cover != "" {
		item = item.Clone()
		item.Properties["photo"] = withoutPhoto(item.Properties["photo"], cover)
	}
	if first := w.firstShown(item.Properties["photo"]); first != "" {
		item = item.Clone()
		item.Properties["photo"] = withoutPhoto(item.Properties["photo"], first)
	}
	text := w.site.addedIn(w.fromRoot(item), inHTML, w.shown, w.contexts)
	if text == "" || !inHTML {
		return text
	}
	return strings.TrimSpace(w.site.render(text, false))
}

// withoutPhoto returns the photos without the first at an address.
func withoutPhoto(photos []any, address string) []any {
	for i, v := range photos {
		if photoURL(v) == address {
			return slices.Delete(slices.Clone(photos), i, i+1)
		}
	}
	return photos
}
