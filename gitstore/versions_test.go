package gitstore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// flatStore is a store of a repository with so many posts in one folder. It pushes when it is asked.
func flatStore(t *testing.T, posts int) *Store {
	t.Helper()
	return open(t, Config{Remote: benchRemote(t, "flat", posts), PushDelay: 1 << 40})
}

// inOneBatch runs edits that wait for each other, so that they become one batch.
func inOneBatch(t *testing.T, s *Store, edits int, edit func(i int) Edit) ([]*Commit, []error) {
	t.Helper()
	commits, errs := make([]*Commit, edits), make([]error, edits)
	started, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { // occupies the writer until all wait
		_, err := s.Update(t.Context(), func(*Snapshot) (Change, error) {
			close(started)
			<-release
			return Change{}, nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-started
	for i := range edits {
		wg.Go(func() {
			commits[i], errs[i] = s.Update(t.Context(), edit(i))
		})
	}
	for waiting := 0; waiting < edits; {
		s.queue.mu.Lock()
		waiting = len(s.queue.wait)
		s.queue.mu.Unlock()
		runtime.Gosched()
	}
	close(release)
	wg.Wait()
	return commits, errs
}

func packBytes(t *testing.T, s *Store) (bytes int64) {
	t.Helper()
	packs, err := filepath.Glob(filepath.Join(s.c.Dir, "objects", "pack", "*.pack"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packs {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		bytes += info.Size()
	}
	return bytes
}

// TestBatchStoresALargeFolderOnce: a batch of posts in a large folder writes its tree once, and what
// changed for every further post.
func TestBatchStoresALargeFolderOnce(t *testing.T) {
	s := flatStore(t, 3_000)
	before := packBytes(t, s)
	one := func(i int) Edit {
		return edits("post", map[string]string{fmt.Sprintf("content/posts/new-%02d.md", i): fmt.Sprintf("New %d.\n", i)})
	}
	if _, err := s.Update(t.Context(), one(90)); err != nil {
		t.Fatal(err)
	}
	single := packBytes(t, s) - before
	commits, errs := inOneBatch(t, s, 30, one)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if batch := packBytes(t, s) - before - single; batch > 2*single {
		t.Errorf("one post takes %d bytes, and a batch of 30 takes %d", single, batch)
	}
	for i, c := range commits {
		name := fmt.Sprintf("content/posts/new-%02d.md", i)
		if data, err := c.Snapshot.ReadFile(name); err != nil || string(data) != fmt.Sprintf("New %d.\n", i) {
			t.Errorf("%s is %q, %v", name, data, err)
		}
	}
	fsck(t, s.c.Dir)
	synced(t, s)
	fsck(t, s.c.Remote)
	if out := runGit(t, s.c.Remote, "ls-tree", "-r", "--name-only", "main"); strings.Count(out, "\n") < 3_030 {
		t.Errorf("the remote has %d posts", strings.Count(out, "\n"))
	}
}

// TestBatchReadsOlderVersionsOfALargeFolder: the edits of a batch can read every state before them,
// also those whose trees are no longer in memory, and after an edit that failed.
func TestBatchReadsOlderVersionsOfALargeFolder(t *testing.T) {
	s := flatStore(t, 3_000)
	var mu sync.Mutex
	var states []*Snapshot
	_, errs := inOneBatch(t, s, 60, func(i int) Edit {
		return func(at *Snapshot) (Change, error) {
			mu.Lock()
			defer mu.Unlock()
			states = append(states, at)
			for _, n := range []int{0, len(states) / 2, max(0, len(states)-2)} {
				older := states[n]
				if delta, err := older.Diff(at); err != nil || len(delta) != len(states)-1-n {
					t.Errorf("state %d and state %d differ in %d files, %v", n, len(states)-1, len(delta), err)
				}
			}
			files := []File{{Path: fmt.Sprintf("content/posts/new-%02d.md", i), Data: []byte("New.\n")}}
			if i%10 == 3 { // two trees are made and dropped again
				files = append(files, File{Path: benchPath("flat", 1) + "/below.md", Data: []byte("No.\n")})
				states = states[:len(states)-1]
			}
			return Change{Message: "post", Files: files}, nil
		}
	})
	for i, err := range errs {
		if refused := new(PathError); errors.As(err, &refused) != (i%10 == 3) {
			t.Errorf("edit %d: %v", i, err)
		}
	}
	fsck(t, s.c.Dir)
	synced(t, s)
	fsck(t, s.c.Remote)
}
