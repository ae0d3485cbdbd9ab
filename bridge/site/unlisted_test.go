package site

import (
	"strings"
	"testing"

	"gitpost/bridge/mf2"
)

const unlistedConfig = "url: https://example.org\ntimezone: UTC\ncollections:\n  unlisted:\n    output: true\n"

// TestUnlistedPostsMoveBetweenJekyllsCollections: hidden and shown again, a post keeps its
// text, its tags and its date, and its former address stays known.
func TestUnlistedPostsMoveBetweenJekyllsCollections(t *testing.T) {
	const post = "_posts/2024-03-09-x.md"
	l := newLibrary(t, map[string]string{
		"_config.yml":  unlistedConfig + "remote_theme: mmistakes/minimal-mistakes@4.26.2\n",
		post:           "---\ntitle: X # mine\ntags: [a]\n---\nhi\n",
		"_drafts/d.md": "---\ntitle: D\n---\nnot yet\n",
	})
	visibility := func(path, to string) Revision {
		t.Helper()
		r, err := l.site.Revise(l, Source{Path: path, Data: []byte(l.files[path])}, func(item *mf2.Item) error {
			if delete(item.Properties, "visibility"); to != "" {
				item.Properties["visibility"] = []any{to}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		delete(l.files, path)
		l.files[r.Path] = string(r.Data)
		return r
	}
	hidden := visibility(post, "unlisted")
	want := "---\ntitle: X # mine\ntags: [a]\nsitemap: false\nsearch: false\ndate: 2024-03-09\n"
	if hidden.Path != "_unlisted/x.md" || !hidden.Page.Published || !strings.HasPrefix(string(hidden.Data), want) {
		t.Errorf("unlisted at %s:\n%s\nwant\n%s", hidden.Path, hidden.Data, want)
	}
	shown := visibility(hidden.Path, "")
	want = "---\ntitle: X # mine\ntags: [a]\ndate: 2024-03-09\n"
	if shown.Path != post || shown.Page.URL != "https://example.org/2024/03/09/x.html" ||
		!strings.HasPrefix(string(shown.Data), want) {
		t.Errorf("public again at %s, %s:\n%s\nwant\n%s", shown.Path, shown.Page.URL, shown.Data, want)
	}
	if draft := visibility("_drafts/d.md", "unlisted"); draft.Page.Published ||
		!strings.Contains(string(draft.Data), "published: false") {
		t.Errorf("a draft that is to be unlisted came out: %+v\n%s", draft.Page, draft.Data)
	}
}

// TestUnlistedPostsAreInNoListOfTheSite builds each generator's site with an unlisted post
// that has a tag of its own and one that it shares: no page, feed, sitemap or list of
// terms leads to it.
func TestUnlistedPostsAreInNoListOfTheSite(t *testing.T) {
	t.Parallel()
	lists := "{{ range $n, $terms := .Site.Taxonomies }}{{ range $term, $pages := $terms }}{{ $term }}: {{ range $pages.Pages }}{{ .RelPermalink }} {{ end }}{{ end }}{{ end }}{{ range .Pages }}{{ .RelPermalink }}{{ end }}"
	for generator, files := range map[string]map[string]string{
		"hugo": with(stockHugo, map[string]string{"layouts/_default/terms.html": lists,
			"layouts/_default/taxonomy.html": lists, "layouts/_default/term.html": lists}),
		"jekyll": with(stockJekyll, map[string]string{"_config.yml": stockJekyll["_config.yml"] +
			"collections:\n  unlisted:\n    output: true\n",
			"tags.html": "---\n---\n{% for tag in site.tags %}{{ tag | jsonify }}{% endfor %}{% for post in site.posts %}{{ post.url }}{% endfor %}"}),
	} {
		t.Run(generator, func(t *testing.T) {
			t.Parallel()
			l := newLibrary(t, files, func(o *Options) { o.Version = installedVersion(t, generator) })
			l.compose(Post{Item: entry(map[string][]any{"content": {"Seen"}, "category": {"shared"}}), Slug: "seen"})
			made := l.compose(Post{Item: entry(map[string][]any{"content": {"Between us"}, "category": {"shared", "onlyhere"},
				"visibility": {"unlisted"}}), Slug: "kept-apart"})
			out, _ := builds(t, generator, l.files)
			if source := pageSource(t, out, made.Page.URL); !strings.Contains(source, "Between us") {
				t.Errorf("%s: %s", made.Page.URL, source)
			}
			for file, text := range wholeOutput(t, out) {
				for _, word := range []string{"kept-apart", "onlyhere"} {
					if strings.Contains(text, word) && !strings.Contains(file, "kept-apart") {
						t.Errorf("%s tells of %s", file, word)
					}
				}
			}
		})
	}
}

// TestTagsOfAnUnlistedHugoPostStayTags: they stand where Hugo does not look, and come back
// when the post is shown; a page with two keys for them keeps both.
func TestTagsOfAnUnlistedHugoPostStayTags(t *testing.T) {
	l := newLibrary(t, map[string]string{
		"hugo.toml":          "baseURL = 'https://example.org/'\n",
		"content/posts/a.md": "---\ntitle: A\ntags: [x, z]\n---\na\n",
		"content/posts/b.md": "---\ntitle: B\ntags: [x]\ncategories: [z]\n---\nb\n",
	})
	revise := func(path, property string, values ...any) string {
		t.Helper()
		r, err := l.site.Revise(l, Source{Path: path, Data: []byte(l.files[path])}, func(item *mf2.Item) error {
			if delete(item.Properties, property); len(values) > 0 {
				item.Properties[property] = values
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		l.files[path] = string(r.Data)
		return l.files[path]
	}
	for _, step := range []struct {
		path, property string
		values         []any
		want           string
	}{
		{"content/posts/a.md", "visibility", []any{"unlisted"},
			"---\ntitle: A\nbuild:\n  list: never\nmf2:\n  category:\n  - x\n  - z\n---\na\n"},
		{"content/posts/a.md", "category", []any{"x", "w"},
			"---\ntitle: A\nbuild:\n  list: never\nmf2:\n  category:\n  - x\n  - w\n---\na\n"},
		{"content/posts/a.md", "visibility", nil, "---\ntitle: A\ntags:\n- x\n- w\n---\na\n"},
		{"content/posts/b.md", "visibility", []any{"unlisted"},
			"---\ntitle: B\ntags: [x]\ncategories: [z]\nbuild:\n  list: never\n---\nb\n"},
	} {
		if got := revise(step.path, step.property, step.values...); got != step.want {
			t.Errorf("%s %s %v:\n%s\nwant\n%s", step.path, step.property, step.values, got, step.want)
		}
	}
}
