package gitstore

import (
	"os"
	"path/filepath"
	"testing"
)

func TestLinksAreFoundOnAPath(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"notes/p1.md": "p\n", "content/x.md": "x\n"})
	other := remoteWith(t, map[string]string{"posts/a.md": "a\n"})
	h := checkout(t, remote)
	if err := os.Symlink("../notes", filepath.Join(h.dir, "content", "posts")); err != nil {
		t.Fatal(err)
	}
	h.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other, "themes/mine")
	h.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other, "media")
	h.git("add", "-A")
	h.git("commit", "-q", "-m", "links")
	h.push()
	s := open(t, Config{Remote: remote}).Snapshot()
	for path, want := range map[string]Link{
		"content/posts":          {"content/posts", false, "../notes"},
		"content/posts/new.md":   {"content/posts", false, "../notes"},
		"media/2024/a.jpg":       {"media", true, other},
		"themes/mine":            {"themes/mine", true, other},
		"content/x.md":           {},
		"content/none/at/all.md": {},
		"notes":                  {},
	} {
		got, ok, err := s.LinkOn(path)
		if err != nil || got != want || ok != (want.Path != "") {
			t.Errorf("%s: %+v %v %v, want %+v", path, got, ok, err, want)
		}
	}
	if all, err := s.Links(); err != nil || len(all) != 3 {
		t.Errorf("all links: %+v, %v", all, err)
	}
}
