package jekyll

import (
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// BenchmarkJekyllLocate places one post at a time of a site with categories, defaults and
// exclusions.
func BenchmarkJekyllLocate(b *testing.B) {
	for _, version := range []string{"3.10.0", "4.3.1", "4.4.1"} {
		b.Run(version, func(b *testing.B) {
			tree := fstest.MapFS{"_config.yml": &fstest.MapFile{Data: []byte(`url: https://example.org
baseurl: /blog
timezone: Europe/Berlin
permalink: /:categories/:year/:month/:day/:title/
exclude: [secret, README.md, "*.txt"]
collections: {notes: {output: true}, likes: {output: true}}
defaults:
- {scope: {path: "", type: posts}, values: {layout: post, categories: [journal]}}
- {scope: {path: _posts/2024}, values: {layout: old}}
- {scope: {path: "_posts/*/2023-*"}, values: {layout: older}}
`)}}
			j, err := openSite(tree, generator.Options{Version: version, Now: time.Now})
			if err != nil {
				b.Fatal(err)
			}
			paths := make([]string, 1000)
			docs := make([]*frontmatter.Document, len(paths))
			for i := range paths {
				paths[i] = fmt.Sprintf("_posts/%d/2024-%02d-%02d-a-post-number-%d.md", 2010+i%14, 1+i%12, 1+i%28, i)
				text := fmt.Sprintf("---\ntitle: Post %d\ndate: 2024-%02d-%02d 14:05:06 +0200\ntags: [a, b, c]\ncategories: [One, Two]\n---\nHello.\n", i, 1+i%12, 1+i%28)
				if docs[i], err = frontmatter.Parse([]byte(text), dialect); err != nil {
					b.Fatal(err)
				}
			}
			around := files{}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if page := j.Locate(paths[i%len(paths)], docs[i%len(paths)], around); !page.Published {
					b.Fatal(page)
				}
				i++
			}
		})
	}
}
