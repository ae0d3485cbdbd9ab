package zola

import (
	"strings"
	"testing"

	"gitpost/bridge/site/generator"
	"gitpost/bridge/site/generator/generatortest"
)

// TestURLs are the rules of the documentation: pages, sections, slugs, paths, dates in names, languages.
func TestURLs(t *testing.T) {
	config := "base_url = \"https://z.example\"\nignored_content = [\"*.draft.md\"]\n[languages.fr]\n"
	for _, tt := range []struct {
		name, config, file, front string
		want                      string // below the base; "" when it is not published
		reason                    string
	}{
		{"a page", "", "content/about.md", "", "about/", ""},
		{"a page of a section", "", "content/blog/first.md", "", "blog/first/", ""},
		{"an index file", "", "content/blog/first/index.md", "", "blog/first/", ""},
		{"a section", "", "content/blog/_index.md", "", "blog/", ""},
		{"home", "", "content/_index.md", "", "", ""},
		{"a slug", "", "content/blog/first.md", `slug = "other"`, "blog/other/", ""},
		{"a slug is slugified", "", "content/blog/first.md", `slug = "An Other"`, "blog/an-other/", ""},
		{"a path", "", "content/blog/first.md", `path = "some/where"`, "some/where/", ""},
		{"a path with slashes", "", "content/blog/first.md", `path = "/some/where/"`, "some/where/", ""},
		{"a day in the name", "", "content/blog/2018-10-10-hello-world.md", "", "blog/hello-world/", ""},
		{"a day and an underscore", "", "content/blog/2018-10-10_hello.md", "", "blog/hello/", ""},
		{"a day in the folder", "", "content/blog/2018-10-10-hello/index.md", "", "blog/hello/", ""},
		{"only a day", "", "content/blog/2018-10-10.md", "", "blog/2018-10-10/", ""},
		{"dates are kept", "[slugify]\npaths_keep_dates = true\n", "content/2018-10-10_hello.md", "", "2018-10-10-hello/",
			""},
		{"a name with spaces", "", "content/A Name.md", "", "a-name/", ""},
		{"letters of other languages", "", "content/über.md", "", "uber/", ""},
		{"folders stay", "", "content/My Blog/a.md", "", "My%20Blog/a/", ""},
		{"no slugs", "[slugify]\npaths = \"off\"\n", "content/A Name.md", "", "A%20Name/", ""},
		{"safe slugs", "[slugify]\npaths = \"safe\"\n", "content/Über uns?.md", "", "%C3%9Cber_uns/", ""},
		{"a language", "", "content/blog/first.fr.md", "", "fr/blog/first/", ""},
		{"no language", "", "content/blog/first.de.md", "", "blog/first-de/", ""},
		{"a draft", "", "content/blog/first.md", "draft = true", "", "draft"},
		{"a draft section", "", "content/secret/first.md", "", "", "draft section content/secret"},
		{"not rendered", "", "content/blog/_index.md", "render = false", "", "render = false"},
		{"ignored", "", "content/blog/a.draft.md", "", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{"content/secret/_index.md": "+++\ndraft = true\n+++\n",
				tt.file: "+++\n" + tt.front + "\n+++\nText.\n"}
			s, err := generatortest.Open(Definition, generator.Options{}, map[string]string{"config.toml": config + tt.config},
				files)
			if err != nil {
				t.Fatal(err)
			}
			page := s.Page(tt.file)
			switch {
			case tt.name == "ignored":
				if !page.Static {
					t.Errorf("it is at %s", page.URL)
				}
			case tt.reason != "":
				if page.Published || page.Reason != tt.reason {
					t.Errorf("published %v, reason %q, want %q", page.Published, page.Reason, tt.reason)
				}
			case page.URL != "https://z.example/"+tt.want || !page.Published:
				t.Errorf("at %s (%s), want %s", page.URL, page.Reason, tt.want)
			}
		})
	}
}

func TestDetectsZola(t *testing.T) {
	for text, want := range map[string]generator.Confidence{"base_url = \"https://z.example\"\n": generator.OwnConfig,
		"baseURL = \"https://h.example\"\n": generator.None} {
		if found := Definition.Detect(generatortest.Tree(map[string]string{"config.toml": text})); found.Confidence != want {
			t.Errorf("%q: %+v", text, found)
		}
	}
}

// TestCodeIsShownAsText: an unknown shortcode and a link to a missing file fail the build.
func TestCodeIsShownAsText(t *testing.T) {
	s, err := generatortest.Open(Definition, generator.Options{},
		map[string]string{"config.toml": "base_url = \"https://z.example\"\n"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"{{ youtube(id=\"x\") }}":          "&#123;{ youtube(id=\"x\") }}",
		"{% quote(a=1) %}x{% end %}":       "&#123;% quote(a=1) %}x&#123;% end %}",
		"{{ braces }} are fine":            "{{ braces }} are fine",
		"[a](@/nope.md)\n\n[b]: @/none.md": "[a](%40/nope.md)\n\n[b]: %40/none.md",
		"ada@example.org @/x":              "ada@example.org @/x",
	} {
		safe, parts := s.Escape(text, generator.InBody)
		if safe != want {
			t.Errorf("%q is written %q, want %q", text, safe, want)
		}
		for _, part := range parts {
			safe = strings.ReplaceAll(safe, s.Escaped(part), part)
		}
		if safe != text {
			t.Errorf("back is %q", safe)
		}
	}
}
