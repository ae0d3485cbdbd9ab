package site

import (
	"strings"
	"testing"

	"gitpost/bridge/site/generator"
)

// TestMapOfURLsCountsBeforePatterns, and what it does not have is where the pattern says, or refused.
func TestMapOfURLsCountsBeforePatterns(t *testing.T) {
	computed := map[string]string{"eleventy.config.js": "export default (c) => { c.addPreprocessor('drafts', '*', (data) => data.draft ? false : undefined); };",
		"posts/posts.11tydata.js": "export default { permalink: (data) => data.x };"}
	about := func(d generator.Description, urls map[string]string) func(*Options) {
		return func(o *Options) {
			d.URLsFrom = "https://e.example/urls.json"
			o.Me, o.Description, o.Published = "https://e.example/sub/", d, urls
			if len(d.Content) > 0 {
				o.Generator = "custom"
			}
		}
	}
	text, draft := "---\ntitle: A\n---\n", "---\ntitle: A\ndraft: true\n---\n"
	tests := []struct {
		name     string
		files    map[string]string
		about    generator.Description
		entry    string // of the map
		text     string
		url, why string
	}{
		{"a path", nil, generator.Description{Content: []string{"posts"}}, "/x/y/", text, "https://e.example/sub/x/y/", ""},
		{"a path with that of the site", nil, generator.Description{Content: []string{"posts"}}, "/sub/x/", text,
			"https://e.example/sub/x/", ""},
		{"a URL", nil, generator.Description{Content: []string{"posts"}}, "https://e.example/sub/gr%C3%BCn", text,
			"https://e.example/sub/gr%C3%BCn", ""},
		{"letters of all languages", nil, generator.Description{Content: []string{"posts"}}, "/grün/", text,
			"https://e.example/sub/gr%C3%BCn/", ""},
		{"instead of the pattern", nil, generator.Description{Content: []string{"posts"}, Permalink: "/p/{slug}/"}, "/x/",
			text, "https://e.example/sub/x/", ""},
		{"a draft stays one", nil, generator.Description{Content: []string{"posts"}}, "/x/", draft,
			"https://e.example/sub/x/", "draft"},
		{"the pattern", nil, generator.Description{Content: []string{"posts"}, Permalink: "/p/{slug}/"}, "", text,
			"https://e.example/sub/p/a/", ""},
		{"neither", nil, generator.Description{Content: []string{"posts"}}, "", text, "", "no pattern says it, and the map"},
		{"a computed URL", computed, generator.Description{}, "/x/", text, "https://e.example/sub/x/", ""},
		{"a computed draft", computed, generator.Description{}, "/x/", draft, "https://e.example/sub/x/", "draft"},
		{"a computed URL by a pattern", computed, generator.Description{Permalink: "/p/{slug}/"}, "", text,
			"https://e.example/sub/p/a/", ""},
		{"a computed URL that is not known", computed, generator.Description{}, "", text, "",
			"which gitpost does not run, and the map"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			urls := map[string]string{"posts/other.md": "/other/"}
			if tt.entry != "" {
				urls["posts/a.md"] = tt.entry
			}
			l := newLibrary(t, with(tt.files, map[string]string{"posts/a.md": tt.text}), about(tt.about, urls))
			page := l.page("posts/a.md")
			if page.URL != tt.url || page.Published != (tt.why == "") || !strings.Contains(page.Reason, tt.why) {
				t.Errorf("%q, published %v, %q", page.URL, page.Published, page.Reason)
			}
			if tt.about.Permalink != "" && tt.entry != "" && (len(page.Aliases) != 1 ||
				page.Aliases[0] != "https://e.example/sub/p/a/") {
				t.Errorf("the URL that apps were told of is forgotten: %v", page.Aliases)
			}
			_, err := l.site.Compose(l, Post{Item: entry(map[string][]any{"content": {"New"}})})
			if known := tt.about.Permalink != ""; (err == nil) != known {
				t.Errorf("a new post: %v", err)
			} else if !known && !strings.Contains(err.Error(), "cannot be posted: ") {
				t.Errorf("a new post is refused: %v", err)
			}
		})
	}
}
