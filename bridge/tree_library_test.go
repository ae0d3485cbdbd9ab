package bridge

import (
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
)

// countedFS counts how often files are opened.
type countedFS struct {
	fstest.MapFS
	opened map[string]int
}

func (f countedFS) Open(name string) (fs.File, error) {
	f.opened[name]++
	return f.MapFS.Open(name)
}

func (f countedFS) ReadFile(name string) ([]byte, error) {
	f.opened[name]++
	return f.MapFS.ReadFile(name)
}

// A site of 100,000 posts is looked through by doctor in time that grows with it: for each post
// the habits of the newest are asked for, which are read once.
func TestDoctorReadsEachPostAFewTimes(t *testing.T) {
	tree := countedFS{fstest.MapFS{"hugo.toml": {Data: []byte("baseURL = 'https://blog.example/'\n")}}, map[string]int{}}
	for i := range 60 {
		tree.MapFS[fmt.Sprintf("content/posts/p%d.md", i)] = &fstest.MapFile{Data: []byte(fmt.Sprintf("---\ntitle: P%d\ndate: 2024-03-09T10:00:%02dZ\ntags: [a]\n---\nText.\n", i, i))}
	}
	s, files, err := openTree(t.Context(), tree, Config{Me: "https://blog.example/"})
	if err != nil {
		t.Fatal(err)
	}
	lib := newTreeLibrary(files)
	d := Diagnosis{}
	for _, k := range []Check{d.generator(s, lib), d.posts(t.Context(), s, lib)} {
		if k.Result != Passed {
			t.Errorf("%s: %s", k.Name, k.Found)
		}
	}
	for name, n := range tree.opened {
		if n > 6 {
			t.Errorf("%s is opened %d times", name, n)
		}
	}
}

// Of 100,000 posts urls, init and doctor held each parsed document: two gigabytes.
func TestTreeKeepsLittleOfEachPost(t *testing.T) {
	tree := fstest.MapFS{"hugo.toml": {Data: []byte("baseURL = 'https://blog.example/'\n")}}
	const posts = 1000
	for i := range posts {
		tree[fmt.Sprintf("content/posts/p%d.md", i)] = &fstest.MapFile{Data: []byte(fmt.Sprintf("---\ntitle: P%d\ndate: 2024-03-09T10:00:00Z\ntags: [a]\n---\n%s\n", i, strings.Repeat("Text. ", 1000)))}
	}
	held := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := held()
	_, files, err := openTree(t.Context(), tree, Config{Me: "https://blog.example/"})
	if err != nil {
		t.Fatal(err)
	}
	lib := newTreeLibrary(files)
	if each := int64(held()-before) / posts; each > 2500 {
		t.Errorf("%d bytes are held of each post", each)
	}
	if n := len(lib.listed); n != posts {
		t.Errorf("%d posts are listed, want %d", n, posts)
	}
}
