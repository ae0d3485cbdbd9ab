package site

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// TestFolderThatBelongsToSomethingElseIsNamedAtOnce: explain, which init and doctor show, says which
// folder it is and what to do.
func TestFolderThatBelongsToSomethingElseIsNamedAtOnce(t *testing.T) {
	for _, c := range []struct {
		folder, config string
		mode           fs.FileMode
		want           string
	}{
		{"content", "hugo.toml", fs.ModeDir | fs.ModeIrregular, "content is a submodule"},
		{"content/posts", "hugo.toml", fs.ModeSymlink, "content/posts is a symbolic link"},
		{"_posts", "_config.yml", fs.ModeDir | fs.ModeIrregular, "_posts is a submodule"},
		{"_posts", "_config.yml", fs.ModeSymlink, "_posts is a symbolic link"},
		{"static", "hugo.toml", fs.ModeDir | fs.ModeIrregular, "static is a submodule"},
		{"assets/media", "_config.yml", fs.ModeSymlink, "assets/media is a symbolic link"},
	} {
		tree := fstest.MapFS{c.config: {}, c.folder: {Mode: c.mode, Data: []byte("../notes")}}
		s, err := Open(tree, Options{})
		if err != nil {
			t.Fatal(err)
		}
		e, err := s.Explain(&testLibrary{t: t, site: s, files: map[string]string{}})
		said := strings.Join(e.Warnings, "; ")
		if err != nil {
			said += err.Error()
		}
		media := strings.HasPrefix(c.folder, "static") || strings.HasPrefix(c.folder, "assets")
		if !strings.Contains(said, c.want) || media != (err == nil) || media != strings.Contains(said, "site.media_dir") {
			t.Errorf("%s: %s", c.folder, said)
		}
	}
}
