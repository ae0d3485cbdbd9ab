package site

import (
	"strings"
	"testing"
	"testing/fstest"

	"gitpost/bridge/fault"
)

func treeOf(files map[string]string) fstest.MapFS {
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return tree
}

func TestGeneratorIsDetectedByItsConfiguration(t *testing.T) {
	for _, tt := range []struct{ name, file, text, want string }{
		{"hugo.toml", "hugo.toml", "", "hugo"},
		{"hugo.yaml", "hugo.yaml", "title: x\n", "hugo"},
		{"hugo.yml", "hugo.yml", "title: x\n", "hugo"},
		{"hugo.json", "hugo.json", "{}", "hugo"},
		{"legacy config.toml", "config.toml", "baseURL = 'https://a.example/'\n", "hugo"},
		{"legacy config.yaml", "config.yaml", "baseURL: https://a.example/\n", "hugo"},
		{"config directory", "config/_default/hugo.toml", "", "hugo"},
		{"config directory without a main file", "config/_default/params.toml", "a = 1\n", "hugo"},
		{"_config.yml", "_config.yml", "title: x\n", "jekyll"},
		{"no configuration, _posts", "_posts/2024-01-01-a.md", "---\n---\n", "jekyll"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Open(treeOf(map[string]string{tt.file: tt.text}), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if name, _ := s.Generator(); name != tt.want {
				t.Errorf("got %s, want %s", name, tt.want)
			}
		})
	}
}

func TestUnknownSitesAreRefusedWithARemedy(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files map[string]string
		o     Options
		want  string
	}{
		{"empty", map[string]string{"README.md": ""}, Options{}, "no Hugo or Jekyll"},
		{"one folder down", map[string]string{"site/hugo.toml": ""}, Options{}, "set site.dir to site"},
		{"Hexo", map[string]string{"_config.yml": "title: A\n", "package.json": `{"dependencies": {"hexo": "^7.0.0"}}`},
			Options{}, "a site of Hexo (package.json)"},
		{"Astro", map[string]string{"astro.config.mjs": ""}, Options{}, "a site of Astro (astro.config.mjs)"},
		{"unknown name", map[string]string{}, Options{Generator: "middleman"}, "middleman"},
		{"broken TOML", map[string]string{"hugo.toml": "a = \n"}, Options{}, "hugo.toml, line 1"},
		{"broken YAML", map[string]string{"hugo.yaml": "a: b: c\n"}, Options{}, "hugo.yaml"},
		{"unknown token", map[string]string{"hugo.toml": "[permalinks]\nposts = '/:yaer/'\n"}, Options{}, ":yaer"},
		{"unknown zone", map[string]string{"hugo.toml": "timeZone = 'Mars/Base'\n"}, Options{}, "Mars/Base"},
		{"missing language", map[string]string{"hugo.toml": "defaultContentLanguage = 'de'\n[languages.fr]\nweight = 1\n"},
			Options{}, `"de"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Open(treeOf(tt.files), tt.o)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want an error that names %s", err, tt.want)
			}
			if fault.CodeOf(err) != fault.InvalidRequest {
				t.Errorf("code %s", fault.CodeOf(err))
			}
		})
	}
}

func TestVersionIsWhatTheRepositorySays(t *testing.T) {
	for _, tt := range []struct{ name, file, text, want string }{
		{"nothing", "README.md", "hugo", "0.165.0"},
		{"workflow env", ".github/workflows/pages.yml", "env:\n  HUGO_VERSION: 0.121.2\n", "0.121.2"},
		{"setup action", ".github/workflows/x.yaml", "with:\n  hugo-version: '0.119.0'\n  extended: true\n", "0.119.0"},
		{"latest", ".github/workflows/x.yaml", "with:\n  hugo-version: 'latest'\n", "0.165.0"},
		{"deb file", ".github/workflows/x.yml",
			"run: wget https://github.com/gohugoio/hugo/releases/download/v0.128.0/hugo_extended_0.128.0_linux-amd64.deb",
			"0.128.0"},
		{"netlify", "netlify.toml", "[build.environment]\nHUGO_VERSION = \"0.115.4\"\n", "0.115.4"},
		{"netlify, v", "netlify.toml", "[context.production.environment]\n  HUGO_VERSION = \"v0.115.4\"\n", "0.115.4"},
		{"netlify, production before all", "netlify.toml",
			"[build.environment]\nHUGO_VERSION = \"0.100.0\"\n[context.deploy-preview.environment]\nHUGO_VERSION = \"0.99.0\"\n[context.production.environment]\nHUGO_VERSION = \"0.116.0\"\n", "0.116.0"},
		{"netlify, previews alone", "netlify.toml", "[context.deploy-preview.environment]\nHUGO_VERSION = \"0.99.0\"\n",
			"0.165.0"},
		{"gitlab image, extended", ".gitlab-ci.yml", "image: registry.gitlab.com/pages/hugo/hugo_extended:0.116.1\n",
			"0.116.1"},
		{"vercel", "vercel.json", `{"build": {"env": {"HUGO_VERSION": "0.110.0"}}}`, "0.110.0"},
		{"asdf", ".tool-versions", "golang 1.22\nhugo extended_0.134.1\n", "0.134.1"},
		{"asdf, gohugo", ".tool-versions", "gohugo 0.134.1\n", "0.134.1"},
		{"mise", "mise.toml", "[tools]\nhugo = \"0.140.0\"\n", "0.140.0"},
		{"gitlab image", ".gitlab-ci.yml", "image: hugomods/hugo:exts-0.126.1\n", "0.126.1"},
		{"gitlab pages image", ".gitlab-ci.yml", "image: registry.gitlab.com/pages/hugo:0.101.0\n", "0.101.0"},
		{"dockerfile", "Dockerfile", "FROM klakegg/hugo:0.101.0-ext\n", "0.101.0"},
		{"dockerfile arg", "Dockerfile", "ARG HUGO_VERSION=0.122.0\n", "0.122.0"},
		{"npm", "package.json", `{"devDependencies": {"hugo-bin": "^0.123.4", "other": "1.2.3"}}`, "0.123.4"},
		{"npm extended", "package.json", "{\n \"devDependencies\": {\n  \"hugo-extended\": \"0.125.1\"\n }\n}", "0.125.1"},
		{"version file", ".hugo-version", "0.111.3\n", "0.111.3"},
		{"makefile", "Makefile", "HUGO_VERSION ?= 0.100.2\n", "0.100.2"},
		{"go install", ".woodpecker.yml", "- go install github.com/gohugoio/hugo@v0.147.9\n", "0.147.9"},
		{"two digits", "netlify.toml", "HUGO_VERSION = \"0.99\"\n", "0.99"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Open(treeOf(map[string]string{"hugo.toml": "", tt.file: tt.text}), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if _, version := s.Generator(); version != tt.want {
				t.Errorf("got %s, want %s", version, tt.want)
			}
			if tt.file != "README.md" && !s.Config(tt.file) {
				t.Errorf("%s is not known to be configuration", tt.file)
			}
		})
	}
}

func TestOptionsOverrideWhatIsRead(t *testing.T) {
	tree := treeOf(map[string]string{"hugo.toml": "baseURL = 'https://a.example/'\n", ".hugo-version": "0.100.0"})
	s, err := Open(tree, Options{URL: "https://b.example", Version: "v0.147.9"})
	if err != nil {
		t.Fatal(err)
	}
	if _, version := s.Generator(); version != "0.147.9" || s.BaseURL() != "https://b.example/" {
		t.Errorf("version %s, base %s", version, s.BaseURL())
	}
	s, err = Open(tree, Options{Generator: "hugo@0.111.3"})
	if err != nil {
		t.Fatal(err)
	}
	if _, version := s.Generator(); version != "0.111.3" {
		t.Errorf("generator with a version: got %s", version)
	}
}
