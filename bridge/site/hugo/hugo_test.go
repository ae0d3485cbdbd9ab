package hugo

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/fuzztest"
	"gitpost/bridge/site/generator"
	"gitpost/bridge/site/generator/generatortest"
)

// Every expectation here was seen in a build of Hugo 0.111.3, 0.147.9 and 0.165.0; where
// they differ the row says which. Most rows are differences that random sites showed.

const plainPost = "---\ntitle: T\n---\nx\n"

// openHugo opens a site in memory.
func openHugo(version string, config, files map[string]string) (*generatortest.Site, error) {
	return generatortest.Open(Definition, generator.Options{Version: version}, config, files)
}

type hugoRow struct {
	name     string
	versions string // empty: all three
	config   string
	files    map[string]string
	want     map[string]string // published below https://e.org/
}

var hugoRows = []hugoRow{
	{
		name:   "a language's content folder below the shared one",
		config: "[languages.en]\nweight = 1\n[languages.fr]\nweight = 2\ncontentDir = 'content/fr'\n",
		files:  map[string]string{"content/posts/a.md": plainPost, "content/fr/posts/b.md": plainPost},
		want:   map[string]string{"content/posts/a.md": "posts/a/", "content/fr/posts/b.md": "fr/posts/b/"},
	},
	{
		name: "index.md in the content root swallows the site", versions: "0.111.3",
		files: map[string]string{"content/index.md": plainPost, "content/posts/a.md": plainPost, "content/b.md": plainPost},
		want:  map[string]string{},
	},
	{
		name: "index.md in the content root is the home page, and swallows the rest", versions: "0.147.9 0.165.0",
		files: map[string]string{"content/index.md": plainPost, "content/posts/a.md": plainPost, "content/b.md": plainPost},
		want:  map[string]string{"content/index.md": ""},
	},
	{
		name:   "a theme's content is published unless the site has the same path",
		config: "theme = 'neat'\n",
		files: map[string]string{"content/posts/a.md": plainPost, "themes/neat/content/posts/a.md": plainPost,
			"themes/neat/content/posts/t.md": plainPost},
		want: map[string]string{"content/posts/a.md": "posts/a/", "themes/neat/content/posts/t.md": "posts/t/"},
	},
	{
		name:   "mounts with languages; a suffix in the name beats the mount",
		config: "[languages.en]\nweight = 1\n[languages.fr]\nweight = 2\n[[module.mounts]]\nsource = 'c/en'\ntarget = 'content'\nlang = 'en'\n[[module.mounts]]\nsource = 'c/fr'\ntarget = 'content'\nlang = 'fr'\n",
		files: map[string]string{"c/en/posts/a.md": plainPost, "c/fr/posts/b.md": plainPost,
			"c/fr/posts/c.en.md": plainPost, "content/z.md": plainPost},
		want: map[string]string{"c/en/posts/a.md": "posts/a/", "c/fr/posts/b.md": "fr/posts/b/",
			"c/fr/posts/c.en.md": "posts/c/"},
	},
	{
		name: "folders that Hugo passes over",
		files: map[string]string{"content/.hid/a.md": plainPost, "content/#x/b.md": plainPost,
			"content/y~/c.md": plainPost, "content/_index/e.md": plainPost},
		want: map[string]string{"content/_index/e.md": "_index/e/"},
	},
	{
		name: "_index.md beside index.md wins", versions: "0.111.3 0.147.9",
		files: map[string]string{"content/p/index.md": plainPost, "content/p/_index.md": plainPost,
			"content/p/a.md": plainPost},
		want: map[string]string{"content/p/_index.md": "p/", "content/p/a.md": "p/a/"},
	},
	{
		name: "index.md beside _index.md wins", versions: "0.165.0",
		files: map[string]string{"content/p/index.md": plainPost, "content/p/_index.md": plainPost,
			"content/p/a.md": plainPost},
		want: map[string]string{"content/p/index.md": "p/"},
	},
	{
		name: "the home page keeps its address; url moves a taxonomy's list",
		files: map[string]string{
			"content/_index.md": "---\nslug: x\nurl: /home/\n---\n", "content/posts/_index.md": "---\nslug: sl\n---\n",
			"content/tags/_index.md": "---\nurl: /labels/\n---\n", "content/tags/a/_index.md": "---\ntitle: A\nslug: b\n---\n",
		},
		want: map[string]string{"content/_index.md": "", "content/posts/_index.md": "posts/",
			"content/tags/_index.md": "labels/", "content/tags/a/_index.md": "tags/a/"},
	},
	{
		name: "excludeFiles of a mount", versions: "0.111.3 0.147.9",
		config: "[[module.mounts]]\nsource = 'content'\ntarget = 'content'\nexcludeFiles = 'drafts/*'\n",
		files:  map[string]string{"content/drafts/a.md": plainPost, "content/posts/a.md": plainPost},
		want:   map[string]string{"content/posts/a.md": "posts/a/"},
	},
	{
		name: "a mount hides the folders of another below its place", versions: "0.111.3",
		config: "[[module.mounts]]\nsource = 'content'\ntarget = 'content'\n[[module.mounts]]\nsource = 'journal'\ntarget = 'content/notes'\n",
		files: map[string]string{"content/notes/a.md": plainPost, "content/notes/s/b.md": plainPost,
			"journal/d.md": plainPost},
		want: map[string]string{"content/notes/a.md": "notes/a/", "journal/d.md": "notes/d/"},
	},
	{
		name: "mounts are laid over each other", versions: "0.147.9 0.165.0",
		config: "[[module.mounts]]\nsource = 'content'\ntarget = 'content'\n[[module.mounts]]\nsource = 'journal'\ntarget = 'content/notes'\n",
		files: map[string]string{"content/notes/a.md": plainPost, "content/notes/s/b.md": plainPost,
			"journal/d.md": plainPost},
		want: map[string]string{"content/notes/a.md": "notes/a/", "content/notes/s/b.md": "notes/s/b/",
			"journal/d.md": "notes/d/"},
	},
	{
		name: "headless holds for bundles only", versions: "0.111.3",
		files: map[string]string{"content/posts/a.md": "---\nheadless: true\n---\n",
			"content/posts/b/index.md": "---\nheadless: true\n---\n"},
		want: map[string]string{"content/posts/a.md": "posts/a/"},
	},
	{
		name: "headless holds for all pages", versions: "0.147.9 0.165.0",
		files: map[string]string{"content/posts/a.md": "---\nheadless: true\n---\n",
			"content/posts/b/index.md": "---\nheadless: true\n---\n"},
		want: map[string]string{},
	},
	{
		name:   "a language's permalinks replace the site's",
		config: "[permalinks]\nposts = '/:year/:slug/'\n[languages.en]\nweight = 1\n[languages.fr]\nweight = 2\n[languages.fr.permalinks]\nnotes = '/n/:slug/'\n",
		files: map[string]string{"content/posts/a.md": plainPost, "content/posts/a.fr.md": plainPost,
			"content/notes/b.fr.md": plainPost},
		want: map[string]string{"content/posts/a.md": "1/t/", "content/posts/a.fr.md": "fr/posts/a/",
			"content/notes/b.fr.md": "fr/n/t/"},
	},
	{
		name: "a draft term hides no page of its folder", versions: "0.111.3",
		files: map[string]string{"content/tags/go/_index.md": "---\ndraft: true\n---\n", "content/tags/go/p.md": plainPost},
		want:  map[string]string{"content/tags/go/p.md": "tags/go/p/"},
	},
	{
		name: "a cascade makes sections without a file drafts, with all in them", versions: "0.111.3",
		config: "[[cascade]]\ndraft = true\n",
		files:  map[string]string{"content/a/b/x.md": "---\ndraft: false\n---\n"},
		want:   map[string]string{},
	},
	{
		name: "a section without a file ends :sections with nothing", versions: "0.111.3",
		config: "[permalinks]\nposts = '/:sections[last]/:filename/'\n",
		files:  map[string]string{"content/posts/2024/x.md": plainPost},
		want:   map[string]string{"content/posts/2024/x.md": "x/"},
	},
	{
		name: "a section without a file is the last of :sections", versions: "0.147.9 0.165.0",
		config: "[permalinks]\nposts = '/:sections[last]/:filename/'\n",
		files:  map[string]string{"content/posts/2024/x.md": plainPost},
		want:   map[string]string{"content/posts/2024/x.md": "posts/x/"},
	},
	{
		name: "a term's cascade does not reach the pages of its folder", versions: "0.147.9",
		files: map[string]string{"content/tags/go/_index.md": "---\ntitle: a\ncascade: {slug: casc}\n---\n",
			"content/tags/go/y.md": plainPost},
		want: map[string]string{"content/tags/go/_index.md": "tags/go/", "content/tags/go/y.md": "tags/go/y/"},
	},
	{
		name: "a term's cascade reaches the pages of its folder", versions: "0.165.0",
		files: map[string]string{"content/tags/go/_index.md": "---\ntitle: a\ncascade: {slug: casc}\n---\n",
			"content/tags/go/y.md": plainPost},
		want: map[string]string{"content/tags/go/_index.md": "tags/go/", "content/tags/go/y.md": "tags/go/casc/"},
	},
	{
		name: "an integer of TOML is no draft", versions: "0.111.3",
		files: map[string]string{"content/posts/a.md": "+++\ndraft = 1\n+++\n"},
		want:  map[string]string{"content/posts/a.md": "posts/a/"},
	},
	{
		name: "a folder whose name leaves nothing", versions: "0.165.0",
		files: map[string]string{"content/½/x_y.md": plainPost},
		want:  map[string]string{"content/½/x_y.md": "x_y/"},
	},
	{
		name: "disabled names are languages even where there are none", versions: "0.147.9 0.165.0",
		config: "disableLanguages = ['fr']\n",
		files:  map[string]string{"content/posts/a.fr.md": plainPost, "content/posts/b.md": plainPost},
		want:   map[string]string{"content/posts/b.md": "posts/b/"},
	},
	{
		name: "one host for each language, less the disabled ones", versions: "0.147.9 0.165.0",
		config: "disableLanguages = ['fr']\n[languages.en]\nweight = 1\nbaseURL = 'https://e.org/'\n[languages.fr]\nweight = 2\nbaseURL = 'https://fr.e.org/'\n",
		files:  map[string]string{"content/posts/a.md": plainPost},
		want:   map[string]string{"content/posts/a.md": "posts/a/"},
	},
	{
		name: "pages of a kind that is not built break nothing", versions: "0.147.9",
		config: "disableKinds = ['page']\n",
		files: map[string]string{"content/s/x.md": "---\ndate: 09/03/2024\nurl: https://x.example/\n---\n",
			"content/s/_index.md": plainPost},
		want: map[string]string{"content/s/_index.md": "s/"},
	},
	{
		name: "a bundle in a disabled language with a page in another", versions: "0.111.3",
		config: "disableLanguages = ['fr']\n[languages.en]\nweight = 1\n[languages.fr]\nweight = 2\n",
		files: map[string]string{
			"content/s/b/index.fr.md": plainPost, "content/s/b/c.md": plainPost, "content/s/d/index.fr.md": plainPost,
			"content/s/d/e.fr.md":     plainPost,
			"content/s/f/index.fr.md": plainPost, "content/s/f/index.md": plainPost, "content/s/f/g.md": plainPost,
		},
		want: map[string]string{"content/s/b/index.fr.md": "s/b/", "content/s/f/index.md": "s/f/"},
	},
	{
		name:   "folders of taxonomies are no sections, though neither lists nor terms are built",
		config: "disableKinds = ['taxonomy', 'term']\n",
		files: map[string]string{"content/tags/_index.md": plainPost, "content/tags/Go/_index.md": plainPost,
			"content/tags/x.md": plainPost, "content/series/o/_index.md": plainPost},
		want: map[string]string{"content/tags/x.md": "tags/x/", "content/series/o/_index.md": "series/o/"},
	},
	{
		name: "the section in a taxonomy's folder can be a draft, with all in it", versions: "0.111.3",
		config: "[[cascade]]\ndraft = true\n[cascade._target]\nkind = 'section'\n",
		files: map[string]string{"content/categories/a.md": "---\ndraft: false\n---\n",
			"content/categories/_index.md": plainPost, "content/tags/go/b.md": "---\ndraft: false\n---\n",
			"content/tags/go/_index.md": plainPost},
		want: map[string]string{"content/categories/_index.md": "categories/", "content/tags/go/_index.md": "tags/go/"},
	},
	{
		name:   "a section without a file has no date by its name",
		config: "[frontmatter]\npublishDate = [':filename', 'date']\n",
		files:  map[string]string{"content/2099-01-01-a/b.md": plainPost},
		want:   map[string]string{"content/2099-01-01-a/b.md": "2099-01-01-a/b/"},
	},
	{
		name: "a section's date is that of sections below that are still to come", versions: "0.165.0",
		files: map[string]string{
			"content/docs/_index.md":   "---\nurl: /:year/\n---\n",
			"content/docs/a/_index.md": "---\npublishDate: 2098-02-03\n---\n",
			"content/docs/b.md":        "---\npublishDate: 2099-02-03\n---\n",
		},
		want: map[string]string{"content/docs/_index.md": "2098/"},
	},
	{
		name: "a section's date is that of pages in other mounts too", versions: twoHugos,
		config: "[languages.en]\nweight = 1\n[languages.fr]\nweight = 2\ncontentDir = 'contenu'\n",
		files: map[string]string{"content/docs/a.md": "---\ndate: 2024-03-09\n---\n",
			"contenu/docs/_index.en.md": "---\nurl: /:year/x/\n---\n"},
		want: map[string]string{"content/docs/a.md": "docs/a/", "contenu/docs/_index.en.md": "2024/x/"},
	},
	{
		name: "a draft term is no section of the pages in its folder", versions: twoHugos,
		config: "[permalinks]\ntags = '/p/:sections/:filename/'\n",
		files: map[string]string{
			"content/tags/go/_index.md": "---\ndraft: true\n---\n", "content/tags/go/a.md": plainPost,
			"content/tags/c/_index.md": plainPost, "content/tags/c/b.md": plainPost,
		},
		want: map[string]string{"content/tags/go/a.md": "p/tags/a/", "content/tags/c/_index.md": "p/tags/c/",
			"content/tags/c/b.md": "p/tags/c/b/"},
	},
	{
		name: "permalinks.toml with all in a table of its name", versions: "0.165.0",
		files: map[string]string{"config/_default/permalinks.toml": "[permalinks.page]\nposts = '/p/:slug/'\n",
			"content/posts/a.md": plainPost},
		want: map[string]string{"content/posts/a.md": "p/t/"},
	},
	{
		name: "module.toml and frontmatter.toml with all in tables of their names", versions: "0.111.3 0.147.9",
		files: map[string]string{
			"config/_default/module.toml":      "[[module.mounts]]\nsource = 'content'\ntarget = 'content/q'\n",
			"config/_default/frontmatter.toml": "[frontmatter]\ndate = ['x']\n", "content/posts/a.md": plainPost,
		},
		want: map[string]string{"content/posts/a.md": "posts/a/"},
	},
	{
		name: "permalinks move the home page", versions: "0.165.0",
		config: "[permalinks.home]\n'/' = '/h/:title/'\n",
		files:  map[string]string{"content/_index.md": plainPost, "content/posts/a.md": plainPost},
		want:   map[string]string{"content/_index.md": "h/t/", "content/posts/a.md": "posts/a/"},
	},
	{
		name: "permalinks do not move a home page with a url, nor does that", versions: "0.165.0",
		config: "[permalinks.home]\n'/' = '/h/:title/'\n",
		files:  map[string]string{"content/_index.md": "---\ntitle: T\nurl: /u/\n---\n", "content/posts/a.md": plainPost},
		want:   map[string]string{"content/_index.md": "", "content/posts/a.md": "posts/a/"},
	},
}

// TestConfigurationThatBreaksABuildIsRefused: each was seen to fail.
func TestConfigurationThatBreaksABuildIsRefused(t *testing.T) {
	for _, tt := range []struct{ name, version, config, permalinks, want string }{
		{"a table in permalinks.toml", "0.147.9", "", "[permalinks]\nposts = '/p/:slug/'\n", "permalinks.permalinks"},
		{"permalinks by kind", "0.111.3", "[permalinks.page]\nposts = '/p/:slug/'\n", "", "0.115"},
		{"a token that was gone for a while", "0.160.0", "[permalinks]\nposts = '/:filename/'\n", "", ":filename"},
		{"permalinks of the home page", "0.147.9", "[permalinks.home]\n'/' = '/p/'\n", "", "permalinks.home"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{}
			if tt.permalinks != "" {
				files["config/_default/permalinks.toml"] = tt.permalinks
			}
			_, err := openHugo(tt.version, map[string]string{"hugo.toml": "baseURL = 'https://e.org/'\n" + tt.config}, files)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Open: %v, want an error about %s", err, tt.want)
			}
		})
	}
}

func TestRowsOfRealBuilds(t *testing.T) {
	for _, row := range slices.Concat(hugoRows, hugoCapitalRows) {
		versions := row.versions
		if versions == "" {
			versions = "0.111.3 0.147.9 0.165.0"
		}
		for _, version := range strings.Fields(versions) {
			t.Run(row.name+" "+version, func(t *testing.T) {
				config := "baseURL = 'https://e.org/'\n" + row.config
				c, err := openHugo(version, map[string]string{"hugo.toml": config}, row.files)
				if err != nil {
					t.Fatal(err)
				}
				got := map[string]string{}
				for name := range row.files {
					if p := c.Page(name); p.Published {
						got[name] = strings.TrimPrefix(p.URL, "https://e.org/")
					}
				}
				if !maps.Equal(got, row.want) {
					t.Errorf("published\n got %v\nwant %v", got, row.want)
				}
			})
		}
	}
}

func TestFilesThatBreakABuildAreNamed(t *testing.T) {
	for _, tt := range []struct{ name, config, text, version, want string }{
		{"whole address in url", "", "---\nurl: https://e.org/x/\n---\n", "0.165.0", "url"},
		{"whole address in aliases", "", "---\naliases: [https://e.org/x/]\n---\n", "0.165.0", "alias"},
		{"alias out of the site", "", "---\nurl: /x.html\naliases: [y]\n---\n", "0.111.3", "alias"},
		{"alias of the root", "", "---\naliases: [/]\n---\n", "0.165.0", "alias"},
		{"unknown token in url", "", "---\nurl: /:nosuch/\n---\n", "0.165.0", "token"},
		{"percent sign in url", "", "---\nurl: /100%/\n---\n", "0.165.0", "url"},
		{"date", "", "---\ndate: March 9, 2024\n---\n", "0.147.9", "date"},
		{"Jekyll's published", "", "---\npublished: false\n---\n", "0.165.0", "published"},
		{"_build", "", "---\n_build: {list: never}\n---\n", "0.165.0", "_build"},
		{"front matter", "", "---\ntitle: a: b\n---\n", "0.165.0", "front matter"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := openHugo(tt.version, map[string]string{"hugo.toml": "baseURL = 'https://e.org/'\n" + tt.config},
				map[string]string{"content/posts/a.md": tt.text})
			if err != nil {
				t.Fatal(err)
			}
			p := c.Page("content/posts/a.md")
			if p.Published || !strings.HasPrefix(p.Reason, generator.Breaks) || !strings.Contains(p.Reason, tt.want) {
				t.Errorf("published %v, reason %q, want one about %s", p.Published, p.Reason, tt.want)
			}
		})
	}
}

func TestConfigurationIsMergedInHugosOrder(t *testing.T) {
	h, err := openSite(generatortest.Tree(map[string]string{
		"hugo.yaml":                        "baseURL: https://root.example/\ntitle: Root\nparams:\n  a: root\n  b: root\n",
		"config/_default/hugo.json":        `{"Title": "Default", "params": {"B": "default"}}`,
		"config/_default/permalinks.toml":  "posts = '/d/:slug/'\n",
		"config/_default/languages.en.yml": "x: 1\n",
		"config/_default/menus.fr.toml":    "[[main]]\nname = 'x'\n",
		"config/_default/cascade.yaml":     "cascade:\n- slug: c\n",
		"config/production/params.toml":    "c = 'production'\n",
		"config/staging/params.toml":       "c = 'staging'\n",
	}), generator.Options{Env: map[string]string{"HUGO_TITLE": "Env", "HUGOxPARAMSxSITE_NAME": "N",
		"HUGO_BUILDDRAFTS": "true"}})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"baseurl": "https://root.example/", "title": "Env", "params a": "root", "params b": "default",
		"params c":         "production",
		"params site_name": "N", "permalinks posts": "/d/:slug/", "builddrafts": "true",
	} {
		if got := h.settings.text(strings.Fields(key)...); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if rules := h.settings.tables("cascade"); len(rules) != 1 || rules[0].text("slug") != "c" {
		t.Errorf("cascade.yaml with its own key: %v", rules)
	}
	if !slices.Equal(slices.Sorted(maps.Keys(h.languages)), []string{"en", "fr"}) {
		t.Errorf("languages %v", h.languages)
	}
	for _, file := range []string{"hugo.yaml", "config/_default/params.toml", "config/production/params.toml"} {
		if !h.Role(file).Has(generator.Config) {
			t.Errorf("%s is no configuration", file)
		}
	}
	for _, file := range []string{"content/posts/a.md", "data/config.toml", "README.md", "config/readme.md"} {
		if h.Role(file).Has(generator.Config) {
			t.Errorf("%s is configuration", file)
		}
	}
}

func TestContentAndContext(t *testing.T) {
	h, err := openSite(generatortest.Tree(map[string]string{"hugo.toml": "contentDir = 'blog'\n"}), generator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		file             string
		content, context bool
	}{
		{"blog/a.md", true, false}, {"blog/a/index.md", true, true}, {"blog/_index.md", true, true},
		{"blog/x/a.html", true, false},
		{"blog/a.png", false, false}, {"content/a.md", false, false}, {"blog/.a.md", false, false},
		{"blogs/a.md", false, false},
		{"static/a.md", false, false}, {"blog/a.org", true, false}, {"blog", false, false}, {"blog/A.MD", true, false},
	} {
		if got := h.Role(tt.file).Has(generator.Content); got != tt.content {
			t.Errorf("Content(%s) = %v", tt.file, got)
		}
		if got := h.Role(tt.file).Has(generator.Context); got != tt.context {
			t.Errorf("Context(%s) = %v", tt.file, got)
		}
	}
}

// FuzzHugoLocate looks for paths and front matters that make Locate panic or publish
// two ways at once.
func FuzzHugoLocate(f *testing.F) {
	f.Add("content/posts/a.md", "---\ntitle: A\nurl: /:year/:slug/\n---\n", "posts = '/:sections[1:]/:title/'")
	f.Add("content/a b/index.fr.md", "+++\nslug = '%2F'\naliases = ['../../x', '/']\n+++\n", "\"/\" = ':x[last]'")
	f.Add("content/_index..md", "{\"cascade\": [{\"_target\": {\"path\": \"{[**\"}, \"draft\": 1}]}", "a = '\\\\:'")
	f.Fuzz(func(t *testing.T, file, text, permalinks string) {
		fuzztest.Limit(t)
		for _, version := range []string{"0.111.3", "0.147.9", "0.165.0"} {
			config := "baseURL = 'https://e.org/x/'\n[languages.en]\nweight = 1\n[languages.fr]\nweight = 2\n[permalinks]\n" +
				permalinks + "\n"
			c, err := openHugo(version, map[string]string{"hugo.toml": config},
				map[string]string{file: text, "content/_index.md": text})
			if err != nil {
				return
			}
			p := c.Page(file)
			if p.Published && (p.Reason != "" || p.URL == "" || p.Static) {
				t.Errorf("%s: %+v", version, p)
			}
		}
	})
}
