package catalog

import (
	"fmt"
	"maps"
	"path"
	"strings"
	"testing"
)

// work counts what one operation does on a site of some size.
type work struct{ paths, blobs, bytes, rows int }

// TestWorkDoesNotGrowWithTheSite runs operations on a small and on a large site, and compares how
// many paths they visit, blobs and bytes they read and rows they check.
func TestWorkDoesNotGrowWithTheSite(t *testing.T) {
	compareWork(t, newWorkSite(t, 1_000), newWorkSite(t, 10_000), map[string]func(w *workSite){
		"a new post":     func(w *workSite) { w.edit("content/posts/2030/01/new.md", post("New", "2030-01-01")) },
		"an old date":    func(w *workSite) { w.edit("content/posts/2001/01/old.md", post("Old", "2001-01-01")) },
		"a changed post": func(w *workSite) { w.edit(w.some, post("Changed", "2020-01-02")) },
		"a deleted post": func(w *workSite) { w.edit(w.some, "") },
		"a post as a bundle": func(w *workSite) {
			w.edit("content/posts/2030/01/bundle/index.md", post("Bundle", "2030-01-01"))
		},
		"rivals of a new post": func(w *workSite) { w.view(func(v *View) { v.Rivals("content/new.md", "") }) },
		"recent posts":         func(w *workSite) { w.view(func(v *View) { v.Recent(20) }) },
		"a post by its URL":    func(w *workSite) { w.view(func(v *View) { w.item(v, v.Lookup(w.url)) }) },
		"the newest posts":     func(w *workSite) { w.view(func(v *View) { v.List(Filter{Limit: 20}) }) },
		"the oldest posts":     func(w *workSite) { w.view(func(v *View) { v.List(Filter{Limit: 20, OldestFirst: true}) }) },
		"a deep offset": func(w *workSite) {
			w.view(func(v *View) {
				v.List(Filter{Limit: 20,
					Offset: w.posts - 100})
			})
		},
		"a common tag": func(w *workSite) {
			w.view(func(v *View) {
				v.List(Filter{Limit: 20,
					Category: []string{"river"}})
			})
		},
		"a tag that is nowhere": func(w *workSite) {
			w.view(func(v *View) {
				v.List(Filter{Limit: 20,
					Category: []string{"nowhere"}})
			})
		},
		"a rare recent tag": func(w *workSite) {
			w.edit("content/posts/2031/01/rare.md", "---\ntitle: Rare\ndate: 2031-01-01\ntags: [rare]\n---\n")
			w.view(func(v *View) { v.List(Filter{Limit: 20, Category: []string{"rare"}}) })
		},
		"tags": func(w *workSite) { w.view(func(v *View) { v.Categories(nil) }) },
		"files of a folder": func(w *workSite) {
			w.view(func(v *View) {
				for range v.Below("content/posts/2020/01") {
				}
			})
		},
		"a batch of posts": func(w *workSite) {
			for i := range 10 {
				w.look(fmt.Sprintf("content/posts/2030/01/batch-%d.md", i), post("Batch", "2030-01-01"))
			}
			w.advance()
		},
	})
}

// TestWorkDoesNotGrowWithTheFolder is the same for a site whose posts are all in one folder.
func TestWorkDoesNotGrowWithTheFolder(t *testing.T) {
	compareWork(t, newFlatSite(t, 1_000), newFlatSite(t, 10_000), map[string]func(w *workSite){
		"a new post":     func(w *workSite) { w.edit("content/posts/new.md", post("New", "2030-01-01")) },
		"a changed post": func(w *workSite) { w.edit(w.some, post("Changed", "2020-01-02")) },
		"recent posts":   func(w *workSite) { w.view(func(v *View) { v.Recent(20) }) },
		"a batch of posts": func(w *workSite) {
			for i := range 10 {
				w.look(fmt.Sprintf("content/posts/batch-%d.md", i), post("Batch", "2030-01-01"))
			}
			w.advance()
		},
	})
}

func compareWork(t *testing.T, small, large *workSite, ops map[string]func(w *workSite)) {
	t.Helper()
	for name, op := range ops {
		t.Run(name, func(t *testing.T) {
			few, many := small.count(op), large.count(op)
			for what, n := range map[string][3]int{
				"paths": {few.paths, many.paths, 5}, "blobs": {few.blobs, many.blobs, 5},
				"bytes": {few.bytes, many.bytes, 500}, "rows": {few.rows, many.rows, 5},
			} {
				if n[1] > n[0]+n[2] {
					t.Errorf("%s: %d at 1,000 posts, %d at 10,000", what, n[0], n[1])
				}
			}
		})
	}
}

func post(title, date string) string {
	return fmt.Sprintf("---\ntitle: %s\ndate: %s\ntags: [river]\n---\nText.\n", title, date)
}

type workSite struct {
	t         testing.TB
	posts     int
	some, url string // a post
	files     map[string]string
	original  map[string]string
	catalog   *Catalog
	snap      *fakeSnapshot
	visited   int
	checked   int
	blobs     int // that edits read before they were durable
	bytes     int
}

func newWorkSite(t testing.TB, posts int) *workSite {
	t.Helper()
	w := &workSite{t: t, posts: posts, files: someSite(posts), catalog: New(openSite)}
	for i := range 400 { // a folder that has the same files in both
		w.files[fmt.Sprintf("content/posts/2020/01/same-%d.md", i)] = post("Same", "2020-01-05")
	}
	for file := range w.files { // years of equal length
		if strings.HasPrefix(file, "content/posts/2020/01/post-") {
			delete(w.files, file)
		}
	}
	w.some, w.url = "content/posts/2020/01/same-7.md", "https://example.org/posts/2020/01/same-7/"
	w.original = maps.Clone(w.files)
	w.advance()
	return w
}

func newFlatSite(t testing.TB, posts int) *workSite {
	t.Helper()
	w := &workSite{t: t, posts: posts, files: map[string]string{}, catalog: New(openSite)}
	for file, text := range someSite(posts) {
		if strings.HasPrefix(file, "content/") {
			file = "content/posts/" + path.Base(file)
		}
		w.files[file] = text
	}
	w.some, w.url = "content/posts/post-7.md", "https://example.org/posts/post-7/"
	w.original = maps.Clone(w.files)
	w.advance()
	return w
}

func (w *workSite) advance() {
	w.t.Helper()
	w.snap = snapshotOf(w.files)
	if err := w.catalog.Advance(w.t.Context(), w.snap); err != nil {
		w.t.Fatal(err)
	}
	ix := w.catalog.index
	ix.paths.visited, ix.checked = &w.visited, &w.checked
}

// edit looks at a change as an edit does, before it is durable, and then commits it.
func (w *workSite) edit(file, text string) {
	w.t.Helper()
	w.look(file, text)
	w.advance()
}

// look looks at a change as an edit does, before it is durable.
func (w *workSite) look(file, text string) {
	w.t.Helper()
	if text == "" {
		delete(w.files, file)
	} else {
		w.files[file] = text
	}
	next := snapshotOf(w.files)
	if err := w.catalog.At(w.t.Context(), next, func(v *View) error {
		v.Rivals(file, file)
		v.PathOf(w.url)
		v.Recent(20)
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	w.blobs, w.bytes = w.blobs+int(next.read.Load()), w.bytes+int(next.parsed.Load())
}

func (w *workSite) view(f func(*View)) {
	w.t.Helper()
	if err := w.catalog.Read(w.t.Context(), w.snap, func(v *View) error { f(v); return nil }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *workSite) item(v *View, e *Entry) {
	w.t.Helper()
	if _, err := v.Item(e); err != nil {
		w.t.Fatal(err)
	}
}

// count returns the work of an operation and undoes its changes.
func (w *workSite) count(op func(*workSite)) work {
	w.t.Helper()
	w.visited, w.checked, w.blobs, w.bytes = 0, 0, 0, 0
	w.snap.read.Store(0)
	w.snap.parsed.Store(0)
	op(w)
	done := work{w.visited, w.blobs + int(w.snap.read.Load()), w.bytes + int(w.snap.parsed.Load()), w.checked}
	w.files = maps.Clone(w.original)
	w.advance()
	return done
}

// TestBatchParsesEachPostOnce looks at the edits of a batch one after the other, as they are
// before the commit: each reads and compares only what it changed.
func TestBatchParsesEachPostOnce(t *testing.T) {
	files := someSite(50)
	c := New(openSite)
	if err := c.Advance(t.Context(), snapshotOf(files)); err != nil {
		t.Fatal(err)
	}
	const edits = 30
	read, listed := 0, 0
	for i := range edits {
		files[fmt.Sprintf("content/posts/batch-%d.md", i)] = post(fmt.Sprint("Batch ", i), "2030-01-01")
		snap := snapshotOf(files)
		if err := c.At(t.Context(), snap, func(v *View) error {
			for j := range i + 1 {
				if _, ok := v.PathOf(fmt.Sprintf("https://example.org/posts/batch-%d/", j)); !ok {
					t.Errorf("edit %d does not see edit %d", i, j)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		read, listed = read+int(snap.read.Load()), listed+int(snap.listed.Load())
	}
	last := snapshotOf(files)
	if err := c.Advance(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	if read += int(last.read.Load()); read != edits {
		t.Errorf("%d edits read %d blobs", edits, read)
	}
	if listed > edits {
		t.Errorf("%d edits compared %d files", edits, listed)
	}
	if got, want := shown(t, c, last), shown(t, New(openSite), last); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("after the batch the catalog shows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
