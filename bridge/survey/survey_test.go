package survey

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"gitpost/bridge/config"
)

// Of 100,000 posts urls, init and doctor held each parsed document: two gigabytes.
func TestTreeKeepsLittleOfEachPost(t *testing.T) {
	tree := fstest.MapFS{"hugo.toml": {Data: []byte("baseURL = 'https://blog.example/'\n")}}
	const posts = 1000
	for i := range posts {
		tree[fmt.Sprintf("content/posts/p%d.md",
			i)] = &fstest.MapFile{Data: []byte(fmt.Sprintf("---\ntitle: P%d\ndate: 2024-03-09T10:00:00Z\ntags: [a]\n---\n%s\n",
			i, strings.Repeat("Text. ", 1000)))}
	}
	held := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := held()
	v, err := Read(t.Context(), tree, config.Site{Me: "https://blog.example/"})
	if err != nil {
		t.Fatal(err)
	}
	if each := int64(held()-before) / posts; each > 2500 {
		t.Errorf("%d bytes are held of each post", each)
	}
	if n := len(v.Listed); n != posts {
		t.Errorf("%d posts are listed, want %d", n, posts)
	}
}
