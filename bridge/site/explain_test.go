package site

import (
	"strings"
	"testing"
	"time"
)

func (e Explanation) finding(t *testing.T, what string) string {
	t.Helper()
	for _, f := range e.Findings {
		if f.What == what {
			return f.Value + " (" + f.From + ")"
		}
	}
	return "nothing"
}

// TestExplanationNamesItsSources: each finding says which file, key or posts it is from.
func TestExplanationNamesItsSources(t *testing.T) {
	blog := with(map[string]string{
		"hugo.yaml":                  "baseURL: https://blog.example/\ntimeZone: Europe/Berlin\n",
		".github/workflows/site.yml": "env:\n  HUGO_VERSION: 0.147.9\n",
		"content/blog/2024/a.md":     "+++\ntitle = 'A'\ndate = 2024-03-01T10:00:00Z\ntags = ['x', 'y']\nlike_of = 'https://x.example/'\n[cover]\nimage = 'a.jpg'\n+++\nx\n",
		"content/blog/2024/b.md":     "+++\ntitle = 'B'\ndate = 2024-04-01T10:00:00Z\nlayout = 'wide'\n+++\nx\n",
		"content/blog/2023/c.md":     "---\ntitle: C\ndate: 2023-04-01T10:00:00Z\n---\nx\n",
	})
	for _, c := range []struct {
		name   string
		files  map[string]string
		adjust func(*Options)
		want   map[string]string
	}{
		{"hugo", blog, func(o *Options) { o.TimeZone = nil }, map[string]string{
			"generator": "hugo (hugo.yaml)", "version": "0.147.9 (.github/workflows/site.yml)",
			"base URL": "https://blog.example/ (baseURL in hugo.yaml)", "time zone": "Europe/Berlin (timeZone in hugo.yaml)",
			"section":      "content/blog (3 of the newest 3 posts)",
			"path":         "content/blog/{year}/{slug}.md (3 of the newest 3 posts)",
			"front matter": "TOML (2 of the newest 3 posts)", "lists": "nothing",
			"key of like-of": "like_of (1 of the newest 3 posts)",
			"key of photo":   "photo (" + byDefault + ")",
			"cover":          "cover.image (1 of the newest 3 posts)",
			"layout":         "nothing", "media folder": "static/media (" + byDefault + ")",
		}},
		{"configured", blog, func(o *Options) {
			o.Me, o.URL, o.Version, o.Generator = "https://me.example/", "https://me.example/blog/", "0.165.0", "hugo"
			o.Section, o.Path, o.MediaDir = "notes", "{year}/{slug}", "static/up"
			o.Types = map[string]Type{"like": {Path: "likes/{slug}.md"}}
		}, map[string]string{
			"generator": "hugo (site.generator or --generator)", "version": "0.165.0 (site.version or --generator)",
			"base URL": "https://me.example/blog/ (site.url)",
			"section":  "content/notes (site.section)", "path": "content/notes/{year}/{slug}.md (site.path)",
			"path of type like": "content/likes/{slug}.md (types.like.path)", "media folder": "static/up (site.media_dir)",
		}},
		{"files over files", map[string]string{
			"config/_default/hugo.toml":   "baseURL = 'https://x.example/'\n",
			"config/production/hugo.toml": "baseURL = 'https://y.example/'\n",
			"config/_default/params.toml": "mainSections = ['blog']\n",
		}, func(o *Options) { o.Env = map[string]string{"HUGO_TIMEZONE": "Europe/Rome"}; o.TimeZone = nil },
			map[string]string{
				"base URL":  "https://y.example/ (baseURL in config/production/hugo.toml)",
				"time zone": "Europe/Rome (timeZone in HUGO_TIMEZONE)",
				"section":   "content/blog (params.mainSections in config/_default/params.toml)",
			}},
		{"empty hugo", bareHugo, func(o *Options) { o.TimeZone = nil }, map[string]string{
			"time zone": "UTC (Hugo's default, as hugo.toml names none)", "section": "content/posts (" + byDefault + ")",
			"front matter": "YAML (" + byDefault + ")",
			"version":      "0.165.0 (no file says it: the newest that gitpost knows)",
		}},
		{"empty jekyll", bareJekyll, func(o *Options) { o.TimeZone = time.FixedZone("X", 3600) }, map[string]string{
			"generator": "jekyll (_config.yml)", "time zone": "X (site.timezone)",
			"path":     "_posts/{year}-{month}-{day}-{slug}.md (" + byDefault + ")",
			"base URL": "https://example.org/ (url in _config.yml)", "media folder": "assets/media (" + byDefault + ")",
		}},
		{"pages", with(bareJekyll, map[string]string{"Gemfile": "gem \"github-pages\"\n"}), nil,
			map[string]string{"version": "3.10.0 (Gemfile)"}},
		{"folders alone", map[string]string{"_posts/2024-01-01-a.md": "---\n---\n", "_layouts/post.html": ""}, nil,
			map[string]string{"generator": "jekyll (the folder _posts)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLibrary(t, c.files, func(o *Options) {
				if c.adjust != nil {
					c.adjust(o)
				}
			})
			before := len(l.files)
			e, err := l.site.Explain(l)
			if err != nil {
				t.Fatal(err)
			}
			for what, want := range c.want {
				if got := e.finding(t, what); got != want {
					t.Errorf("%s: %s, want %s", what, got, want)
				}
			}
			if len(l.files) != before {
				t.Error("the example was kept")
			}
			// The example is what Compose makes.
			item := entry(map[string][]any{"content": {"An example of a note, as an app would send it."},
				"category": {"example", "note"}})
			r := l.compose(Post{Item: item})
			if e.Example.Path != r.Path || e.Example.URL != r.Page.URL || e.Example.Text != string(r.Data) {
				t.Errorf("the example is %+v, a note becomes %s at %s:\n%s", e.Example, r.Path, r.Page.URL, r.Data)
			}
		})
	}
}

// TestExplanationWithoutAPathForPosts keeps its findings beside the error.
func TestExplanationWithoutAPathForPosts(t *testing.T) {
	l := newLibrary(t, bareJekyll, func(o *Options) { o.Path = "_posts/{slug}.md" })
	e, err := l.site.Explain(l)
	if err == nil || !strings.Contains(err.Error(), "would not be a page") || len(e.Findings) == 0 {
		t.Errorf("%v with %d findings", err, len(e.Findings))
	}
}
