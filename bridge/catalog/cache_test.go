package catalog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/fuzztest"
	"gitpost/bridge/site"
)

// kept is a catalog of files that was saved, and its cache.
func kept(t testing.TB, files map[string]string) (*fakeSnapshot, Cache) {
	t.Helper()
	snap := snapshotOf(files)
	cache := Cache{File: filepath.Join(t.TempDir(), "catalog"), Key: "gitpost 1"}
	c := New(openSite)
	if err := c.Advance(t.Context(), snap); err != nil {
		t.Fatal(err)
	}
	if err := c.Save(t.Context(), cache); err != nil {
		t.Fatal(err)
	}
	return snap, cache
}

// shown is all that a catalog shows of a snapshot.
func shown(t testing.TB, c *Catalog, snap Snapshot) []string {
	t.Helper()
	var all []string
	if err := c.Read(t.Context(), snap, func(v *View) error {
		all = append(summary(v), lists(v)...)
		v.Pages(func(e *Entry) { all = append(all, fmt.Sprintf("%+v", *e)) })
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func variedSite(posts int) map[string]string {
	files := someSite(posts)
	files["content/posts/_index.md"] = "---\ntitle: Posts\ncascade:\n  draft: false\n---\n"
	files["content/posts/broken.md"] = "---\ntitle: [\n---\n"
	files["content/posts/old.md"] = "---\ntitle: Old\ndate: 2021-05-06T07:08:09.5+02:00\naliases: [/gone/, /früher/]\nsummary: \"Two\\nlines\"\n---\n"
	files["content/posts/bundle/index.md"] = "---\ntitle: Bundle\ndate: 2022-01-01\nexpiryDate: 2099-01-01\n---\n"
	files["content/about.md"] = "---\ntitle: About\n---\n"
	files["static/media/a.jpg"] = "picture"
	files["README"] = "text"
	return files
}

func TestCatalogFromTheCacheIsTheSame(t *testing.T) {
	files := variedSite(300)
	snap, cache := kept(t, files)
	for step, change := range []func(){
		func() {},
		func() { files["content/notes/new.md"] = "---\ndate: 2024-01-01\n---\nNew" },
		func() { delete(files, "content/posts/old.md") },
		func() { files["content/posts/bundle/part.md"] = "---\ntitle: Part\n---\n" },
		func() { files["content/posts/_index.md"] = "---\ntitle: Posts\ncascade:\n  draft: true\n---\n" },
		func() { files["hugo.toml"] = "baseURL = 'https://example.org/blog/'\n" },
	} {
		change()
		tip := snapshotOf(files)
		tip.history = []*fakeSnapshot{snap}
		restored, fresh := New(openSite), New(openSite)
		err := restored.Restore(t.Context(), cache, tip)
		if moved := strings.Contains(files["hugo.toml"], "/blog/"); err != nil && !(moved && errors.Is(err, errForeign)) {
			t.Fatalf("step %d: %v", step, err) // an index of another base URL is made anew
		}
		if got, want := shown(t, restored, tip), shown(t, fresh, tip); !slices.Equal(got, want) {
			t.Fatalf("step %d: the restored catalog shows\n%s\na fresh one\n%s", step, strings.Join(got, "\n"),
				strings.Join(want, "\n"))
		}
		again := Cache{File: cache.File + fmt.Sprint(step), Key: cache.Key}
		if err := restored.Save(t.Context(), again); err != nil {
			t.Fatal(err)
		}
		third := New(openSite)
		tip.history = append(tip.history, tip)
		if step > 0 { // a catalog that is as its cache is not written again
			if err := third.Restore(t.Context(), again, tip); err != nil {
				t.Fatalf("step %d: saved after it was restored and advanced: %v", step, err)
			}
		} else if _, err := os.Stat(again.File); err == nil {
			t.Errorf("nothing changed, and the cache was written again")
		}
		if got, want := shown(t, third, tip), shown(t, fresh, tip); !slices.Equal(got, want) {
			t.Fatalf("step %d: saved again, the catalog shows\n%s\nwant\n%s", step, strings.Join(got, "\n"),
				strings.Join(want, "\n"))
		}
	}
}

func TestDamagedCacheIsNotTaken(t *testing.T) {
	snap, cache := kept(t, someSite(3))
	snap.history = []*fakeSnapshot{snap}
	good, err := os.ReadFile(cache.File)
	if err != nil {
		t.Fatal(err)
	}
	st, err := openSite(snap)
	if err != nil {
		t.Fatal(err)
	}
	restore := func(data []byte) error {
		stored, err := openCache(string(data))
		if err == nil && stored.key != cacheKey(cache.Key, st) {
			err = errForeign
		}
		if err == nil && !newIndex(st, snap).decode(stored.rest) {
			err = errDamaged
		}
		return err
	}
	if err := restore(good); err != nil {
		t.Fatal(err)
	}
	for i := range good {
		bad := slices.Clone(good)
		bad[i] ^= 1 << (i % 8)
		if restore(bad) == nil {
			t.Errorf("byte %d of %d was changed, and nobody saw it", i, len(good))
		}
		if restore(good[:i]) == nil {
			t.Errorf("cut after %d of %d bytes, and nobody saw it", i, len(good))
		}
	}
	if restore(append(slices.Clone(good), 0)) == nil {
		t.Error("a byte more, and nobody saw it")
	}
	if err := os.WriteFile(cache.File, good[:len(good)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	c := New(openSite)
	if err := c.Restore(t.Context(), cache, snap); err == nil {
		t.Error("half a file was taken")
	}
	if got, want := shown(t, c, snap), shown(t, New(openSite), snap); !slices.Equal(got, want) {
		t.Errorf("after a damaged cache the catalog shows %v, want %v", got, want)
	}
}

func TestForeignCacheIsNotTaken(t *testing.T) {
	files := someSite(3)
	snap, cache := kept(t, files)
	snap.history = []*fakeSnapshot{snap}
	newer := Cache{File: cache.File, Key: "gitpost 2"}
	if err := New(openSite).Restore(t.Context(), newer, snap); err == nil {
		t.Error("the cache of another version was taken")
	}
	other := New(func(tree fs.FS) (*site.Site, error) {
		return site.Open(tree, site.Options{Me: "https://example.org/", Version: "0.111.3"})
	})
	if err := other.Restore(t.Context(), cache, snap); err == nil {
		t.Error("the cache for another version of the generator was taken")
	}
	snap.history = nil
	if err := New(openSite).Restore(t.Context(), cache, snap); err == nil {
		t.Error("the cache of a state that is gone was taken")
	}
	if err := New(openSite).Restore(t.Context(), Cache{File: cache.File + "-none", Key: cache.Key}, snap); err == nil {
		t.Error("a cache was read from no file")
	}
	left, err := filepath.Glob(cache.File + "*")
	if err != nil || len(left) != 1 {
		t.Errorf("files beside the cache: %v, %v", left, err)
	}
}

// FuzzCache gives the decoder files with a right checksum and any content.
func FuzzCache(f *testing.F) {
	for _, files := range []map[string]string{someSite(2), variedSite(3),
		{"hugo.toml": "baseURL = 'https://example.org/'\n"}} {
		_, cache := kept(f, files)
		data, err := os.ReadFile(cache.File)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data[len(cacheFormat)+4:])
	}
	f.Add(binary.AppendUvarint(nil, 1<<40))
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\x0f\x00"))
	f.Fuzz(func(t *testing.T, body []byte) {
		fuzztest.Limit(t)
		file := append([]byte(cacheFormat), 0, 0, 0, 0)
		file = append(file, body...)
		binary.LittleEndian.PutUint32(file[len(cacheFormat):], checksum(string(body)))
		stored, err := openCache(string(file))
		if err != nil {
			return
		}
		ix := newIndex(nil, nil)
		if !ix.decode(stored.rest) {
			return
		}
		v := &View{index: ix}
		lists(v)
		v.Pages(func(e *Entry) { v.Lookup(e.Page.URL) })
		ix.freeze()
		for file := range ix.byPath {
			ix.apply(nil, []Change{{Path: file, Old: "x"}}, map[string]*Entry{file: nil})
			break
		}
	})
}
