package site

import (
	"cmp"
	"html"
	"regexp"
	"strings"
	"unicode"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
)

// Many themes link a post by its title alone, so that one without has no link. Such a site's
// posts get a title that gitpost makes and remembers as its own: it is no name of the post.

// titleChoice is whether new posts without a name get a title, and why.
type titleChoice struct {
	wanted bool
	from   string
	reason string // where the owner may know better: why titles are wanted, as a clause
}

// learnTitles decides about titles by what is nearest: the configuration, the newest posts, the
// lists of the site, and what is known of its theme.
func (h *learnedStyle) learnTitles(s *Site, posts []*postStyle) {
	titled, untitled := 0, 0
	for _, m := range posts {
		switch m.title {
		case ownersTitle:
			titled++
		case noTitle:
			untitled++
		}
	}
	lists, theme := s.rules.Reads.Lists, s.rules.Theme
	switch {
	case s.options.Titles == "always", s.options.Titles == "never":
		h.titles = titleChoice{wanted: s.options.Titles == "always", from: "site.titles"}
	case s.rules.TitleOfFile:
		h.titles = titleChoice{from: "a post without a title is called by its file's name"}
	case untitled > 0 && untitled*4 >= titled+untitled:
		n := count(posts, func(m *postStyle) bool { return m.title == noTitle })
		h.titles = titleChoice{from: n + " without a title"}
	case lists.File != "":
		h.titles = titleChoice{lists.NeedTitles, lists.File, "your theme links posts by their title (" + lists.File + ")"}
	case theme.Name != "":
		h.titles = titleChoice{theme.Titles, "what is known of the theme " + theme.Name,
			"your theme, " + theme.Name + ", links posts by their title"}
	case titled > 0:
		h.titles = titleChoice{true, count(posts, func(m *postStyle) bool { return m.title == ownersTitle }),
			"all your newest posts have a title, and the layouts that link them are not in the repository"}
	case len(s.rules.Head.Themes) > 0:
		h.titles = titleChoice{true, "most themes link a post by its title",
			"most themes link posts by their title, and yours is not in the repository"}
	default:
		h.titles = titleChoice{from: byDefault}
	}
}

// titleKind is whose title a post has.
type titleKind int

const (
	noTitle titleKind = iota
	ownersTitle
	gitpostsTitle
)

func (r *reading) titleKind() titleKind {
	switch r.text("name") {
	case "":
		return noTitle
	default:
		if r.hasOwnTitle() {
			return gitpostsTitle
		}
	}
	return ownersTitle
}

// hasOwnTitle reports whether the title is the one that gitpost made.
func (r *reading) hasOwnTitle() bool {
	return r.memory.Title != "" && sum(r.text("name")) == r.memory.Title
}

// writeTitle gives a post without a name a title, where the site needs one.
func (w *writer) writeTitle(item mf2.Item) error {
	if hasValue(item.Properties["name"]) || !w.learned.titles.wanted || mf2.PostType(item) == "page" {
		return nil
	}
	return w.setTitle(w.titleFor(item))
}

func (w *writer) setTitle(title string) error {
	if err := w.doc.Set(title, w.key("name")); err != nil {
		return unwritable("write post", "title", err)
	}
	w.memory.Title = sum(title)
	return nil
}

// renewTitle makes the title anew when what it was made of changed. had reports that the document
// had a title of gitpost's before the update.
func (w *writer) renewTitle(before, want mf2.Item, had bool) error {
	switch {
	case hasValue(want.Properties["name"]):
		w.memory.Title = ""
		return nil
	case had:
		if made := w.titleFor(want); made != w.titleFor(before) {
			return w.setTitle(made)
		}
		return nil
	}
	return nil
}

// titleFor is what a post without a name is called: its first words, the alternative text of its
// photo, what it is about, or its date.
func (w *writer) titleFor(item mf2.Item) string {
	p := item.Properties
	candidates := []func() string{
		func() string { return titleWords(contentText(p["content"])) },
		func() string { return titleWords(altText(p)) },
		func() string { return titleWords(mf2.Text(p.First("summary"))) },
		func() string { return titleWords(w.addedWords(item)) },
		func() string {
			for _, kind := range []string{"photo", "video", "audio"} {
				if hasValue(p[kind]) {
					return w.site.say(strings.ToUpper(kind[:1]) + kind[1:])
				}
			}
			return ""
		},
	}
	for _, candidate := range candidates {
		if title := candidate(); title != "" {
			return title
		}
	}
	if m, ok := readMoment(p.First("published"), w.rules.Zone); ok {
		return readableTime(stamp(m.time, m.precise))
	}
	return cmp.Or(shortAddress(contentText(p["content"])), "Post")
}

// addedWords is what the body templates say of a post apart from its files.
func (w *writer) addedWords(item mf2.Item) string {
	item = item.Clone()
	for _, property := range []string{"photo", "video", "audio"} {
		delete(item.Properties, property)
	}
	text := w.site.addedIn(item, false, func(string) bool { return false }, nil)
	text = attributeList.ReplaceAllString(text, "")
	text = link.ReplaceAllString(text, "$1")
	return strings.TrimSuffix(html.UnescapeString(backslashes.ReplaceAllString(text, "$1")), ".")
}

var (
	attributeList = regexp.MustCompile(`\{:[^}]*\}`)
	backslashes   = regexp.MustCompile(`\\([\x60*_\[\]|\\])`)
	blockMark     = regexp.MustCompile(`^(?:[>\s]|#{1,6}\s|[-*+]\s|\d+[.)]\s)+`)
	emphasis      = strings.NewReplacer("**", "", "__", "", "`", "", "~~", "", "*", "")
	codeOfSite    = regexp.MustCompile(`\{\{.*?\}\}|\{%.*?%\}`)
)

// altText is the alternative text of the first photo that has one.
func altText(p mf2.Properties) string {
	for _, v := range p["photo"] {
		if alt := photoAlt(v); strings.TrimSpace(alt) != "" {
			return alt
		}
	}
	return ""
}

// Bounds of a title that is made of a text.
const (
	titleWordCount = 8
	longestTitle   = 70 // in characters
)

// titleWords is the beginning of a text as a title: the first words of its first line that has any,
// without markup and addresses; "" for none.
func titleWords(text string) string {
	if len(text) > 4000 {
		text = strings.ToValidUTF8(text[:4000], "")
	}
	text = codeOfSite.ReplaceAllString(text, " ")
	for line := range strings.SplitSeq(anyLines(text), "\n") {
		words := plainLine(line)
		if len(words) == 0 || strings.IndexFunc(line, says) < 0 {
			continue
		}
		title := strings.Join(words[:min(len(words), titleWordCount)], " ")
		short := cutAtWord(title, longestTitle)
		if short != strings.Join(words, " ") {
			short = strings.TrimRight(short, ".,;:–—- ") + "…"
		}
		return short
	}
	return ""
}

// plainLine is the words of a line without markup and addresses.
func plainLine(line string) []string {
	line = blockMark.ReplaceAllString(line, "")
	return strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, emphasis.Replace(firstWords(line))))
}

// Beginning is the beginning of a post's text on one line, of at most some characters, for a list of posts:
// without markup and, unless there is nothing else, without addresses.
func Beginning(p mf2.Properties, most int) string {
	text := contentText(p["content"])
	enough := text
	if bytes := 40 * most; len(text) > bytes {
		enough = strings.ToValidUTF8(text[:bytes], "")
	}
	var words []string
	for line := range strings.SplitSeq(anyLines(codeOfSite.ReplaceAllString(enough, " ")), "\n") {
		words = append(words, plainLine(line)...)
	}
	if strings.IndexFunc(strings.Join(words, ""), says) < 0 {
		words = strings.Fields(enough)
	}
	whole := strings.Join(words, " ")
	short := cutAtWord(whole, most)
	if short != whole || len(enough) < len(text) {
		return strings.TrimRight(short, ".,;:–—- ") + "…"
	}
	return short
}

// says reports whether a character can stand for something: a letter, a digit or an emoji.
func says(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.So, r) }

// cutAtWord shortens a text to n characters, at a space where that leaves enough.
func cutAtWord(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	cut := string(runes[:n])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return cut
}

// explainTitles says whether posts without a name get a title.
func explainTitles(h learnedStyle) Finding {
	value := "left out"
	if h.titles.wanted {
		value = "made of the first words"
	}
	return Finding{"title of posts without a name", value, h.titles.from}
}

// NeedsTitles reports whether a new post without a name gets a title although the configuration does not
// say so, and why, as a clause: "your theme links posts by their title".
func (s *Site) NeedsTitles(lib Library) (needs bool, reason string) {
	h := s.learn(lib, mf2.Item{})
	return h.titles.wanted && h.titles.reason != "", h.titles.reason
}

// meaningOf is the property that a key of the front matter says, "" for none.
func meaningOf(rules *generator.Convention, key string) string {
	property, _ := rules.Property(key)
	return property
}
