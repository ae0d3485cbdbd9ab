package hugo

import (
	"fmt"
	"testing"

	"gitpost/bridge/site/generator"
	"gitpost/bridge/site/generator/generatortest"
	"gitpost/frontmatter"
)

// BenchmarkHugoLocate places 100,000 posts in year and month folders, given their parsed
// documents: what a catalog does when it is built. The goal is a second on two cores.
func BenchmarkHugoLocate(b *testing.B) {
	const posts = 100_000
	c, paths, docs := hugoLibrary(b, posts, "[permalinks]\nposts = '/:year/:month/:slug/'\n")
	b.ReportAllocs()
	for b.Loop() {
		for i, p := range paths {
			if !c.Role(p).Has(generator.Content) || !c.Locate(p, docs[i%len(docs)], c).Published {
				b.Fatal("not published: ", p)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/posts, "ns/file")
}

// BenchmarkHugoLocateCascade is the same where sections and two languages have a say.
func BenchmarkHugoLocateCascade(b *testing.B) {
	const posts = 10_000
	c, paths, docs := hugoLibrary(b, posts,
		"[languages.en]\nweight = 1\n[languages.fr]\nweight = 2\n[permalinks]\nposts = '/:sections/:title/'\n")
	for _, dir := range []string{"content", "content/posts", "content/posts/2024"} {
		doc, err := frontmatter.Parse([]byte("---\ntitle: Up\ncascade:\n  kind: x\n  author: Me\n---\n"),
			c.Convention().Dialect)
		if err != nil {
			b.Fatal(err)
		}
		c.Add(dir+"/_index.md", doc)
	}
	b.ReportAllocs()
	for b.Loop() {
		for i, p := range paths {
			if !c.Role(p).Has(generator.Content) || !c.Locate(p, docs[i%len(docs)], c).Published {
				b.Fatal("not published: ", p)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/posts, "ns/file")
}

func hugoLibrary(b *testing.B, n int, config string) (*generatortest.Site, []string, []*frontmatter.Document) {
	b.Helper()
	c, err := openHugo(newest, map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\n" + config},
		map[string]string{})
	if err != nil {
		b.Fatal(err)
	}
	paths := make([]string, n)
	for i := range paths {
		paths[i] = fmt.Sprintf("content/posts/%d/%02d/note-number-%d.md", 2004+i%20, 1+i%12, i)
		c.Files[paths[i]] = ""
	}
	var docs []*frontmatter.Document
	for i := range 1000 {
		doc, err := frontmatter.Parse(fmt.Appendf(nil,
			"---\ntitle: A Title of Post %d\ndate: 2024-03-09T14:05:06+01:00\ntags:\n  - a\n  - b\nsummary: Something\nslug: post-%d\n---\nText\n", i, i), c.Convention().Dialect)
		if err != nil {
			b.Fatal(err)
		}
		docs = append(docs, doc)
	}
	return c, paths, docs
}
