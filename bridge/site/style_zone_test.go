package site

import (
	"fmt"
	"strings"
	"testing"
)

// TestNewPostHasTheOffsetOfTheNewestPosts: where no configuration names a zone.
func TestNewPostHasTheOffsetOfTheNewestPosts(t *testing.T) {
	for _, c := range []struct{ name, config, path, post, want string }{
		{"toml, east", "hugo.toml", "content/posts/2024/05/%02d/p.md",
			"+++\ndate = \"2024-05-%02dT08:00:00+14:00\"\n+++\n", "content/posts/2026/03/10/hello.md"},
		{"yaml, half an hour", "hugo.toml", "content/posts/2024-05-%02d-p.md",
			"---\ndate: 2024-05-%02dT08:00:00+05:30\n---\n", "+05:30"},
		{"json, west", "hugo.toml", "content/posts/p%02d.md", "{\"date\": \"2024-05-%02dT08:00:00-08:00\"}\n", "-08:00"},
		{"jekyll", "_config.yml", "_posts/2024-05-%02d-p.md", "---\nlayout: post\ndate: 2024-05-%02d 08:00:00 -0330\n---\n",
			"-0330"},
		{"utc", "hugo.toml", "content/posts/p%02d.md", "---\ndate: 2024-05-%02dT08:00:00Z\n---\n", "Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{c.config: map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\n",
				"_config.yml": "url: https://example.org\n"}[c.config]}
			for day := 1; day <= 7; day++ {
				files[fmt.Sprintf(c.path, day)] = fmt.Sprintf(c.post, day)
			}
			l := newLibrary(t, files, func(o *Options) { o.TimeZone = nil })
			r := l.compose(Post{Item: entry(map[string][]any{"name": {"Hello"}, "content": {"x"}})})
			if !strings.Contains(r.Path+string(r.Data), c.want) {
				t.Errorf("%s\n%s", r.Path, r.Data)
			}
			if !r.Page.Date.Equal(noon) || !r.Page.Published {
				t.Errorf("dated %s: %+v", r.Page.Date, r.Page)
			}
			e, err := l.site.Explain(l)
			said := false
			for _, f := range e.Findings {
				said = said || f.What == "offset of dates" && strings.Contains(f.From, "8 of the newest 8")
			}
			if err != nil || said != (c.name != "utc") {
				t.Errorf("explained %v, %v", said, err)
			}
		})
	}
}

// TestPostsOfAppsInUTCDoNotHideTheOffset of those that a person wrote.
func TestPostsOfAppsInUTCDoNotHideTheOffset(t *testing.T) {
	for others, want := range map[string]string{"Z": "+09:00", "+10:00": "Z"} {
		files := map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\n"}
		for day := 1; day <= 8; day++ {
			offset := "+09:00"
			if day > 6 {
				offset = others
			}
			files[fmt.Sprintf("content/posts/p%d.md", day)] = fmt.Sprintf("---\ndate: 2024-05-%02dT08:00:00%s\n---\nx\n", day,
				offset)
		}
		l := newLibrary(t, files, func(o *Options) { o.TimeZone = nil })
		if r := l.compose(Post{Item: entry(map[string][]any{"content": {"x"}})}); !strings.Contains(string(r.Data),
			want+"\n") {
			t.Errorf("others in %s:\n%s", others, r.Data)
		}
	}
}
