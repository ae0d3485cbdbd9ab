package gitstore

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestFullDiskIsAnErrorAndServiceResumes runs on a tmpfs of a few megabytes.
func TestFullDiskIsAnErrorAndServiceResumes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", dir).CombinedOutput(); err != nil {
		if os.Getenv("GITPOST_TEST_ALL") == "1" {
			t.Logf("a small tmpfs cannot be mounted: %v %s", err, out)
		}
		t.Skip("needs root to mount a small tmpfs")
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", dir).Run() })
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	s, err := Open(t.Context(), defaults(t, Config{Dir: filepath.Join(dir, "clone"), Remote: remote}))
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, s)
	want := map[string]string{"a.md": "a\n", "before.md": "b\n"}
	put(t, s, "before", map[string]string{"before.md": "b\n"})
	synced(t, s)

	ballast := filepath.Join(dir, "ballast")
	fill := make([]byte, 16<<20)
	if err := os.WriteFile(ballast, fill, 0o644); err == nil {
		t.Fatal("the disk is not full")
	}
	full := s.Snapshot().Commit()
	for i := range 3 {
		_, err := s.Update(t.Context(), edits("full", map[string]string{fmt.Sprintf("full-%d.md", i): "f\n"}))
		var disk *StorageError
		if !errors.As(err, &disk) || !strings.Contains(err.Error(), "no space left") {
			t.Errorf("on a full disk: %v", err)
		}
	}
	if s.Snapshot().Commit() != full || runGit(t, s.c.Dir, "rev-parse", "main") != string(full) {
		t.Error("something was committed")
	}
	wantFiles(t, s.Snapshot(), want)
	// What the hand pushed cannot be stored either; that is told, and does no harm.
	h := checkout(t, remote)
	h.edit(map[string]string{"hand.md": strings.Repeat("by hand\n", 1000)}, "by hand")
	if err := s.Sync(t.Context()); err == nil {
		t.Error("a fetch went well on a full disk")
	}
	if st := s.Status(); !strings.Contains(st.Problem, "no space left") {
		t.Errorf("status: %+v", st)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	pushed(t, s, put(t, s, "after", map[string]string{"after.md": "a\n"}))
	want["after.md"], want["hand.md"] = "a\n", strings.Repeat("by hand\n", 1000)
	wantFiles(t, s.Snapshot(), want)
	if left, _ := filepath.Glob(filepath.Join(s.c.Dir, "objects", "pack", "tmp_gitstore_*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	fsck(t, s.c.Dir)
	fsck(t, remote)
}

func TestReadOnlyFoldersAreAnErrorAndServiceResumes(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	s := open(t, Config{Remote: remote})
	synced(t, s)
	for _, sub := range []string{"objects/pack", "refs/heads"} {
		dir := filepath.Join(s.c.Dir, filepath.FromSlash(sub))
		thaw := freeze(t, dir)
		before := s.Snapshot().Commit()
		_, err := s.Update(t.Context(), edits("frozen", map[string]string{"f.md": "f\n"}))
		var disk *StorageError
		if !errors.As(err, &disk) {
			t.Errorf("%s: %v", sub, err)
		}
		if s.Snapshot().Commit() != before {
			t.Errorf("%s: something was committed", sub)
		}
		thaw()
	}
	pushed(t, s, put(t, s, "after", map[string]string{"after.md": "a\n"}))
	wantFiles(t, s.Snapshot(), map[string]string{"a.md": "a\n", "after.md": "a\n"})
	fsck(t, s.c.Dir)
}

// freeze makes a folder refuse new files, also for root where chattr works.
func freeze(t *testing.T, dir string) (thaw func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		if err := os.Chmod(dir, 0o555); err != nil {
			t.Fatal(err)
		}
		return func() { _ = os.Chmod(dir, 0o755) }
	}
	if out, err := exec.Command("mount", "--bind", dir, dir).CombinedOutput(); err != nil {
		t.Skipf("root cannot make a folder read-only here: %s", out)
	}
	if out, err := exec.Command("mount", "-o", "remount,ro,bind", dir).CombinedOutput(); err != nil {
		_ = exec.Command("umount", "-l", dir).Run()
		t.Skipf("root cannot make a folder read-only here: %s", out)
	}
	thaw = sync.OnceFunc(func() { _ = exec.Command("umount", "-l", dir).Run() })
	t.Cleanup(thaw)
	return thaw
}

func TestManyPacksAreJoinedWhileReadersRead(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	s := open(t, Config{Remote: remote, PushDelay: 1 << 40})
	reader, err := OpenReader(s.c.Dir)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"a.md": "a\n"}
	old := s.Snapshot()
	big := make([]byte, 100<<10)
	_, _ = (&noise{}).Read(big)
	for i := range 3 * maxPacks {
		name := fmt.Sprintf("one-folder/with-a-long-name/post-number-%d.md", i)
		want[name] = fmt.Sprint("text ", i)
		files := map[string]string{name: want[name]}
		if i%40 == 7 {
			files[name+".jpg"] = string(big)
			want[name+".jpg"] = string(big)
		}
		c := put(t, s, name, files)
		if got, err := c.Snapshot.ReadFile(name); err != nil || string(got) != want[name] {
			t.Fatalf("%s is %q, %v", name, got, err)
		}
		if i%17 == 0 {
			wantFiles(t, old, map[string]string{"a.md": "a\n"})
			wantFiles(t, reader, map[string]string{"a.md": "a\n"})
		}
	}
	for s.db.PackCount() >= maxPacks {
		signal(s.manyPacks)
	}
	wantFiles(t, s.Snapshot(), want)
	// Packs may still be joined, and fsck complains of one that goes while it reads.
	await(t, "Git finds the clone whole", func() bool { return complaint(t, s.c.Dir) == "" })
	onDisk, _ := filepath.Glob(filepath.Join(s.c.Dir, "objects", "pack", "*.pack"))
	if len(onDisk) >= 2*maxPacks {
		t.Errorf("%d packs are left", len(onDisk))
	}
	synced(t, s)
	fsck(t, remote)
	s2, err := OpenReader(s.c.Dir)
	if err != nil {
		t.Fatal(err)
	}
	wantFiles(t, s2, want)
}

func TestGitCommandsInTheCloneDoNoHarm(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	s := open(t, Config{Remote: remote})
	pushed(t, s, put(t, s, "one", map[string]string{"b.md": "b\n"}))
	old := s.Snapshot()
	runGit(t, s.c.Dir, "gc", "-q", "--prune=now")
	wantFiles(t, old, map[string]string{"a.md": "a\n", "b.md": "b\n"})
	pushed(t, s, put(t, s, "two", map[string]string{"c.md": "c\n"}))
	// Somebody commits in the clone itself.
	tree := runGit(t, s.c.Dir, "rev-parse", "main^{tree}")
	odd := runGit(t, s.c.Dir, "commit-tree", "-p", "main", "-m", "by a stranger", tree)
	runGit(t, s.c.Dir, "update-ref", "refs/heads/main", odd)
	runGit(t, s.c.Dir, "pack-refs", "--all")
	c := put(t, s, "three", map[string]string{"d.md": "d\n"})
	pushed(t, s, c)
	wantFiles(t, s.Snapshot(), map[string]string{"a.md": "a\n", "b.md": "b\n", "c.md": "c\n", "d.md": "d\n"})
	if log := runGit(t, remote, "log", "--format=%s", "main"); log != "three\nby a stranger\ntwo\none\nstart" {
		t.Errorf("history:\n%s", log)
	}
	fsck(t, remote)
	fsck(t, s.c.Dir)
	shut(t, s)
	s = open(t, Config{Dir: s.c.Dir, Remote: remote})
	wantFiles(t, s.Snapshot(), map[string]string{"a.md": "a\n", "b.md": "b\n", "c.md": "c\n", "d.md": "d\n"})
}

func TestFolderThatIsNoCloneIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "letter.txt"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), Config{Dir: dir, Remote: remoteWith(t, map[string]string{"a.md": "a\n"})})
	if err == nil || !strings.Contains(err.Error(), "letter.txt") {
		t.Errorf("got %v", err)
	}
}

func TestUnpushedCommitsOutliveARestart(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	hook(t, remote, "pre-receive", "exit 1")
	dir := filepath.Join(t.TempDir(), "clone")
	s := open(t, Config{Dir: dir, Remote: remote})
	for i := range 3 {
		put(t, s, fmt.Sprint("post ", i), map[string]string{fmt.Sprint(i): "x"})
	}
	shut(t, s)
	unhook(t, remote, "pre-receive")
	s = open(t, Config{Dir: dir, Remote: remote})
	if n := s.Status().Unpushed; n != 0 && n != 3 {
		t.Errorf("%d commits wait, want 3", n)
	}
	for s.Status().Unpushed > 0 {
		synced(t, s)
	}
	if got := runGit(t, remote, "rev-list", "--count", "main"); got != "4" {
		t.Errorf("%s commits on the remote", got)
	}
}

func TestRemoteThatWasMadeAnewGetsEverything(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n", "d/b.md": "b\n"})
	s := open(t, Config{Remote: remote})
	pushed(t, s, put(t, s, "post", map[string]string{"d/c.md": "c\n"}))
	if err := os.RemoveAll(remote); err != nil {
		t.Fatal(err)
	}
	runGit(t, ".", "init", "-q", "--bare", "-b", "main", remote)
	c := put(t, s, "post", map[string]string{"d/d.md": "d\n"})
	synced(t, s)
	pushed(t, s, c)
	if got := runGit(t, remote, "rev-list", "--count", "main"); got != "3" {
		t.Errorf("%s commits on the remote, want 3", got)
	}
	fsck(t, remote)
}

func TestForeignCloneIsTakenOver(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	dir := filepath.Join(t.TempDir(), "clone")
	runGit(t, ".", "clone", "-q", "--bare", remote, dir)
	h := checkout(t, remote)
	h.edit(map[string]string{"hand.md": "h\n"}, "by hand")
	s := open(t, Config{Dir: dir, Remote: remote})
	pushed(t, s, put(t, s, "post", map[string]string{"b.md": "b\n"}))
	synced(t, s)
	wantFiles(t, s.Snapshot(), map[string]string{"a.md": "a\n", "hand.md": "h\n", "b.md": "b\n"})
	// Another remote without a common history is refused, and nothing is pushed there.
	other := remoteWith(t, map[string]string{"other.md": "o\n"})
	before := runGit(t, other, "rev-parse", "main")
	shut(t, s)
	s = open(t, Config{Dir: dir, Remote: other})
	err := s.Sync(t.Context())
	if err == nil || !strings.Contains(err.Error(), "no commit in common") {
		t.Errorf("got %v", err)
	}
	if got := runGit(t, other, "rev-parse", "main"); got != before {
		t.Error("the other remote was changed")
	}
}

func TestAdvancedIsToldEveryMoveInOrder(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	var mu sync.Mutex
	var seen []Hash
	moved := make(chan struct{}, 100)
	s := open(t, Config{Remote: remote, Advanced: func(old, tip *Snapshot) {
		mu.Lock()
		defer mu.Unlock()
		if len(seen) > 0 && seen[len(seen)-1] != old.Commit() {
			t.Errorf("told from %s, after %s", old.Commit(), seen[len(seen)-1])
		}
		seen = append(seen, tip.Commit())
		moved <- struct{}{}
	}})
	put(t, s, "one", map[string]string{"b.md": "b\n"})
	<-moved
	h := checkout(t, remote)
	synced(t, s)
	h.pull()
	h.edit(map[string]string{"hand.md": "h\n"}, "by hand")
	synced(t, s)
	<-moved
	mu.Lock()
	defer mu.Unlock()
	if last := seen[len(seen)-1]; last != s.Snapshot().Commit() {
		t.Errorf("told of %v, the tip is %s", seen, s.Snapshot().Commit())
	}
}

func TestLogDiffAndReadBlobs(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n", "d/b.md": "b\n", "d.md": "x\n", "d-c/e.md": "e\n"})
	s := open(t, Config{Remote: remote})
	start := s.Snapshot()
	put(t, s, "two", map[string]string{"a.md": "A\n", "d/c.md": "c\n"})
	put(t, s, "three", map[string]string{"d/b.md": "", "d": ""})
	var subjects []string
	err := s.Snapshot().Log(t.Context(), func(e LogEntry) bool {
		subjects = append(subjects, strings.TrimSpace(e.Message))
		if d, err := e.Before.Diff(e.At); err != nil || len(d) == 0 {
			t.Errorf("%s changed %v, %v", e.Hash, d, err)
		}
		return true
	})
	if err != nil || !slices.Equal(subjects, []string{"three", "two", "start"}) {
		t.Errorf("log %v, %v", subjects, err)
	}
	delta, err := start.Diff(s.Snapshot())
	var paths []string
	for _, d := range delta {
		paths = append(paths, fmt.Sprintf("%s %t %t", d.Path, d.Old != "", d.New != ""))
	}
	if want := []string{"a.md true true", "d/b.md true false", "d/c.md false true"}; err != nil ||
		!slices.Equal(paths, want) {
		t.Errorf("diff %q, %v", paths, err)
	}
	var blobs []Hash
	_ = s.Snapshot().Walk(func(_ string, h Hash) error { blobs = append(blobs, h); return nil })
	got := make([]string, len(blobs))
	if err := s.Snapshot().ReadBlobs(t.Context(), blobs, func(i int, data []byte) error {
		got[i] = string(data)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"A\n", "e\n", "x\n", "c\n"}; !slices.Equal(got, want) {
		t.Errorf("blobs %q, want %q", got, want)
	}
}
