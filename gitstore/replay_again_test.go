package gitstore

import (
	"strings"
	"testing"
)

// TestConflictReplayedTwiceKeepsBothTexts is a regression test: of a conflict's two commits
// only the merged one was known to wait, and when the remote moved again before the push,
// the one with our text was left behind.
func TestConflictReplayedTwiceKeepsBothTexts(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"both.md": "start\n"})
	person := checkout(t, remote)
	s := open(t, Config{Remote: remote})
	hook(t, remote, "pre-receive", peopleOnly)
	put(t, s, "Ours", map[string]string{"both.md": "our text\n"})
	byHand := func(files map[string]string) {
		t.Helper()
		person.git("pull", "-q", "--ff-only", "origin", "main")
		person.edit(files, "by hand")
		_ = s.Sync(t.Context()) // fetches and replays; the push is declined
	}
	byHand(map[string]string{"both.md": "their text\n"})
	byHand(map[string]string{"other.md": "another\n"})
	byHand(map[string]string{"other.md": "and another\n"})
	unhook(t, remote, "pre-receive")
	if err := s.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	objects := runGit(t, remote, "rev-list", "--objects", "main")
	for _, text := range []string{"our text\n", "their text\n"} {
		if !strings.Contains(objects, blobName(text)) {
			t.Errorf("%q is not in the remote's history:\n%s", text, runGit(t, remote, "log", "--oneline", "--stat", "main"))
		}
	}
	if st := s.Status(); st.Unpushed != 0 {
		t.Errorf("after the push: %+v", st)
	}
	fsck(t, remote)
}
