package site

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"gitpost/bridge/mf2"
)

// handKeys are lines that people write into YAML front matter.
var handKeys = []string{
	"title: By hand # a comment", "title: 'It''s'", "tags: [a, b]", "tags:\n  - a\n  - 2024", "tags: a b",
	"categories: [x]", "category: y", "tag: z", "keywords: [k]",
	"draft: true", "draft: false", "published: false", "published: 2024-01-01", "publishDate: 2024-02-01",
	"lastmod: 2024-02-02", "summary: Short", "description: Long", "excerpt: Ex",
	"images: [a.jpg]", "image: b.jpg", "cover:\n  image: c.jpg\n  alt: C", "header:\n  teaser: d.jpg", "photo: e.jpg",
	"photos:\n- url: f.jpg\n  alt: F", "featured_image: g.jpg",
	"likeOf: https://a.example/", "like_of: https://b.example/", "mf-like-of: https://c.example/",
	"in-reply-to: [https://d.example/]", "reply_to_url: https://e.example/",
	"weight: 3", "layout: post", "slug: fixed", "aliases: [/old/]", "toc: true", "mood: happy", "myKey: {a: 1}",
	"author: Ada", "rsvp: yes", "h: event", "build:\n  list: never", "_build:\n  list: false",
	"mf2:\n  name: [A, B]", "mf2:\n  category:\n  - a\n  - type: [h-card]\n    properties: {name: [G]}",
	"gitpost:\n  html: true", "gitpost:\n  newlines: crlf", "gitpost: broken", "mf2: broken",
	"gitpost:\n  added: {length: 3, sha256: x}",
	"name: Other", "lastModified: x", "video: v.mp4", "location:\n  latitude: 1.5\n  longitude: 2", "checkin: geo:1,2",
	"syndication:\n    - https://s.example/1", "nothing:", "bad-date: 2024-13-45", "# only a comment", "",
}

var handBodies = []string{"", "Text.\n", "\n\nText.\n\n", "{{< figure src=\"a.jpg\" >}}\n",
	"{% raw %}{{ x }}{% endraw %}\n", "---\nagain\n---\n", "Liked [a](b).\n", "<div>\n\nx\n</div>\n", "a\n\n\n\n"}

func handWritten(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("---\n")
	if r.IntN(4) > 0 {
		b.WriteString("date: 2024-03-09T10:00:00+01:00\n")
	}
	seen := map[string]bool{"date": true}
	for range r.IntN(8) {
		line := handKeys[r.IntN(len(handKeys))]
		key, _, _ := strings.Cut(line, ":")
		if !seen[strings.ToLower(key)] {
			seen[strings.ToLower(key)] = true
			b.WriteString(line + "\n")
		}
	}
	b.WriteString("---\n" + handBodies[r.IntN(len(handBodies))])
	return b.String()
}

// TestAnyUpdateOfAnyFileIsReadBack: random updates of random hand-written files give what was
// asked for, and leave every other property as it was.
func TestAnyUpdateOfAnyFileIsReadBack(t *testing.T) {
	rounds := 500
	if n, err := strconv.Atoi(os.Getenv("GITPOST_ROUNDS")); err == nil {
		rounds = n
	}
	for name, site := range map[string]struct {
		files map[string]string
		path  string
	}{"hugo": {bareHugo, "content/posts/2024-03-09-a.md"}, "jekyll": {bareJekyll, "_posts/2024-03-09-a.md"}} {
		t.Run(name, func(t *testing.T) {
			bare := newLibrary(t, site.files)
			for seed := range rounds {
				r := rand.New(rand.NewPCG(uint64(seed), 11))
				text := handWritten(r)
				l := &testLibrary{t: t, site: bare.site, files: with(site.files, map[string]string{site.path: text})}
				before := l.item(site.path)
				want := before.Clone()
				for range 1 + r.IntN(2) {
					property := sentNames[r.IntN(40)]
					switch property {
					case "published", "url", "mf2", "gitpost", "h":
						continue
					}
					switch r.IntN(3) {
					case 0:
						delete(want.Properties, property)
					case 1:
						want.Properties[property] = []any{sentText(r)}
					default:
						want.Properties[property] = append(want.Properties[property], sentValue(r, 0))
					}
				}
				if r.IntN(5) == 0 {
					want.Properties[statusProperty] = []any{[]string{"draft", "published"}[r.IntN(2)]}
				}
				rev, err := l.site.Revise(l, Source{Path: site.path, Data: []byte(text)}, func(item *mf2.Item) error {
					*item = want.Clone()
					return nil
				})
				if err != nil {
					t.Fatalf("seed %d: %v\n%s\nwanted %v", seed, err, text, want)
				}
				delete(l.files, site.path)
				l.files[rev.Path] = string(rev.Data)
				if problem := differs(l.site, prepared(withoutURL(want)), l.item(rev.Path)); problem != "" {
					t.Fatalf("seed %d: %s\n%s\nwas\n%s", seed, problem, rev.Data, text)
				}
			}
		})
	}
}

func withoutURL(item mf2.Item) mf2.Item {
	delete(item.Properties, "url")
	return item
}
