package site

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/fuzztest"
	"gitpost/bridge/mf2"
)

// TestTagIsAppendedAndNothingElse: what the author wrote among tags and categories stays, and
// removing the tag gives the bytes back.
func TestTagIsAppendedAndNothingElse(t *testing.T) {
	for _, c := range []struct{ name, head, added string }{
		{"hugo", "---\ntitle: C\ndate: 2024-01-02\ntags: [café, 🚀]\n---\n", "tags: [café, 🚀, new]\n"},
		{"hugo", "---\ntitle: C\ndate: 2024-01-02\ntags:\n  - \"→\"\n  - 'b' # mine\n---\n",
			"  - \"→\"\n  - 'b' # mine\n  - new\n"},
		{"hugo", "+++\ntitle = \"C\"\ndate = 2024-01-02\ntags = [\"!!\", \"x\"]\n+++\n", "tags = [\"!!\", \"x\", \"new\"]\n"},
		{"hugo", "---\ntitle: C\ndate: 2024-01-02\ncategories: [🎉]\n---\n", "categories: [🎉, new]\n"},
		{"hugo", "---\ntitle: C\ndate: 2024-01-02\ntags: [2023, a, \"\", null, true]\n---\n",
			"tags: [2023, a, \"\", null, true, new]\n"},
		{"hugo", "+++\ntitle = \"C\"\ndate = 2024-01-02\ntags = [2023, 1.5]\n+++\n", "tags = [2023, 1.5, \"new\"]\n"},
		{"jekyll", "---\nlayout: post\ntitle: C\ntags: [2023, a]\n---\n", "tags: [2023, a, new]\n"},
		{"jekyll", "---\nlayout: post\ntitle: C\ncategories: [links, web]\n---\n", "tags: [new]\n"},
		{"jekyll", "---\nlayout: post\ntitle: C\ncategories:\n- links\n- web\n---\n", "tags:\n- new\n"},
		{"jekyll", "---\nlayout: post\ntitle: C\ncategories: links web\n---\n", "new"},
		{"jekyll", "---\nlayout: post\ntitle: C\ncategories: links\ntags: a  b\n---\n", "tags: a  b new\n"},
		{"jekyll", "---\nlayout: post\ntitle: C\ncategory: posts\n---\n", "new"},
		{"jekyll", "---\nlayout: post\ntitle: C\ncategory: posts\ntags: [a, 🚀]\n---\n", "tags: [a, 🚀, new]\n"},
	} {
		site, file := bareHugo, "content/posts/c.md"
		if c.name == "jekyll" {
			site, file = bareJekyll, "_posts/2024-01-03-c.md"
		}
		before := c.head + "Text\n"
		l := newLibrary(t, with(site, map[string]string{file: before}))
		was := l.item(file).Properties["category"]
		l.revise(file, func(item *mf2.Item) error {
			item.Properties["category"] = append(append([]any{}, item.Properties["category"]...), "new")
			return nil
		})
		now := l.files[file]
		if !strings.Contains(now, c.added) || strings.Contains(now, "mf2:") {
			t.Errorf("added to\n%s\n%s", before, now)
		}
		for line := range strings.Lines(before) {
			if !strings.Contains(now, strings.TrimRight(line, "]\n")) {
				t.Errorf("the line %q is gone:\n%s", line, now)
			}
		}
		if got := l.item(file).Properties["category"]; len(got) != len(was)+1 || !mf2.SetOf(got).Has("new") {
			t.Errorf("read as %v, was %v", got, was)
		}
		l.revise(file, func(item *mf2.Item) error {
			item.Properties["category"] = without(item.Properties["category"], []any{"new"})
			return nil
		})
		if l.files[file] != before {
			t.Errorf("removed again:\n%s\nwant:\n%s", l.files[file], before)
		}
	}
}

// TestCategoriesOfTheURLStay: replacing the tags leaves them alone, and taking one away is refused.
func TestCategoriesOfTheURLStay(t *testing.T) {
	const file = "_posts/2024-01-03-c.md"
	l := newLibrary(t, with(bareJekyll, map[string]string{
		file: "---\nlayout: post\ntitle: C\ncategories: [links, web]\ntags: [a]\n---\nText\n"}))
	url := l.page(file).URL
	r := l.revise(file, func(item *mf2.Item) error { item.Properties["category"] = []any{"b"}; return nil })
	if r.Page.URL != url || !strings.Contains(string(r.Data), "categories: [links, web]\ntags: [b]\n") {
		t.Errorf("%s\n%s", r.Page.URL, r.Data)
	}
	_, err := l.site.Revise(l, Source{Path: file, Data: []byte(l.files[file])}, func(item *mf2.Item) error {
		item.Properties["category"] = without(item.Properties["category"], []any{"web"})
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "web is a category of the post") {
		t.Errorf("a category was taken away: %v", err)
	}
}

// TestTagInTheSingularIsExtended: Jekyll takes the tags of tag alone where a post has it.
func TestTagInTheSingularIsExtended(t *testing.T) {
	const file = "_posts/2024-01-03-c.md"
	for _, c := range []struct{ keys, was, added, emptied string }{
		{"tag: a\n", "a", "tag:\n- a\n- new\n", ""},
		{"tag: a b\n", "a b", "tag:\n- a b\n- new\n", ""},
		{"tag: [a, b]\n", "a|b", "tag: [a, b, new]\n", ""},
		{"tag:\n- a # mine\n", "a", "tag:\n- a # mine\n- new\n", ""},
		{"tag: 2024\n", "2024", "tag:\n- 2024\n- new\n", ""},
		{"tag: a\ntags: [old]\n", "a", "tag: [a, new]\ntags: [old]\n", "tag: []\ntags: [old]\n"},
		{"tags: [old]\ntag: a\n", "a", "tags: [old]\ntag: [a, new]\n", "tags: [old]\ntag: []\n"},
		{"tag:\ntags: [old]\n", "old", "tag:\ntags: [old, new]\n", "tag:\ntags: []\n"},
		{"tag: false\ntags: a b\n", "a|b", "tag: false\ntags: a b new\n", "tag: false\ntags: []\n"},
		{"categories: [links]\ntag: a\n", "a|links", "categories: [links]\ntag: [a, new]\n", "categories: [links]\n"},
	} {
		head := "---\nlayout: post\ntitle: C\n"
		l := newLibrary(t, with(bareJekyll, map[string]string{file: head + c.keys + "---\nText\n"}))
		was := l.item(file).Properties["category"]
		var words []string
		for _, v := range was {
			words = append(words, mf2.Text(v))
		}
		if got := strings.Join(words, "|"); got != c.was {
			t.Errorf("%q is read as %s, want %s", c.keys, got, c.was)
		}
		change := func(to []any) string {
			l.revise(file, func(item *mf2.Item) error { item.Properties["category"] = to; return nil })
			return strings.TrimSuffix(strings.TrimPrefix(l.files[file], head), "---\nText\n")
		}
		if got := change(append(append([]any{}, was...), "new")); got != c.added {
			t.Errorf("added to %q: got %q, want %q", c.keys, got, c.added)
		}
		if got := l.item(file).Properties["category"]; len(got) != len(was)+1 || !mf2.SetOf(got).Has("new") {
			t.Errorf("%q: read as %v, was %v", c.keys, got, was)
		}
		var fixed []any
		if strings.Contains(c.keys, "links") {
			fixed = []any{"links"}
		}
		if got := change(fixed); got != c.emptied {
			t.Errorf("emptied %q: got %q, want %q", c.keys, got, c.emptied)
		}
	}
}

// TestManyTagsAreReplacedInOnePass, as a list and as a text of words: searching the rest for each took minutes.
func TestManyTagsAreReplacedInOnePass(t *testing.T) {
	const file, n = "_posts/2024-01-03-c.md", 30_000
	var words strings.Builder
	var want []any
	for i := range n {
		fmt.Fprintf(&words, " a%d", i)
		want = append(want, fmt.Sprint("b", i))
	}
	for _, tags := range []string{words.String(), " [" + strings.ReplaceAll(words.String()[1:], " ", ", ") + "]"} {
		l := newLibrary(t, with(bareJekyll, map[string]string{file: "---\nlayout: post\ntitle: C\ntags:" + tags +
			"\n---\nText\n"}))
		before := fuzztest.Spent(t)
		l.revise(file, func(item *mf2.Item) error { item.Properties["category"] = want; return nil })
		if took := fuzztest.Spent(t) - before; took > 4*time.Second {
			t.Errorf("%.10s…: it took %v", tags, took)
		}
		if got := l.item(file).Properties["category"]; len(got) != n || got[0] != "b0" || got[n-1] != want[n-1] {
			t.Errorf("%.10s…: there are %d tags", tags, len(got))
		}
	}
}
