package gitstore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestPushGivenUpLeavesNoLockInTheRemote closes the store at the worst moment of a push to a
// path, when the git that serves it has locked the branch. Killed there, as go-git would, it
// left a lock that stopped every later push.
func TestPushGivenUpLeavesNoLockInTheRemote(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	signs := t.TempDir()
	locked, release := filepath.Join(signs, "locked"), filepath.Join(signs, "release")
	hook(t, remote, "reference-transaction",
		`if [ "$1" = prepared ]; then : >"`+locked+`"; until [ -e "`+release+`" ]; do sleep 0.02; done; fi`)
	s, err := Open(t.Context(), defaults(t, Config{Remote: remote}))
	if err != nil {
		t.Fatal(err)
	}
	c := put(t, s, "B", map[string]string{"b.md": "b\n"})
	await(t, "the remote locks its branch", func() bool {
		_, err := os.Stat(locked)
		return err == nil
	})
	over, cancel := context.WithCancel(context.Background())
	cancel()
	closed := make(chan error, 1)
	go func() { closed <- s.Close(over) }()
	var closeErr error
	ended := false
	select { // time enough to kill it, for a store that does
	case closeErr = <-closed:
		ended = true
	case <-time.After(200 * time.Millisecond):
	}
	if err := os.WriteFile(release, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if !ended {
		closeErr = <-closed
	}
	if closeErr != nil && !errors.Is(closeErr, context.Canceled) {
		t.Errorf("close: %v", closeErr)
	}
	await(t, "the remote's locks are gone", func() bool {
		for _, name := range []string{"HEAD.lock", "refs/heads/main.lock"} {
			if _, err := os.Stat(filepath.Join(remote, name)); !errors.Is(err, fs.ErrNotExist) {
				return false
			}
		}
		return true
	})
	if tip := runGit(t, remote, "rev-parse", "main"); tip != string(c.Hash) {
		t.Errorf("the remote is at %s, the commit under way was %s", tip, c.Hash)
	}
}

// await waits until something holds.
func await(t testing.TB, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	over := time.After(patience)
	for !holds() {
		select {
		case <-tick.C:
		case <-over:
			t.Fatalf("it did not come about that %s", what)
		}
	}
}
