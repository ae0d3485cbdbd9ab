package site

import (
	"testing"

	"gitpost/bridge/mf2"
)

const bilingual = "baseURL = 'https://example.org/'\n[languages.en]\nweight = 1\n[languages.pt-br]\nweight = 2\n"

// TestTranslationsAreNotAPatternForPosts: bundles with a file for each language are one post
// each, and their folders are no sections.
func TestTranslationsAreNotAPatternForPosts(t *testing.T) {
	post := "---\ntitle: P\ndate: 2024-05-01\n---\nx\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"bundles": {map[string]string{"content/posts/one/index.md": post, "content/posts/one/index.pt-br.md": post,
			"content/posts/two/index.pt-BR.md": post}, "content/posts/x/index.md"},
		"files": {map[string]string{"content/posts/one.md": post, "content/notes/a.pt-br.md": post,
			"content/notes/b.pt-br.md": post}, "content/posts/x.md"},
		"alone": {map[string]string{"content/posts/one.pt-br.md": post}, "content/posts/x.pt-br.md"},
	} {
		l := newLibrary(t, with(c.files, map[string]string{"hugo.toml": bilingual}))
		if r := l.compose(Post{Item: entry(map[string][]any{"content": {"x"}})}); r.Path != c.want {
			t.Errorf("%s: %s, want %s", name, r.Path, c.want)
		}
	}
}

// TestATranslationThatMovesKeepsItsLanguage, whether its slug changes or its channel.
func TestATranslationThatMovesKeepsItsLanguage(t *testing.T) {
	post := "---\ntitle: P\ndate: 2024-05-01\n---\nx\n"
	for _, c := range []struct{ from, command, value, path, url string }{
		{"content/posts/a.pt-br.md", slugCommand, "novo", "content/posts/novo.pt-br.md", "pt-br/posts/novo/"},
		{"content/posts/b/index.pt-br.md", slugCommand, "novo", "content/posts/novo/index.pt-br.md", "pt-br/posts/novo/"},
		{"content/posts/a.pt-br.md", pathCommand, "notes/{slug}", "content/notes/a.pt-br.md", "pt-br/notes/a/"},
		{"content/posts/b/index.pt-br.md", pathCommand, "notes/{slug}/index.md", "content/notes/b/index.pt-br.md",
			"pt-br/notes/b/"},
		{"content/posts/b/index.pt-br.md", pathCommand, "notes/{slug}", "content/notes/b/index.pt-br.md", "pt-br/notes/b/"},
	} {
		l := newLibrary(t, map[string]string{"hugo.toml": bilingual, c.from: post})
		r, err := l.site.Revise(l, Source{Path: c.from, Data: []byte(post)}, func(item *mf2.Item) error {
			item.Properties[c.command] = []any{c.value}
			return nil
		})
		if err != nil || r.Path != c.path || r.Page.URL != "https://example.org/"+c.url {
			t.Errorf("%s %s=%s: %s at %s, %v; want %s at %s", c.from, c.command, c.value, r.Path, r.Page.URL, err, c.path, c.url)
		}
	}
}
