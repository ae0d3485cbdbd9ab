package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/html"
	"willnorris.com/go/microformats"

	"gitpost/bridge/outbound"
	"gitpost/bridge/state"
)

// Context is the kind of delivery that keeps what a page says of itself that a post responds to.
const Context = "context"

// Cite is what a page says of itself. Each text may be empty but URL.
type Cite struct {
	URL       string // as the post has it
	Name      string
	Author    string
	Published string // RFC 3339, or a date
	Summary   string // plain text of at most 300 characters
}

const (
	mostResponses  = 5   // of one post that are read
	longestSummary = 300 // characters
	longestName    = 200
)

// contexts are the pages to read that a post responds to whose page is live. Each is read once.
func (d *Deliverer) contexts(ctx context.Context, s Site, live state.Delivery) ([]state.Delivery, error) {
	if !s.Config().Context || live.Action == remove {
		return nil, nil
	}
	item, ok, err := s.Post(ctx, live.URL)
	if err != nil || !ok || item.Properties.Text("context") == "false" {
		return nil, err
	}
	targets, err := s.Responses(ctx, live.URL)
	if err != nil {
		return nil, err
	}
	targets = slices.DeleteFunc(targets, s.Owns)
	was, err := d.State.Deliveries(ctx, state.DeliveryFilter{Site: s.Me(), URL: live.URL, Kind: Context})
	if err != nil {
		return nil, err
	}
	now := d.Now()
	var rows []state.Delivery
	for _, target := range targets[:min(len(targets), mostResponses)] {
		if !slices.ContainsFunc(was, func(w state.Delivery) bool { return w.Target == target }) {
			rows = append(rows, state.Delivery{Site: live.Site, URL: live.URL, Kind: Context, Target: target, Action: update,
				Version: live.Version, Path: live.Path, State: state.DeliveryWaiting, Due: now, Begun: now, Changed: now})
		}
	}
	return rows, nil
}

// keepContext reads one page and keeps what it says. A page that cannot be read is no failure.
func (d *Deliverer) keepContext(ctx context.Context, s Site, row state.Delivery) outcome {
	row.Tries++
	end := func(to state.DeliveryState, result string) outcome {
		row.State, row.Due, row.Result = to, time.Time{}, result
		return outcome{row: row}
	}
	later := func(result string) outcome {
		wait := mentionPause(row.Tries, "")
		if now := d.Now(); now.Sub(row.Begun)+wait > mentionLifetime {
			return end(state.DeliverySkipped, "given up after a day: "+result)
		}
		row.Due, row.Result = d.Now().Add(wait), result
		return outcome{row: row}
	}
	c, again, err := d.read(ctx, row.Target)
	switch {
	case err != nil && again:
		return later(err.Error())
	case err != nil:
		return end(state.DeliverySkipped, err.Error())
	}
	if err := s.AddContext(ctx, row.URL, c); err != nil {
		return later(err.Error())
	}
	return end(state.DeliveryDone, "kept")
}

// Read returns what a page says of itself. The error says in words why it says nothing.
func (d *Deliverer) Read(ctx context.Context, address string) (Cite, error) {
	c, _, err := d.read(ctx, address)
	return c, err
}

// read is Read. again reports whether another try may get another answer.
func (d *Deliverer) read(ctx context.Context, address string) (c Cite, again bool, err error) {
	answer, err := d.foreign.Get(ctx, address, "text/html, application/xhtml+xml")
	if err != nil {
		return Cite{}, !isFinal(err), err
	}
	if answer.Status < 200 || answer.Status > 299 {
		return Cite{}, temporary(answer.Status), errors.New("the page answers " + statusText(answer.Status))
	}
	if c = citeOf(answer); c == (Cite{}) {
		return Cite{}, false, errors.New("the page says nothing of itself")
	}
	c.URL = address
	return c, false, nil
}

// citeOf is what a page says of itself: in microformats, else in Open Graph, else in JSON-LD, else in its
// title. Its URL is empty.
func citeOf(r *outbound.Response) Cite {
	doc := r.HTML()
	if doc == nil {
		return Cite{}
	}
	var c Cite
	c.addEntry(entryOf(page{body: r.Body, at: r.URL}))
	head := headOf(doc)
	c.add(head.graph())
	for _, text := range head.json {
		c.add(linkedData(text))
	}
	c.add(Cite{Name: head.title, Author: head.meta["author"], Summary: head.meta["description"]})
	c.Name, c.Author = plain(c.Name, longestName), plain(c.Author, longestName)
	c.Summary = plain(c.Summary, longestSummary)
	return c
}

// add takes over what c does not have yet.
func (c *Cite) add(more Cite) {
	for _, f := range []struct {
		have *string
		more string
	}{{&c.Name, more.Name}, {&c.Author, more.Author}, {&c.Summary, more.Summary}, {&c.Published, dateOf(more.Published)}} {
		if *f.have == "" {
			*f.have = strings.TrimSpace(f.more)
		}
	}
}

// addEntry takes over what an entry says. A name that only repeats the text is none.
func (c *Cite) addEntry(entry *microformats.Microformat) {
	if entry == nil {
		return
	}
	text := func(name string) string {
		for _, v := range entry.Properties[name] {
			switch v := v.(type) {
			case string:
				return v
			case map[string]string:
				return shownText([]byte(v["html"]))
			case *microformats.Microformat:
				for _, n := range v.Properties["name"] {
					if s, ok := n.(string); ok {
						return s
					}
				}
				return v.Value
			}
		}
		return ""
	}
	found := Cite{Name: text("name"), Author: text("author"), Published: text("published"), Summary: text("summary")}
	content := text("content")
	if found.Summary == "" {
		found.Summary = content
	}
	if name := plain(found.Name, longestSummary); name == "" || content == "" ||
		strings.HasPrefix(plain(content, len(content)), strings.TrimSuffix(name, "…")) {
		found.Name = ""
	}
	c.add(found)
}

// pageHead is what the head of a page has about it.
type pageHead struct {
	title string
	meta  map[string]string // by property or name
	json  []string          // scripts with JSON-LD
}

func headOf(doc *html.Node) pageHead {
	h := pageHead{meta: map[string]string{}}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Namespace != "" {
			continue
		}
		a := map[string]string{}
		for _, attribute := range n.Attr {
			a[attribute.Key] = attribute.Val
		}
		switch {
		case n.Data == "title" && h.title == "":
			h.title = childText(n)
		case n.Data == "meta":
			name := strings.ToLower(strings.TrimSpace(a["property"]))
			if name == "" {
				name = strings.ToLower(strings.TrimSpace(a["name"]))
			}
			if h.meta[name] == "" {
				h.meta[name] = a["content"]
			}
		case n.Data == "script" && strings.EqualFold(strings.TrimSpace(a["type"]), "application/ld+json"):
			h.json = append(h.json, childText(n))
		}
	}
	return h
}

func childText(n *html.Node) string {
	var b strings.Builder
	for c := range n.ChildNodes() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// graph is what Open Graph says.
func (h pageHead) graph() Cite {
	c := Cite{Name: h.meta["og:title"], Author: h.meta["article:author"], Published: h.meta["article:published_time"],
		Summary: h.meta["og:description"]}
	if strings.Contains(c.Author, "://") { // a profile
		c.Author = ""
	}
	return c
}

// linkedData is what the first object of JSON-LD says that has a headline, a name or a description.
func linkedData(text string) Cite {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return Cite{}
	}
	list := []any{v}
	for i := 0; i < len(list) && i < 100; i++ {
		switch v := list[i].(type) {
		case []any:
			list = append(list, v...)
		case map[string]any:
			if c := objectOf(v); c.Summary != "" || c.Name != "" {
				return c
			}
			list = append(list, v["@graph"])
		}
	}
	return Cite{}
}

// about are types of JSON-LD that are something to respond to; others are sites, people and menus.
var about = []string{"Article", "BlogPosting", "NewsArticle", "SocialMediaPosting", "DiscussionForumPosting", "Review",
	"Event", "Book", "Movie", "VideoObject", "Recipe", "WebPage", "CreativeWork"}

func objectOf(o map[string]any) Cite {
	if !slices.ContainsFunc(about, func(kind string) bool { return has(o["@type"], kind) }) {
		return Cite{}
	}
	word := func(v any) string {
		s, _ := v.(string)
		return s
	}
	c := Cite{Name: word(o["headline"]), Published: word(o["datePublished"]), Summary: word(o["description"])}
	if c.Name == "" {
		c.Name = word(o["name"])
	}
	author := o["author"]
	if list, ok := author.([]any); ok && len(list) > 0 {
		author = list[0]
	}
	c.Author = word(author)
	if person, ok := author.(map[string]any); ok {
		c.Author = word(person["name"])
	}
	return c
}

// has reports whether a value of JSON-LD is a word, or a list with it.
func has(v any, word string) bool {
	list, ok := v.([]any)
	return v == any(word) || ok && slices.Contains(list, any(word))
}

// dateOf is a date as it is kept; "" for one that cannot be read.
func dateOf(s string) string {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02 15:04:05-07:00",
		"2006-01-02 15:04:05-0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04-0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format(time.RFC3339)
		}
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04:05", time.DateTime, "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return ""
}

// plain is a text in one line of at most so many characters, cut at a word, without signs that nobody sees.
func plain(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Join(strings.Fields(s), " ")
	letters := []rune(s)
	if len(letters) <= most {
		return s
	}
	cut := string(letters[:most-1])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:") + "…"
}
