package gitstore

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
)

// What waits, and why, is known to other processes: beside a running store and after it was closed.
func TestWhatWaitsCanBeReadWithoutTheStore(t *testing.T) {
	t.Parallel()
	repo := remoteWith(t, map[string]string{"a.md": "a\n"})
	s := open(t, Config{Remote: repo})
	dir := s.c.Dir
	read := func() Waiting {
		t.Helper()
		w, err := ReadWaiting(dir)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	if w := read(); w.Commits != 0 || w.Branch != "main" || w.Reason != "" {
		t.Errorf("of a new clone: %+v", w)
	}
	hook(t, repo, "update", `echo "GH006: Protected branch update failed for refs/heads/main." >&2; exit 1`)
	for _, name := range []string{"one.md", "two.md"} {
		s.WaitPushed(t.Context(), put(t, s, name, map[string]string{name: name}))
	}
	_ = s.Sync(t.Context())
	check := func(when string) {
		t.Helper()
		w := read()
		if w.Commits != 2 || w.Oldest.IsZero() || !strings.Contains(w.Reason, "Protected branch update failed") ||
			!strings.Contains(w.Hint, "Settings → Branches") || w.Down {
			t.Errorf("%s: %+v", when, w)
		}
	}
	check("beside the store")
	shut(t, s)
	check("after the store")
	unhook(t, repo, "update")
	s = open(t, Config{Dir: dir, Remote: repo})
	synced(t, s)
	shut(t, s)
	if w := read(); w.Commits != 0 || w.Reason != "" {
		t.Errorf("after the push: %+v", w)
	}
	if _, err := os.Stat(waitingFile(dir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the note is still there: %v", err)
	}
	if _, err := ReadWaiting(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of no clone: %v", err)
	}
}

// A host that is away, one that refuses a single commit, and a first push to an empty remote.
func TestWhatWaitsHasTheReasonOfEachKind(t *testing.T) {
	t.Parallel()
	t.Run("in trouble", func(t *testing.T) {
		t.Parallel()
		repo := remoteWith(t, map[string]string{"a.md": "a\n"})
		web := serveHTTP(t, repo, "", "")
		s := open(t, Config{Remote: web.repo(repo)})
		synced(t, s)
		web.down.Store(true)
		s.WaitPushed(t.Context(), put(t, s, "post", map[string]string{"b.md": "b"}))
		_ = s.Sync(t.Context())
		dir := s.c.Dir
		shut(t, s)
		w, err := ReadWaiting(dir)
		if err != nil || w.Commits != 1 || !w.Down || !strings.Contains(w.Reason, "503: down for maintenance") ||
			w.Hint != "" {
			t.Errorf("%+v, %v", w, err)
		}
	})
	t.Run("one commit", func(t *testing.T) {
		t.Parallel()
		repo := remoteWith(t, map[string]string{"a.md": "a\n"})
		hook(t, repo, "pre-receive", `while read old new ref; do for c in $(git rev-list $old..$new); do
			git ls-tree -r --name-only $c | grep -q big.bin && { echo "big.bin is larger than 1 KB" >&2; exit 1; }
		done; done; exit 0`)
		s := open(t, Config{Remote: repo})
		s.WaitPushed(t.Context(), put(t, s, "big\n\nKey: value",
			map[string]string{"big.bin": strings.Repeat("x", 5000), "b.md": "b"}))
		pushed(t, s, put(t, s, "small", map[string]string{"c.md": "c"}))
		_ = s.Sync(t.Context())
		dir := s.c.Dir
		if st := s.Status(); len(st.Refused) != 1 || st.Refused[0].Largest != 5000 || !st.Refused[0].Size {
			t.Errorf("the status has %+v", st.Refused)
		}
		shut(t, s)
		w, err := ReadWaiting(dir)
		if err != nil || w.Commits != 1 || len(w.Refused) != 1 || !strings.Contains(w.Refused[0].Message, "Key: value") ||
			!strings.Contains(w.Reason, "larger than 1 KB") || !strings.Contains(w.Hint, "media.max_size") {
			t.Errorf("%+v, %v", w, err)
		}
	})
	t.Run("empty remote", func(t *testing.T) {
		t.Parallel()
		repo := emptyRemote(t)
		hook(t, repo, "pre-receive", `echo "no posting on Sundays" >&2; exit 1`)
		s := open(t, Config{Remote: repo})
		s.WaitPushed(t.Context(), put(t, s, "first", map[string]string{"a.md": "a"}))
		dir := s.c.Dir
		shut(t, s)
		w, err := ReadWaiting(dir)
		if err != nil || w.Commits != 1 || !strings.Contains(w.Reason, "no posting on Sundays") {
			t.Errorf("%+v, %v", w, err)
		}
	})
}
