package site

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// TestWarningsOfUnpredictableURLs: a warning for each pair of permalinks of which Hugo
// picks one at random, and for a Jekyll site whose days depend on who builds it.
func TestWarningsOfUnpredictableURLs(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	hugo := func(text string) map[string]string { return map[string]string{"hugo.toml": text} }
	for _, c := range []struct {
		name  string
		files map[string]string
		o     Options
		want  []string // a part of each warning
	}{
		{"none", hugo("[permalinks]\nposts = '/:slug/'\nnotes = '/n/:slug/'\n"), Options{}, nil},
		{"folder below", hugo("[permalinks]\ndocs = '/:slug/'\n'docs/guide' = '/g/:slug/'\n"), Options{}, []string{
			`"docs/guide" and "docs" both match pages of the kind "page"`, `of the kind "term"`,
		}},
		{"the same names without order before 0.161", hugo("[permalinks]\ndocs = '/:slug/'\n'docs/guide' = '/g/:slug/'\n"),
			Options{Version: "0.160.0"}, nil},
		{"flat and by kind", hugo("[permalinks]\nposts = '/:slug/'\n[permalinks.page]\nposts = '/p/:slug/'\n"), Options{},
			[]string{`"posts" and "posts"`}},
		{"the same pattern twice", hugo("[permalinks]\nposts = '/:slug/'\n[permalinks.page]\nposts = '/:slug/'\n"),
			Options{}, nil},
		{"wildcard", hugo("[permalinks.page]\n'**' = '/:slug/'\nposts = '/p/:slug/'\n"), Options{},
			[]string{`"posts" and "**"`}},
		{"root and section pages", hugo("[permalinks.section]\n'/' = '/s/:slug/'\nposts = '/p/'\n"), Options{},
			[]string{`"posts" and "/"`}},
		{"root and posts", hugo("[permalinks.page]\n'/' = '/s/:slug/'\nposts = '/p/'\n"), Options{}, nil},
		{"kinds apart", hugo("[permalinks.page]\nposts = '/s/:slug/'\n[permalinks.section]\nposts = '/p/'\n"), Options{},
			nil},
		{"a list has an order",
			hugo("[[permalinks]]\npattern = '/a/:slug/'\n[permalinks.target]\npath = '/posts/**'\n[[permalinks]]\npattern = '/b/:slug/'\n[permalinks.target]\npath = '/**'\n"), Options{}, nil},
		{"a language's own",
			hugo("[permalinks]\nposts = '/:slug/'\n[languages.en]\n[languages.fr.permalinks]\na = '/:slug/'\n'a/b' = '/b/:slug/'\n"), Options{}, []string{
				`"a/b" and "a" both match pages of the kind "page"`, `of the kind "term"`,
			}},
		{"jekyll", map[string]string{"_config.yml": "url: https://e.example\n"}, Options{},
			[]string{"timezone is not set in _config.yml"}},
		{"jekyll without dates", map[string]string{"_config.yml": "permalink: /:title/\n"}, Options{}, nil},
		{"jekyll with a zone", map[string]string{"_config.yml": "timezone: UTC\n"}, Options{}, nil},
		{"jekyll with a zone of ours", map[string]string{"_config.yml": ""}, Options{TimeZone: berlin}, nil},
		{"jekyll with a zone of the build's", map[string]string{"_config.yml": ""},
			Options{Env: map[string]string{"TZ": "UTC"}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := fstest.MapFS{}
			for name, text := range c.files {
				tree[name] = &fstest.MapFile{Data: []byte(text)}
			}
			s, err := Open(tree, c.o)
			if err != nil {
				t.Fatal(err)
			}
			got := s.Warnings()
			if len(got) != len(c.want) {
				t.Fatalf("%d warnings, want %d:\n%s", len(got), len(c.want), strings.Join(got, "\n"))
			}
			for i, part := range c.want {
				if !strings.Contains(got[i], part) {
					t.Errorf("warning %d is %q, want %q in it", i, got[i], part)
				}
			}
		})
	}
}

// TestConfiguredZoneOverridesTheSites: site.timezone decides what dates without a zone mean,
// in files and in new posts, whatever the site's configuration says.
func TestConfiguredZoneOverridesTheSites(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, config, text, path string }{
		{"hugo", "hugo.toml", "baseURL = 'https://example.org/'\ntimeZone = 'Europe/Berlin'\n", "content/posts/a.md"},
		{"jekyll", "_config.yml", "url: https://example.org\ntimezone: Europe/Berlin\n", "_posts/2024-03-09-a.md"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLibrary(t, map[string]string{c.config: c.text, c.path: "---\ndate: 2024-03-09\n---\nHello.\n"},
				func(o *Options) { o.TimeZone = tokyo })
			if zone := l.site.Zone().String(); zone != "Asia/Tokyo" {
				t.Errorf("the site's zone is %s", zone)
			}
			if at := l.page(c.path).Date; !at.Equal(time.Date(2024, time.March, 9, 0, 0, 0, 0, tokyo)) {
				t.Errorf("the file's date is %s", at)
			}
			r := l.compose(Post{Item: entry(map[string][]any{"content": {"Hello."}, "published": {"2024-05-01T10:00:00"}})})
			if !strings.Contains(string(r.Data), "+09:00") && !strings.Contains(string(r.Data), "+0900") {
				t.Errorf("the post's date is not of the zone:\n%s", r.Data)
			}
		})
	}
}
