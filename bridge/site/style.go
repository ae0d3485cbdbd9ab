package site

import (
	"slices"
	"sync"
	"time"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// learnedStyle is how the author of the site writes posts, learned from the newest ones. A new
// post follows it.
type learnedStyle struct {
	section  string // folder of the posts
	pattern  string // path of a post below it, with placeholders
	style    frontmatter.Style
	keys     map[string]string // property → the key that the posts use for it
	shapes   map[string]generator.Shape
	titles   titleChoice
	cover    coverStyle
	media    string // how the text has the site's own pictures: RelativeMedia, …; "" when that is not known
	photo    string // the posts' key of photos; "" when none was seen
	spell    func(property string) string
	offset   string         // of the posts' dates where no zone is configured; "" for the site's own
	zone     *time.Location // the same
	address  string         // the pattern of the key that fixes the URL; "" when posts have none
	constant map[string]any // keys that most posts have with one value, which make them look alike
}

// recent is the number of posts to learn from.
const recent = 20

// learn finds the style of an item's posts: of those in its language, where the site has several.
func (s *Site) learn(lib Library, item mf2.Item) learnedStyle {
	posts := s.newest(lib, item.Properties.Text(languageProperty))
	return s.learned.of(posts, func() learnedStyle { return s.learnFrom(posts, "") })
}

// learnedCache remembers what was learned last: most creates find the same newest posts or one more.
// Its zero value is empty. It is safe for concurrent use.
type learnedCache struct {
	mu    sync.Mutex
	posts []*postStyle // that it was learned from; nil for none
	style learnedStyle
}

// of returns what was learned from posts. Nobody may change it.
func (c *learnedCache) of(posts []*postStyle, learn func() learnedStyle) learnedStyle {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.posts == nil || !slices.Equal(c.posts, posts) {
		c.posts, c.style = append([]*postStyle{}, posts...), learn()
	}
	return c.style
}

// newest returns how the newest posts are written: those in a language, else those in the site's
// first one, else all.
func (s *Site) newest(lib Library, language string) []*postStyle {
	var posts, first, others []*postStyle
	for _, source := range lib.Recent(recent) {
		switch m := s.styles.of(s, source, lib); {
		case m == nil:
		case m.language == "" || m.language == language:
			posts = append(posts, m)
		case m.language == s.rules.Languages.Names[0]:
			first = append(first, m)
		default:
			others = append(others, m)
		}
	}
	switch {
	case len(posts) > 0:
		return posts
	case len(first) > 0:
		return first
	}
	return others
}

// learnFrom learns from posts; one whose path is except is no example for the form of values, as it
// is about to be changed.
func (s *Site) learnFrom(posts []*postStyle, except string) learnedStyle {
	h := s.usual()
	h.learnPlace(s, posts)
	h.learnShapes(posts, except)
	posts = inSection(posts, h.section)
	h.learnStyle(posts)
	if s.rules.Dialect.YAMLOnly { // what names another language, such as ---json, names it for one post
		h.style.Format = frontmatter.YAML
	}
	posts = s.withoutPages(posts, h.section)
	h.learnKeys(s, posts)
	h.learnTitles(s, posts)
	h.learnMedia(s, posts)
	h.learnConstants(s, posts)
	h.learnZone(s, posts)
	h.learnAddress(posts)
	return h
}

// usual is the style for a site without posts: what the generator's documentation shows.
func (s *Site) usual() learnedStyle {
	h := learnedStyle{
		section: s.rules.Posts, pattern: s.rules.PostPattern, keys: map[string]string{}, spell: s.rules.Spell,
		address: s.rules.NewAddress,
		style: frontmatter.Style{
			Format: max(s.rules.Format, frontmatter.YAML),
			KeyOrder: []string{"layout", "title", "date", "lastmod", "last_modified_at", "draft", "published", "slug",
				"summary", "excerpt", "tags"},
		},
	}
	return h
}

// withoutPages leaves out what is no post, whose layout and keys a post must not have.
func (s *Site) withoutPages(posts []*postStyle, section string) (examples []*postStyle) {
	for _, m := range posts {
		if m.section == section || !m.standalone && !s.hasNoPosts(m.section) {
			examples = append(examples, m)
		}
	}
	return examples
}

func inSection(posts []*postStyle, section string) []*postStyle {
	var in []*postStyle
	for _, m := range posts {
		if m.section == section {
			in = append(in, m)
		}
	}
	if len(in) == 0 {
		return posts
	}
	return in
}

// tally counts votes. Of equals the one that was cast first wins: the newest post's.
type tally struct {
	votes map[string]int
	order []string
}

func (t *tally) vote(s string) {
	if s == "" {
		return
	}
	if t.votes == nil {
		t.votes = map[string]int{}
	}
	if t.votes[s] == 0 {
		t.order = append(t.order, s)
	}
	t.votes[s]++
}

func (t *tally) winner() string {
	best := ""
	for _, s := range t.order {
		if best == "" || t.votes[s] > t.votes[best] {
			best = s
		}
	}
	return best
}

func (h *learnedStyle) learnStyle(posts []*postStyle) {
	var formats, lists, quotes, ends tally
	var orders [][]string
	for _, m := range posts {
		if m.format == frontmatter.None {
			continue
		}
		formats.vote(string(rune('0' + int(m.format))))
		lists.vote(m.list)
		quotes.vote(m.quotes)
		ends.vote(m.end)
		orders = append(orders, m.order)
	}
	if f := formats.winner(); f != "" {
		h.style.Format = frontmatter.Format(f[0] - '0')
	}
	h.style.FlowLists = lists.winner() == "flow"
	if lists.winner() == "indented" {
		h.style.ListIndent = 2
	}
	h.style.SingleQuotes = quotes.winner() == "single"
	h.style.CRLF = ends.winner() == "crlf"
	orders = append(orders, h.style.KeyOrder)
	h.style.KeyOrder = withoutKeys(mergeOrders(orders), mf2Key, memoryKey)
}

// mergeOrders joins lists of keys into one: the first list's order counts, and a key that
// it lacks comes after the key that it follows in its own list.
func mergeOrders(lists [][]string) []string {
	var merged []string
	for _, list := range lists {
		at := 0
		for _, key := range list {
			if i := slices.Index(merged, key); i >= 0 {
				at = i + 1
				continue
			}
			merged = slices.Insert(merged, at, key)
			at++
		}
	}
	return merged
}

func withoutKeys(list []string, keys ...string) []string {
	var out []string
	for _, s := range list {
		keep := true
		for _, key := range keys {
			keep = keep && s != key
		}
		if keep {
			out = append(out, s)
		}
	}
	return out
}

// learnKeys finds the spellings that the posts use.
func (h *learnedStyle) learnKeys(s *Site, posts []*postStyle) {
	var family, photo tally
	used := map[string]*tally{}
	for _, m := range posts {
		for _, way := range m.family {
			family.vote(way)
		}
		for property, key := range m.keys {
			if used[property] == nil {
				used[property] = &tally{}
			}
			used[property].vote(key)
		}
		photo.vote(m.photo)
	}
	for property, t := range used {
		h.keys[property] = t.winner()
	}
	h.adaptKeys(s)
	h.photo = photo.winner()
	h.learnCover(posts)
	switch family.winner() {
	case "camel":
		h.spell = generator.Camel
	case "snake":
		h.spell = generator.Snake
	case "kebab":
		h.spell = generator.Kebab
	case "mf":
		h.spell = func(property string) string { return "mf-" + property }
	}
}

// adaptKeys drops spellings that a new post must not follow: categories that are a part of the
// URL, a description, which is no summary, and a single tag, which is no list.
func (h *learnedStyle) adaptKeys(s *Site) {
	switch key := h.keys["category"]; {
	case key == "tags":
	case key == "categories" && !s.rules.CategoriesInURL:
	default:
		delete(h.keys, "category")
	}
	if key := h.keys["summary"]; key == "description" || key == "subtitle" {
		delete(h.keys, "summary")
	}
	if key := h.keys["published"]; key == "published" {
		delete(h.keys, "published")
	}
	if len(s.rules.Updated) > 0 && !slices.Contains(s.rules.Updated, h.keys["updated"]) {
		delete(h.keys, "updated")
	}
}

// learnConstants finds the layout and the type that most posts name.
func (h *learnedStyle) learnConstants(s *Site, posts []*postStyle) {
	h.constant = map[string]any{}
	for _, key := range constantKeys {
		var values tally
		for _, m := range posts {
			values.vote(m.constant[key])
		}
		if text := values.winner(); text != "" && values.votes[text]*2 > len(posts) {
			h.constant[key] = text
		}
	}
	if len(posts) == 0 && s.rules.PostLayout != "" {
		h.constant["layout"] = s.rules.PostLayout
	}
}

// constants are the keys that select the layout of a new post. A standalone page (h=page) does not
// look like a post.
func (w *writer) constants(item mf2.Item) map[string]any {
	if mf2.PostType(item) != "page" {
		return w.learned.constant
	}
	if w.rules.PageLayout == "" {
		return nil
	}
	return map[string]any{"layout": w.rules.PageLayout}
}
