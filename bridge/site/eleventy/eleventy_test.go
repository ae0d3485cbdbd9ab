package eleventy

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/site/generator"
	"gitpost/bridge/site/generator/generatortest"
)

// preprocessor leaves out drafts as the documentation shows.
const preprocessor = `eleventyConfig.addPreprocessor("drafts", "*", (data) => data.draft ? false : undefined);`

func openFiles(t *testing.T, files map[string]string) *generatortest.Site {
	t.Helper()
	s, err := generatortest.Open(Definition, generator.Options{URL: "https://e.example/"}, nil, files)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestJavaScriptIsReadAsText: literals count, wherever they stand, and comments do not.
func TestJavaScriptIsReadAsText(t *testing.T) {
	for _, tt := range []struct{ name, config, want string }{
		{"an object", `export default (c) => ({ dir: { input: "src", output: "public" } });`, "src"},
		{"exported", "export const config = {\n  dir: {\n    input: 'content', // relative to the top\n    includes: '../_includes',\n  },\n};", "content"},
		{"a method", "export default (c) => { c.setInputDirectory(`pages`); };", "pages"},
		{"a comment", `// dir: { input: "src" }` + "\nexport default () => {};", ""},
		{"a block comment", "/* setInputDirectory('src') */ export default () => {};", ""},
		{"a URL in a text", `const a = "https://x.example/"; export default () => ({ dir: { input: "src" } });`, "src"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := openFiles(t, map[string]string{"eleventy.config.js": tt.config})
			if got := s.Convention().Content; got != tt.want {
				t.Errorf("the input folder is %q, want %q", got, tt.want)
			}
		})
	}
}

// TestWhatIsComputedIsNotGuessed: a URL that JavaScript computes is none, and the reason says where it is computed.
func TestWhatIsComputedIsNotGuessed(t *testing.T) {
	for _, tt := range []struct {
		name, file, text string
		reason           string
	}{
		{"a folder's data", "posts/posts.11tydata.js", "export default { permalink: (data) => `/x/${data.page.fileSlug}/` };",
			"posts/posts.11tydata.js"},
		{"computed data", "posts/posts.11tydata.js", "export default { eleventyComputed: { permalink: (data) => '/x/' } };",
			"posts/posts.11tydata.js"},
		{"global computed data", "_data/eleventyComputed.js", "export default { permalink: (data) => '/x/' };",
			"_data/eleventyComputed.js"},
		{"global data", "eleventy.config.js", `export default (c) => { c.addGlobalData("permalink", () => () => "/x/"); };`,
			"eleventy.config.js"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := openFiles(t, map[string]string{"posts/a.md": "---\ntitle: A\n---\n", "posts/b.md": "---\npermalink: /b/\n---\n",
				tt.file: tt.text})
			if page := s.Page("posts/a.md"); page.URL != "" || page.Published || !strings.Contains(page.Reason, tt.reason) {
				t.Errorf("at %q: %q", page.URL, page.Reason)
			}
			if !strings.Contains(strings.Join(s.Convention().Warnings, "\n"), tt.reason) {
				t.Errorf("no warning names it: %q", s.Convention().Warnings)
			}
			if page := s.Page("posts/b.md"); !strings.Contains(tt.name, "computed") && page.URL != "https://e.example/b/" {
				t.Errorf("front matter is at %q: %s", page.URL, page.Reason)
			}
		})
	}
	_, err := Definition.Open(generatortest.Tree(map[string]string{"eleventy.config.js": "export default () => ({ dir: { input: folder } });"}),
		generator.Options{URL: "https://e.example/", Now: time.Now})
	var refused *fault.Error
	if !errors.As(err, &refused) || !strings.Contains(refused.Message, "eleventy.config.js computes the input folder") {
		t.Errorf("a computed input folder: %v", err)
	}
}

// TestSettingsOfTheSite are what is read beside where pages are.
func TestSettingsOfTheSite(t *testing.T) {
	files := map[string]string{
		"eleventy.config.js": `export default async function (eleventyConfig) {
	` + preprocessor + `
	eleventyConfig.addPassthroughCopy({ "./public/": "/" });
	eleventyConfig.addPassthroughCopy("img");
}
export const config = { markdownTemplateEngine: "njk", dir: { input: "content", includes: "../_includes", data: "../_data", output: "_site" }, pathPrefix: "/sub/" };`,
		"package.json":                          `{"devDependencies": {"@11ty/eleventy": "^3.1.0"}}`,
		"_data/metadata.js":                     `export default { title: "A blog", url: "https://me.example/", };`,
		"_includes/layouts/base.njk":            "<head></head>",
		"content/blog/blog.11tydata.js":         "export default {\n\ttags: [\"posts\"],\n\t\"layout\": \"layouts/post.njk\",\n};\n",
		"content/blog/firstpost.md":             "---\ntitle: First\ndate: 2018-05-01\n---\n",
		"content/blog/fourthpost/fourthpost.md": "---\ntitle: Fourth\ndate: 2018-09-30\ndraft: true\n---\n",
	}
	s := openFiles(t, files)
	c := s.Convention()
	for what, pair := range map[string][2]string{
		"version": {c.Version, "3.1.0"}, "base": {c.BaseURL, "https://e.example/sub/"},
		"stated": {c.Stated, "https://me.example/"},
		"data":   {c.Data, "_data"}, "static": {c.Static, "public"}, "static URL": {c.StaticURL, "https://e.example/sub/"},
		"posts": {c.Posts, "content/blog"},
		"first": {s.Page("content/blog/firstpost.md").URL, "https://e.example/sub/blog/firstpost/"},
		"draft": {s.Page("content/blog/fourthpost/fourthpost.md").Reason, "draft"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %q, want %q", what, pair[0], pair[1])
		}
	}
	if len(c.Warnings) > 0 || c.Draft.Refusal != "" {
		t.Errorf("warnings %q, refusal %q", c.Warnings, c.Draft.Refusal)
	}
	if s := openFiles(t,
		map[string]string{"eleventy.config.js": "export default () => {};"}); s.Convention().Draft.Refusal == "" {
		t.Error("a site that publishes drafts takes drafts")
	}
}

func TestTemplateCodeIsShownAsText(t *testing.T) {
	for config, want := range map[string]string{
		`export default () => ({});`: "{% raw %}{{{% endraw %} a }} {% raw %}{%{% endraw %} b %} {# c #}",
		`export default () => ({ markdownTemplateEngine: "njk" });`: "{% raw %}{{{% endraw %} a }} {% raw %}{%{% endraw %} b %} " +
			"{% raw %}{#{% endraw %} c {% raw %}#}{% endraw %}",
		`export default () => ({ markdownTemplateEngine: false });`: "{{ a }} {% b %} {# c #}",
	} {
		s := openFiles(t, map[string]string{"eleventy.config.js": config})
		safe, parts := s.Escape("{{ a }} {% b %} {# c #}", generator.InBody)
		if safe != want {
			t.Errorf("%s\nwrites %s\nwant   %s", config, safe, want)
		}
		for _, part := range parts {
			safe = strings.ReplaceAll(safe, s.Escaped(part), part)
		}
		if safe != "{{ a }} {% b %} {# c #}" {
			t.Errorf("back is %q", safe)
		}
	}
}
