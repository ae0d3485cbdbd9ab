package catalog

import (
	"fmt"
	"runtime"
	"testing"
)

// sizes at which each operation is measured: its time must not depend on them, except for reading
// everything.
var benchSizes = []int{1_000, 10_000, 100_000}

func forSizes(b *testing.B, f func(b *testing.B, files map[string]string, snap *fakeSnapshot)) {
	for _, posts := range benchSizes {
		b.Run(fmt.Sprintf("posts=%d", posts), func(b *testing.B) {
			files := someSite(posts)
			f(b, files, snapshotOf(files))
		})
	}
}

func withView(b *testing.B, f func(v *View)) {
	forSizes(b, func(b *testing.B, _ map[string]string, snap *fakeSnapshot) {
		c := New(openSite)
		if err := c.Advance(b.Context(), snap); err != nil {
			b.Fatal(err)
		}
		if err := c.Read(b.Context(), snap, func(v *View) error {
			for b.Loop() {
				f(v)
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkBuild(b *testing.B) {
	forSizes(b, func(b *testing.B, files map[string]string, snap *fakeSnapshot) {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		var c *Catalog
		for b.Loop() {
			c = New(openSite)
			if err := c.Advance(b.Context(), snap); err != nil {
				b.Fatal(err)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(len(files)), "kept-B/post")
		runtime.KeepAlive(c)
	})
}

func BenchmarkRivals(b *testing.B) {
	withView(b, func(v *View) { v.Rivals("content/posts/2031/01/new.md", "") })
}

func BenchmarkRecent(b *testing.B) { withView(b, func(v *View) { v.Recent(20) }) }

func BenchmarkCategories(b *testing.B) { withView(b, func(v *View) { v.Categories(nil) }) }

func BenchmarkList(b *testing.B) {
	for name, f := range map[string]Filter{
		"newest":      {},
		"common tag":  {Category: []string{"river"}},
		"one in 50":   {Category: []string{"tag-7"}},
		"unused tag":  {Category: []string{"nowhere"}},
		"text":        {Text: "tag-7"},
		"text absent": {Text: "nowhere"},
		"drafts":      {Status: []string{"draft"}},
	} {
		f.Limit = 20
		b.Run(name, func(b *testing.B) { withView(b, func(v *View) { v.List(f) }) })
	}
	b.Run("deep offset", func(b *testing.B) {
		withView(b, func(v *View) { v.List(Filter{Limit: 20, Offset: len(v.index.rows) - 30}) })
	})
	b.Run("deep offset of a tag", func(b *testing.B) {
		withView(b, func(v *View) {
			v.List(Filter{Limit: 20, Offset: len(v.index.rows) - 30, Category: []string{"river"}})
		})
	})
}

// BenchmarkApply adds and removes a post, the newest and the oldest.
func BenchmarkApply(b *testing.B) {
	for name, date := range map[string]string{"newest": "2050-01-01", "oldest": "2001-01-01"} {
		b.Run(name, func(b *testing.B) {
			forSizes(b, func(b *testing.B, files map[string]string, snap *fakeSnapshot) {
				c := New(openSite)
				if err := c.Advance(b.Context(), snap); err != nil {
					b.Fatal(err)
				}
				const file = "content/posts/2050/01/new.md"
				ix := c.index
				e := newEntry(ix.site, surroundings{changedPaths{paths: ix.paths}, ix, snap}, file, "blob",
					[]byte(post("New", date)))
				for b.Loop() {
					ix.apply(snap, []Change{{Path: file, New: "blob"}}, map[string]*Entry{file: e})
					ix.apply(snap, []Change{{Path: file, Old: "blob"}}, map[string]*Entry{file: nil})
				}
			})
		})
	}
}

func BenchmarkRemember(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprintf("past=%d", n), func(b *testing.B) {
			c := New(openSite)
			whole := NewPast()
			for i := range n {
				whole.Deleted(fmt.Sprintf("https://example.org/%d/", i), Gone{Path: fmt.Sprintf("%d.md", i)})
			}
			c.Remember("0", whole, true)
			i := 0
			for b.Loop() {
				p := NewPast()
				p.Moved(fmt.Sprintf("a%d.md", i), fmt.Sprintf("b%d.md", i))
				c.Remember("1", p, false)
				i = (i + 1) % 1000
			}
		})
	}
}
