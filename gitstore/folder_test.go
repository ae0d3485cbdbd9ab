package gitstore

import "testing"

// TestFolderIsAllThatAStoreShowsAndChanges: paths are below the folder, and the rest stays.
func TestFolderIsAllThatAStoreShowsAndChanges(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"README": "top", "a/b/one.md": "1", "a/other": "o"})
	s := open(t, Config{Remote: remote, Folder: "a/b"})
	defer shut(t, s)
	wantFiles(t, s.Snapshot(), map[string]string{"one.md": "1"})
	c := put(t, s, "Two", map[string]string{"two.md": "2"})
	wantFiles(t, c.Snapshot, map[string]string{"one.md": "1", "two.md": "2"})
	pushed(t, s, c)
	if got := show(t, remote, "a/b/two.md"); got != "2" {
		t.Errorf("a/b/two.md has %q", got)
	}
	if got := show(t, remote, "README"); got != "top" {
		t.Errorf("README has %q", got)
	}
	before, err := c.Snapshot.AtCommit(s.Snapshot().Commit())
	if err != nil {
		t.Fatal(err)
	}
	wantFiles(t, before, map[string]string{"one.md": "1", "two.md": "2"})
	hand := checkout(t, remote)
	hand.edit(map[string]string{"README": "changed", "a/b/one.md": "one"}, "By hand")
	old := s.Snapshot()
	synced(t, s)
	deltas, err := old.Diff(s.Snapshot())
	if err != nil || len(deltas) != 1 || deltas[0].Path != "one.md" {
		t.Errorf("the difference is %v, %v", deltas, err)
	}
	if _, err := s.Update(t.Context(), edits("Out", map[string]string{"../README": "x"})); err == nil {
		t.Error("a path led out of the folder")
	}
}
