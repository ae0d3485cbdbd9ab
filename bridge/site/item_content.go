package site

import (
	"strings"

	"gitpost/bridge/site/generator"
)

// content reads the body back as what was sent. kept is what the mf2 key remembers of it, which is
// valid as long as the body is unchanged.
func (r *reading) content(kept []any) []any {
	text := r.ownText()
	if len(kept) > 0 && r.memory.Body != "" && sum(text) == r.memory.Body {
		return kept
	}
	text = strings.ToValidUTF8(r.site.unescape(text, r.memory.Escaped), "\uFFFD") // as JSON must have it
	text = strings.TrimSuffix(withoutLeadingBlank(text), "\n")
	if text == "" {
		return nil
	}
	if r.site.inHTML(r.page.Path, r.doc) {
		return []any{map[string]any{"html": text}}
	}
	if r.memory.HTML != "" || isHTML(kept) {
		return []any{map[string]any{"html": r.site.render(text, r.memory.HTML == htmlInline)}}
	}
	if r.memory.CRLF {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return []any{text}
}

// ownText is the body without what a body template added, with LF line breaks.
func (r *reading) ownText() string {
	text := unixLines(r.doc.Body())
	if before, after, ok := cutAdded(text, r.memory); ok {
		if strings.TrimSpace(after) == "" {
			return before
		}
		return strings.TrimRight(before, "\n") + "\n\n" + strings.TrimLeft(after, "\n")
	}
	return text
}

// addedWork bounds the bytes that are compared with what a body template added, as a multiple of the
// text's: a long one far above the end of a long text is taken for content.
const addedWork = 32

// cutAdded finds what a body template added, at the start of any line.
func cutAdded(text string, m memory) (before, after string, ok bool) {
	if m.AddedLen <= 0 || m.AddedLen > len(text) {
		return "", "", false
	}
	budget := addedWork*len(text) + 1<<20
	for start := len(text) - m.AddedLen; start >= 0 && budget >= 0; start-- {
		if start > 0 && text[start-1] != '\n' {
			continue
		}
		budget -= m.AddedLen
		if sum(text[start:start+m.AddedLen]) != m.Added {
			continue
		}
		before, after = text[:start], text[start+m.AddedLen:]
		return strings.TrimSuffix(before, "\n"), after, true
	}
	return "", "", false
}

// withoutLeadingBlank removes the blank lines that people leave below the front matter.
func withoutLeadingBlank(s string) string {
	for {
		line, rest, found := strings.Cut(s, "\n")
		if !found || strings.TrimSpace(line) != "" {
			return s
		}
		s = rest
	}
}

// isHTML reports whether content values are one object with html.
func isHTML(values []any) bool {
	if len(values) != 1 {
		return false
	}
	m, ok := values[0].(map[string]any)
	_, has := m["html"].(string)
	return ok && has
}

// escape makes a body safe for the generator. A text from a phone must never break a build:
// what is known to work passes, whatever else looks like code is escaped, so that readers see
// the text. parts must be remembered, so that unescape takes back exactly those: escapes that
// the author wrote stay.
func (s *Site) escape(text string) (safe string, parts []string) {
	return s.escapeIn(text, generator.InBody)
}

// unescape returns the text of which the parts stand escaped.
func (s *Site) unescape(text string, parts []string) string {
	return s.texts.of(textWork{"unescape", text, strings.Join(parts, "\x00")}, func() made {
		back, _ := s.unescaped(text, parts)
		return made{text: back}
	}).text
}
