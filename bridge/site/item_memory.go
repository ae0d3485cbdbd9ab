package site

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// A memory is what the gitpost key remembers about a file, so that reading returns what was sent.
// A file that needs none of it has no such key.
type memory struct {
	HTML     string   // the content was sent as HTML: htmlDocument or htmlInline
	Escaped  []string // texts that stand escaped in the body
	CRLF     bool     // the content was sent with CRLF line breaks
	Body     string   // checksum of the body for which mf2.content is what was sent
	Added    string   // checksum of the text that a body template added
	AddedLen int      // its length in bytes
	Title    string   // checksum of the title that gitpost made
	Types    []string // the item's type when h cannot say it
	Former   []string // paths at which the post was, where the generator has no key for them
}

const (
	htmlDocument = "document"
	htmlInline   = "inline" // without the paragraph that Markdown puts around it
)

// remembered reads the gitpost key. Values that a person broke are ignored.
func (s *Site) remembered(doc *frontmatter.Document) memory {
	v, _ := doc.Get(s.rules.Own(memoryKey)...)
	m, _ := plain(v).(map[string]any)
	var r memory
	switch html := m["html"].(type) {
	case bool:
		if html {
			r.HTML = htmlDocument
		}
	case string:
		if html == htmlInline {
			r.HTML = htmlInline
		}
	}
	r.Escaped = stringsOf(m["escaped"])
	r.CRLF = m["newlines"] == "crlf"
	r.Body, _ = m["body"].(string)
	r.Title, _ = m["title"].(string)
	r.Types = stringsOf(m["type"])
	r.Former = stringsOf(m["former"])
	if added, ok := m["added"].(map[string]any); ok {
		length, _ := added["length"].(int64)
		sum, _ := added["sha256"].(string)
		if length > 0 && sum != "" {
			r.Added, r.AddedLen = sum, int(length)
		}
	}
	return r
}

// value is the memory as the gitpost key's value, nil when there is nothing to remember.
func (r memory) value(escapeKeys map[string]string) any {
	m := map[string]any{}
	switch r.HTML {
	case htmlDocument:
		m["html"] = true
	case htmlInline:
		m["html"] = htmlInline
	}
	if len(r.Escaped) > 0 {
		m["escaped"] = anyList(r.Escaped)
	}
	for key, part := range escapeKeys {
		if slices.Contains(r.Escaped, part) {
			m[key] = part
		}
	}
	if r.CRLF {
		m["newlines"] = "crlf"
	}
	if r.Body != "" {
		m["body"] = r.Body
	}
	if r.Title != "" {
		m["title"] = r.Title
	}
	if r.Added != "" {
		m["added"] = map[string]any{"length": int64(r.AddedLen), "sha256": r.Added}
	}
	if len(r.Types) > 0 {
		m["type"] = anyList(r.Types)
	}
	if len(r.Former) > 0 {
		m["former"] = anyList(r.Former)
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

// keep writes the memory into the document, touching nothing when it is there already.
func (r memory) keep(doc *frontmatter.Document, rules *generator.Convention) error {
	at := rules.Own(memoryKey)
	had, exists := doc.Get(at...)
	v := r.value(rules.EscapeKeys)
	if v == nil {
		if !exists {
			return nil
		}
		return doc.Delete(at...)
	}
	if exists && mf2.Equal(plain(had), v) {
		return nil
	}
	return doc.Set(ordered(v), at...)
}

// sum is a checksum of a text that ignores the kind of line endings and the line breaks at its
// end.
func sum(text string) string {
	h := sha256.Sum256([]byte(strings.TrimRight(unixLines(text), "\n")))
	return hex.EncodeToString(h[:16])
}

func unixLines(s string) string {
	if !strings.Contains(s, "\r\n") {
		return s
	}
	return strings.ReplaceAll(s, "\r\n", "\n")
}

// anyLines also ends a line at a lone CR, as Markdown does.
func anyLines(s string) string { return strings.ReplaceAll(unixLines(s), "\r", "\n") }

func stringsOf(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, item := range v {
			if s, ok := item.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

func anyList(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
