package catalog

import (
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site"
)

// TestRivalsAreThoseOfAWalk compares the counts with a walk over all paths, after random changes
// in the index and on top of it.
func TestRivalsAreThoseOfAWalk(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	parts := []string{"a", "A", "é", "É", "k", "\u212a", "s", "\u017f", "index", "_index", "Index", "b.c", "ß", "İ"}
	file := func() string {
		var elements []string
		for range 1 + random.IntN(3) {
			elements = append(elements, parts[random.IntN(len(parts))])
		}
		return "content/" + strings.Join(elements, "/") + []string{".md", ".MD", ".txt", ".fr.md"}[random.IntN(4)]
	}
	content := func(file string) bool { return strings.EqualFold(path.Ext(file), ".md") }
	p, all := newPaths(content), map[string]bool{}
	for step := range 300 {
		var changes []Change
		next := map[string]bool{}
		for f := range all {
			next[f] = true
		}
		for range 1 + random.IntN(4) {
			f := file()
			if next[f] = !next[f]; next[f] {
				changes = append(changes, Change{Path: f, New: "x"})
			} else {
				delete(next, f)
				changes = append(changes, Change{Path: f, Old: "x"})
			}
		}
		changes = lastOf(changes)
		over := p.with(changes)
		check := func(name string, have changedPaths) {
			f, own := file(), ""
			if files := sortedKeys(next); len(files) > 0 && random.IntN(2) == 0 {
				own = files[random.IntN(len(files))]
			}
			pages, below := have.Rivals(f, own)
			wantPages, wantBelow := 0, 0
			for other := range next {
				if other == own || !content(other) {
					continue
				}
				if strings.EqualFold(pagePath(other), pagePath(f)) {
					wantPages++
				}
				if isBelow(other, pagePath(f)) {
					wantBelow++
				}
			}
			if pages != wantPages || below != wantBelow {
				t.Fatalf("step %d, %s: Rivals(%q, %q) = %d, %d, want %d, %d\n%q", step, name, f, own, pages, below, wantPages,
					wantBelow, sortedKeys(next))
			}
		}
		for range 5 {
			check("on top", over)
		}
		for _, c := range changes {
			p.set(c.Path, c.New != "")
		}
		all = next
		for range 5 {
			check("in the index", changedPaths{paths: p})
		}
	}
	for f := range all {
		p.set(f, false)
	}
	if p.total != 0 || len(p.folders) > 1 || len(p.rivals.pages)+len(p.rivals.below) > 0 {
		t.Errorf("without files there are %d, %d folders, %d and %d counts", p.total, len(p.folders), len(p.rivals.pages),
			len(p.rivals.below))
	}
}

// lastOf keeps the last change of each path, without changes that were undone.
func lastOf(changes []Change) []Change {
	var out []Change
	for i, c := range changes {
		later := slices.ContainsFunc(changes[i+1:], func(other Change) bool { return other.Path == c.Path })
		earlier := 0
		for _, other := range changes[:i] {
			if other.Path == c.Path {
				earlier++
			}
		}
		if !later && earlier%2 == 0 {
			out = append(out, c)
		}
	}
	return out
}

// isBelow reports whether a file is in a folder at any depth, ignoring case.
func isBelow(file, folder string) bool {
	for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
		if strings.EqualFold(dir, folder) {
			return true
		}
	}
	return false
}

func sortedKeys(m map[string]bool) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func TestFoldKeyIsEqualFold(t *testing.T) {
	var runes []rune
	for r := rune(0); r < 0x1f000; r++ {
		if r < 0xd800 || r > 0xdfff {
			runes = append(runes, r)
		}
	}
	random := rand.New(rand.NewPCG(7, 8))
	for range 200_000 {
		a, b := string(runes[random.IntN(len(runes))]), string(runes[random.IntN(0x600)])
		for _, pair := range [][2]string{{a, b}, {a, strings.ToUpper(a)}, {a, strings.ToLower(a)}} {
			if (foldKey(pair[0]) == foldKey(pair[1])) != strings.EqualFold(pair[0], pair[1]) {
				t.Fatalf("%q and %q: folded %q and %q, EqualFold %v", pair[0], pair[1], foldKey(pair[0]), foldKey(pair[1]),
					strings.EqualFold(pair[0], pair[1]))
			}
		}
	}
	for _, same := range [][2]string{{"K", "\u212a"}, {"ſ", "S"}, {"Ω", "\u2126"}, {"σ", "ς"},
		{"content/Été.md", "CONTENT/éTÉ.MD"}} {
		if foldKey(same[0]) != foldKey(same[1]) {
			t.Errorf("%q and %q differ", same[0], same[1])
		}
	}
}

func TestPathsBelowAreThoseOfAWalk(t *testing.T) {
	p := newPaths(nil)
	for i := range 200 {
		p.set(fmt.Sprintf("a/%d/%d.md", i%7, i), true)
		p.set(fmt.Sprintf("%d.md", i), true)
	}
	over := p.with([]Change{{Path: "a/1/1.md", Old: "x"}, {Path: "a/new/x.md", New: "y"},
		{Path: "a/2/2.md", Old: "x", New: "y"}, {Path: "a/3", New: "z"}})
	for folder, want := range map[string]int{"a": 201, "a/1": 28, "a/2": 29, "a/new": 1, "": 401, "b": 0, "a/3": 29,
		"a/1/1.md": 0} {
		seen := map[string]bool{}
		for file := range over.Below(folder) {
			if seen[file] || !over.Exists(file) || folder != "" && !strings.HasPrefix(file, folder+"/") {
				t.Errorf("below %q: %q", folder, file)
			}
			seen[file] = true
		}
		if len(seen) != want {
			t.Errorf("below %q are %d files, want %d", folder, len(seen), want)
		}
	}
	for range over.Below("a") { // stops
		break
	}
}

// TestNewPostsHaveNoRivals composes a post whose first choice of a path has a rival.
func TestNewPostsHaveNoRivals(t *testing.T) {
	const text = "---\ntitle: Other\ndate: 2024-01-01\nurl: /elsewhere/\n---\nText.\n"
	for _, rival := range []string{
		"content/posts/hello/index.md", "content/posts/Hello.md", "content/posts/HELLO/Index.md", "content/posts/hello.html",
	} {
		files := map[string]string{
			"hugo.toml": "baseURL = 'https://example.org/'\n", rival: text,
			"content/posts/first.md": "---\ntitle: First\ndate: 2024-01-02\n---\nText.\n",
		}
		for _, where := range []string{"in the index", "on top of it"} {
			c := New(openSite)
			base := files
			if where == "on top of it" {
				base = map[string]string{"hugo.toml": files["hugo.toml"], "content/posts/first.md": files["content/posts/first.md"]}
			}
			if err := c.Advance(t.Context(), snapshotOf(base)); err != nil {
				t.Fatal(err)
			}
			if err := c.At(t.Context(), snapshotOf(files), func(v *View) error {
				item := mf2.Item{Type: []string{"h-entry"}, Properties: mf2.Properties{"name": {"Hello"}, "content": {"Hi"}}}
				made, err := v.Site().Compose(v, site.Post{Item: item, Slug: "hello"})
				if err == nil && made.Path != "content/posts/hello-2.md" {
					t.Errorf("beside %s, %s, the post is %s", rival, where, made.Path)
				}
				return err
			}); err != nil {
				t.Errorf("beside %s, %s: %v", rival, where, err)
			}
		}
	}
}
