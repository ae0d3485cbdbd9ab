package custom

import (
	"io/fs"

	"gitpost/bridge/site/generator"
)

// others are generators that a description can stand for, by files that no other has.
var others = []struct {
	title string
	files []string
}{
	{"Astro", []string{"astro.config.mjs", "astro.config.ts", "astro.config.js", "astro.config.mts"}},
	{"Gatsby", []string{"gatsby-config.js", "gatsby-config.ts", "gatsby-config.mjs"}},
	{"Pelican", []string{"pelicanconf.py"}},
	{"Next.js", []string{"next.config.js", "next.config.mjs", "next.config.ts"}},
	{"Nuxt", []string{"nuxt.config.ts", "nuxt.config.js"}},
	{"VitePress", []string{".vitepress/config.ts", ".vitepress/config.js", ".vitepress/config.mts"}},
	{"Lume", []string{"_config.ts"}},
	{"MkDocs", []string{"mkdocs.yml"}},
	{"Docusaurus", []string{"docusaurus.config.js", "docusaurus.config.ts"}},
	{"Metalsmith", []string{"metalsmith.json", "metalsmith.js"}},
}

// detect names the generator of a site that has to be described. A description itself leaves no sign
// in the repository.
func detect(tree fs.FS) generator.Detection {
	for _, g := range others {
		for _, file := range g.files {
			if generator.IsFile(tree, file) {
				return generator.Detection{Confidence: generator.CommonConfig, From: file, Other: g.title}
			}
		}
	}
	return generator.Detection{}
}
