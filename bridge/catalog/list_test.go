package catalog

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site"
)

// listing is a view of posts post-0 (newest) … post-(n-1).
func listing(n int) *View {
	ix := newIndex(nil, nil)
	b := &builder{index: ix}
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i := range n {
		e := &Entry{
			Path: fmt.Sprintf("content/posts/post-%d.md", i), Name: fmt.Sprintf("Post %d", i),
			Status: "published", Visibility: "public", PostType: "note", Has: []string{"content", "published"},
		}
		e.Page = site.Page{Path: e.Path, Kind: "post", Date: start.Add(-time.Duration(i/2) * time.Hour),
			URL: fmt.Sprintf("https://example.org/posts/post-%d/", i)}
		if i%3 == 0 {
			e.PostType, e.Categories, e.Has = "photo", []string{"River"}, []string{"category", "content", "photo"}
		}
		if i%5 == 0 {
			e.Status = "draft"
		}
		e.words = wordsOf(e, mf2.Item{Properties: mf2.Properties{"name": {e.Name}}})
		ix.paths.set(e.Path, true)
		b.add(e)
	}
	b.finish()
	return &View{index: ix}
}

func names(p Page) []string {
	var all []string
	for _, e := range p.Entries {
		all = append(all, e.Path)
	}
	return all
}

func TestPagingForwardsShowsEachPostOnce(t *testing.T) {
	for _, oldestFirst := range []bool{false, true} {
		for _, n := range []int{0, 1, 6, 7, 20} {
			v := listing(n)
			var seen []string
			f := Filter{Limit: 3, OldestFirst: oldestFirst}
			for {
				p := v.List(f)
				seen = append(seen, names(p)...)
				if p.After == "" {
					break
				}
				f.After = p.After
			}
			want := names(v.List(Filter{OldestFirst: oldestFirst}))
			if !slices.Equal(seen, want) || len(want) != n {
				t.Errorf("oldest first %v, %d posts: paging gave %v, want %v", oldestFirst, n, seen, want)
			}
		}
	}
}

func TestPagingBackwardsReturnsToTheStart(t *testing.T) {
	v := listing(20)
	first := v.List(Filter{Limit: 6})
	second := v.List(Filter{Limit: 6, After: first.After})
	third := v.List(Filter{Limit: 6, After: second.After})
	back := v.List(Filter{Limit: 6, Before: third.Before})
	if !slices.Equal(names(back), names(second)) {
		t.Fatalf("the page before the third is %v, want the second, %v", names(back), names(second))
	}
	back = v.List(Filter{Limit: 6, Before: back.Before})
	if !slices.Equal(names(back), names(first)) {
		t.Fatalf("the page before the second is %v, want the first, %v", names(back), names(first))
	}
	if none := v.List(Filter{Limit: 6, Before: back.Before}); len(none.Entries) != 0 || none.Before != "" ||
		none.After != "" {
		t.Fatalf("the page before the first is %v (%q, %q), want none", names(none), none.Before, none.After)
	}
	if all := v.List(Filter{Before: third.Before}); !slices.Equal(names(all), append(names(first), names(second)...)) {
		t.Fatalf("all before the third is %v", names(all))
	}
}

func TestCursorStaysGoodWhenItsPostIsGone(t *testing.T) {
	v := listing(12)
	first := v.List(Filter{Limit: 4})
	want := names(v.List(Filter{Limit: 4, After: first.After}))
	last := first.Entries[3]
	v.index.apply(nil, []Change{{Path: last.Path, Old: "x"}}, map[string]*Entry{last.Path: nil})
	if got := names(v.List(Filter{Limit: 4, After: first.After})); !slices.Equal(got, want) {
		t.Fatalf("after the cursor's post was deleted: %v, want %v", got, want)
	}
}

func TestFilters(t *testing.T) {
	v := listing(30)
	all := v.List(Filter{})
	for _, tt := range []struct {
		name string
		f    Filter
		want func(*Entry) bool
	}{
		{"post type", Filter{PostType: []string{"photo"}}, func(e *Entry) bool { return e.PostType == "photo" }},
		{"status", Filter{Status: []string{"draft"}}, func(e *Entry) bool { return e.Status == "draft" }},
		{"text in the category", Filter{Text: "rIVer"}, func(e *Entry) bool { return len(e.Categories) > 0 }},
		{"text in the name", Filter{Text: "post 7"}, func(e *Entry) bool { return e.Name == "Post 7" }},
		{"exists", Filter{Exists: []string{"photo"}}, func(e *Entry) bool { return e.PostType == "photo" }},
		{"not exists", Filter{NotExists: []string{"photo"}}, func(e *Entry) bool { return e.PostType != "photo" }},
		{"visibility", Filter{Visibility: []string{"unlisted"}}, func(e *Entry) bool { return false }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var want []string
			for _, e := range all.Entries {
				if tt.want(e) {
					want = append(want, e.Path)
				}
			}
			if got := names(v.List(tt.f)); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestOwnURLBeatsAnAlias(t *testing.T) {
	v := listing(2)
	other := v.index.at("content/posts/post-0.md")
	other.Page.Aliases = []string{"https://example.org/posts/post-1/"}
	v.index.apply(nil, []Change{{Path: other.Path, Old: "x", New: "y"}}, map[string]*Entry{other.Path: other})
	if e := v.Lookup("https://example.org/posts/post-1/"); e.Path != "content/posts/post-1.md" {
		t.Errorf("found %s, want the page whose own URL it is", e.Path)
	}
	v.index.apply(nil, []Change{{Path: "content/posts/post-1.md"}}, map[string]*Entry{"content/posts/post-1.md": nil})
	if e := v.Lookup("https://example.org/posts/post-1/"); e == nil || e.Path != "content/posts/post-0.md" {
		t.Errorf("after its deletion the alias leads to %v, want post-0", e)
	}
}
