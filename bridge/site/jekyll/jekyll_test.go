package jekyll

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"gitpost/bridge/fuzztest"
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// The verified cases run in cases_test.go. These tests are for what gen.py cannot build:
// options, plugins, and settings that its command line replaces.

// jekyllFiles are the files of a site, by path.
type files map[string]string

func (f files) Exists(path string) bool {
	if _, ok := f[path]; ok {
		return true
	}
	for name := range f {
		if strings.HasPrefix(name, path+"/") {
			return true
		}
	}
	return false
}

func (f files) Document(string) *frontmatter.Document { return nil }

func openJekyll(t testing.TB, f files, o generator.Options, version string) *site {
	t.Helper()
	tree := fstest.MapFS{}
	for path, text := range f {
		tree[path] = &fstest.MapFile{Data: []byte(text)}
	}
	if o.Env == nil {
		o.Env = map[string]string{"TZ": "UTC"}
	}
	o.Version, o.Now = version, time.Now
	j, err := openSite(tree, o)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func (j *site) placed(f files, path string) generator.Page {
	var doc *frontmatter.Document
	if j.Role(path).Has(generator.Content) {
		doc, _ = frontmatter.Parse([]byte(f[path]), dialect)
	}
	return j.Locate(path, doc, f)
}

func TestSiteURLReplacesURLAndBaseURL(t *testing.T) {
	f := files{"_config.yml": "url: https://old.example\nbaseurl: /blog\n", "_posts/2024-03-09-a.md": "Hello."}
	for me, want := range map[string]string{
		"":                          "https://old.example/blog/",
		"https://new.example":       "https://new.example/",
		"https://new.example/":      "https://new.example/",
		"https://new.example/~me/":  "https://new.example/~me/",
		"https://BÜCHER.example/ü/": "https://xn--bcher-kva.example/%C3%BC/",
	} {
		j := openJekyll(t, f, generator.Options{URL: me}, "4.4.1")
		if got := j.Convention().BaseURL; got != want {
			t.Errorf("me %q: base URL %s, want %s", me, got, want)
		}
		if got := j.placed(f, "_posts/2024-03-09-a.md").URL; got != want+"2024/03/09/a.html" {
			t.Errorf("me %q: post at %s", me, got)
		}
	}
}

func TestZoneComesFromOptionsThenSiteThenBuild(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		config string
		o      generator.Options
		want   string
	}{
		{"timezone: Europe/Berlin", generator.Options{}, "Europe/Berlin"},
		{"timezone: Europe/Berlin", generator.Options{TimeZone: tokyo}, "Asia/Tokyo"},
		{"timezone: Europe/Berlin", generator.Options{Env: map[string]string{"TZ": "America/New_York"}}, "Europe/Berlin"},
		{"", generator.Options{Env: map[string]string{"TZ": "America/New_York"}}, "America/New_York"},
		{"", generator.Options{Env: map[string]string{"TZ": ":America/New_York"}}, "America/New_York"},
		{"", generator.Options{Env: map[string]string{"X": ""}}, time.Local.String()},
		{"timezone: Nowhere/Land", generator.Options{}, "UTC"},
	} {
		j := openJekyll(t, files{"_config.yml": c.config}, c.o, "4.4.1")
		if got := j.Convention().Zone.String(); got != c.want {
			t.Errorf("%q, %v: zone %s, want %s", c.config, c.o, got, c.want)
		}
	}
}

func TestSourceAndDestinationFoldersOfASite(t *testing.T) {
	f := files{
		"_config.yml":                  "url: https://e.example\nsource: ./src/\ndestination: ./src/public\ncollections_dir: col\ncollections: {notes: {output: true}}\ndefaults:\n- scope: {path: 'col/_no*'}\n  values: {permalink: /g/:title/}\n",
		"src/col/_posts/2024-3-9-a.md": "Hello.",
		"src/col/_notes/n.md":          "---\n---\n",
		"src/about.md":                 "---\n---\n",
		"src/pic.png":                  "PNG",
		"src/public/old.md":            "---\n---\n",
		"README.md":                    "---\n---\n",
	}
	j := openJekyll(t, f, generator.Options{}, "4.4.1")
	for path, want := range map[string]string{
		"src/col/_posts/2024-3-9-a.md": "https://e.example/2024/03/09/a.html",
		"src/col/_notes/n.md":          "https://e.example/g/n/",
		"src/about.md":                 "https://e.example/about.html",
		"src/pic.png":                  "",
		"src/public/old.md":            "",
		"README.md":                    "",
	} {
		if page := j.placed(f, path); page.URL != want || page.Path != path {
			t.Errorf("%s: at %q (%s), want %q", path, page.URL, page.Reason, want)
		}
	}
	folders := j.Convention().Folders
	if folders.Content != "src/col" {
		t.Errorf("content folder %s", folders.Content)
	}
	if folders.Static != "src/assets" || folders.StaticURL != "https://e.example/assets/" {
		t.Errorf("static folder %s at %s", folders.Static, folders.StaticURL)
	}
}

func TestRedirectFromNeedsItsPlugin(t *testing.T) {
	post := "---\nredirect_from:\n- /old/path/\n- other.html\n---\n"
	for _, c := range []struct{ config, gemfile, want string }{
		{"url: https://e.example\nbaseurl: /b\n", "", ""},
		{"url: https://e.example\nbaseurl: /b\nplugins: [jekyll-redirect-from]\n", "",
			"https://e.example/b/old/path/ https://e.example/b/other.html"},
		{"url: https://e.example\nbaseurl: /b\ngems: [jekyll-redirect-from]\n", "",
			"https://e.example/b/old/path/ https://e.example/b/other.html"},
		{"url: https://e.example\nbaseurl: /b\n", "group :jekyll_plugins do\n  gem 'jekyll-redirect-from'\nend\n",
			"https://e.example/b/old/path/ https://e.example/b/other.html"},
		{"url: https://e.example\nbaseurl: /b\n",
			"# gem 'jekyll-redirect-from', group: :jekyll_plugins\ngem 'jekyll-redirect-from'\n", ""},
	} {
		f := files{"_config.yml": c.config, "_posts/2024-03-09-a.md": post}
		if c.gemfile != "" {
			f["Gemfile"] = c.gemfile
		}
		page := openJekyll(t, f, generator.Options{}, "4.4.1").placed(f, "_posts/2024-03-09-a.md")
		if got := strings.Join(page.Aliases, " "); got != c.want {
			t.Errorf("%q, %q: aliases %q, want %q", c.config, c.gemfile, got, c.want)
		}
	}
	f := files{"_config.yml": "plugins: [jekyll-redirect-from]\n", "a.md": "---\nredirect_from: /single\n---\n"}
	if page := openJekyll(t, f, generator.Options{}, "4.4.1").placed(f, "a.md"); len(page.Aliases) != 1 ||
		page.Aliases[0] != "/single" {
		t.Errorf("a page: aliases %q", page.Aliases)
	}
}

func TestWhatIsNotPublishedSaysWhyAndWhereItWouldBe(t *testing.T) {
	f := files{
		"_config.yml":                 "url: https://e.example\npermalink: /:title/\ncollections: {quiet: }\n",
		"_drafts/idea.md":             "---\n---\n",
		"_posts/2024-03-09-off.md":    "---\npublished: false\n---\n",
		"_posts/2999-03-09-later.md":  "---\n---\n",
		"_posts/2024-03-09-number.md": "---\nslug: 2024\n---\n",
		"_posts/2024-03-09-date.md":   "---\ndate: someday\n---\n",
		"_posts/2024-03-09-perma.md":  "---\npermalink: /:yaer/\n---\n",
		"_posts/undated.md":           "---\n---\n",
		"_quiet/x.md":                 "---\n---\n",
		"_sass/x.md":                  "---\n---\n",
	}
	j := openJekyll(t, f, generator.Options{}, "4.4.1")
	for path, want := range map[string]string{
		"_drafts/idea.md":             "draft at https://e.example/idea/",
		"_posts/2024-03-09-off.md":    "draft at https://e.example/off/",
		"_posts/2999-03-09-later.md":  "scheduled at https://e.example/later/",
		"_posts/2024-03-09-number.md": "breaks the build: its slug is not text at ",
		"_posts/2024-03-09-date.md":   "breaks the build: its date cannot be read; write 2026-11-30 or 2026-11-30 08:00:00 +0100 at ",
		"_posts/2024-03-09-perma.md":  "breaks the build: its permalink has an unknown placeholder at ",
		"_posts/undated.md":           "no date in the file name at https://e.example/undated/",
		"_quiet/x.md":                 "collection without output at https://e.example/quiet/x/",
		"_sass/x.md":                  "ignored at ",
	} {
		page := j.placed(f, path)
		if got := page.Reason + " at " + page.URL; got != want || page.Published || page.Static {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestPathsAreClassified(t *testing.T) {
	f := files{
		"_config.yml":              "limit_posts: 1\nexclude: [secret]\n",
		"_posts/2024-03-09-a.md":   "a",
		"_posts/2024-03-10-b.md":   "b",
		"_posts/2024-03-10-c.jpeg": "JPEG",
	}
	j := openJekyll(t, f, generator.Options{}, "4.4.1")
	for path, want := range map[string][2]bool{ // content, config
		"_config.yml":              {false, true},
		"_config.toml":             {false, true},
		"sub/_config.yml":          {false, false},
		"_posts/2024-03-09-a.md":   {true, true}, // which posts limit_posts keeps depends on each
		"_posts/2024-03-10-c.jpeg": {false, true},
		"about.md":                 {true, false},
		"feed.xml":                 {true, false},
		"img/x.JPG":                {false, false},
		"secret/a.md":              {false, false},
		"_layouts/post.html":       {false, true}, // templates of posts may read other keys
	} {
		if got := [2]bool{j.Role(path).Has(generator.Content), j.Role(path).Has(generator.Config)}; got != want ||
			j.Role(path).Has(generator.Context) {
			t.Errorf("%s: content, config %v, want %v", path, got, want)
		}
	}
}

func TestErrorOfABrokenConfigurationNamesTheFile(t *testing.T) {
	for file, text := range map[string]string{
		"_config.yml":  "title: a: b\n",
		"_config.yaml": "- a\n",
		"_config.toml": "a = \n",
	} {
		_, err := openSite(fstest.MapFS{file: &fstest.MapFile{Data: []byte(text)}}, generator.Options{Version: "4.4.1"})
		if err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestGitHubPagesMakesPagesOfMarkdownWithoutFrontMatter(t *testing.T) {
	for name, extra := range map[string]files{
		"plugin":   {"_config.yml": "plugins: [jekyll-optional-front-matter]\n"},
		"gem":      {"Gemfile": "gem 'github-pages', group: :jekyll_plugins\n"},
		"workflow": {".github/workflows/pages.yml": "steps:\n- uses: actions/jekyll-build-pages@v1\n"},
		"":         {},
	} {
		f := files{"about.md": "Hello.", "README.md": "For developers.", "data.txt": "x"}
		for path, text := range extra {
			f[path] = text
		}
		j := openJekyll(t, f, generator.Options{}, "3.10.0")
		if page := j.placed(f, "about.md"); page.Published != (name != "") || page.Static != (name == "") {
			t.Errorf("%q: about.md: %+v", name, page)
		}
		for _, path := range []string{"README.md", "data.txt"} {
			if page := j.placed(f, path); !page.Static {
				t.Errorf("%q: %s: %+v", name, path, page)
			}
		}
	}
}

// Jekyll 3 differs from 4 where its cases have no file.
func TestRulesOfJekyll3(t *testing.T) {
	f := files{
		"_config.yml":                          "exclude: [x]\npermalink: /:title/\ndefaults:\n- scope: {path: _posts/no}\n  values: {permalink: '/n/:title/'}\n",
		"_posts/2024-03-09-dir/x.md":           "---\n---\n",
		"_posts/no/2024-03-09-a.md":            "---\n---\n",
		"_posts/notes/2024-03-09-b.md":         "---\n---\n",
		"Gemfile":                              "",
		"node_modules/pic.png":                 "PNG",
		"name....png":                          "PNG",
		"_posts/2024-03-09-cafe\u0301.md":      "---\n---\n",
		"_posts/2024-03-09-symbol.md":          "---\nx: :y\npermalink: /symbol/\n---\n",
		"_posts/2024-03-09-week.md":            "---\npermalink: /:week/\n---\n",
		"_posts/2024-03-09-slugged-dots....md": "---\n---\n",
	}
	j := openJekyll(t, f, generator.Options{}, "3.9.5")
	for path, want := range map[string]string{
		"_posts/2024-03-09-dir/x.md":           "/dir-x/",
		"_posts/no/2024-03-09-a.md":            "/n/a/",
		"_posts/notes/2024-03-09-b.md":         "/b/", // a scope is a folder, not a prefix
		"_posts/2024-03-09-cafe\u0301.md":      "/cafe/",
		"_posts/2024-03-09-symbol.md":          "/symbol/",
		"_posts/2024-03-09-week.md":            "",
		"_posts/2024-03-09-slugged-dots....md": "/slugged-dots/",
	} {
		if page := j.placed(f, path); page.URL != want {
			t.Errorf("%s: at %q (%s), want %q", path, page.URL, page.Reason, want)
		}
	}
}

func FuzzJekyllLocate(f *testing.F) {
	f.Add("url: https://e.example\npermalink: pretty\n", "_posts/2024-03-09-a.md", "---\ntitle: x\n---\n")
	f.Add("collections: {notes: {output: true, permalink: '/:x/'}}\ndefaults: [{scope: {path: '**/{a,b'}, values: {date: 7}}]\n", "_notes/[a.md", "---\ncategories: 7\ndate: 12:\n---")
	f.Add("include: ['[', '*\\']\nexclude: [~, '']\ntimezone: X\nurl: '//['\n", "..md",
		"---\npermalink: '%zz?#:a_'\nslug: {}\n---\n")
	f.Fuzz(func(t *testing.T, config, path, text string) {
		fuzztest.Limit(t)
		if path == "" || len(path) > 200 || len(config) > 1000 || len(text) > 1000 || strings.HasPrefix(path, "/") ||
			strings.HasSuffix(path, "/") || strings.Contains(path, "//") {
			return
		}
		for _, version := range []string{"3.10.0", "4.3.1"} {
			j, err := openSite(fstest.MapFS{"_config.yml": &fstest.MapFile{Data: []byte(config)}},
				generator.Options{Version: version, Now: time.Now})
			if err != nil {
				return
			}
			page := j.placed(files{path: text}, path)
			if page.Published && page.Static {
				t.Errorf("a page and a copy at once: %+v", page)
			}
			if page.Published && (page.URL == "" || strings.HasPrefix(page.Output, "/") ||
				strings.HasPrefix(page.Output, "../")) {
				t.Errorf("published without a place of its own: %+v", page)
			}
		}
	})
}
