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

func oneEdit(edits []HeadEdit, done bool, advice string) (*HeadEdit, bool, string) {
	if len(edits) == 0 {
		return nil, done, advice
	}
	return &edits[0], done, advice
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
			"the theme Ananke includes it", true,
			map[string]string{"hugo.toml": hugo +
				"[[module.imports]]\npath = 'github.com/theNewDynamic/gohugo-theme-ananke/v2'\n"}},
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
			map[string]string{"hugo.toml": hugo, "layouts/_default/baseof.html": "<html>\n<head>\n  <title>x</title>\n</head>\n",
				"layouts/404.html": "<head></head>"}},
		{"a layout of the site's that hides the theme's include", "layouts/partials/head.html",
			"it is the site's own layout, and has the head", false,
			map[string]string{"hugo.toml": hugo + "theme = 'mine'\n", "layouts/partials/head.html": "<head></head>\n",
				"themes/mine/layouts/partials/head.html": `<head>{{ partial "head-extra.html" . }}</head>`}},
		{"Jekyll: a gem", "_includes/head/custom.html", "the theme Minimal Mistakes includes it", true,
			map[string]string{"_config.yml": jekyll + "theme: minimal-mistakes-jekyll\n"}},
		{"Jekyll: a remote theme", "_includes/head/custom.html", "the theme Minimal Mistakes includes it", true,
			map[string]string{"_config.yml": jekyll + "remote_theme: mmistakes/minimal-mistakes@4.26.0\n"}},
		{"Jekyll: minima from its repository", "_includes/custom-head.html", "the theme minima 3 includes it", true,
			map[string]string{"_config.yml": jekyll + "remote_theme: jekyll/minima\n"}},
		{"Jekyll: minima 3 by the lock file", "_includes/custom-head.html", "the theme minima 3 includes it", true,
			map[string]string{"_config.yml": jekyll + "theme: minima\n",
				"Gemfile.lock": "GEM\n  specs:\n    minima (3.0.0.dev)\n"}},
		{"Jekyll: minima from Git, by the Gemfile", "_includes/custom-head.html", "the theme minima 3 includes it", true,
			map[string]string{"_config.yml": jekyll + "theme: minima\n",
				"Gemfile": "gem \"minima\", github: \"jekyll/minima\"\n"}},
		{"Jekyll: what the layouts include", "_includes/custom-head.html", "_includes/head.html includes it", true,
			map[string]string{"_config.yml": jekyll,
				"_includes/head.html": "<head>\n{%- include custom-head.html -%}\n</head>"}},
		{"Jekyll: the site's own layout", "_layouts/default.html", "it is the site's own layout, and has the head", false,
			map[string]string{"_config.yml": jekyll, "_layouts/default.html": "<head>\n</head>\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, tree := openHead(t, c.files)
			edit, done, advice := oneEdit(s.Head(tree, headLines))
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
			} else if _, done, _ := oneEdit(s.Head(tree, headLines)); !done {
				t.Errorf("the second time it is not found")
			} else if moved, done, _ := oneEdit(s.Head(tree, []string{"<link rel=other>", "<link rel=more>"})); done ||
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
		"hugo.toml":                                    "theme = 'mine'\n",
		"themes/mine/layouts/partials/head.html":       `<head>{{ partial "head-extra.html" . }}</head>`,
		"themes/mine/layouts/partials/head-extra.html": "<meta name=\"the theme's\">\n",
	})
	edit, _, _ := oneEdit(s.Head(tree, headLines))
	if edit == nil || !edit.New || !strings.HasPrefix(string(edit.Data), "<meta name=\"the theme's\">\n") {
		t.Errorf("%+v", edit)
	}
}

func TestHeadAdvisesWhereThereIsNoWay(t *testing.T) {
	for config, want := range map[string]string{"theme: minima\n": "minima before 3.0",
		"remote_theme: jekyll/minima@v2.5.1\n": "minima before 3.0", "theme: nobody-knows\n": "the theme nobody-knows", "title: x\n": "before </head>"} {
		s, tree := openHead(t, map[string]string{"_config.yml": config})
		if edit, done, advice := oneEdit(s.Head(tree, headLines)); edit != nil || done || !strings.Contains(advice, want) {
			t.Errorf("%q: %v, %v, %q", config, edit, done, advice)
		}
	}
	s, tree := openHead(t, map[string]string{"hugo.toml": "theme = 'nobody-knows'\n"})
	if edit, _, advice := oneEdit(s.Head(tree, headLines)); edit != nil || !strings.Contains(advice, "nobody-knows") {
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

func TestHeadSetsTheSettingsOfATheme(t *testing.T) {
	lines := []string{
		`<link rel="micropub" href="https://pub.example/micropub">`,
		`<link rel="authorization_endpoint" href="https://pub.example/auth">`,
		`<link rel="token_endpoint" href="https://pub.example/token">`,
	}
	reads := `<head>{{ with .Site.Params.micropubUrl }}<link rel="micropub" href="{{ . }}">{{ end }}
<link rel="authorization_endpoint" href="{{ site.Params.indieweb.authorizationEndpoint }}">
<link rel="token_endpoint" href="{{ .Site.Param "indieweb.tokenEndpoint" }}" /></head>`
	for _, c := range []struct {
		name, path string
		files      map[string]string
		want       []string // lines of the file
	}{
		{"in hugo.toml", "hugo.toml", map[string]string{
			"hugo.toml":                             "baseURL = 'https://blog.example/' # mine\ntheme = 'mine'\n\n[params]\n  color = 'red'\n",
			"themes/mine/layouts/partials/top.html": reads,
		}, []string{"baseURL = 'https://blog.example/' # mine", "  color = 'red'", "https://pub.example/micropub",
			"https://pub.example/auth", "https://pub.example/token"}},
		{"in a file of params", "config/_default/params.yaml", map[string]string{
			"config/_default/hugo.yaml":             "theme: mine\n",
			"config/_default/params.yaml":           "color: red # mine\nmicropubUrl: \"\"\n",
			"themes/mine/layouts/partials/top.html": reads,
		}, []string{"color: red # mine", `micropubUrl: "https://pub.example/micropub"`}},
		{"in _config.yml", "_config.yml", map[string]string{
			"_config.yml": "title: T # mine\nmicropub_endpoint:\n",
			"_includes/seo.html": `{% if site.micropub_endpoint %}<link rel="micropub" href="{{ site.micropub_endpoint }}">{% endif %}
<link rel="authorization_endpoint" href="{{ site.indieauth.authorization }}"><link rel="token_endpoint" href="{{ site.indieauth.token }}">`,
		}, []string{"title: T # mine", "micropub_endpoint: https://pub.example/micropub", "https://pub.example/token"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, tree := openHead(t, c.files)
			edits, done, advice := s.Head(tree, lines)
			if len(edits) != 1 || done || advice != "" || edits[0].Path != c.path {
				t.Fatalf("edits %v, done %t, advice %q", edits, done, advice)
			}
			for _, want := range c.want {
				if !strings.Contains(string(edits[0].Data), want) {
					t.Errorf("%q is not in\n%s", want, edits[0].Data)
				}
			}
			tree[c.path].Data = edits[0].Data
			again, err := Open(tree, Options{Me: "https://blog.example/"})
			if err != nil {
				t.Fatalf("%v\n%s", err, edits[0].Data)
			}
			if edits, done, _ := again.Head(tree, lines); !done || len(edits) > 0 {
				for _, e := range edits {
					t.Errorf("it is not found again: %s\n%s", e.Path, e.Data)
				}
				t.Errorf("%s", tree["hugo.toml"].Data)
			}
		})
	}
}

// TestHeadCopiesTheThemesLayout: a theme without a place for the lines is in the repository.
func TestHeadCopiesTheThemesLayout(t *testing.T) {
	lines := []string{`<link rel="micropub" href="https://pub.example/micropub">`,
		`<link rel="token_endpoint" href="https://pub.example/token">`}
	head := "<head>\n  <title>{{ .Title }}</title>\n</head>\n"
	for name, c := range map[string]struct {
		files map[string]string
		paths []string
	}{
		"a theme": {map[string]string{"hugo.toml": "theme = 'mine'\n", "themes/mine/layouts/partials/head.html": head,
			"themes/mine/layouts/_default/single.html": "<article></article>"}, []string{"layouts/partials/head.html"}},
		"the newer folder": {map[string]string{"hugo.toml": "theme = 'mine'\n",
			"themes/mine/layouts/_partials/head.html": head}, []string{"layouts/_partials/head.html"}},
		"a vendored module": {map[string]string{"hugo.toml": "[[module.imports]]\npath = 'github.com/me/mine'\n",
			"_vendor/modules.txt": "# github.com/me/mine v1.0.0\n",
			"_vendor/github.com/me/mine/layouts/_default/baseof.html": head},
			[]string{"layouts/_default/baseof.html"}},
		"a theme with a setting for one line": {map[string]string{"hugo.toml": "theme = 'mine'\n",
			"themes/mine/layouts/_default/baseof.html": `<head>{{ with site.Params.micropubEndpoint }}<link rel=micropub href="{{ . }}">{{ end }}</head>`},
			[]string{"hugo.toml", "layouts/_default/baseof.html"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, tree := openHead(t, c.files)
			edits, done, advice := s.Head(tree, lines)
			if done || advice != "" || len(edits) != len(c.paths) {
				t.Fatalf("edits %v, done %t, advice %q", edits, done, advice)
			}
			all := ""
			for i, e := range edits {
				if e.Path != c.paths[i] {
					t.Errorf("it is %s, want %s", e.Path, c.paths[i])
				}
				all += string(e.Data)
				tree[e.Path] = &fstest.MapFile{Data: e.Data}
			}
			for _, address := range []string{"https://pub.example/micropub", "https://pub.example/token"} {
				if strings.Count(all, address) != 1 {
					t.Errorf("%s is not there once:\n%s", address, all)
				}
			}
			again, err := Open(tree, Options{Me: "https://blog.example/"})
			if err != nil {
				t.Fatal(err)
			}
			if edits, done, _ := again.Head(tree, lines); !done || len(edits) > 0 {
				for _, e := range edits {
					t.Errorf("it is not found again: %s\n%s", e.Path, e.Data)
				}
				t.Errorf("%s", tree["hugo.toml"].Data)
			}
		})
	}
}

// TestHeadHookOfAnyName: themes call such a file what they like.
func TestHeadHookOfAnyName(t *testing.T) {
	for file, hook := range map[string]bool{
		"custom/head.html": true, "head-end.html": true, "user-head.html": true, "hooks/head.html": true,
		"extend_head.html": true,
		"head/extra.html":  true, "my_head.html": true, "head/meta.html": false, "custom-header.html": false,
		"header/extra.html": false, "overhead.html": false, "heading-custom.html": false,
	} {
		s, tree := openHead(t, map[string]string{"hugo.toml": "theme = 'mine'\n",
			"themes/mine/layouts/partials/top.html": `<head>{{ partial "` + file + `" . }}</head>`})
		edit, _, _ := oneEdit(s.Head(tree, headLines))
		if got := edit != nil && edit.Path == "layouts/partials/"+file; got != hook {
			t.Errorf("%s: a hook %t, want %t", file, got, hook)
		}
	}
}
