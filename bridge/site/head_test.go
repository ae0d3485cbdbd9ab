package site

import (
	"strings"
	"testing"
	"testing/fstest"
)

var headLines = []string{`<link rel="micropub" href="https://pub.example/micropub">`}

func headTree(files map[string]string) fstest.MapFS {
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return tree
}

func openHead(t *testing.T, files map[string]string) (*Site, fstest.MapFS) {
	t.Helper()
	tree := headTree(files)
	s, err := Open(tree, Options{Me: "https://blog.example/"})
	if err != nil {
		t.Fatal(err)
	}
	return s, tree
}

func TestHeadFindsTheFileThatTheSiteMayWrite(t *testing.T) {
	hugo, jekyll := "baseURL = 'https://blog.example/'\n", "url: https://blog.example\n"
	for _, c := range []struct {
		name, path, why string
		isNew           bool
		files           map[string]string
	}{
		{"a theme that is a submodule, by its name", "layouts/partials/extend_head.html", "the theme PaperMod includes it",
			true,
			map[string]string{"hugo.toml": hugo + "theme = 'PaperMod'\n"}},
		{"a theme that is a module, with a major version", "layouts/partials/head-additions.html",
			"the theme gohugo-theme-ananke includes it", true,
			map[string]string{"hugo.toml": hugo + "[[module.imports]]\npath = 'github.com/theNewDynamic/gohugo-theme-ananke/v2'\n"}},
		{"a theme in the repository, by what its layouts say", "layouts/partials/head-extra.html",
			"partials/top.html includes it", true,
			map[string]string{"hugo.toml": hugo + "theme = 'mine'\n",
				"themes/mine/layouts/partials/top.html": `<head>{{ partial "head-extra.html" . }}</head>`}},
		{"the newer folder of partials", "layouts/_partials/extend-head.html", "the theme blowfish includes it", true,
			map[string]string{"hugo.toml": hugo + "theme = 'blowfish'\n", "layouts/_partials/x.html": "x"}},
		{"a file that is there already", "layouts/partials/extend_head.html", "the theme PaperMod includes it", false,
			map[string]string{"hugo.toml": hugo + "theme = 'PaperMod'\n",
				"layouts/partials/extend_head.html": "<meta name=\"a\">\n"}},
		{"the site's own layout", "layouts/_default/baseof.html", "it is the site's own layout, and has the head", false,
			map[string]string{"hugo.toml": hugo, "layouts/_default/baseof.html": "<html>\n<head>\n  <title>x</title>\n</head>\n", "layouts/404.html": "<head></head>"}},
		{"a layout of the site's that hides the theme's include", "layouts/partials/head.html",
			"it is the site's own layout, and has the head", false,
			map[string]string{"hugo.toml": hugo + "theme = 'mine'\n", "layouts/partials/head.html": "<head></head>\n",
				"themes/mine/layouts/partials/head.html": `<head>{{ partial "head-extra.html" . }}</head>`}},
		{"Jekyll: a gem", "_includes/head/custom.html", "the theme minimal-mistakes-jekyll includes it", true,
			map[string]string{"_config.yml": jekyll + "theme: minimal-mistakes-jekyll\n"}},
		{"Jekyll: a remote theme", "_includes/head/custom.html", "the theme minimal-mistakes includes it", true,
			map[string]string{"_config.yml": jekyll + "remote_theme: mmistakes/minimal-mistakes@4.26.0\n"}},
		{"Jekyll: what the layouts include", "_includes/custom-head.html", "_includes/head.html includes it", true,
			map[string]string{"_config.yml": jekyll, "_includes/head.html": "<head>\n{%- include custom-head.html -%}\n</head>"}},
		{"Jekyll: the site's own layout", "_layouts/default.html", "it is the site's own layout, and has the head", false,
			map[string]string{"_config.yml": jekyll, "_layouts/default.html": "<head>\n</head>\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, tree := openHead(t, c.files)
			edit, done, advice := s.Head(tree, headLines)
			if edit == nil || done {
				t.Fatalf("there is no edit: %q", advice)
			}
			if edit.Path != c.path || edit.Why != c.why || edit.New != c.isNew {
				t.Errorf("it is %s (%s, new: %t), want %s (%s, new: %t)", edit.Path, edit.Why, edit.New, c.path, c.why, c.isNew)
			}
			if strings.Count(string(edit.Data), headLines[0]) != 1 {
				t.Errorf("the file becomes\n%s", edit.Data)
			}
			if before := c.files[edit.Path]; !inserted(string(edit.Data), before) {
				t.Errorf("%q lost bytes: %q", before, edit.Data)
			}
			// Once written, nothing is left to do; another address renews the lines.
			tree[edit.Path] = &fstest.MapFile{Data: edit.Data}
			if s, err := Open(tree, Options{Me: "https://blog.example/"}); err != nil {
				t.Error(err)
			} else if again, done, _ := s.Head(tree, headLines); !done || again.Path != edit.Path {
				t.Errorf("the second time: %v, %v", again, done)
			} else if moved, done, _ := s.Head(tree, []string{"<link rel=other>", "<link rel=more>"}); done ||
				strings.Contains(string(moved.Data), headLines[0]) ||
				strings.ReplaceAll(string(moved.Data), "<link rel=other>", headLines[0]) == string(edit.Data) ||
				!inserted(string(moved.Data), c.files[edit.Path]) {
				t.Errorf("with other lines it becomes\n%s", moved.Data)
			}
		})
	}
}

// inserted reports whether all of before's bytes are in after, in their order and in one or two pieces.
func inserted(after, before string) bool {
	for i := range len(before) + 1 {
		if strings.HasPrefix(after, before[:i]) && strings.HasSuffix(after, before[i:]) {
			return true
		}
	}
	return false
}

func TestHeadKeepsTheTextOfTheThemesFile(t *testing.T) {
	s, tree := openHead(t, map[string]string{
		"hugo.toml": "theme = 'mine'\n", "themes/mine/layouts/partials/head.html": `<head>{{ partial "head-extra.html" . }}</head>`,
		"themes/mine/layouts/partials/head-extra.html": "<meta name=\"the theme's\">\n",
	})
	edit, _, _ := s.Head(tree, headLines)
	if edit == nil || !edit.New || !strings.HasPrefix(string(edit.Data), "<meta name=\"the theme's\">\n") {
		t.Errorf("%+v", edit)
	}
}

func TestHeadAdvisesWhereThereIsNoWay(t *testing.T) {
	for config, want := range map[string]string{"theme: minima\n": "minima before 3.0",
		"theme: nobody-knows\n": "the theme nobody-knows", "title: x\n": "before </head>"} {
		s, tree := openHead(t, map[string]string{"_config.yml": config})
		if edit, done, advice := s.Head(tree, headLines); edit != nil || done || !strings.Contains(advice, want) {
			t.Errorf("%q: %v, %v, %q", config, edit, done, advice)
		}
	}
	s, tree := openHead(t, map[string]string{"hugo.toml": "theme = 'nobody-knows'\n"})
	if edit, _, advice := s.Head(tree, headLines); edit != nil || !strings.Contains(advice, "nobody-knows") {
		t.Errorf("%v, %q", edit, advice)
	}
}

func TestHeadersFileIsForHostsThatReadIt(t *testing.T) {
	headers := "/\n  Link: <https://pub.example/micropub>; rel=\"micropub\"\n"
	block := "# gitpost: where apps find the way to post\n" + headers + "# gitpost: end\n"
	for _, c := range []struct {
		name        string
		files, want map[string]string
	}{
		{"no sign of such a host", map[string]string{"hugo.toml": ""}, nil},
		{"Netlify", map[string]string{"hugo.toml": "", "netlify.toml": ""}, map[string]string{"static/_headers": block}},
		{"a static folder of another name", map[string]string{"hugo.toml": "staticDir = 'public_files'\n",
			"public_files/_redirects": "/a /b\n"},
			map[string]string{"public_files/_headers": block}},
		{"a file that is there", map[string]string{"hugo.toml": "", "static/_headers": "/*\n  X-A: b"},
			map[string]string{"static/_headers": "/*\n  X-A: b\n" + block}},
		{"Jekyll, which has to be told", map[string]string{"_config.yml": "title: x", "wrangler.toml": ""},
			map[string]string{"_headers": block, "_config.yml": "title: x\ninclude: [.htaccess, _headers]\n"}},
		{"a list in one line", map[string]string{"_config.yml": "include: [.htaccess] # mine\na: b\n", "netlify.toml": ""},
			map[string]string{"_headers": block, "_config.yml": "include: [.htaccess, _headers] # mine\na: b\n"}},
		{"a list of lines", map[string]string{"_config.yml": "include:\n  - .htaccess\na: b\n", "netlify.toml": ""},
			map[string]string{"_headers": block, "_config.yml": "include:\n  - _headers\n  - .htaccess\na: b\n"}},
		{"a list written otherwise", map[string]string{"_config.yml": "include: &x\n  - a\n", "netlify.toml": ""}, nil},
		{"Jekyll with the file", map[string]string{"_config.yml": "include: [_headers]\n", "_headers": "/*\n  X-A: b\n"},
			map[string]string{"_headers": "/*\n  X-A: b\n" + block}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, tree := openHead(t, c.files)
			edits, done := s.HeadersFile(tree, headers)
			if done || len(edits) != len(c.want) {
				t.Fatalf("%d edits (done: %t), want %d", len(edits), done, len(c.want))
			}
			for _, e := range edits {
				if string(e.Data) != c.want[e.Path] {
					t.Errorf("%s becomes\n%s\nwant\n%s", e.Path, e.Data, c.want[e.Path])
				}
				tree[e.Path] = &fstest.MapFile{Data: e.Data}
			}
			if len(edits) > 0 {
				if again, done := s.HeadersFile(tree, headers); !done || len(again) > 0 {
					t.Errorf("the second time: %v, %t", again, done)
				}
			}
		})
	}
}
