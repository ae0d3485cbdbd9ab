package site

import (
	"strings"

	"gitpost/bridge/mf2"
)

// writeBody writes the content, and below it what makes the post's kind visible on a theme
// that does not know mf2.
func (w *writer) writeBody(item mf2.Item) error {
	const op = "write post"
	content := item.Properties["content"]
	body, extra := w.encode(content)
	if err := refuseRepeats(body); err != nil {
		return err
	}
	if err := w.compose(body, item); err != nil {
		return unwritable(op, "content", err)
	}
	if !extra && !w.site.equal("content", w.contentNow(), content) {
		body, extra = displayed(w.site, content), true
		w.memory.HTML, w.memory.Escaped, w.memory.CRLF = "", nil, false
		body, w.memory.Escaped = w.site.escape(body)
		if err := w.compose(body, item); err != nil {
			return unwritable(op, "content", err)
		}
	}
	w.memory.Body = ""
	if !extra {
		if err := w.deleteExtra("content"); err != nil {
			return unwritable(op, "content", err)
		}
		return nil
	}
	w.memory.Body = sum(w.readingNow().ownText())
	if err := w.setExtra("content", content); err != nil {
		return unwritable(op, "content", err)
	}
	return nil
}

// readingNow reads the document with the memory that is still to be written.
func (w *writer) readingNow() *reading {
	r := w.reading()
	r.memory = w.memory
	return r
}

func (w *writer) contentNow() []any { return w.readingNow().content(nil) }

// encode turns content values into a body. extra reports that the values must also be stored under
// the mf2 key.
func (w *writer) encode(values []any) (body string, extra bool) {
	w.memory.HTML, w.memory.Escaped, w.memory.CRLF = "", nil, false
	if len(values) == 0 {
		return "", false
	}
	if w.site.inHTML(w.page.Path, w.doc) && isHTML(values) { // as Revise makes it
		body, w.memory.Escaped = w.site.escape(mf2.Text(values[0].(map[string]any)["html"]))
		return body, false
	}
	if len(values) > 1 {
		body, w.memory.Escaped = w.site.escape(displayed(w.site, values))
		return body, true
	}
	switch v := values[0].(type) {
	case string:
		text := anyLines(v)
		w.memory.CRLF = strings.Contains(v, "\r\n")
		shown := w.site.visible(text)
		body, w.memory.Escaped = w.site.escape(shown)
		return body, shown != text
	case map[string]any:
		html, ok := v["html"].(string)
		if !ok {
			break
		}
		var kind string
		body, kind = w.site.markdown(html)
		body, w.memory.Escaped = w.site.escape(body)
		w.memory.HTML = kind
		return body, kind == "" || len(v) > 1
	}
	body, w.memory.Escaped = w.site.escape(displayed(w.site, values))
	return body, true
}

// displayed is the best text for content that a body cannot hold unchanged.
func displayed(s *Site, values []any) string {
	var parts []string
	for _, v := range values {
		if m, ok := v.(map[string]any); ok {
			if html, _ := m["html"].(string); html != "" {
				body, _ := s.markdown(html)
				parts = append(parts, body)
				continue
			}
		}
		if text := mf2.Text(v); text != "" {
			parts = append(parts, s.visible(anyLines(text)))
		}
	}
	return strings.Join(parts, "\n\n")
}

// compose sets the document's body: the content, and what the body template of the post's
// kind adds.
func (w *writer) compose(body string, item mf2.Item) error {
	w.memory.Added, w.memory.AddedLen = "", 0
	var b strings.Builder
	added := ""
	if !w.bare {
		added = w.added(item)
	}
	b.WriteString(body)
	if body != "" && !strings.HasSuffix(body, "\n") {
		b.WriteString("\n")
	}
	if added != "" {
		if body != "" {
			b.WriteString("\n")
		}
		b.WriteString(added)
		b.WriteString("\n")
		w.memory.Added, w.memory.AddedLen = sum(added), len(added)
	}
	return w.doc.SetBody(sameLastEnd(w.doc.Body(), b.String()))
}

// sameLastEnd returns text without a line ending at its end if its last line is that of old, which
// has none.
func sameLastEnd(old, text string) string {
	cut := strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	if old == "" || cut == text || strings.HasSuffix(old, "\n") || asText(lastLine(old)) != asText(lastLine(cut)) {
		return text
	}
	return cut
}

func lastLine(s string) string { return s[strings.LastIndexByte(s, '\n')+1:] }

// asText is a line as an app gets it.
func asText(line string) string { return strings.ToValidUTF8(line, "\uFFFD") }

// renewAdded replaces the text of the body template when the properties that it shows
// changed, and adds one for properties that are new. A text that a person changed is content
// now and stays. The bytes around it stay too, in a file with both kinds of line endings.
func (w *writer) renewAdded(before, want mf2.Item) error {
	if w.withoutAdded(before) {
		return nil
	}
	added := w.added(want)
	body := w.doc.Body()
	text := unixLines(body)
	head, tail, ok := cutAdded(text, w.memory)
	switch {
	case ok && !w.again && added == w.added(before): // what it shows did not change, however it would be written today
		return nil
	case !ok && added == "", ok && sum(added) == w.memory.Added:
		return nil
	case !ok:
		if body != "" {
			body = strings.TrimSuffix(body, "\n") + "\n\n"
		}
		text = body + added + "\n"
	case added == "":
		head, tail = body[:rawLength(body, len(head))], body[rawLength(body, len(text)-len(tail)):]
		text = head + strings.TrimPrefix(strings.TrimPrefix(tail, "\r"), "\n")
	default:
		end := len(text) - len(tail)
		text = body[:rawLength(body, end-w.memory.AddedLen)] + added + body[rawLength(body, end):]
	}
	if err := w.doc.SetBody(text); err != nil {
		return unwritable("update post", "content", err)
	}
	w.memory.Added, w.memory.AddedLen = "", 0
	if added != "" {
		w.memory.Added, w.memory.AddedLen = sum(added), len(added)
	}
	return nil
}

// withoutAdded reports whether the body lacks the text that its template would add, because its
// author wrote it so or removed that text.
func (w *writer) withoutAdded(before mf2.Item) bool {
	_, _, ok := cutAdded(unixLines(w.doc.Body()), w.memory)
	return !ok && (w.memory.Added != "" || w.added(before) != "")
}

// rawLength is the number of bytes of body that unixLines turns into the first n.
func rawLength(body string, n int) int {
	i := 0
	for ; n > 0 && i < len(body); n-- {
		if strings.HasPrefix(body[i:], "\r\n") {
			i++
		}
		i++
	}
	return i
}
