package catalog

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"gitpost/bridge/site"
)

// fakeSnapshot is a repository in memory.
type fakeSnapshot struct {
	fstest.MapFS
	id    string
	blobs map[string]string // by path

	history []*fakeSnapshot // what At finds
	read    atomic.Int64    // blobs
	parsed  atomic.Int64    // bytes of them
	listed  atomic.Int64    // changes
	lost    bool            // its files cannot be read any more
}

func snapshotOf(files map[string]string) *fakeSnapshot {
	s := &fakeSnapshot{MapFS: fstest.MapFS{}, blobs: map[string]string{}}
	all := fnv.New64a()
	for _, path := range slices.Sorted(maps.Keys(files)) {
		h := fnv.New64a()
		h.Write([]byte(files[path]))
		blob := path + "@" + strconv.FormatUint(h.Sum64(), 16)
		s.MapFS[path] = &fstest.MapFile{Data: []byte(files[path])}
		s.blobs[path] = blob
		all.Write([]byte(blob))
	}
	s.id = strconv.FormatUint(all.Sum64(), 16)
	return s
}

func (s *fakeSnapshot) ID() string { return s.id }

func (s *fakeSnapshot) Ref() string { return s.id }

func (s *fakeSnapshot) At(ref string) (Snapshot, error) {
	for _, older := range s.history {
		if older.id == ref {
			return older, nil
		}
	}
	return nil, errors.New("there is no such state")
}

func (s *fakeSnapshot) Walk(f func(path, blob string) error) error {
	for _, path := range slices.Sorted(maps.Keys(s.blobs)) {
		if err := f(path, s.blobs[path]); err != nil {
			return err
		}
	}
	return nil
}

func (s *fakeSnapshot) Changes(older Snapshot) ([]Change, error) {
	if older.(*fakeSnapshot).lost {
		return nil, errors.New("an object is missing")
	}
	old := older.(*fakeSnapshot).blobs
	var changes []Change
	defer func() { s.listed.Add(int64(len(changes))) }()
	for path, blob := range old {
		if s.blobs[path] != blob {
			changes = append(changes, Change{Path: path, Old: blob, New: s.blobs[path]})
		}
	}
	for path, blob := range s.blobs {
		if _, ok := old[path]; !ok {
			changes = append(changes, Change{Path: path, New: blob})
		}
	}
	return changes, nil
}

func (s *fakeSnapshot) ReadBlob(blob string) ([]byte, error) {
	data, err := fs.ReadFile(s.MapFS, blob[:strings.LastIndexByte(blob, '@')])
	s.read.Add(1)
	s.parsed.Add(int64(len(data)))
	return data, err
}

func (s *fakeSnapshot) ReadBlobs(_ context.Context, blobs []string, f func(i int, data []byte) error) error {
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for half := range 2 {
		wg.Go(func() {
			for i := half; i < len(blobs) && errs[half] == nil; i += 2 {
				s.read.Add(1)
				path := blobs[i][:strings.LastIndexByte(blobs[i], '@')]
				s.parsed.Add(int64(len(s.MapFS[path].Data)))
				errs[half] = f(i, s.MapFS[path].Data)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func openSite(tree fs.FS) (*site.Site, error) {
	return site.Open(tree, site.Options{Me: "https://example.org/"})
}

func someSite(posts int) map[string]string {
	files := map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\n"}
	day := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range posts {
		d := day.Add(time.Duration(i) * time.Hour)
		files[fmt.Sprintf("content/posts/%s/post-%d.md", d.Format("2006/01"), i)] = fmt.Sprintf(
			"---\ntitle: Post %d\ndate: %s\ntags:\n  - river\n  - tag-%d\n---\nText of post %d.\n", i, d.Format(time.RFC3339), i%50, i)
	}
	return files
}

// TestAdvancingEqualsBuildingAnew walks a site through random changes: what the diffs made of
// the catalog must be what a fresh catalog sees.
func TestAdvancingEqualsBuildingAnew(t *testing.T) {
	for _, batch := range []int{1, 7, 40} {
		t.Run(fmt.Sprintf("batches of %d", batch), func(t *testing.T) { compareWithBuilding(t, batch) })
	}
}

func compareWithBuilding(t *testing.T, batch int) {
	files := someSite(30)
	var before *fakeSnapshot
	c := New(openSite)
	random := uint32(1)
	next := func(n int) int {
		random = random*1664525 + 1013904223
		return int(random>>8) % n
	}
	for step := range 200 {
		paths := slices.Sorted(maps.Keys(files))
		switch path := paths[next(len(paths))]; next(9) {
		case 0:
			if path != "hugo.toml" {
				delete(files, path)
			}
		case 1:
			if path != "hugo.toml" {
				files[path] = fmt.Sprintf("---\ntitle: Changed %d\ndate: 2021-%02d-01\naliases: [/old-%d/]\ndraft: true\n---\nNew.\n", step, 1+next(12), step)
			}
		case 2:
			files[fmt.Sprintf("content/notes/new-%d.md", step)] = fmt.Sprintf("---\ndate: 2022-01-%02d\n---\nNote %d\n",
				1+next(28), step)
		case 3:
			files["content/notes/_index.md"] = fmt.Sprintf("---\ntitle: Notes %d\ncascade:\n  draft: %v\n---\n", step,
				next(2) == 0)
		case 4:
			files["static/media/a.jpg"] = fmt.Sprint(step)
		case 5:
			files[fmt.Sprintf("content/posts/bundle-%d/part.md",
				next(3))] = fmt.Sprintf("---\ntitle: Part %d\ndate: 2023-01-01\n---\n", step)
		case 8:
			files[fmt.Sprintf("content/notes/broken-%d.md", next(2))] = "---\ntitle: [\n---\n"
		case 6:
			files[fmt.Sprintf("content/posts/bundle-%d/index.md",
				next(3))] = fmt.Sprintf("---\ntitle: Bundle %d\ndate: 2023-02-%02d\n---\nText\n", step, 1+next(28))
		case 7:
			delete(files, fmt.Sprintf("content/posts/bundle-%d/index.md", next(3)))
		}
		snap := snapshotOf(files)
		if before != nil && next(5) == 0 { // a reader looks at an earlier state, or a batch was given up
			before.lost = next(2) == 0
			if err := c.At(t.Context(), before, func(*View) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
		if next(6) == 0 {
			before = snapshotOf(files)
		}
		var got, want []string
		if err := c.At(t.Context(), snap, func(v *View) error { got = summary(v); return nil }); err != nil {
			t.Fatal(err)
		}
		fresh := New(openSite)
		if err := fresh.Read(t.Context(), snap, func(v *View) error { want = summary(v); return nil }); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("step %d: a view without advancing shows\n%s\nwant\n%s", step, strings.Join(got, "\n"),
				strings.Join(want, "\n"))
		}
		if step%batch != batch-1 {
			continue
		}
		if err := c.Read(t.Context(), snap, func(v *View) error {
			got = append(summary(v), lists(v)...)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		fresh.Read(t.Context(), snap, func(v *View) error { want = append(summary(v), lists(v)...); return nil })
		if !slices.Equal(got, want) {
			t.Fatalf("step %d: after advancing\n%s\nwant\n%s", step, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func summary(v *View) []string {
	var all []string
	v.Pages(func(e *Entry) {
		found := v.Lookup(e.Page.URL)
		all = append(all, fmt.Sprint(e.Path, e.Page.URL, e.Page.Published, e.Page.Reason, e.Page.Aliases, e.Name, e.Status,
			e.Has, found != nil))
	})
	for _, e := range v.Unreadable() {
		all = append(all, "unreadable "+e.Path+e.Problem)
	}
	for _, s := range v.Recent(5) {
		all = append(all, "recent "+s.Path)
	}
	return all
}

// TestCategoriesAreThoseOfTheVisiblePosts: a token that may not read drafts sees no tags of drafts.
func TestCategoriesAreThoseOfTheVisiblePosts(t *testing.T) {
	files := someSite(3)
	files["content/posts/draft.md"] = "---\ntitle: Draft\ndate: 2020-01-01\ndraft: true\ntags: [secret, river]\n---\n"
	c := New(openSite)
	read := func(want string, visible func(postType, status string, published bool) bool) {
		t.Helper()
		if err := c.Read(t.Context(), snapshotOf(files), func(v *View) error {
			if got := fmt.Sprint(v.Categories(visible)); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	published := func(_, _ string, published bool) bool { return published }
	read("[{river 3} {tag-0 1} {tag-1 1} {tag-2 1}]", published)
	read("[{river 4} {secret 1} {tag-0 1} {tag-1 1} {tag-2 1}]", nil)
	files["content/posts/draft.md"] = "---\ntitle: Draft\ndate: 2020-01-01\ntags: [secret, river]\n---\n"
	read("[{river 4} {secret 1} {tag-0 1} {tag-1 1} {tag-2 1}]", published)
	delete(files, "content/posts/draft.md")
	read("[{river 3} {tag-0 1} {tag-1 1} {tag-2 1}]", nil)
}

// TestVersionChangesWithThePostsThatHaveAProperty: what is remembered of some posts stays while others
// change.
func TestVersionChangesWithThePostsThatHaveAProperty(t *testing.T) {
	files := someSite(3)
	c := New(openSite)
	version := func() (version string) {
		t.Helper()
		if err := c.Read(t.Context(), snapshotOf(files), func(v *View) error {
			version = v.Version("location")
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return version
	}
	was := version()
	for _, step := range []struct {
		text    string // of the file; "" deletes it
		changes bool
	}{
		{post("Without", "2030-01-01"), false},
		{"---\ndate: 2030-01-01\nlocation: \"geo:52,4\"\n---\n", true},
		{"---\ndate: 2030-01-01\nlocation: \"geo:52,5\"\n---\n", true},
		{post("Without", "2030-01-01"), true},
		{"", false},
	} {
		if files["content/posts/here.md"] = step.text; step.text == "" {
			delete(files, "content/posts/here.md")
		}
		now := version()
		if (now != was) != step.changes {
			t.Errorf("after %q the version went from %s to %s", step.text, was, now)
		}
		was = now
	}
}

// lists is what lists of several kinds show.
func lists(v *View) []string {
	var all []string
	for _, f := range []Filter{
		{}, {Text: "changed"}, {Text: "POST-1"}, {Text: "tag-2"}, {Category: []string{"river"}}, {Status: []string{"draft"}},
		{Exists: []string{"name"}, OldestFirst: true}, {Property: map[string][]string{"name": {"Post 7", "Part 3"}}},
		{Limit: 3, Offset: 4},
	} {
		all = append(all, fmt.Sprint(f))
		all = append(all, names(v.List(f))...)
	}
	published := func(_, _ string, published bool) bool { return published }
	count := map[string]int{}
	for _, e := range v.List(Filter{Visible: published}).Entries {
		for _, tag := range e.Categories {
			count[tag]++
		}
	}
	return append(all, fmt.Sprint(v.Categories(nil)), fmt.Sprint(v.Categories(published)), fmt.Sprint(byUse(count)))
}

func TestUnreadableConfigurationKeepsTheLastGoodCatalog(t *testing.T) {
	files := someSite(3)
	c := New(openSite)
	good := snapshotOf(files)
	if err := c.Advance(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	files["hugo.toml"] = "baseURL = "
	if err := c.Advance(t.Context(), snapshotOf(files)); err == nil {
		t.Fatal("a broken configuration was taken")
	}
	if err := c.At(t.Context(), good, func(v *View) error {
		if n := len(v.List(Filter{}).Entries); n != 3 {
			t.Errorf("%d posts, want 3", n)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// pruned is a snapshot that can be compared with no other.
type pruned struct{ *fakeSnapshot }

func (pruned) Changes(Snapshot) ([]Change, error) { return nil, errors.New("an object is missing") }

func TestCatalogIsMadeAnewWhenTheStateItIsOfIsGone(t *testing.T) {
	c := New(openSite)
	if err := c.Advance(t.Context(), snapshotOf(someSite(3))); err != nil {
		t.Fatal(err)
	}
	if err := c.Read(t.Context(), pruned{snapshotOf(someSite(5))}, func(v *View) error {
		if n := len(v.List(Filter{}).Entries); n != 5 {
			t.Errorf("%d posts, want 5", n)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
