package micropubtest

import (
	"strings"
	"testing"
)

// Run replays every file of a folder against one server, a subtest for each file and in it
// for each request. To begin each file with an empty site, use Load and File.Run.
func Run(t *testing.T, dir string, e Endpoint) {
	t.Helper()
	files, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		t.Run(f.Name, func(t *testing.T) { f.Run(t, e) })
	}
}

// Run replays one file. A request that needs one that failed is skipped: that one has been
// reported.
func (f File) Run(t *testing.T, e Endpoint) {
	t.Helper()
	for _, result := range f.Play(e) {
		t.Run(result.Case, func(t *testing.T) {
			if result.Skipped != "" {
				t.Skip(result.Skipped)
			}
			if len(result.Problems) > 0 {
				t.Errorf("answered %d\n%s", result.Status, strings.Join(result.Problems, "\n"))
			}
		})
	}
}
