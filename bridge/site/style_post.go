package site

import (
	"path"
	"regexp"
	"strings"
	"sync"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// A postStyle is how one post is placed and written.
type postStyle struct {
	path             string
	section, pattern string // "" when its path says nothing
	standalone       bool   // it is a page such as an about page rather than a post
	language         string // where the path says it
	format           frontmatter.Format
	list             string // "flow", "indented", "flush"; "" when it has no list
	quotes           string // "single", "double"
	end              string // "crlf", "lf"
	order            []string
	family           []string          // how it spells the properties of responses
	keys             map[string]string // property → the key that it uses
	shapes           map[string]generator.Shape
	title            titleKind
	cover            coverStyle
	photo            string // its key of photos
	media            string // how its text has the site's own pictures; "" when it has none
	constant         map[string]string
	addressed        bool   // it fixes its URL
	address          string // the pattern of that; "" when it is not recognized
	dated            bool   // it has a date in its front matter
	offset           string // of that date: "+09:00"; "" when it names none
}

// constantKeys are the keys that select a post's layout.
var constantKeys = []string{"layout", "type"}

// styleCache remembers how the newest posts are written: most of them are looked at again for
// the next post. Its zero value is empty. It is safe for concurrent use.
type styleCache struct {
	mu   sync.Mutex
	seen map[string]known
}

type known struct {
	text, side string
	postStyle  *postStyle
}

// of returns the style of a post, nil for a file that is no example: a section's page, a file that
// cannot be read, an unlisted post.
func (c *styleCache) of(s *Site, source Source, lib Library) *postStyle {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k, ok := c.seen[source.Path]; ok && k.text == string(source.Data) && k.side == string(source.Side) {
		return k.postStyle
	}
	if c.seen == nil || len(c.seen) > 10*recent {
		c.seen = map[string]known{}
	}
	m := s.observe(source, lib)
	c.seen[source.Path] = known{string(source.Data), string(source.Side), m}
	return m
}

func (s *Site) observe(source Source, lib Library) *postStyle {
	if !markdown(source.Path) {
		return nil
	}
	doc, err := s.ParseSource(source)
	if err != nil {
		return nil
	}
	page := s.generator.Locate(source.Path, doc, lib)
	if page.Kind == "section" || page.Kind == "home" || s.read(page, doc).unlisted() {
		return nil
	}
	m := &postStyle{path: source.Path, language: s.languageOf(source.Path), format: doc.Format(), order: doc.Keys(),
		keys: map[string]string{}, constant: map[string]string{}}
	if section, pattern, ok := s.shape(source.Path, page.Date); ok {
		m.section, m.pattern = section, pattern
	}
	m.standalone = s.rules.PagesAtTop && m.section == s.rules.Content && s.standalone(source.Path, page.Date, doc)
	m.observeText(strings.TrimSuffix(string(source.Data), doc.Body()))
	m.observeKeys(s.rules, doc)
	m.observeShapes(s.rules, doc)
	said := s.read(page, doc)
	m.title = said.titleKind()
	m.observeMedia(s, doc.Body(), said.memory)
	m.observeOffset(s.rules, doc)
	m.observeAddress(s, source.Path, page.Date, doc)
	return m
}

var (
	flowList   = regexp.MustCompile(`(?m)^[\w-]+:[ \t]*\[`)
	blockList  = regexp.MustCompile(`(?m)^[\w-]+:[ \t]*\r?\n([ \t]*)- `)
	singleText = regexp.MustCompile(`(?m)^[\w-]+[ \t]*[:=][ \t]*'`)
	doubleText = regexp.MustCompile(`(?m)^[\w-]+[ \t]*[:=][ \t]*"`)
)

func (m *postStyle) observeText(head string) {
	if flowList.MatchString(head) {
		m.list = "flow"
	} else if indent := blockList.FindStringSubmatch(head); indent != nil {
		m.list = "flush"
		if indent[1] != "" {
			m.list = "indented"
		}
	}
	if single, double := len(singleText.FindAllString(head, -1)),
		len(doubleText.FindAllString(head, -1)); single > double {
		m.quotes = "single"
	} else if double > 0 {
		m.quotes = "double"
	}
	m.end = "lf"
	if strings.Contains(head, "\r\n") {
		m.end = "crlf"
	}
}

func (m *postStyle) observeKeys(rules *generator.Convention, doc *frontmatter.Document) {
	for _, key := range m.order {
		for _, property := range generator.Responses {
			if rules.Meanings[strings.ToLower(key)] == property {
				m.family = append(m.family, spelling(property, key))
			}
		}
	}
	for property, keys := range rules.Words {
		if property == "name" || property == "photo" {
			continue
		}
		for _, key := range keys {
			if _, ok := doc.Get(key); ok {
				m.keys[property] = key
				break
			}
		}
	}
	m.observeCover(rules, doc)
	for _, key := range constantKeys {
		v, _ := doc.Get(key)
		m.constant[key], _ = v.(string)
	}
}

// spelling returns how a key spells a property.
func spelling(property, key string) string {
	switch key {
	case "mf-" + property:
		return "mf"
	case generator.Camel(property):
		return "camel"
	case generator.Snake(property):
		return "snake"
	}
	return "kebab"
}

func markdown(file string) bool {
	switch strings.ToLower(path.Ext(file)) {
	case ".md", ".markdown", ".mdown", ".mkd", ".mkdn":
		return true
	}
	return false
}
