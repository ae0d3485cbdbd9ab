package site

import (
	"maps"
	"testing"
)

// TestPagesAtTheTopAreNoPosts: hugo new about.md makes a page with a date, and people have several
// before their first post.
func TestPagesAtTheTopAreNoPosts(t *testing.T) {
	page := func(more string) string { return "---\ntitle: P\ndate: 2024-05-01T10:00:00Z\n" + more + "---\nx\n" }
	files := func(names ...string) map[string]string {
		m := map[string]string{}
		for _, name := range names {
			m["content/"+name] = page("")
		}
		return m
	}
	for name, c := range map[string]struct {
		config string
		files  map[string]string
		want   string
	}{
		"pages beside one post": {"", files("about.md", "contact.md", "blog/a.md"), "content/blog/x.md"},
		"pages that are bundles": {"", files("about/index.md", "now/index.md", "posts/a/index.md"),
			"content/posts/x/index.md"},
		"pages and no post":        {"", files("about.md", "contact.md", "privacy-policy.md"), "content/posts/x.md"},
		"pages in other languages": {"", files("impressum.md", "ueber-mich.md", "kontakt.md"), "content/posts/x.md"},
		"a page in the menu": {"", map[string]string{"content/my-long-story.md": page("menu: main\n")},
			"content/posts/x.md"},
		"a page with a layout": {"", map[string]string{"content/my-long-story.md": page("layout: page\n")},
			"content/posts/x.md"},
		"posts at the top": {"", files("about.md", "my-first-post.md", "another-day.md"), "content/x.md"},
		"posts at the top, with tags": {"", map[string]string{"content/ferry.md": page("tags: [a]\n"),
			"content/now.md": page("")}, "content/x.md"},
		"posts at the top, with dates": {"", files("2024-05-01-ferry.md"), "content/2026-03-09-x.md"},
		"posts at the top and one below": {"", files("my-first-post.md", "another-day.md", "a-third-day.md", "notes/a.md"),
			"content/notes/x.md"},
		"a manual": {"", files("docs/install.md", "docs/use.md", "docs/faq/index.md"),
			"content/posts/x.md"},
		"a manual beside a blog": {"", files("docs/install.md", "docs/use.md", "docs/more.md", "blog/a.md"),
			"content/blog/x.md"},
		"a manual that the site lists": {"[params]\nmainSections = ['docs']\n", files("docs/install.md"),
			"content/docs/x.md"},
		"a manual by the theme's key": {"[params]\nBookSection = 'guide'\n", files("guide/install.md"),
			"content/posts/x.md"},
		"contentTypeName": {"[params]\ncontentTypeName = 'weblog'\n", files("about.md"), "content/weblog/x.md"},
		"contentTypeName and two lists": {"[params]\ncontentTypeName = 'notes'\n",
			files("posts/a.md", "posts/b.md", "notes/c.md"), "content/notes/x.md"},
		"a setting of one language": {"[languages.en.params]\nmainSections = ['blog']\n", nil, "content/blog/x.md"},
		"every section":             {"[params]\nmainSections = ['*']\n", nil, "content/posts/x.md"},
		"a folder without posts": {"", map[string]string{"content/blog/_index.md": "---\ntitle: Blog\n---\n",
			"content/about.md": page("")}, "content/blog/x.md"},
		"what the theme lists, by name": {"theme = 'hugo-theme-terminal'\n",
			files("about.md", "notes/a.md", "notes/b.md", "posts/a.md"), "content/posts/x.md"},
		"what another theme lists, by name": {"theme = 'hugo-theme-stack'\n", nil, "content/post/x.md"},
		"the theme's setting": {"theme = 'mine'\n",
			map[string]string{"themes/mine/config.yaml": "params:\n  mainSections:\n    - article\n"},
			"content/article/x.md"},
		"the theme's setting, in a folder": {"theme = 'mine'\n",
			map[string]string{"themes/mine/config/_default/params.toml": "mainSections = ['article']\n"},
			"content/article/x.md"},
		"the theme's layout": {"theme = 'mine'\n", map[string]string{
			"themes/mine/layouts/index.html": `{{ range where .Site.RegularPages "Section" "projects" }}{{ end }}{{ range first 5 (where site.RegularPages "Section" "==" "journal") }}{{ end }}`,
		}, "content/journal/x.md"},
		"the theme's layout, with a default": {"theme = 'mine'\n", map[string]string{
			"themes/mine/layouts/index.html": `{{ $sections := .Site.Params.mainSections | default (slice "article") }}`,
		}, "content/article/x.md"},
		"the site's layout over the theme's": {"theme = 'mine'\n", map[string]string{
			"themes/mine/layouts/index.html": `{{ range where .Site.RegularPages "Type" "journal" }}{{ end }}`,
			"layouts/index.html":             `{{ range (.Site.GetPage "/stories").RegularPages }}{{ end }}`,
		}, "content/stories/x.md"},
		"a vendored theme": {"[[module.imports]]\npath = 'github.com/me/mine/v2'\n", map[string]string{
			"_vendor/modules.txt":                             "# github.com/me/mine/v2 v2.1.0\n",
			"_vendor/github.com/me/mine/v2/layouts/home.html": `{{ range where .Site.RegularPages "Type" "in" (slice "stories") }}{{ end }}`,
		}, "content/stories/x.md"},
	} {
		t.Run(name, func(t *testing.T) {
			all := map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\n" + c.config}
			maps.Copy(all, c.files)
			l := newLibrary(t, all)
			if r := l.compose(Post{Item: entry(map[string][]any{"content": {"x"}})}); r.Path != c.want {
				t.Errorf("a post goes to %s, want %s", r.Path, c.want)
			}
		})
	}
}

// TestPostsDoNotLookLikePages: what only pages have is not learned.
func TestPostsDoNotLookLikePages(t *testing.T) {
	l := newLibrary(t, map[string]string{
		"hugo.toml":        "baseURL = 'https://example.org/'\n",
		"content/about.md": "+++\ntitle = 'About'\ndate = 2024-05-01T10:00:00Z\ntype = 'page'\n+++\nx\n",
	})
	r := l.compose(Post{Item: entry(map[string][]any{"content": {"x"}})})
	doc, err := l.site.Parse(r.Data)
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := doc.Get("type"); ok {
		t.Errorf("a post has the type %v of a page:\n%s", v, r.Data)
	}
	if doc.Format().String() != "TOML" {
		t.Errorf("the format of the pages was not learned:\n%s", r.Data)
	}
}
