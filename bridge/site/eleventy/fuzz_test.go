package eleventy

import (
	"testing"

	"gitpost/bridge/site/generator"
	"gitpost/bridge/site/generator/generatortest"
)

// FuzzSite: no configuration, data file or page makes gitpost fail, and a published page has a URL.
func FuzzSite(f *testing.F) {
	f.Add("export default () => ({ dir: { input: \"src\" } });", `{"permalink": "/{{ page.fileSlug }}/"}`,
		"---\ntitle: A\n---\n", "*.md")
	f.Add("/* { */ // `${x}`\nc.addPassthroughCopy({\"a\": \"/\"})", "export default { permalink: false, }",
		"---json\n{}\n---\n", "**/?")
	f.Fuzz(func(t *testing.T, config, data, page, ignored string) {
		files := map[string]string{"posts/a.md": page, "posts/posts.11tydata.js": data, "posts/a.json": data,
			"src/b/b.md": page, "src/b/b.json": data}
		s, err := generatortest.Open(Definition, generator.Options{URL: "https://e.example/"},
			map[string]string{"eleventy.config.js": config,
				".eleventyignore": ignored, "package.json": config, "_includes/l.njk": page}, files)
		if err != nil {
			return
		}
		for file := range files {
			if p := s.Page(file); p.Published && p.URL == "" {
				t.Errorf("%s is published nowhere", file)
			}
		}
	})
}
