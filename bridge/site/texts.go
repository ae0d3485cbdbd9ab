package site

import (
	"slices"
	"strings"
	"sync"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// longText is the size from which what was made of a text is remembered: a shorter one costs less
// than a millisecond or two.
const longText = 16 << 10

// HasLongText reports whether Prepare has something to do for properties.
func HasLongText(properties mf2.Properties) bool {
	return size(properties["content"]) >= longText || size(properties["summary"]) >= longText
}

// Prepare does the work for the long texts among properties ahead: a Compose or Revise that writes
// them soon after finds it done. It needs no Library, so that a caller can run it before it takes a
// lock.
func (s *Site) Prepare(properties mf2.Properties) {
	content := prepared(mf2.Item{Properties: mf2.Properties{"content": properties["content"]}}).Properties["content"]
	if size(content) >= longText {
		w := &writer{site: s, rules: s.rules, fresh: true, doc: frontmatter.New(frontmatter.Style{})}
		body, _ := w.encode(content)
		if w.doc.SetBody(strings.TrimSuffix(body, "\n")+"\n") == nil {
			w.site.equal("content", w.contentNow(), content)
		}
	}
	for _, summary := range properties["summary"] {
		if text, _ := summary.(string); len(text) >= longText {
			s.inSummary(text)
		}
	}
}

// size is the number of bytes of text in values.
func size(values []any) (n int) {
	for _, v := range values {
		switch v := v.(type) {
		case string:
			n += len(v)
		case map[string]any:
			html, _ := v["html"].(string)
			n += len(html)
		}
	}
	return n
}

// A textWork is one thing that is made of a text.
type textWork struct {
	name  string
	text  string
	parts string // what else it depends on
}

// made is the result of a textWork.
type made struct {
	text  string
	parts []string
	kind  string
	same  bool
}

// textCache remembers what was made of the newest long texts. Its zero value is empty. It is safe for
// concurrent use.
type textCache struct {
	mu     sync.Mutex
	newest []textWork // at most rememberedTexts, the oldest first
	known  map[textWork]made
	held   int // bytes of texts and results
}

// rememberedTexts is enough for the passes over the texts of three or four posts, and
// rememberedBytes for those over one of 1 MB.
const (
	rememberedTexts = 24
	rememberedBytes = 16 << 20
)

// bytes is what remembering a result takes.
func (w textWork) bytes(m made) int {
	n := len(w.text) + len(w.parts) + len(m.text)
	for _, part := range m.parts {
		n += len(part)
	}
	return n
}

// of returns what make makes of a text.
func (c *textCache) of(work textWork, make func() made) made {
	if len(work.text) < longText {
		return make()
	}
	c.mu.Lock()
	m, ok := c.known[work]
	c.mu.Unlock()
	if ok {
		return m
	}
	m = make() // two may do the same work; neither waits for the other
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil {
		c.known = map[textWork]made{}
	}
	if _, ok := c.known[work]; !ok {
		c.known[work] = m
		c.newest = append(c.newest, work)
		c.held += work.bytes(m)
	}
	for len(c.newest) > rememberedTexts || c.held > rememberedBytes && len(c.newest) > 0 {
		c.held -= c.newest[0].bytes(c.known[c.newest[0]])
		delete(c.known, c.newest[0])
		c.newest = slices.Delete(c.newest, 0, 1)
	}
	return m
}

// escapeIn makes a text safe for the generator at a place.
func (s *Site) escapeIn(text string, in generator.Place) (safe string, parts []string) {
	m := s.texts.of(textWork{name: "escape", text: text, parts: string(rune('0' + in))}, func() made {
		safe, parts := s.generator.Escape(text, in)
		return made{text: safe, parts: parts}
	})
	return m.text, m.parts
}
