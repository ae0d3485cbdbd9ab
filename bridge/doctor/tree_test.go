package doctor

import (
	"fmt"
	"io/fs"
	"testing"
	"testing/fstest"

	"gitpost/bridge/config"
	"gitpost/bridge/survey"
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

// Doctor takes time in proportion to the posts: the style of the newest is asked for with each post,
// and read once.
func TestDoctorReadsEachPostAFewTimes(t *testing.T) {
	tree := countedFS{fstest.MapFS{"hugo.toml": {Data: []byte("baseURL = 'https://blog.example/'\n")}}, map[string]int{}}
	for i := range 60 {
		tree.MapFS[fmt.Sprintf("content/posts/p%d.md",
			i)] = &fstest.MapFile{Data: []byte(fmt.Sprintf("---\ntitle: P%d\ndate: 2024-03-09T10:00:%02dZ\ntags: [a]\n---\nText.\n", i, i))}
	}
	v, err := survey.Read(t.Context(), tree, config.Site{Me: "https://blog.example/"})
	if err != nil {
		t.Fatal(err)
	}
	d := Diagnosis{}
	for _, k := range []Check{d.generator(v), d.posts(t.Context(), v)} {
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
