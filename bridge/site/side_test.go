package site

import (
	"strings"
	"testing"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
)

func besideLibrary(t *testing.T, files map[string]string) *testLibrary {
	return newLibrary(t, files, described(generator.Description{
		Content: []string{"blog"}, Permalink: "/{slug}/", Strict: true,
		FrontMatter: generator.FrontMatter{Keys: map[string]string{"title": "title", "tags": "tags"}},
	}))
}

// TestPostOfAStrictSiteHasOnlyItsKeys: all else is beside it, is read back, is changed in place there and moves with it.
func TestPostOfAStrictSiteHasOnlyItsKeys(t *testing.T) {
	l := besideLibrary(t, nil)
	sent := entry(map[string][]any{"name": {"A walk"}, "content": {"Fog."}, "category": {"sea"},
		"like-of": {"https://there.example/"},
		"photo":   {"https://example.org/media/a.jpg"}, "mood": {"calm"}, "published": {"2026-03-01T10:00:00Z"}})
	r := l.compose(Post{Item: sent})
	if got, want := string(r.Data), "---\ntitle: A walk\ndate: 2026-03-01T10:00:00Z\ntags:\n- sea\n---\n\n"; !strings.HasPrefix(got, want) {
		t.Errorf("the post:\n%s", got)
	}
	const side = "blog/a-walk.mf2.yaml"
	if l.site.SideFile(r.Path) != side || !strings.Contains(l.files[side], "like_of: https://there.example/\n") {
		t.Errorf("beside it: %v", l.files)
	}
	if l.site.Content(side) {
		t.Error("the side file is a post")
	}
	if problem := differs(l.site, sent, l.item(r.Path)); problem != "" {
		t.Error(problem)
	}
	l.files[side] = "# mine\n" + strings.Replace(l.files[side], "https://there.example/", "https://there.example/ # yes",
		1)
	before := l.files[side]
	l.revise(r.Path, func(item *mf2.Item) error { item.Properties["mood"] = []any{"glad"}; return nil })
	if got := l.files[side]; got != strings.Replace(before, "calm", "glad", 1) {
		t.Errorf("an update made of\n%s\nthis:\n%s", before, got)
	}
	if again := l.revise(r.Path, func(*mf2.Item) error {
		return nil
	}); string(again.Data) != string(r.Data) || string(again.Side) != l.files[side] {
		t.Errorf("an update of nothing changed it:\n%s\n%s", again.Data, again.Side)
	}
	moved := l.revise(r.Path, func(item *mf2.Item) error { item.Properties[slugCommand] = []any{"stroll"}; return nil })
	if moved.Path != "blog/stroll.md" || len(l.files) != 2 || l.item(moved.Path).Properties.Text("mood") != "glad" {
		t.Errorf("moved: %v", l.files)
	}
	bare := l.revise(moved.Path, func(item *mf2.Item) error {
		item.Properties = mf2.Properties{"content": {"Fog."}, "published": item.Properties["published"]}
		return nil
	})
	if bare.Side == nil || !strings.Contains(string(bare.Side), "# mine") {
		t.Errorf("the owner's comment is gone: %q", bare.Side)
	}
}

// TestSideFileGoesWhenNothingIsLeftInIt, and a post that needs none has none.
func TestSideFileGoesWhenNothingIsLeftInIt(t *testing.T) {
	l := besideLibrary(t, nil)
	r := l.compose(Post{Item: entry(map[string][]any{"name": {"A"}, "content": {"Fog."}})})
	if len(l.files) != 1 {
		t.Errorf("a plain post: %v", l.files)
	}
	l.revise(r.Path, func(item *mf2.Item) error { item.Properties["mood"] = []any{"calm"}; return nil })
	if len(l.files) != 2 {
		t.Errorf("with a property more: %v", l.files)
	}
	l.revise(r.Path, func(item *mf2.Item) error { delete(item.Properties, "mood"); return nil })
	if len(l.files) != 1 {
		t.Errorf("without it: %v", l.files)
	}
}

// TestStraySideFileIsNotTakenOver: a new post does not get the properties of one that was renamed by hand.
func TestStraySideFileIsNotTakenOver(t *testing.T) {
	l := besideLibrary(t, map[string]string{"blog/a.mf2.yaml": "mood: calm\n"})
	if r := l.compose(Post{Item: entry(map[string][]any{"name": {"A"}, "content": {"Fog."}})}); r.Path != "blog/a-2.md" {
		t.Errorf("it is at %s", r.Path)
	}
}

// TestBrokenSideFileIsLeftAlone: the post can be read only when its side file can.
func TestBrokenSideFileIsLeftAlone(t *testing.T) {
	l := besideLibrary(t, map[string]string{"blog/a.md": "---\ntitle: A\n---\nFog.\n"})
	for _, text := range []string{"mood: [", "- a list\n", "just text\n"} {
		src := Source{Path: "blog/a.md", Data: []byte(l.files["blog/a.md"]), Side: []byte(text)}
		if _, err := l.site.ParseSource(src); err == nil || !strings.Contains(err.Error(), "a.mf2.yaml") {
			t.Errorf("%q: %v", text, err)
		}
		if _, err := l.site.Revise(l, src, func(*mf2.Item) error { return nil }); err == nil {
			t.Errorf("%q was revised", text)
		}
	}
	for _, text := range []string{"", "# nothing yet\n", "---\nmood: calm\n"} {
		src := Source{Path: "blog/a.md", Data: []byte(l.files["blog/a.md"]), Side: []byte(text)}
		r, err := l.site.Revise(l, src, func(item *mf2.Item) error { item.Properties["rating"] = []any{"5"}; return nil })
		if err != nil || !strings.HasPrefix(string(r.Side), text) || !strings.Contains(string(r.Side), "rating:") {
			t.Errorf("%q became %q: %v", text, r.Side, err)
		}
	}
}
