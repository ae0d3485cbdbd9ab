package catalog

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/mf2"
)

// mixedSite has posts of all kinds, with properties of all shapes.
func mixedSite(posts int) map[string]string {
	random := rand.New(rand.NewPCG(3, 4))
	files := map[string]string{
		"hugo.toml":                "baseURL = 'https://example.org/'\n",
		"content/posts/broken.md":  "---\ntitle: [\n---\n",
		"content/posts/_index.md":  "---\ntitle: Posts\n---\n",
		"content/posts/undated.md": "---\ntitle: Undated\n---\n",
	}
	lines := []string{
		"title: Harbour %d", "title: \"ÉTÉ %d\"", "summary: In short, %d", "draft: true", "tags: [river, tag-%d]",
		"tags:\n  - Été", "rsvp: yes",
		"in_reply_to: https://other.example/%d/", "like_of: https://other.example/like?id=%d",
		"photo:\n  - value: https://example.org/%d.jpg\n    alt: A boat",
		"checkin:\n  type: h-card\n  properties:\n    name: Café %d\n    url: https://venue.example/%d", "rating: %d",
		"featured-of: [1, true, word]", "build:\n  list: never", "slug: slug-%d",
	}
	for i := range posts {
		var b strings.Builder
		fmt.Fprintf(&b, "---\ndate: 2024-%02d-%02dT10:00:00Z\n", 1+random.IntN(12), 1+random.IntN(28))
		seen := map[string]bool{}
		for range 1 + random.IntN(5) {
			line := lines[random.IntN(len(lines))]
			key, _, _ := strings.Cut(line, ":")
			if !seen[key] {
				seen[key] = true
				b.WriteString(strings.ReplaceAll(line, "%d", fmt.Sprint(random.IntN(4))) + "\n")
			}
		}
		fmt.Fprintf(&b, "---\nText %d\n", i)
		files[fmt.Sprintf("content/posts/p-%d.md", i)] = b.String()
	}
	return files
}

// TestListShowsWhatReadingEachPostWould holds lists, whose filters read no files, to a judge
// that reads them all.
func TestListShowsWhatReadingEachPostWould(t *testing.T) {
	c := New(openSite)
	if err := c.Read(t.Context(), snapshotOf(mixedSite(600)), func(v *View) error {
		for _, f := range []Filter{
			{}, {PostType: []string{"reply", "like"}}, {PostType: []string{"article"}, Status: []string{"draft"}},
			{Status: []string{"published"}},
			{Visibility: []string{"unlisted"}}, {Visibility: []string{"public"}}, {Category: []string{"Été", "tag-2"}},
			{Category: []string{"été"}},
			{Text: "harbour 2"}, {Text: "ÉTÉ"}, {Text: "été 1"}, {Text: "in short, 3"}, {Text: "slug-2"}, {Text: "p-59"},
			{Text: "tag-"}, {Text: "x y z"},
			{Text: "short\nin"}, {Exists: []string{"photo"}}, {Exists: []string{"photo", "category"}},
			{NotExists: []string{"name"}}, {Exists: []string{"nothing"}},
			{Exists: []string{"post-status", "url", "published"}}, {NotExists: []string{"post-status"}},
			{Property: map[string][]string{"rsvp": {"yes"}}}, {Property: map[string][]string{"rsvp": {"no"}}},
			{Property: map[string][]string{"rating": {"2", "3"}}},
			{Property: map[string][]string{"in-reply-to": {"https://other.example/1"}}},
			{Property: map[string][]string{"in-reply-to": {"https://other.example/1/"}}},
			{Property: map[string][]string{"like-of": {"https://other.example/like?id=1"}}},
			{Property: map[string][]string{"like-of": {"https://other.example/like"}}},
			{Property: map[string][]string{"photo": {"https://example.org/2.jpg"}}},
			{Property: map[string][]string{"photo": {"A boat"}}},
			{Property: map[string][]string{"checkin": {"https://venue.example/3"}}},
			{Property: map[string][]string{"checkin": {"Café 3"}}},
			{Property: map[string][]string{"featured-of": {"true"}}}, {Property: map[string][]string{"content": {"Text 77"}}},
			{Property: map[string][]string{"category": {"river"}, "rsvp": {"yes"}}},
			{Property: map[string][]string{"post-status": {"published"}}},
			{Property: map[string][]string{"post-status": {"draft"}}},
			{Property: map[string][]string{"url": {"https://example.org/posts/p-5/"}}},
			{Text: "harbour", PostType: []string{"reply"}, Category: []string{"river"}, NotExists: []string{"photo"}},
		} {
			var want []string
			for _, e := range v.List(Filter{}).Entries {
				item, err := v.Item(e)
				if err != nil {
					t.Fatal(err)
				}
				if judge(f, e, item) {
					want = append(want, e.Path)
				}
			}
			if got := names(v.List(f)); !slices.Equal(got, want) {
				t.Errorf("%+v gives %d posts, want %d\n%v\n%v", f, len(got), len(want), got, want)
			}
			f.OldestFirst = true
			slices.Reverse(want)
			if got := names(v.List(f)); !slices.Equal(got, want) {
				t.Errorf("%+v, the oldest first, gives %v, want %v", f, got, want)
			}
			f.Limit, f.Offset = 7, 3
			part := want[min(3, len(want)):min(10, len(want))]
			if got := names(v.List(f)); !slices.Equal(got, part) {
				t.Errorf("%+v gives %v, want %v", f, got, part)
			}
			var paged []string
			f.Offset = 0
			for {
				p := v.List(f)
				paged = append(paged, names(p)...)
				if f.After = p.After; p.After == "" {
					break
				}
			}
			if !slices.Equal(paged, want) {
				t.Errorf("%+v, page by page, gives %v, want %v", f, paged, want)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func judge(f Filter, e *Entry, item mf2.Item) bool {
	has := func(name string) bool { return len(item.Properties[name]) > 0 || name == "post-status" }
	if !oneOf(f.PostType, mf2.PostType(item)) || !oneOf(f.Status, e.Status) || !oneOf(f.Visibility, e.Visibility) {
		return false
	}
	var tags []string
	for _, v := range item.Properties["category"] {
		tags = append(tags, mf2.Text(v))
	}
	if len(f.Category) > 0 && !slices.ContainsFunc(tags, func(s string) bool { return slices.Contains(f.Category, s) }) {
		return false
	}
	if slices.ContainsFunc(f.Exists, func(s string) bool { return !has(s) }) || slices.ContainsFunc(f.NotExists, has) {
		return false
	}
	places := append([]string{item.Properties.Text("name"), item.Properties.Text("summary"), e.slug()}, tags...)
	if !slices.ContainsFunc(places, func(s string) bool {
		return strings.Contains(strings.ToLower(s), strings.ToLower(f.Text))
	}) {
		return false
	}
	for name, wanted := range f.Property {
		var texts []string
		for _, v := range item.Properties[name] {
			texts = append(texts, fmt.Sprint(v))
			m, _ := v.(map[string]any)
			for _, inner := range []map[string]any{m, properties(m)} {
				for _, one := range inner {
					texts = append(texts, mf2.Text(one))
				}
			}
		}
		if name == "post-status" {
			texts = append(texts, e.Status)
		}
		if !slices.ContainsFunc(texts, func(s string) bool {
			return slices.ContainsFunc(wanted, func(w string) bool {
				return strings.TrimSuffix(w, "/") == strings.TrimSuffix(s, "/")
			})
		}) {
			return false
		}
	}
	return true
}

func properties(m map[string]any) map[string]any {
	p, _ := m["properties"].(map[string]any)
	return p
}
