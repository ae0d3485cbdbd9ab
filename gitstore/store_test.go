package gitstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
)

func TestCommitIsDurablePushedAndCleanForGit(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "one\n", "content/posts/x.md": "x\n"})
	s := open(t, Config{Remote: remote})
	wantFiles(t, s.Snapshot(), map[string]string{"a.md": "one\n", "content/posts/x.md": "x\n"})
	c := put(t, s, "Post\n\nBody\n\nKey: value\n", map[string]string{"content/posts/y.md": "why\n", "a.md": "two\n"})
	if got := runGit(t, s.c.Dir, "rev-parse", "main"); got != string(c.Hash) {
		t.Errorf("the ref is %s, want %s", got, c.Hash)
	}
	pushed(t, s, c)
	if got := runGit(t, remote, "rev-parse", "main"); got != string(c.Hash) {
		t.Errorf("the remote has %s, want %s", got, c.Hash)
	}
	if got := runGit(t, remote, "log", "-1", "--format=%an <%ae>|%s|%(trailers)",
		"main"); got != "Phone <phone@example.org>|Post|Key: value\n" && got != "Phone <phone@example.org>|Post|Key: value" {
		t.Errorf("log: %q", got)
	}
	wantFiles(t, s.Snapshot(), map[string]string{"a.md": "two\n", "content/posts/x.md": "x\n",
		"content/posts/y.md": "why\n"})
	fsck(t, s.c.Dir)
	fsck(t, remote)
	if st := s.Status(); st.Unpushed != 0 || st.Problem != "" || st.Remote != c.Hash || st.Tip != c.Hash ||
		st.LastPush.IsZero() {
		t.Errorf("status: %+v", st)
	}
}

func TestTimeOfTheLastPushSurvivesARestart(t *testing.T) {
	t.Parallel()
	c := Config{Remote: remoteWith(t, map[string]string{"a.md": "one\n"}), Dir: t.TempDir()}
	s := open(t, c)
	if at := s.Status().LastPush; !at.IsZero() {
		t.Errorf("before any push the last one was at %v", at)
	}
	pushed(t, s, put(t, s, "Post", map[string]string{"a.md": "two\n"}))
	want := s.Status().LastPush
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := open(t, c).Status().LastPush
	if off := got.Sub(want).Abs(); got.IsZero() || off > time.Second { // of what file systems keep
		t.Errorf("after the restart the last push was at %v, before at %v", got, want)
	}
}

func TestSnapshotIsAFileSystem(t *testing.T) {
	t.Parallel()
	files := map[string]string{"a.md": "one\n", "dir/b.md": "two\n", "dir/sub/c.md": "three\n", "dir.md": "x"}
	s := open(t, Config{Remote: remoteWith(t, files)})
	if err := fstest.TestFS(s.Snapshot(), "a.md", "dir/b.md", "dir/sub/c.md", "dir.md"); err != nil {
		t.Error(err)
	}
	if _, err := s.Snapshot().ReadFile("dir/none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestEmptyRemoteGetsItsFirstCommit(t *testing.T) {
	t.Parallel()
	remote := emptyRemote(t)
	s := open(t, Config{Remote: remote})
	if h := s.Snapshot().Commit(); h != "" {
		t.Errorf("the empty state has commit %q", h)
	}
	c := put(t, s, "first", map[string]string{"a.md": "a"})
	pushed(t, s, c)
	if got := show(t, remote, "a.md"); got != "a" {
		t.Errorf("a.md is %q", got)
	}
	fsck(t, remote)
}

func TestConcurrentUpdatesAreOneBatchOfOneCommitEach(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a": "a"})
	s := open(t, Config{Remote: remote})
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			_, err := s.Update(t.Context(), edits(fmt.Sprint("post ", i),
				map[string]string{fmt.Sprintf("p/%d.md", i): fmt.Sprint(i)}))
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	synced(t, s)
	if n := runGit(t, remote, "rev-list", "--count", "main"); n != "51" {
		t.Errorf("%s commits on the remote, want 51", n)
	}
	fsck(t, s.c.Dir)
	fsck(t, remote)
}

func TestUnansweredEditSeesAndAnsweredCommitSurvivesForeignPush(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "one\n"})
	s := open(t, Config{Remote: remote})
	h := checkout(t, remote)
	h.edit(map[string]string{"hand.md": "by hand\n"}, "by hand")
	c := put(t, s, "post", map[string]string{"post.md": "posted\n"})
	pushed(t, s, c)
	want := map[string]string{"a.md": "one\n", "hand.md": "by hand\n", "post.md": "posted\n"}
	wantFiles(t, s.Snapshot(), want)
	h.pull()
	if got := strings.Fields(h.git("ls-files")); len(got) != 3 {
		t.Errorf("the remote has %v", got)
	}
	fsck(t, remote)
	fsck(t, s.c.Dir)
}

func TestSecondOpenIsRefusedAndReaderIsNot(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "one\n"})
	s := open(t, Config{Remote: remote})
	if _, err := Open(t.Context(), defaults(t, Config{Dir: s.c.Dir, Remote: remote})); !errors.Is(err, ErrLocked) {
		t.Errorf("second open: %v", err)
	}
	put(t, s, "post", map[string]string{"b.md": "b"})
	r, err := OpenReader(s.c.Dir)
	if err != nil {
		t.Fatal(err)
	}
	wantFiles(t, r, map[string]string{"a.md": "one\n", "b.md": "b"})
	if _, err := OpenReader(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reader without a clone: %v", err)
	}
}

func TestEditErrorIsReturnedAsItIsAndCommitsNothing(t *testing.T) {
	t.Parallel()
	s := open(t, Config{Remote: remoteWith(t, map[string]string{"a.md": "one\n"})})
	before := s.Snapshot().Commit()
	mine := errors.New("mine")
	if _, err := s.Update(t.Context(), func(*Snapshot) (Change, error) { return Change{}, mine }); err != mine {
		t.Errorf("got %v", err)
	}
	c, err := s.Update(t.Context(), func(*Snapshot) (Change, error) { return Change{Message: "nothing"}, nil })
	if err != nil || c.Hash != before {
		t.Errorf("an empty change gave %v, %v", c, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Update(ended, edits("x", map[string]string{"x": "x"})); !errors.Is(err, context.Canceled) {
		t.Errorf("ended context: %v", err)
	}
	if s.Snapshot().Commit() != before {
		t.Error("something was committed")
	}
}
