package site

import (
	"fmt"
	"strings"
	"testing"
)

// TestNewPostNamesItsURLAsTheNewestPostsDo: it has the key, and is built there.
func TestNewPostNamesItsURLAsTheNewestPostsDo(t *testing.T) {
	for _, c := range []struct{ name, key, path, value, want string }{
		{"hugo", "url", "content/post/2024-05-%02[1]d-p%[1]d.md", "/2024/05/%02[1]d/p%[1]d/", "/2026/03/09/where-do-i-go/"},
		{"hugo", "url", "content/post/p%[1]d/index.md", "/2024/05/p%[1]d.html", "/2026/03/where-do-i-go.html"},
		{"hugo", "url", "content/post/p%[1]d.md", "/notes/p%[1]d", "/notes/where-do-i-go"},
		{"jekyll", "permalink", "_posts/2024-05-%02[1]d-p%[1]d.md", "/blog/p%[1]d/", "/blog/where-do-i-go/"},
		{"jekyll", "permalink", "_posts/2024-05-%02[1]d-p%[1]d.md", "/2024/p%[1]d.html", "/2026/where-do-i-go.html"},
		{"hugo", "url", "content/post/p%[1]d.md", "/2024-05-%02[1]d-p%[1]d/", "/2026-03-09-where-do-i-go/"},
		{"hugo", "url", "content/post/p%[1]d.md", "/2024-05/p%[1]d/", "/2026-03/where-do-i-go/"},
		{"jekyll", "permalink", "_posts/2024-05-%02[1]d-p%[1]d.md", "/:year/:title/", "/:year/:title/"},
		{"hugo", "url", "content/post/p%[1]d.md", "/some/thing%[1]d-else/", ""},
	} {
		files := with(bareHugo, map[string]string{"layouts/_default/single.html": "<article>{{ .Content }}</article>"})
		if c.name == "jekyll" {
			files = with(bareJekyll, map[string]string{"_layouts/post.html": "<article>{{ content }}</article>"})
		}
		for day := 1; day <= 7; day++ {
			value := c.value // of the generator's own placeholders, the same everywhere
			if !strings.Contains(value, ":") {
				value = fmt.Sprintf(value, day)
			}
			files[fmt.Sprintf(c.path,
				day)] = fmt.Sprintf("---\nlayout: post\ntitle: P%[1]d\ndate: 2024-05-%02[1]d\n%[2]s: %[3]s\n---\nText\n",
				day, c.key, value)
		}
		l := newLibrary(t, files, func(o *Options) { o.Version = installedVersion(t, c.name) })
		e, err := l.site.Explain(l)
		if warned := strings.Contains(strings.Join(e.Warnings, ""), "in no form that gitpost recognizes"); err != nil ||
			warned != (c.want == "") {
			t.Errorf("%s: explained %v, %v", c.value, e.Warnings, err)
		}
		r := l.compose(Post{Item: entry(map[string][]any{"content": {"Where do I go?"}})})
		if c.want == "" {
			continue
		}
		if !strings.Contains(string(r.Data), c.key+": "+c.want+"\n") {
			t.Errorf("%s: the post is\n%s", c.value, r.Data)
		}
		again := l.compose(Post{Item: entry(map[string][]any{"content": {"Where do I go?"}})})
		if again.Page.URL == r.Page.URL {
			t.Errorf("%s: two posts at %s", c.value, r.Page.URL)
		}
		if strings.Contains(c.want, ".html") || strings.Contains(c.want, ":") || strings.HasSuffix(c.want, "/") {
			out, _ := builds(t, c.name, l.files)
			if got := pageText(t, out, r.Page.URL); got != "Where do I go?" {
				t.Errorf("%s: the page has %q", r.Page.URL, got)
			}
		}
	}
}
