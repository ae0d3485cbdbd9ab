package site

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
)

// generators and formats: one bare site for each, and one whose newest post makes new ones
// take another front-matter format.
func roundtripSites(t testing.TB) map[string]*testLibrary {
	sites := map[string]*testLibrary{
		"hugo yaml":   newLibrary(t, bareHugo),
		"jekyll yaml": newLibrary(t, bareJekyll),
		"hugo toml": newLibrary(t,
			with(bareHugo, map[string]string{"content/posts/old.md": "+++\ntitle = 'Old'\ndate = 2024-01-01T00:00:00Z\n+++\nOld.\n"})),
		"hugo json": newLibrary(t,
			with(bareHugo, map[string]string{"content/posts/old.md": "{\n  \"title\": \"Old\",\n  \"date\": \"2024-01-01T00:00:00Z\"\n}\nOld.\n"})),
		"hugo crlf": newLibrary(t,
			with(bareHugo, map[string]string{"content/posts/old.md": "---\r\ntitle: Old\r\ndate: 2024-01-01T00:00:00Z\r\ntags: [a]\r\n---\r\n\r\nOld.\r\n"})),
		"hugo unsafe": newLibrary(t,
			map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\n[markup.goldmark.renderer]\nunsafe = true\n"}),
	}
	sites["eleventy"] = newLibrary(t, bareEleventy)
	sites["zola"] = newLibrary(t, bareZola)
	for name, d := range describedSites {
		sites["described, "+name] = newLibrary(t, nil, described(d))
	}
	return sites
}

// bareEleventy is a site without posts that leaves drafts out.
var bareEleventy = map[string]string{
	"eleventy.config.js": `export default (c) => { c.addPreprocessor("drafts", "*", (data) => data.draft ? false : undefined);
		c.addPassthroughCopy({"public": "/"}); return { markdownTemplateEngine: "njk" }; };`,
	"_data/site.json": `{"url": "https://example.org/"}`,
}

// bareZola is a site without posts whose tags are a taxonomy.
var bareZola = map[string]string{"config.toml": "base_url = \"https://example.org\"\ntaxonomies = [{name = \"tags\"}]\n"}

// describedSites are descriptions that differ in what a file may have.
var describedSites = map[string]generator.Description{
	"plain": {Content: []string{"posts"}, Permalink: "/{year}/{slug}/"},
	"keys": {Content: []string{"src/content/blog"}, Permalink: "/blog/{path}/", Static: "public",
		FrontMatter: generator.FrontMatter{
			Keys: map[string]string{"date": "pubDate", "summary": "description", "updated": "updatedDate", "slug": "slug"},
		}},
	"strict": {Content: []string{"content/blog"}, Permalink: "/{slug}/", Strict: true, ExtraKey: "extra",
		FrontMatter: generator.FrontMatter{
			Keys: map[string]string{"title": "title", "tags": "taxonomies.tags", "summary": "description"}, Format: "toml",
		}, Escape: map[string]string{"{{": "&#123;&#123;", "{%": "&#123;%"}},
	"strict, beside": {Content: []string{"content/blog"}, Permalink: "/{slug}/", Strict: true,
		FrontMatter: generator.FrontMatter{
			Keys: map[string]string{"title": "title", "tags": "tags"},
		}},
	"strict, few keys": {Content: []string{"."}, URLKey: "address", Strict: true, ExtraKey: "more",
		FrontMatter: generator.FrontMatter{
			Draft: generator.Marker{Key: "status", Value: "draft"}, Unlisted: generator.Marker{Key: "listed", Value: false},
		}},
}

func described(d generator.Description) func(*Options) {
	return func(o *Options) { o.Generator, o.Me, o.Description = "custom", "https://example.org/", d }
}

// TestWhatIsSentIsReadBack is the promise of Compose and Item over random items.
func TestWhatIsSentIsReadBack(t *testing.T) {
	rounds := 400
	if n, err := strconv.Atoi(os.Getenv("GITPOST_ROUNDS")); err == nil {
		rounds = n
	}
	for name, l := range roundtripSites(t) {
		t.Run(name, func(t *testing.T) {
			rounds := rounds
			if !strings.HasPrefix(name, "hugo") && !strings.HasPrefix(name, "jekyll") {
				rounds = max(rounds/8, 1) // what differs is where keys stand
			}
			for seed := range rounds {
				l := &testLibrary{t: t, site: l.site, files: with(l.files)}
				item := sentItem(rand.New(rand.NewPCG(uint64(seed), 7)))
				r, err := l.site.Compose(l, Post{Item: item})
				if err != nil {
					t.Fatalf("seed %d: %v\n%#v", seed, err, item)
				}
				l.put(r)
				if problem := differs(l.site, item, l.item(r.Path)); problem != "" {
					t.Fatalf("seed %d: %s\n%s", seed, problem, r.Data)
				}
			}
		})
	}
}

// differs compares as the README of the client requests says; "" when nothing does.
func differs(s *Site, sent, got mf2.Item) string {
	if strings.Join(sent.Type, " ") != strings.Join(got.Type, " ") {
		return fmt.Sprintf("type: got %v, want %v", got.Type, sent.Type)
	}
	for property, want := range sent.Properties {
		have := got.Properties[property]
		if len(want) == 0 && len(have) == 0 || property == slugCommand {
			continue
		}
		if property == statusProperty && len(have) == 0 && mf2.Text(want[0]) == "published" ||
			property == visibilityProperty && len(have) == 0 && mf2.Text(want[0]) == "public" {
			continue
		}
		if !s.equal(property, have, want) {
			return fmt.Sprintf("%s: got %#v, want %#v", property, have, want)
		}
	}
	for property, have := range got.Properties {
		if _, sent := sent.Properties[property]; !sent && property != "url" && property != "published" {
			return fmt.Sprintf("%s: got %#v, and it was not sent", property, have)
		}
	}
	return ""
}

var sentNames = []string{
	"name", "content", "summary", "category", "published", "updated", "photo", "video", "audio", "like-of",
	"in-reply-to", "repost-of",
	"bookmark-of", "rsvp", "location", "checkin", "syndication", "start", "end", "author", "rating", "rewatch",
	"read-of", "read-status", "place_name",
	"url", "weight", "slug", "layout", "permalink", "aliases", "draft", "outputs", "cascade", "build", "type", "date",
	"title", "tags", "categories",
	"images", "image", "cover", "description", "excerpt", "lastmod", "publishDate", "expiryDate", "Foo", "foo", "a.b",
	"weird key", "日本", "yes", "1", "null",
	"mf2", "gitpost", "h", "uid", "featured", "likeOf", "like_of", "mf-like-of", "params", "Title", "mood", "x-y-z",
	"key", "toc", "html", "value",
}

var sentTexts = []string{
	"", " ", "a", "yes", "no", "007", "1979", "2024-01-01", "2024-01-01T10:00:00Z", "1e3", "null", "~", "true", "1,000",
	":sym", "- x", "# y", "a: b", "x #y",
	"{}", "[a]", "'q'", `"q"`, "\\", "\n", "\na", "a\n", "a\n\n", "\n\na", "a\r\nb", "a\rb", "a\r\nb\nc", "tab\tx",
	"  lead", "trail  ", "…", "émoji 👍🏽", "مرحبا", "e\u0301", "\u2028x", "\u0085x", "\ufeffx", "\u0000x", "\u0001",
	"\x7f",
	"---", "---\ntitle: x\n---\n\nfoo", "+++\na=1\n+++", "{\"a\":1}", "...", "{{< x >}}", "{{< x", "{{% y %}}",
	"{{</* z */>}}", "{{</* z", "{% raw %}", "{% raw %}a{% endraw %}", "{{ site.title }}", "{{ once", "{% x",
	"{% endraw %}", "}}", "%}", "{{{", "{{{%", "{{<{{<", "{{< param \"gitpost.angle\" >}}",
	"<b>x</b>", "<p>Hello <i>there</i></p>", "<script>alert(1)</script>", "<!-- c", "a < b > c", "&amp; &lt;", "<foo>",
	"<!--more-->", "*em* _x_ `code`", "# Head\n\ntext", "    code", "```\n{{< x >}}\n```",
	"https://example.com/?a=1&b=2", "&#123;{<", "\\{", "|a|b|\n|-|-|\n|<b>|c|", "Liked [x](http://x).",
	"> quote\n> <div>\n> x",
}

func sentText(r *rand.Rand) string {
	s := sentTexts[r.IntN(len(sentTexts))]
	for range r.IntN(3) {
		s += []string{"", " ", "\n", "\n\n", "x"}[r.IntN(5)] + sentTexts[r.IntN(len(sentTexts))]
	}
	return s
}

var sentHTML = []string{
	"<p>a</p>", "<p>a <b>b</b></p>", "<p>a <strong>b</strong> <em>c</em></p>",
	"x <a href=\"https://x.example/?a=1&amp;b=2\">y</a> z", "<div>a<br>b</div>", "<h2>t</h2><p>x</p>",
	"<ul><li>one</li><li>two</li></ul>", "<pre><code>a\n  b\n</code></pre>", "<blockquote><p>q</p></blockquote>",
	"<img src=\"a.jpg\" alt=\"x\">", "<p>{{&lt; x &gt;}} {{ y</p>", "<table><tr><td>1</td></tr></table>",
	"<p>\n\nx</p>", "", " ", "plain", "<p>a", "<!-- c --><p>x</p>", "<script>x</script>", "<p>1 &lt; 2 &amp; 3</p>",
	"<p>*x* _y_</p>", "<ol start=\"3\"><li>x</li></ol>", "<p>http://example.com/</p>", "<p>a</p>\n\n<p>b</p>\n",
	"<p class=\"x\">y</p>", "<hr>", "<p>---</p>",
}

func sentValue(r *rand.Rand, depth int) any {
	switch n := r.IntN(12); {
	case n < 6 || depth > 3:
		return sentText(r)
	case n == 6:
		return []any{true, false, int64(7), int64(-3), 4.5, -74.0, 1e21, int64(1) << 60}[r.IntN(8)]
	case n == 7:
		return map[string]any{"value": sentText(r), "alt": sentText(r)}
	case n == 8:
		return map[string]any{"html": sentHTML[r.IntN(len(sentHTML))]}
	case n == 9:
		list := []any{}
		for range r.IntN(3) {
			list = append(list, sentValue(r, depth+1))
		}
		return list
	case n == 10:
		m := map[string]any{}
		for range r.IntN(4) {
			m[sentNames[r.IntN(len(sentNames))]] = sentValue(r, depth+1)
		}
		return m
	}
	properties := map[string]any{}
	for range r.IntN(4) {
		properties[sentNames[r.IntN(len(sentNames))]] = []any{sentValue(r, depth+1)}
	}
	return map[string]any{"type": []any{"h-card"}, "properties": properties}
}

func sentItem(r *rand.Rand) mf2.Item {
	item := mf2.Item{Type: []string{"h-entry"}, Properties: mf2.Properties{}}
	switch r.IntN(10) {
	case 0:
		item.Type = []string{"h-event"}
	case 1:
		item.Type = []string{"h-x", "h-y"}
	}
	for range 1 + r.IntN(5) {
		name := sentNames[r.IntN(len(sentNames))]
		var values []any
		for range 1 + r.IntN(2)*r.IntN(3) {
			values = append(values, sentValue(r, 0))
		}
		item.Properties[name] = values
	}
	if r.IntN(2) == 0 {
		item.Properties["content"] = []any{sentText(r)}
	} else if r.IntN(2) == 0 {
		item.Properties["content"] = []any{map[string]any{"html": sentHTML[r.IntN(len(sentHTML))] +
			sentHTML[r.IntN(len(sentHTML))]}}
	}
	if r.IntN(4) == 0 {
		item.Properties["published"] = []any{[]string{"2026-02-28", "2026-03-01T18:05:00+0100", "2026-03-01T18:05:00.123Z",
			"2026-03-01T18:05", "2027-01-01T00:00:00-08:00", "1979", "yesterday", "0001-01-01", "0000-01-01", "99999-01-01",
			"2024-13-01", "2024-02-30T00:00:00Z"}[r.IntN(12)]}
	}
	if r.IntN(4) == 0 {
		item.Properties[statusProperty] = []any{[]string{"draft", "published", "pending"}[r.IntN(3)]}
	}
	return item
}
