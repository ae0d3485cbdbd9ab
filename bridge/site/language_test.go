package site

import (
	"maps"
	"strings"
	"testing"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
)

// twoLanguages are a site's files in English and German, by file name and by folder.
var twoLanguages = map[string]map[string]string{
	"names": {
		"hugo.toml": "baseURL = \"https://site.example/\"\ndefaultContentLanguage = \"en\"\n[languages.en]\nweight = 1\n" +
			"[languages.de]\nlanguageCode = \"de-DE\"\nweight = 2\n",
		"content/posts/one.md":      "---\ntitle: One\ndate: 2024-01-01\n---\nOne\n",
		"content/posts/one.de.md":   "---\ntitle: Eins\ndate: 2024-01-01\n---\nEins\n",
		"content/posts/b/index.md":  "---\ntitle: B\ndate: 2023-01-02\n---\nB\n",
		"content/posts/b/photo.jpg": "x",
	},
	"folders": {
		"hugo.toml": "baseURL = \"https://site.example/\"\n[languages.en]\ncontentDir = \"content/en\"\n" +
			"[languages.de]\ncontentDir = \"content/de\"\n",
		"content/en/posts/one.md":      "---\ntitle: One\ndate: 2024-01-01\n---\nOne\n",
		"content/de/posts/one.md":      "---\ntitle: Eins\ndate: 2024-01-01\n---\nEins\n",
		"content/en/posts/b/index.md":  "---\ntitle: B\ndate: 2023-01-02\n---\nB\n",
		"content/en/posts/b/photo.jpg": "x",
	},
	"nested": {
		"hugo.toml":               "baseURL = \"https://site.example/\"\n[languages.en]\n[languages.de]\ncontentDir = \"content/de\"\n",
		"content/posts/one.md":    "---\ntitle: One\ndate: 2024-01-01\n---\nOne\n",
		"content/de/posts/one.md": "---\ntitle: Eins\ndate: 2024-01-01\n---\nEins\n",
	},
	"sections": { // each language has its own
		"hugo.toml": "baseURL = \"https://site.example/\"\ndefaultContentLanguage = \"de\"\n[languages.en]\ncontentDir = \"english\"\n" +
			"[languages.de]\ncontentDir = \"deutsch\"\n",
		"english/posts/one.md":             "---\ntitle: One\ndate: 2024-01-01\n---\nOne\n",
		"deutsch/notizen/2024-01-01-a.md":  "+++\ntitle = \"A\"\ndate = 2024-01-01\n+++\nA\n",
		"deutsch/notizen/2024-01-02-b.md":  "+++\ntitle = \"B\"\ndate = 2024-01-02\n+++\nB\n",
		"english/posts/2024/deep/index.md": "---\ntitle: D\ndate: 2023-01-03\n---\nD\n",
	},
	"mounts": {
		"hugo.toml": "baseURL = \"https://site.example/\"\n[languages.en]\n[languages.de]\n[module]\n[[module.mounts]]\nsource = \"en\"\n" +
			"target = \"content\"\nlang = \"en\"\n[[module.mounts]]\nsource = \"de\"\ntarget = \"content\"\nlang = \"de\"\n",
		"en/blog/one.md": "---\ntitle: One\ndate: 2024-01-01\n---\nOne\n",
		"de/blog/one.md": "---\ntitle: Eins\ndate: 2024-01-01\n---\nEins\n",
	},
}

func languageSite(name string) map[string]string {
	site := with(bareHugo, twoLanguages[name])
	delete(site, "config.toml")
	return site
}

// TestPostGoesIntoItsLanguage, and the real generator builds it there.
func TestPostGoesIntoItsLanguage(t *testing.T) {
	for name, want := range map[string]map[string]string{
		"names": {"de": "content/posts/hallo.de.md", "en": "content/posts/hallo.md", "": "content/posts/hallo.md",
			"de-AT": "content/posts/hallo.de.md", "DE_de": "content/posts/hallo.de.md"},
		"folders": {"de": "content/de/posts/hallo.md", "en": "content/en/posts/hallo.md", "": "content/en/posts/hallo.md"},
		"nested":  {"de": "content/de/posts/hallo.md", "en": "content/posts/hallo.md", "": "content/posts/hallo.md"},
		"sections": {"de": "deutsch/notizen/2026-03-09-hallo.md", "en": "english/posts/hallo.md",
			"": "deutsch/notizen/2026-03-09-hallo.md"},
		"mounts": {"de": "de/blog/hallo.md", "en": "en/blog/hallo.md", "": "en/blog/hallo.md"},
	} {
		t.Run(name, func(t *testing.T) {
			all := newLibrary(t, languageSite(name), func(o *Options) { o.Version = "0.111.3" })
			for language, path := range want {
				l := &testLibrary{t: t, site: all.site, files: maps.Clone(all.files)}
				p := map[string][]any{"name": {"Hallo"}, "content": {"Hallo"}}
				if language != "" {
					p["lang"] = []any{language}
				}
				r := l.compose(Post{Item: entry(p)})
				if r.Path != path {
					t.Errorf("%q goes to %s, want %s", language, r.Path, path)
				}
				if got := l.item(r.Path).Properties.Text("lang"); got == "" ||
					language != "" && got != strings.ToLower(language[:2]) {
					t.Errorf("%q is read back as %q", language, got)
				}
				if strings.Contains(string(r.Data), "lang") {
					t.Errorf("the language is in the front matter too:\n%s", r.Data)
				}
			}
			for _, unknown := range []any{"fr", "xx-YY", map[string]any{"a": "b"}} {
				_, err := all.site.Compose(all, Post{Item: entry(map[string][]any{"content": {"x"}, "lang": {unknown}})})
				if fault.CodeOf(err) != fault.InvalidRequest || unknown == "fr" && !strings.Contains(err.Error(), "fr") {
					t.Errorf("%v: %v", unknown, err)
				}
			}
		})
	}
}

// TestUpdateOfTheLanguageMovesThePost, with the files beside it left to the caller, and back.
func TestUpdateOfTheLanguageMovesThePost(t *testing.T) {
	for _, c := range []struct{ site, from, to string }{
		{"names", "content/posts/b/index.md", "content/posts/b/index.de.md"},
		{"names", "content/posts/one.md", "content/posts/one-2.de.md"}, // there is a translation
		{"folders", "content/en/posts/b/index.md", "content/de/posts/b/index.md"},
		{"nested", "content/posts/one.md", "content/de/posts/one-2.md"},
		{"sections", "english/posts/one.md", "deutsch/posts/one.md"},
		{"mounts", "en/blog/one.md", "de/blog/one-2.md"},
	} {
		l := newLibrary(t, languageSite(c.site), func(o *Options) { o.Version = "0.111.3" })
		before := l.files[c.from]
		was := l.page(c.from).URL
		r := l.revise(c.from, func(item *mf2.Item) error { item.Properties["lang"] = []any{"de"}; return nil })
		if r.Path != c.to || r.Was != c.from {
			t.Errorf("%s: %s moved to %s (was %s), want %s", c.site, c.from, r.Path, r.Was, c.to)
		}
		if r.Page.URL == was || r.Page.Aliases[0] != was {
			t.Errorf("%s: %s is at %s with the aliases %v", c.site, c.from, r.Page.URL, r.Page.Aliases)
		}
		same := l.revise(r.Path, func(item *mf2.Item) error { return nil })
		if same.Path != r.Path {
			t.Errorf("%s: an edit of nothing moves %s to %s", c.site, r.Path, same.Path)
		}
		if text := string(r.Data); !strings.HasSuffix(text, before[strings.LastIndex(before, "---"):]) {
			t.Errorf("%s: the text changed:\n%s", c.site, text)
		}
	}
}

// TestLanguageOfASiteInOneIsAProperty: Hugo has no use for it; Jekyll's layouts read the key lang.
func TestLanguageOfASiteInOneIsAProperty(t *testing.T) {
	for name, site := range map[string]map[string]string{"hugo": bareHugo, "jekyll": bareJekyll} {
		l := newLibrary(t, site)
		for _, values := range [][]any{{"de"}, {"no"}, {"pt-BR"}, {"de", "en"}, {"a b"}, {"{{ x }}"}} {
			r := l.compose(Post{Item: entry(map[string][]any{"content": {"x"}, "lang": values})})
			if got := l.item(r.Path).Properties["lang"]; !mf2.Equal([]any(got), values) {
				t.Errorf("%s: %v is read back as %v:\n%s", name, values, got, r.Data)
			}
			keyed := strings.Contains(string(r.Data), "\nlang: ")
			if want := name == "jekyll" && len(values) == 1 && !strings.ContainsAny(values[0].(string), " {"); keyed != want {
				t.Errorf("%s: %v:\n%s", name, values, r.Data)
			}
		}
	}
	l := newLibrary(t, with(bareJekyll,
		map[string]string{"_config.yml": "url: https://site.example\nplugins: [jekyll-polyglot]\n" +
			"languages: [en, de]\ndefault_lang: de\n"}))
	if r := l.compose(Post{Item: entry(map[string][]any{"content": {"x"},
		"lang": {"en-GB"}})}); !strings.Contains(string(r.Data), "\nlang: en\n") {
		t.Errorf("polyglot:\n%s", r.Data)
	}
	if _, err := l.site.Compose(l,
		Post{Item: entry(map[string][]any{"content": {"x"}, "lang": {"fr"}})}); fault.CodeOf(err) != fault.InvalidRequest {
		t.Errorf("a language that polyglot does not build: %v", err)
	}
}
