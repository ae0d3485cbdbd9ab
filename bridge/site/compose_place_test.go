package site

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
)

// neighbours makes files of posts: path, newline, text, for each.
func neighbours(paths ...string) map[string]string {
	files := map[string]string{}
	for i, p := range paths {
		files[p] = fmt.Sprintf("---\ntitle: N%d\ndate: %s\n---\nx\n", i, dateIn(p, i))
	}
	return files
}

func dateIn(p string, i int) string {
	for _, day := range []string{"2024-03-09", "2024-04-10", "2024-05-11"} {
		if strings.Contains(p, day) || strings.Contains(p, strings.ReplaceAll(day[:7], "-", "/")) ||
			strings.Contains(p, "/"+day[:7]+"/") || strings.Contains(p, strings.ReplaceAll(day, "-", "")) {
			return day + "T10:00:00Z"
		}
	}
	return fmt.Sprintf("2024-06-%02dT10:00:00Z", i+1)
}

// TestPostGoesWhereItsNeighboursAre: folder and file name are learned from the newest posts.
func TestPostGoesWhereItsNeighboursAre(t *testing.T) {
	cases := []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"empty hugo site", bareHugo, "content/posts/hello.md"},
		{"empty jekyll site", bareJekyll, "_posts/2026-03-09-hello.md"},
		{"flat", with(bareHugo, neighbours("content/blog/a.md", "content/blog/b.md", "content/notes/c.md")),
			"content/blog/hello.md"},
		{"dated name", with(bareHugo, neighbours("content/post/2024-03-09-a.md", "content/post/2024-04-10-b.md")),
			"content/post/2026-03-09-hello.md"},
		{"digits", with(bareHugo, neighbours("content/post/20240309-a.md")), "content/post/20260309-hello.md"},
		{"year folders", with(bareHugo, neighbours("content/post/2024/a.md", "content/post/2024/b.md")),
			"content/post/2026/hello.md"},
		{"year and month", with(bareHugo, neighbours("content/post/2024/03/a.md", "content/post/2024/04/b.md")),
			"content/post/2026/03/hello.md"},
		{"year-month folder", with(bareHugo, neighbours("content/post/2024-03/a.md")), "content/post/2026-03/hello.md"},
		{"day folders", with(bareHugo, neighbours("content/post/2024/03/09/a.md")), "content/post/2026/03/09/hello.md"},
		{"bundles", with(bareHugo, neighbours("content/posts/a/index.md", "content/posts/b/index.md")),
			"content/posts/hello/index.md"},
		{"dated bundles", with(bareHugo, neighbours("content/posts/2024-03-09-a/index.md")),
			"content/posts/2026-03-09-hello/index.md"},
		{"bundles in years", with(bareHugo, neighbours("content/posts/2024/a/index.md")),
			"content/posts/2026/hello/index.md"},
		{"a slug that is a year", with(bareHugo, neighbours("content/posts/1984.md", "content/posts/b.md")),
			"content/posts/hello.md"},
		{"another extension", with(bareHugo, neighbours("content/posts/a.markdown")), "content/posts/hello.markdown"},
		{"content folder", with(map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\ncontentDir = 'src'\n"},
			neighbours("src/articles/a.md")), "src/articles/hello.md"},
		{"jekyll year folders", with(bareJekyll, neighbours("_posts/2024/2024-03-09-a.md")),
			"_posts/2026/2026-03-09-hello.md"},
		{"jekyll markdown", with(bareJekyll, neighbours("_posts/2024-03-09-a.markdown")), "_posts/2026-03-09-hello.markdown"},
		{"jekyll category folder", with(bareJekyll, neighbours("blog/_posts/2024-03-09-a.md")),
			"blog/_posts/2026-03-09-hello.md"},
		{"jekyll collections folder",
			map[string]string{"_config.yml": "url: https://example.org\ncollections_dir: all\ncollections:\n  posts:\n    output: true\n"}, "all/_posts/2026-03-09-hello.md"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l := newLibrary(t, c.files)
			r := l.compose(Post{Item: entry(map[string][]any{"name": {"Hello"}, "content": {"x"}})})
			if r.Path != c.want {
				t.Errorf("got %s, want %s", r.Path, c.want)
			}
			if r.Page.URL == "" || !r.Page.Published {
				t.Errorf("not published: %+v", r.Page)
			}
		})
	}
}

// TestConfiguredPlaceWins: site.section, site.path and types: override what was learned.
func TestConfiguredPlaceWins(t *testing.T) {
	files := with(bareHugo, neighbours("content/blog/2024-03-09-a.md", "content/notes/2024/b.md",
		"content/blog/2024-04-10-c.md"))
	cases := []struct {
		name   string
		adjust func(*Options)
		item   map[string][]any
		want   string
	}{
		{"section", func(o *Options) { o.Section = "journal" }, nil, "content/journal/2026-03-09-hello.md"},
		{"section with its own pattern", func(o *Options) { o.Section = "content/notes" }, nil,
			"content/notes/2026/hello.md"},
		{"path", func(o *Options) { o.Path = "{year}/{month}/{slug}.md" }, nil, "content/blog/2026/03/hello.md"},
		{"path with colons", func(o *Options) { o.Path = ":year/:month/:day-:slug/index.md" }, nil,
			"content/blog/2026/03/09-hello/index.md"},
		{"path from the root", func(o *Options) { o.Path = "content/x/{slug}.md" }, nil, "content/x/hello.md"},
		{"type", func(o *Options) { o.Types = map[string]Type{"like": {Path: "likes/{date}-{slug}.md"}} },
			map[string][]any{"like-of": {"https://x.example/y"}}, "content/likes/2026-03-09-like-y.md"},
		{"type from the root",
			func(o *Options) { o.Types = map[string]Type{"note": {Path: "content/micro/{hour}{minute}{second}.md"}} },
			map[string][]any{"content": {"x"}}, "content/micro/120000.md"},
		{"another type", func(o *Options) { o.Types = map[string]Type{"like": {Path: "likes/{slug}.md"}} }, nil,
			"content/blog/2026-03-09-hello.md"},
		{"type without extension", func(o *Options) { o.Types = map[string]Type{"article": {Path: "articles/{slug}"}} }, nil,
			"content/articles/hello.md"},
		{"type folder", func(o *Options) { o.Types = map[string]Type{"article": {Path: "articles"}} }, nil,
			"content/articles/hello.md"},
		{"type placeholder", func(o *Options) { o.Path = "{type}/{slug}.md" }, nil, "content/blog/article/hello.md"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			item := c.item
			if item == nil {
				item = map[string][]any{"name": {"Hello"}, "content": {"x"}}
			}
			if r := newLibrary(t, files, c.adjust).compose(Post{Item: entry(item)}); r.Path != c.want {
				t.Errorf("got %s, want %s", r.Path, c.want)
			}
		})
	}
}

func TestPageGoesToTheRoot(t *testing.T) {
	page := mf2.Item{Type: []string{"h-page"}, Properties: mf2.Properties{"name": {"Now"}, "content": {"x"}}}
	for want, config := range map[string]map[string]string{"content/now.md": bareHugo, "now.md": bareJekyll} {
		l := newLibrary(t, config)
		r := l.compose(Post{Item: page})
		if r.Path != want {
			t.Errorf("got %s, want %s", r.Path, want)
		}
		if got := l.item(r.Path); got.Type[0] != "h-page" {
			t.Errorf("read as %v", got.Type)
		}
	}
}

// TestNewPostIsUniqueByPathAndURL: also where the file name is no part of the URL.
func TestNewPostIsUniqueByPathAndURL(t *testing.T) {
	sites := map[string]map[string]string{
		"hugo":              bareHugo,
		"hugo bundles":      with(bareHugo, neighbours("content/posts/a/index.md")),
		"hugo slug in URL":  {"hugo.toml": "baseURL = 'https://example.org/'\n[permalinks]\nposts = '/:year/:month/:slug/'\n"},
		"hugo title in URL": {"hugo.toml": "baseURL = 'https://example.org/'\n[permalinks]\nposts = '/:title/'\n"},
		"hugo day in URL":   {"hugo.toml": "baseURL = 'https://example.org/'\n[permalinks]\nposts = '/:year/:month/:day/'\n"},
		"hugo dates in names": with(bareHugo, neighbours("content/posts/2024-03-09-a.md"),
			map[string]string{"hugo.toml": "baseURL = 'https://example.org/sub/'\n[permalinks]\nposts = '/:title/'\n"}),
		"jekyll":               bareJekyll,
		"jekyll no title":      {"_config.yml": "url: https://example.org\nbaseurl: /b\npermalink: /:year/:month/:day/\n"},
		"jekyll without dates": {"_config.yml": "url: https://example.org\npermalink: /:title/\n"},
	}
	posts := []map[string][]any{
		{"name": {"Same"}, "content": {"x"}}, {"content": {"x"}}, {"content": {"👍"}}, {"like-of": {"https://x.example/"}},
		{"name": {"Same"}, "content": {"x"}, "published": {"2026-02-01T10:00:00Z"}},
	}
	for name, files := range sites {
		t.Run(name, func(t *testing.T) {
			l := newLibrary(t, files)
			urls := map[string]string{}
			for range 3 {
				for _, p := range posts {
					r := l.compose(Post{Item: entry(p)})
					if other, taken := urls[r.Page.URL]; taken {
						t.Errorf("%s and %s share %s", r.Path, other, r.Page.URL)
					}
					urls[r.Page.URL] = r.Path
					if l.page(r.Path).URL != r.Page.URL {
						t.Errorf("%s is at %s, not at %s", r.Path, l.page(r.Path).URL, r.Page.URL)
					}
				}
			}
			if len(l.files) < len(posts)*3 {
				t.Errorf("a file was overwritten")
			}
		})
	}
}

// TestLongTitleInURLBreaksNoBuild: a file is named after the title there.
func TestLongTitleInURLBreaksNoBuild(t *testing.T) {
	l := newLibrary(t, map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\n[permalinks]\nposts = '/:title/'\n"})
	r := l.compose(Post{Item: entry(map[string][]any{"name": {strings.Repeat("long", 100)}, "content": {"x"}})})
	if len(r.Page.Output) > 100 {
		t.Errorf("the page is written to %s", r.Page.Output)
	}
}

// TestSiteThatMakesDraftsIsAccepted: a cascade, or Jekyll's defaults, may say so.
func TestSiteThatMakesDraftsIsAccepted(t *testing.T) {
	for _, files := range []map[string]string{
		with(bareHugo, map[string]string{"content/posts/_index.md": "---\ncascade:\n  draft: true\n---\n"}),
		{"_config.yml": "url: https://example.org\ndefaults:\n- scope: {path: ''}\n  values: {published: false}\n"},
	} {
		l := newLibrary(t, files)
		if r := l.compose(Post{Item: entry(map[string][]any{"content": {"x"}})}); r.Page.Published {
			t.Logf("%s counts as published", r.Path)
		}
	}
}

func TestSlugs(t *testing.T) {
	long := strings.Repeat("word ", 100)
	cases := []struct {
		asked string
		item  map[string][]any
		want  string
	}{
		{"Keeping a Log", nil, "keeping-a-log"},
		{"/a/b.c/", nil, "a-b-c"},
		{"👍", map[string][]any{"name": {"Name"}}, "name"},
		{"", map[string][]any{"name": {"Über: 日本"}}, "uber-ri-ben"},
		{"", map[string][]any{"content": {"One two three four five six seven eight nine ten"}},
			"one-two-three-four-five-six-seven-eight"},
		{"", map[string][]any{"content": {"See https://x.example/y [this](https://z.example/) *now*"}}, "see-this-now"},
		{"", map[string][]any{"content": {map[string]any{"html": "<p>Rich &amp; formatted</p>"}}}, "rich-and-formatted"},
		{"", map[string][]any{"summary": {"Just drank: Coffee"}}, "just-drank-coffee"},
		{"", map[string][]any{"like-of": {"https://x.example/2024/a-post.html?x=y"}}, "like-a-post"},
		{"", map[string][]any{"like-of": {"https://www.x.example/"}}, "like-x-example"},
		{"", map[string][]any{"checkin": {map[string]any{"type": []any{"h-card"},
			"properties": map[string]any{"name": []any{"Pier 3"}}}}}, "pier-3"},
		{"", map[string][]any{"photo": {"https://x.example/a.jpg"}}, "20260309-120000"},
		{"", map[string][]any{"content": {"👍🏽"}}, "20260309-120000"},
		{"index", nil, "index-2"},
		{"tags", nil, "tags-2"},
		{"con", nil, "con-2"},
		{"_index", nil, "index-2"},
		{long, nil, "word-word-word-word-word-word-word-word-word-word-word-word"},
		{strings.Repeat("x", 500), nil, strings.Repeat("x", 60)},
		{"..", map[string][]any{"name": {"../../etc/passwd"}}, "etc-passwd"},
	}
	for _, c := range cases {
		item := c.item
		if item == nil {
			item = map[string][]any{"content": {"Text"}}
		}
		r := newLibrary(t, bareHugo).compose(Post{Item: entry(item), Slug: c.asked})
		if want := "content/posts/" + c.want + ".md"; r.Path != want {
			t.Errorf("%q %v: got %s, want %s", c.asked, c.item, r.Path, want)
		}
	}
}

// TestDates: the client's offset is kept, else the site's zone is written; the day in a file
// name is the one that the generator files the post under.
func TestDates(t *testing.T) {
	berlinHugo := with(map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\ntimeZone = 'Europe/Berlin'\n"},
		neighbours("content/posts/2024-03-09-a.md"))
	berlinJekyll := map[string]string{"_config.yml": "url: https://example.org\ntimezone: Europe/Berlin\n"}
	cases := []struct {
		files      map[string]string
		sent       string
		date, path string
	}{
		{berlinHugo, "", "date: 2026-03-09T13:00:00+01:00", "2026-03-09"},
		{berlinJekyll, "", "date: 2026-03-09 13:00:00 +0100", "2026-03-09"},
		{berlinHugo, "2026-02-11T23:00:00-08:00", "date: 2026-02-11T23:00:00-08:00", "2026-02-11"},
		{berlinJekyll, "2026-02-11T23:00:00-08:00", "date: 2026-02-11 23:00:00 -0800", "2026-02-12"},
		{berlinHugo, "2026-02-11T23:00:00", "date: 2026-02-11T23:00:00+01:00", "2026-02-11"},
		{berlinJekyll, "2026-02-11 23:00", "date: 2026-02-11 23:00:00 +0100", "2026-02-11"},
		{berlinHugo, "2026-02-11", "date: 2026-02-11\n", "2026-02-11"},
		{berlinJekyll, "2026-02-11", "date: 2026-02-11\n", "2026-02-11"},
		{berlinJekyll, "2027-02-11T00:00:00Z", "date: 2027-02-11 00:00:00 +0000", "2027-02-11"},
		{berlinHugo, "soon", "date: 2026-03-09T13:00:00+01:00", "2026-03-09"},
	}
	for _, c := range cases {
		l := newLibrary(t, c.files, func(o *Options) {
			o.TimeZone = nil
			o.Now = func() time.Time { return noon.Add(999 * time.Millisecond) }
		})
		p := map[string][]any{"name": {"Hello"}, "content": {"x"}}
		if c.sent != "" {
			p["published"] = []any{c.sent}
		}
		r := l.compose(Post{Item: entry(p)})
		if !strings.Contains(string(r.Data), c.date) || !strings.Contains(r.Path, c.path+"-hello") {
			t.Errorf("%s: %s\n%s\nwant %s and %s", c.sent, r.Path, r.Data, c.path, c.date)
		}
		if c.sent == "" && r.Page.Date.After(noon) {
			t.Errorf("dated %s, later than now", r.Page.Date)
		}
	}
}

// TestNothingIsPublishedByAccident: what a static site cannot keep from readers is refused.
func TestNothingIsPublishedByAccident(t *testing.T) {
	for name, files := range map[string]map[string]string{"hugo": bareHugo, "jekyll": bareJekyll} {
		l := newLibrary(t, files)
		for _, visibility := range []string{"private", "protected", "unlisted"} {
			_, err := l.site.Compose(l, Post{Item: entry(map[string][]any{"content": {"x"}, "visibility": {visibility}})})
			if visibility == "unlisted" && name == "hugo" {
				if err != nil {
					t.Errorf("%s %s: %v", name, visibility, err)
				}
				continue
			}
			var f *fault.Error
			if !errors.As(err, &f) || f.Code != fault.InvalidRequest || f.Hint == "" {
				t.Errorf("%s %s: got %v, want a fault with a remedy", name, visibility, err)
			}
		}
	}
	l := newLibrary(t, map[string]string{"_config.yml": "url: https://example.org\ncollections:\n  unlisted:\n    output: true\n"})
	r := l.compose(Post{Item: entry(map[string][]any{"content": {"x"}, "visibility": {"unlisted"}})})
	if r.Path != "_unlisted/x.md" || r.Page.URL == "" {
		t.Errorf("unlisted went to %s at %s", r.Path, r.Page.URL)
	}
}

func TestMediaIsServedAtItsURL(t *testing.T) {
	cases := []struct {
		files     map[string]string
		dir       string
		path, url string
	}{
		{bareHugo, "", "static/media/2026/03/a b.jpg", "https://example.org/media/2026/03/a%20b.jpg"},
		{map[string]string{"hugo.toml": "baseURL = 'https://example.org/sub/'\nstaticDir = 'public-files'\n"}, "",
			"public-files/media/2026/03/a b.jpg", "https://example.org/sub/media/2026/03/a%20b.jpg"},
		{bareHugo, "static/up", "static/up/2026/03/a b.jpg", "https://example.org/up/2026/03/a%20b.jpg"},
		{bareJekyll, "", "assets/media/2026/03/a b.jpg", "https://example.org/assets/media/2026/03/a%20b.jpg"},
		{map[string]string{"_config.yml": "url: https://example.org\nbaseurl: /b\n"}, "uploads/",
			"uploads/2026/03/a b.jpg", "https://example.org/b/uploads/2026/03/a%20b.jpg"},
	}
	for _, c := range cases {
		s := newLibrary(t, c.files, func(o *Options) { o.MediaDir = c.dir }).site
		for _, name := range []string{"a b.jpg", "../../a b.jpg", `..\a b.jpg`} {
			if path, url := s.Media(name, noon); path != c.path || url != c.url {
				t.Errorf("%s: got %s at %s, want %s at %s", name, path, url, c.path, c.url)
			}
		}
	}
}

// TestPostsGoToTheMainSections: pages like About outnumber the posts of a young blog.
func TestPostsGoToTheMainSections(t *testing.T) {
	page := "---\ntitle: P\ndate: 2024-05-01\n---\nx\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"outnumbered": {map[string]string{
			"config/_default/params.toml": "mainSections = ['Post']\n",
			"content/post/a/index.md":     "---\ntitle: A\ndate: 2024-01-01\n---\nx\n",
			"content/page/about/index.md": page, "content/page/links/index.md": page, "content/page/search/index.md": page,
		}, "content/post/x/index.md"},
		"none yet": {map[string]string{"hugo.yaml": "baseURL: https://example.org/\nparams:\n  mainSections: blog\n"},
			"content/blog/x.md"},
		"left alone": {map[string]string{"hugo.yaml": "baseURL: https://example.org/\nparams:\n  mainSections: [posts]\n",
			"content/notes/a.md": page}, "content/notes/x.md"},
	} {
		if c.files["hugo.yaml"] == "" {
			c.files["hugo.toml"] = "baseURL = 'https://example.org/'\n"
		}
		l := newLibrary(t, c.files)
		if r := l.compose(Post{Item: entry(map[string][]any{"content": {"x"}})}); r.Path != c.want {
			t.Errorf("%s: %s, want %s", name, r.Path, c.want)
		}
	}
}
