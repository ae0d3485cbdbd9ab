package site

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/frontmatter"
)

// A Context is what a page says of itself that a post responds to. Each text may be empty but URL.
type Context struct {
	URL       string // as the post has it
	Name      string
	Author    string
	Published string // RFC 3339, or a date
	Summary   string // plain text
}

// contextFolder is below the generator's data folder: site.Data.contexts (Hugo), site.data.contexts (Jekyll).
const contextFolder = "contexts"

// ContextFile is the data file that keeps the context of a URL.
func (s *Site) ContextFile(url string) string {
	sum := sha256.Sum256([]byte(url))
	return path.Join(s.rules.Data, contextFolder, hex.EncodeToString(sum[:8])+s.rules.DataExtension)
}

var contextOrder = []string{"url", "name", "author", "published", "summary"}

func (c *Context) fields() map[string]*string {
	return map[string]*string{"url": &c.URL, "name": &c.Name, "author": &c.Author, "published": &c.Published,
		"summary": &c.Summary}
}

// ComposeContext writes the data file of a context.
func (s *Site) ComposeContext(c Context) ([]byte, error) {
	f := newData(s.ContextFile(c.URL), contextOrder)
	fields := c.fields()
	for _, name := range contextOrder {
		if *fields[name] == "" {
			continue
		}
		if err := f.doc.Set(*fields[name], name); err != nil {
			return nil, unwritable("write context", name, err)
		}
	}
	return f.bytes(), nil
}

// KeptContext reads the context of a URL; nil when none is kept.
func (s *Site) KeptContext(tree fs.FS, url string) *Context {
	file := s.ContextFile(url)
	data, err := fs.ReadFile(tree, file)
	if err != nil {
		return nil
	}
	f, err := parseData(file, data)
	if err != nil {
		return nil // somebody broke it: the line is as without
	}
	var c Context
	for name, text := range c.fields() {
		v, _ := f.doc.Get(name)
		*text, _ = v.(string)
	}
	return &c
}

// responses are the properties whose pages have contexts.
var responses = []string{"in-reply-to", "like-of", "repost-of", "bookmark-of", "quotation-of"}

// Responses lists the URLs that have contexts among the pages that a post is about.
func Responses(p mf2.Properties) (urls []string) {
	known := map[string]bool{"": true}
	for _, name := range responses {
		for _, v := range p[name] {
			if c, ok := citedIn(v); ok && !known[c.URL] {
				known[c.URL] = true
				urls = append(urls, c.URL)
			}
		}
	}
	return urls
}

// contextsOf returns what finds contexts in a library's tree; nil when it has none.
func (s *Site) contextsOf(lib Library) func(url string) *Context {
	l, ok := lib.(interface{ Tree() fs.FS })
	if !ok {
		return nil
	}
	return func(url string) *Context { return s.KeptContext(l.Tree(), url) }
}

// Cite writes a post's appended text again with contexts that the repository does not have yet. It
// returns the post as it is when the site's own templates do not show them, or somebody edited the text.
func (s *Site) Cite(lib Library, src Source, contexts []Context) (Source, error) {
	const op = "update post"
	doc, err := s.ParseSource(src)
	if err != nil {
		return src, &fault.Error{Code: fault.InvalidRequest, Op: op,
			Message: fmt.Sprintf("%s cannot be read: %s", src.Path, err),
			Hint:    "fix the file in a text editor", Err: err}
	}
	known := map[string]*Context{}
	for _, c := range contexts {
		known[c.URL] = &c
	}
	kept := s.contextsOf(lib)
	page := s.generator.Locate(src.Path, doc, lib)
	item := s.Item(page, doc)
	w := &writer{site: s, doc: doc, page: page, rules: s.rules, memory: s.remembered(doc), again: true}
	w.contexts = func(url string) *Context {
		if c := known[url]; c != nil || kept == nil {
			return c
		}
		return kept(url)
	}
	w.learned = s.learnFrom(s.newest(lib, item.Properties.Text(languageProperty)), page.Path)
	w.learned.style = frontmatter.Style{}
	before := doc.Body()
	if err := w.renewAdded(item, item); err != nil || doc.Body() == before {
		return src, err
	}
	if err := s.refuseMarkup(op, src.Path, doc); err != nil {
		return src, err
	}
	if err := w.memory.keep(doc, w.rules); err != nil {
		return src, unwritable(op, memoryKey, err)
	}
	if err := w.verify(page, item); err != nil {
		return src, err
	}
	made := Revision{Path: src.Path, Data: doc.Bytes(), Side: s.sideText(doc, src.Side)}
	if err := s.refuseEncoding(op, src.Data, made.Data); err != nil {
		return src, err
	}
	return Source{Path: made.Path, Data: made.Data, Side: made.Side}, s.readable(op, made)
}
