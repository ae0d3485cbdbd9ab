package site

import (
	"fmt"
	"testing"

	"gitpost/frontmatter"
)

// A still is a library that answers at once, as the catalog does.
type still struct{ recent []Source }

func (still) Exists(string) bool                    { return false }
func (still) Document(string) *frontmatter.Document { return nil }
func (still) PathOf(string) (string, bool)          { return "", false }
func (l still) Recent(int) []Source                 { return l.recent }

func BenchmarkCompose(b *testing.B) {
	for name, config := range map[string]map[string]string{"hugo": bareHugo, "jekyll": bareJekyll} {
		b.Run(name, func(b *testing.B) {
			s := newLibrary(b, config).site
			var l still
			for i := range recent {
				text := fmt.Sprintf("---\ntitle: Post %d\ndate: 2024-03-%02dT10:00:00Z\ntags: [a, b]\n---\n\nSome text.\n", i, i+1)
				l.recent = append(l.recent, Source{Path: fmt.Sprintf("%s/2024-03-%02d-p.md", s.usual().section, i+1),
					Data: []byte(text)})
			}
			item := entry(map[string][]any{"content": {"Fog on the river this morning, and it smells of snow."},
				"category": {"weather", "river"}})
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Compose(l, Post{Item: item}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkItem(b *testing.B) {
	l := newLibrary(b, bareHugo)
	r := l.compose(Post{Item: entry(map[string][]any{"name": {"A"}, "content": {"Fog on the river."},
		"category": {"weather"}, "like-of": {"https://x.example/"}})})
	doc := l.Document(r.Path)
	b.ReportAllocs()
	for b.Loop() {
		if item := l.site.Item(r.Page, doc); len(item.Properties) == 0 {
			b.Fatal("nothing read")
		}
	}
}
