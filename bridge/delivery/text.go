package delivery

import (
	"bytes"
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/yuin/goldmark"
	"golang.org/x/net/html"

	"gitpost/bridge/dom"
	"gitpost/bridge/mf2"
)

// run is a part of a text. A run with a Link is a link.
type run struct{ Text, Link, Tag string }

// textLimits is what a network allows in a text.
type textLimits struct {
	Characters int  // as people count them
	URL        int  // what a URL counts as; 0: its length
	Links      bool // words can be links; else URLs are shown
	Source     int  // bytes of markup that are looked at; 0: mostSource
}

// length is what a run counts.
func (l textLimits) length(r run) int {
	if r.Link != "" && r.Link == r.Text && l.URL > 0 {
		return l.URL
	}
	n := 0
	for g := graphemes.FromString(r.Text); g.Next(); {
		n++
	}
	return n
}

func (l textLimits) all(runs []run) (n int) {
	for _, r := range runs {
		n += l.length(r)
	}
	return n
}

// copyText is the text of a post's copy on a network. native says that the network itself shows what the
// post responds to. A text that does not fit is cut at a word, with the post's URL behind it.
func copyText(item mf2.Item, permalink string, native bool, limits textLimits) []run {
	p := item.Properties
	link := func(u string) run { return run{Text: u, Link: u} }
	body, whole := bodyOf(p, limits)
	var tail []run // follows the body, and is never cut
	respond := func(u string) {
		if u != "" && !native {
			tail = append(tail, run{Text: "\n\n"}, link(u))
		}
	}
	switch kind := mf2.PostType(item); kind {
	case "article", "event":
		body = []run{{Text: p.Text("name")}}
		if summary := p.Text("summary"); summary != "" {
			body = append(body, run{Text: "\n\n" + summary})
		}
		tail = append(tail, run{Text: "\n\n"}, link(permalink))
	case "like":
		body, tail = append([]run{{Text: "Liked: "}, link(p.Text("like-of"))}, spaced(body)...), nil
	case "repost":
		body = append([]run{{Text: "Shared: "}, link(p.Text("repost-of"))}, spaced(body)...)
	case "bookmark":
		if name := p.Text("name"); name != "" {
			body = append([]run{{Text: name}}, spaced(body)...)
		}
		native = false
		respond(p.Text("bookmark-of"))
	case "reply", "rsvp":
		if kind == "rsvp" && len(body) == 0 {
			body = []run{{Text: "RSVP: " + p.Text("rsvp")}}
		}
		respond(p.Text("in-reply-to"))
	}
	tags := tagRuns(p["category"], body)
	room := limits.Characters - limits.all(tail)
	switch {
	case whole && limits.all(body) <= room:
		return slices.Concat(body, limits.fitting(tags, room-limits.all(body)), tail)
	case !slices.ContainsFunc(tail, func(r run) bool { return r.Link == permalink }):
		tail = []run{{Text: "… "}, link(permalink)}
	default:
		tail = append([]run{{Text: "…"}}, tail...)
	}
	return append(cut(body, limits, limits.Characters-limits.all(tail)), tail...)
}

// fitting are the first tags for which there is room, each with the space before it.
func (l textLimits) fitting(tags []run, room int) []run {
	for i := 0; i < len(tags); i += 2 {
		if room -= l.all(tags[i : i+2]); room < 0 {
			return tags[:i]
		}
	}
	return tags
}

func spaced(body []run) []run {
	if len(body) == 0 {
		return nil
	}
	return append([]run{{Text: "\n\n"}}, body...)
}

// cut shortens a text at a word.
func cut(runs []run, limits textLimits, most int) (kept []run) {
	for _, r := range runs {
		n := limits.length(r)
		if n <= most {
			kept, most = append(kept, r), most-n
			continue
		}
		if r.Link != "" && r.Link == r.Text {
			break
		}
		var b strings.Builder
		end := 0
		for g := graphemes.FromString(r.Text); most > 0 && g.Next(); most-- {
			b.WriteString(g.Value())
			if strings.TrimSpace(g.Value()) == "" {
				end = b.Len()
			}
		}
		text := b.String()
		if end > 0 {
			text = text[:end]
		} else if len(kept) > 0 {
			text = ""
		}
		if text = strings.TrimRightFunc(text, func(r rune) bool {
			return unicode.IsSpace(r) || strings.ContainsRune(",;:–-", r)
		}); text != "" {
			kept = append(kept, run{Text: text, Link: r.Link, Tag: r.Tag})
		}
		break
	}
	return kept
}

// mostTags is how many categories a copy may have as hashtags.
const mostTags = 50

// tagRuns are the categories as hashtags, each behind a space, without those that the text has.
func tagRuns(categories []any, body []run) (tags []run) {
	have := strings.ToLower(flat(body))
	for _, v := range categories[:min(len(categories), mostTags)] {
		tag := hashtag(mf2.Text(v))
		if tag == "" || strings.Contains(have+" ", strings.ToLower("#"+tag)+" ") {
			continue
		}
		before := " "
		if len(tags) == 0 {
			before = "\n\n"
		}
		tags = append(tags, run{Text: before}, run{Text: "#" + tag, Tag: tag})
	}
	return tags
}

// hashtag makes one word of a category: "river walk" is "RiverWalk". It is "" for one without letters.
func hashtag(category string) string {
	words := strings.FieldsFunc(category, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_'
	})
	for i := range words {
		if len(words) > 1 {
			letters := []rune(words[i])
			letters[0] = unicode.ToUpper(letters[0])
			words[i] = string(letters)
		}
	}
	tag := strings.Join(words, "")
	if !strings.ContainsFunc(tag, unicode.IsLetter) {
		return ""
	}
	return tag
}

// flat is the text of runs.
func flat(runs []run) string {
	var b strings.Builder
	for _, r := range runs {
		b.WriteString(r.Text)
	}
	return b.String()
}

// mostSource is how much of a post's text is looked at, markup and all: a multiple of what any network takes.
const mostSource = 32 << 10

// bodyOf is a post's text without markup, or its beginning: whole is false then.
func bodyOf(p mf2.Properties, limits textLimits) (body []run, whole bool) {
	text := p.Text("content")
	if content, ok := p.First("content").(map[string]any); ok {
		if s, isHTML := content["html"].(string); isHTML {
			s, whole = limits.beginning(s)
			return runsOf(s, limits), whole
		}
	}
	if text == "" {
		text = p.Text("summary")
	}
	text, whole = limits.beginning(text)
	var b bytes.Buffer
	if err := goldmark.Convert([]byte(text), &b); err != nil {
		return []run{{Text: text}}, whole
	}
	return runsOf(b.String(), limits), whole
}

func (l textLimits) beginning(text string) (start string, whole bool) {
	most := cmp.Or(l.Source, mostSource)
	if len(text) <= most {
		return text, true
	}
	return strings.ToValidUTF8(text[:most], ""), false
}

// runsOf is the text of HTML.
func runsOf(source string, limits textLimits) []run {
	body, err := dom.Fragment(source)
	if err != nil {
		return []run{{Text: source}}
	}
	w := &runWriter{limits: limits}
	for n := range body.ChildNodes() {
		w.node(n)
	}
	return w.finish()
}

// runWriter collects the text of HTML.
type runWriter struct {
	limits textLimits
	runs   []run
	breaks int // line breaks due before the next text
}

func (w *runWriter) node(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		w.text(n.Data, "")
		return
	case html.ElementNode:
	default:
		return
	}
	switch n.Data {
	case "script", "style", "img", "video", "audio", "iframe", "figure", "template":
		return
	case "br":
		w.breaks = max(w.breaks, 1)
		return
	case "a":
		w.link(n)
		return
	}
	block := map[string]int{"p": 2, "div": 2, "blockquote": 2, "ul": 2, "ol": 2, "pre": 2, "h1": 2, "h2": 2, "h3": 2,
		"h4": 2, "h5": 2, "h6": 2, "table": 2, "hr": 2, "li": 1, "tr": 1}[n.Data]
	w.breaks = max(w.breaks, block)
	if n.Data == "li" {
		w.text("• ", "")
	}
	for child := range n.ChildNodes() {
		w.node(child)
	}
	w.breaks = max(w.breaks, block)
}

func (w *runWriter) link(n *html.Node) {
	href, _ := hrefOf(n)
	var label strings.Builder
	for child := range n.Descendants() {
		if child.Type == html.TextNode {
			label.WriteString(child.Data)
		}
	}
	u, err := url.Parse(href)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		w.text(label.String(), "")
		return
	}
	text := strings.Join(strings.Fields(label.String()), " ")
	switch {
	case text == "":
	case w.limits.Links, text == href:
		w.text(text, href)
	default:
		w.text(text+" (", "")
		w.text(href, href)
		w.text(")", "")
	}
}

var spaces = regexp.MustCompile(`\s+`)

func (w *runWriter) text(s, link string) {
	s = spaces.ReplaceAllString(s, " ")
	if len(w.runs) == 0 || w.breaks > 0 {
		s = strings.TrimPrefix(s, " ")
	}
	if s == "" {
		return
	}
	if len(w.runs) > 0 && w.breaks > 0 {
		last := &w.runs[len(w.runs)-1]
		last.Text = strings.TrimSuffix(last.Text, " ")
		w.runs = append(w.runs, run{Text: strings.Repeat("\n", w.breaks)})
	}
	w.breaks = 0
	if last := len(w.runs) - 1; link == "" && last >= 0 && w.runs[last].Link == "" {
		w.runs[last].Text += s
		return
	}
	w.runs = append(w.runs, run{Text: s, Link: link})
}

func (w *runWriter) finish() []run {
	if n := len(w.runs); n > 0 {
		w.runs[n-1].Text = strings.TrimRightFunc(w.runs[n-1].Text, unicode.IsSpace)
	}
	return w.runs
}
