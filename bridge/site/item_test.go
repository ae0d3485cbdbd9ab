package site

import (
	"encoding/json"
	"reflect"
	"testing"

	"gitpost/bridge/mf2"
)

// TestFilesWrittenByHandReadAsMf2: what people and other tools write, in their own words.
func TestFilesWrittenByHandReadAsMf2(t *testing.T) {
	berlin := map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\ntimeZone = 'Europe/Berlin'\n"}
	cases := []struct {
		name, generator string
		config          map[string]string
		path, text      string
		want            string // properties but url
	}{
		{"plain post", "hugo", nil, "content/posts/a.md",
			"---\ntitle: A post\ndate: 2024-03-09T14:05:06+02:00\ntags: [a, b]\nweight: 3\nlayout: wide\naliases: [/x/]\n---\n\nHello.\n\nThere.\n",
			`{"name":["A post"],"published":["2024-03-09T14:05:06+02:00"],"category":["a","b"],"content":["Hello.\n\nThere."]}`},
		{"toml", "hugo", nil, "content/posts/a.md",
			"+++\ntitle = 'A post'\ndate = 2024-03-09\ntags = ['a']\ndraft = true\n+++\nHello.\n",
			`{"name":["A post"],"published":["2024-03-09"],"category":["a"],"content":["Hello."],"post-status":["draft"]}`},
		{"json", "hugo", nil, "content/posts/a.md",
			"{\"title\": \"A post\", \"date\": \"2024-03-09T14:05:06Z\", \"tags\": \"a b\"}\nHello.\n",
			`{"name":["A post"],"published":["2024-03-09T14:05:06Z"],"category":["a b"],"content":["Hello."]}`},
		{"keys in any case", "hugo", nil, "content/posts/a.md",
			"---\nTitle: A post\nDate: 2024-03-09\nLikeOf: https://x.example/\nTAGS: [a]\n---\n",
			`{"name":["A post"],"published":["2024-03-09"],"category":["a"],"like-of":["https://x.example/"]}`},
		{"site's zone", "hugo", berlin, "content/posts/a.md", "---\ndate: 2024-03-09 14:05:06\n---\nx",
			`{"published":["2024-03-09T14:05:06+01:00"],"content":["x"]}`},
		{"other date keys", "hugo", nil, "content/posts/a.md",
			"---\npublishDate: 2024-03-09T00:00:00Z\nlastmod: 2024-03-10T00:00:00Z\n---\nx",
			`{"published":["2024-03-09T00:00:00Z"],"updated":["2024-03-10T00:00:00Z"],"content":["x"]}`},
		{"cover", "hugo", nil, "content/posts/a.md",
			"---\ndate: 2024-03-09\ncover:\n  image: /img/a.jpg\n  alt: The alt\n  caption: c\n---\nx",
			`{"published":["2024-03-09"],"photo":[{"value":"/img/a.jpg","alt":"The alt"}],"content":["x"]}`},
		{"images", "hugo", nil, "content/posts/a.md", "---\ndate: 2024-03-09\nimages: [a.jpg, b.jpg]\n---\nx",
			`{"published":["2024-03-09"],"photo":["a.jpg","b.jpg"],"content":["x"]}`},
		{"eagle's photos", "hugo", nil, "content/posts/a.md",
			"---\ndate: 2024-03-09\nphotos:\n  - url: a.jpg\n    alt: A\n    title: T\n  - url: b.jpg\n---\n",
			`{"published":["2024-03-09"],"photo":[{"value":"a.jpg","alt":"A","title":"T"},"b.jpg"]}`},
		{"mf-like-of", "jekyll", nil, "_posts/2024-03-09-a.md",
			"---\nmf-like-of: https://x.example/\nmf-syndication:\n- https://y.example/\n---\n",
			`{"published":["2024-03-09"],"like-of":["https://x.example/"],"syndication":["https://y.example/"]}`},
		{"snake", "jekyll", nil, "_posts/2024-03-09-a.md",
			"---\nin_reply_to: https://x.example/\nbookmark_of: https://y.example/\n---\nHi\n",
			`{"published":["2024-03-09"],"in-reply-to":["https://x.example/"],"bookmark-of":["https://y.example/"],"content":["Hi"]}`},
		{"mf2 names", "hugo", nil, "content/a.md",
			"---\nin-reply-to: https://x.example/\nrepost-of: https://y.example/\nrsvp: yes\n---\n",
			`{"in-reply-to":["https://x.example/"],"repost-of":["https://y.example/"],"rsvp":["yes"]}`},
		{"micro.blog", "hugo", nil, "content/a.md", "---\nreply_to_url: https://x.example/\n---\n",
			`{"in-reply-to":["https://x.example/"]}`},
		{"teaser", "jekyll", nil, "_posts/2024-03-09-a.md", "---\nheader:\n  teaser: /a.jpg\n---\n",
			`{"published":["2024-03-09"],"photo":["/a.jpg"]}`},
		{"seo image with alt", "jekyll", nil, "_posts/2024-03-09-a.md", "---\nimage:\n  path: /a.jpg\n  alt: A\n---\n",
			`{"published":["2024-03-09"],"photo":[{"value":"/a.jpg","alt":"A"}]}`},
		{"tags of words", "jekyll", nil, "_posts/2024-03-09-a.md", "---\ntags: a b\ncategories: c d\n---\n",
			`{"published":["2024-03-09"],"category":["a","b","c","d"]}`},
		{"categories alone", "jekyll", nil, "_posts/2024-03-09-a.md", "---\ncategories: c d\n---\n",
			`{"published":["2024-03-09"],"category":["c","d"]}`},
		{"a tag that is a number", "jekyll", nil, "_posts/2024-03-09-a.md", "---\ntags: [2024, yes, a]\n---\n",
			`{"published":["2024-03-09"],"category":["2024","yes","a"]}`},
		{"unpublished", "jekyll", nil, "_posts/2024-03-09-a.md", "---\npublished: false\n---\nx",
			`{"published":["2024-03-09"],"post-status":["draft"],"content":["x"]}`},
		{"draft folder", "jekyll", nil, "_drafts/a.md", "---\ntitle: A\n---\nx",
			`{"name":["A"],"post-status":["draft"],"content":["x"]}`},
		{"no front matter", "jekyll", nil, "_posts/2024-03-09-a.md", "Just text.\n",
			`{"published":["2024-03-09"],"content":["Just text."]}`},
		{"excerpt", "jekyll", nil, "_posts/2024-03-09-a.md",
			"---\nexcerpt: Short\nlast_modified_at: 2024-03-10 10:00:00 +0100\n---\nx",
			`{"published":["2024-03-09"],"summary":["Short"],"updated":["2024-03-10T09:00:00Z"],"content":["x"]}`},
		{"description", "hugo", nil, "content/a.md", "---\ndescription: Short\n---\nx",
			`{"summary":["Short"],"content":["x"]}`},
		{"unlisted", "hugo", nil, "content/a.md", "---\nbuild:\n  list: never\n---\nx",
			`{"visibility":["unlisted"],"content":["x"]}`},
		{"unlisted as it was", "hugo", nil, "content/a.md", "---\n_build:\n  list: false\n---\nx",
			`{"visibility":["unlisted"],"content":["x"]}`},
		{"keys of its own", "hugo", nil, "content/a.md",
			"---\nmood: happy\ntoc: true\nmyKey: 3\nseries: [s]\nauthor: Ada\ndraft: false\n---\nx",
			`{"mood":["happy"],"author":["Ada"],"content":["x"]}`},
		{"empty keys", "hugo", nil, "content/a.md", "---\ntitle:\ntags: []\nsummary: ''\nlikeOf:\n---\nx",
			`{"content":["x"]}`},
		{"crlf", "hugo", nil, "content/a.md", "---\r\ntitle: A\r\n---\r\n\r\nOne\r\nTwo\r\n",
			`{"name":["A"],"content":["One\nTwo"]}`},
		{"nested venue", "jekyll", nil, "_posts/2024-03-09-a.md",
			"---\ncheckin:\n  type: [h-card]\n  properties:\n    name: [Pier 3]\n    latitude: [40.69]\n---\n",
			`{"published":["2024-03-09"],"checkin":[{"type":["h-card"],"properties":{"name":["Pier 3"],"latitude":[40.69]}}]}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			config := c.config
			if config == nil {
				config = map[string]map[string]string{"hugo": bareHugo, "jekyll": bareJekyll}[c.generator]
			}
			l := newLibrary(t, with(config, map[string]string{c.path: c.text}), func(o *Options) { o.TimeZone = nil })
			got := l.item(c.path)
			delete(got.Properties, "url")
			var want map[string]any
			if err := json.Unmarshal([]byte(c.want), &want); err != nil {
				t.Fatal(err)
			}
			data, _ := json.Marshal(got.Properties)
			var have map[string]any
			_ = json.Unmarshal(data, &have)
			if !reflect.DeepEqual(have, want) {
				t.Errorf("got  %s\nwant %s", data, c.want)
			}
			before := l.files[c.path]
			if l.revise(c.path, func(*mf2.Item) error { return nil }); l.files[c.path] != before {
				t.Errorf("an empty update made\n%s\nof\n%s", l.files[c.path], before)
			}
		})
	}
}
