package gitstore

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// abandoned is a clone that was closed with a commit in it that its remote does not have.
func abandoned(t *testing.T) (dir, remote string, tip Hash) {
	t.Helper()
	remote = remoteWith(t, map[string]string{"a.md": "one\n"})
	s := open(t, Config{Remote: remote})
	away := remote + ".away"
	if err := os.Rename(remote, away); err != nil {
		t.Fatal(err)
	}
	c := put(t, s, "waits", map[string]string{"b.md": "two\n"})
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(away, remote); err != nil {
		t.Fatal(err)
	}
	return s.c.Dir, remote, c.Hash
}

func TestAdoptedCloneBringsWhatWaits(t *testing.T) {
	t.Parallel()
	from, remote, tip := abandoned(t)
	to := filepath.Join(t.TempDir(), "sites", "blog", "repo.git")
	if moved, err := Adopt(from, Config{Dir: to, Remote: remote}); err != nil || !moved {
		t.Fatalf("%v %v", moved, err)
	}
	if _, err := os.Stat(from); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old folder is still there: %v", err)
	}
	s := open(t, Config{Dir: to, Remote: remote})
	if got := s.Snapshot().Commit(); got != tip {
		t.Errorf("the tip is %s, want %s", got, tip)
	}
	if err := s.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := runGit(t, remote, "rev-parse", "main"); got != string(tip) {
		t.Errorf("the remote has %s, want %s", got, tip)
	}
}

func TestOnlyAFreeCloneOfTheSameBranchIsAdopted(t *testing.T) {
	t.Parallel()
	from, remote, _ := abandoned(t)
	to := filepath.Join(t.TempDir(), "repo.git")
	for name, c := range map[string]Config{
		"another remote": {Dir: to, Remote: remoteWith(t, map[string]string{"a.md": "one\n"})},
		"another branch": {Dir: to, Remote: remote, Branch: "drafts"},
	} {
		if moved, err := Adopt(from, c); moved || err != nil {
			t.Errorf("%s: %v %v", name, moved, err)
		}
	}
	if moved, err := Adopt(filepath.Join(t.TempDir(), "nothing"), Config{Dir: to, Remote: remote}); moved || err != nil {
		t.Errorf("nothing to adopt: %v %v", moved, err)
	}

	taken := open(t, Config{Remote: remote})
	if moved, err := Adopt(from, Config{Dir: taken.c.Dir, Remote: remote}); moved || err != nil {
		t.Errorf("there is a clone already: %v %v", moved, err)
	}
	busy := open(t, Config{Dir: from, Remote: remote})
	if moved, err := Adopt(from, Config{Dir: to, Remote: remote}); moved || !errors.Is(err, ErrLocked) {
		t.Errorf("the clone is open: %v %v", moved, err)
	}
	if _, err := os.Stat(filepath.Join(busy.c.Dir, "HEAD")); err != nil {
		t.Error(err)
	}
}
