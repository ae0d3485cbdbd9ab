package site

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"gitpost/frontmatter"
)

// habits are how the author of the site writes posts, learned from the newest ones. A new
// post follows them.
type habits struct {
	section  string // folder of the posts
	pattern  string // path of a post below it, with placeholders
	style    frontmatter.Style
	keys     map[string]string // property → the key that the posts use for it
	image    string            // key of a photo's plain URL: "images", "cover.image", …; "" when none was seen
	spell    func(property string) string
	constant map[string]any // keys that all posts have with one value, which make them look alike
}

// recent is how many posts are looked at.
const recent = 20

// observed is one of the newest posts.
type observed struct {
	path string
	text string
	doc  *frontmatter.Document
	page Page
}

func (s *Site) learn(lib Library) habits {
	var posts []observed
	for _, source := range lib.Recent(recent) {
		doc, err := s.Parse(source.Data)
		if err != nil || !markdown(source.Path) {
			continue
		}
		page := s.profile.locate(source.Path, doc, lib)
		if page.Kind == "section" || page.Kind == "home" || s.read(page, doc).unlisted() {
			continue
		}
		posts = append(posts, observed{source.Path, string(source.Data), doc, page})
	}
	h := s.usual()
	h.learnPlace(s, posts)
	posts = inSection(posts, h.section)
	h.learnStyle(posts)
	h.learnKeys(s, posts)
	h.learnConstants(s, posts)
	return h
}

// usual is what the generator's own documentation shows, for a site without posts.
func (s *Site) usual() habits {
	rules := s.convention()
	h := habits{keys: map[string]string{}, spell: rules.spell, style: frontmatter.Style{
		Format:   frontmatter.YAML,
		KeyOrder: []string{"layout", "title", "date", "lastmod", "last_modified_at", "draft", "published", "slug", "summary", "excerpt", "tags"},
	}}
	if s.profile.name() == "jekyll" {
		h.section, h.pattern = path.Join(s.profile.contentDir(), "_posts"), "{year}-{month}-{day}-{slug}.md"
		return h
	}
	h.section, h.pattern = path.Join(s.profile.contentDir(), "posts"), "{slug}.md"
	return h
}

func inSection(posts []observed, section string) []observed {
	var in []observed
	for _, p := range posts {
		if strings.HasPrefix(p.path, section+"/") {
			in = append(in, p)
		}
	}
	if len(in) == 0 {
		return posts
	}
	return in
}

func markdown(file string) bool {
	switch strings.ToLower(path.Ext(file)) {
	case ".md", ".markdown", ".mdown", ".mkd", ".mkdn":
		return true
	}
	return false
}

// tally counts votes; the newest post's decides between equals.
type tally struct {
	votes map[string]int
	order []string
}

func (t *tally) vote(s string) {
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

var (
	flowList   = regexp.MustCompile(`(?m)^[\w-]+:[ \t]*\[`)
	blockList  = regexp.MustCompile(`(?m)^[\w-]+:[ \t]*\r?\n([ \t]*)- `)
	singleText = regexp.MustCompile(`(?m)^[\w-]+[ \t]*[:=][ \t]*'`)
	doubleText = regexp.MustCompile(`(?m)^[\w-]+[ \t]*[:=][ \t]*"`)
)

func (h *habits) learnStyle(posts []observed) {
	var formats, lists, quotes, ends tally
	var orders [][]string
	for _, p := range posts {
		format := p.doc.Format()
		if format == frontmatter.None {
			continue
		}
		formats.vote(string(rune('0' + int(format))))
		head := strings.TrimSuffix(p.text, p.doc.Body())
		if flowList.MatchString(head) {
			lists.vote("flow")
		} else if m := blockList.FindStringSubmatch(head); m != nil {
			lists.vote(map[bool]string{true: "indented", false: "flush"}[m[1] != ""])
		}
		if single, double := len(singleText.FindAllString(head, -1)), len(doubleText.FindAllString(head, -1)); single > double {
			quotes.vote("single")
		} else if double > 0 {
			quotes.vote("double")
		}
		ends.vote(map[bool]string{true: "crlf", false: "lf"}[strings.Contains(head, "\r\n")])
		orders = append(orders, p.doc.Keys())
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

// imageKeys are where themes look for a picture of the post.
var imageKeys = []string{"images", "cover.image", "image", "featured_image", "featuredImage", "featureImage", "header.teaser", "header.image"}

// learnKeys finds the spellings that the posts use.
func (h *habits) learnKeys(s *Site, posts []observed) {
	rules := s.convention()
	var family, images tally
	used := map[string]*tally{}
	for _, p := range posts {
		for _, property := range responses {
			for _, key := range p.doc.Keys() {
				if rules.meanings[strings.ToLower(key)] == property {
					family.vote(spelling(property, key))
				}
			}
		}
		for _, property := range []string{"published", "updated", "summary", "category"} {
			for _, key := range rules.words[property] {
				if _, ok := p.doc.Get(key); !ok {
					continue
				}
				if used[property] == nil {
					used[property] = &tally{}
				}
				used[property].vote(key)
				break
			}
		}
		for _, key := range imageKeys {
			if _, ok := p.doc.Get(strings.Split(key, ".")...); ok {
				images.vote(key)
				break
			}
		}
	}
	for property, t := range used {
		h.keys[property] = t.winner()
	}
	h.adaptKeys(s, posts)
	h.image = images.winner()
	switch family.winner() {
	case "camel":
		h.spell = camel
	case "snake":
		h.spell = snake
	case "kebab":
		h.spell = kebab
	case "mf":
		h.spell = func(property string) string { return "mf-" + property }
	}
}

// adaptKeys takes back spellings that a new post must not follow: Jekyll's categories are
// part of the URL, description is another thing than a summary, and a lone tag is no list.
func (h *habits) adaptKeys(s *Site, posts []observed) {
	switch key := h.keys["category"]; {
	case key == "tags":
	case s.profile.name() == "hugo" && key == "categories":
	default:
		delete(h.keys, "category")
	}
	if key := h.keys["summary"]; key == "description" || key == "subtitle" {
		delete(h.keys, "summary")
	}
	if key := h.keys["published"]; key == "published" {
		delete(h.keys, "published")
	}
	if key := h.keys["updated"]; s.profile.name() == "hugo" && key != "modified" {
		delete(h.keys, "updated") // Hugo itself reads lastmod and modified alone
	}
}

// spelling tells how a key spells a property.
func spelling(property, key string) string {
	switch key {
	case "mf-" + property:
		return "mf"
	case camel(property):
		return "camel"
	case snake(property):
		return "snake"
	}
	return "kebab"
}

// learnConstants finds the layout that all posts name, and on Hugo the type.
func (h *habits) learnConstants(s *Site, posts []observed) {
	h.constant = map[string]any{}
	for _, key := range []string{"layout", "type"} {
		var values tally
		for _, p := range posts {
			v, _ := p.doc.Get(key)
			text, _ := v.(string)
			values.vote(text)
		}
		if text := values.winner(); text != "" && values.votes[text]*2 > len(posts) {
			h.constant[key] = text
		}
	}
	if len(posts) == 0 && s.profile.name() == "jekyll" && s.hasPostLayout() {
		h.constant["layout"] = "post"
	}
}
