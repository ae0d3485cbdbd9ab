package gitstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gitpost/gitstore/git"
	"gitpost/gitstore/remote"
)

// Adopt moves the clone in the folder from to c.Dir, with all that waits in it for a push, when
// there is none at c.Dir and it is a clone of the same remote and branch. It reports whether it
// did. A clone that a Store has open is an error (ErrLocked).
func Adopt(from string, c Config) (bool, error) {
	if _, err := os.Stat(filepath.Join(c.Dir, "HEAD")); !errors.Is(err, fs.ErrNotExist) {
		return false, nil // Open says what is wrong with it
	}
	same, err := sameOrigin(from, c)
	if err != nil || !same {
		return false, err
	}
	locked, err := git.LockFolder(from)
	if err != nil {
		return false, err
	}
	git.Unlock(locked) // some systems move no folder that has an open file
	if err := os.MkdirAll(filepath.Dir(c.Dir), 0o755); err != nil {
		return false, &StorageError{Op: "move the clone", Err: err}
	}
	if err := os.Remove(c.Dir); err != nil && !errors.Is(err, fs.ErrNotExist) { // it may be there, and empty
		return false, &StorageError{Op: "move the clone", Err: err}
	}
	if err := os.Rename(from, c.Dir); err != nil {
		return false, &StorageError{Op: "move the clone", Err: err}
	}
	for _, folder := range []string{filepath.Dir(c.Dir), filepath.Dir(from)} {
		if err := git.SyncDir(folder); err != nil {
			return false, &StorageError{Op: "move the clone", Err: err}
		}
	}
	return true, nil
}

// sameOrigin reports whether the folder has a clone of the remote and branch of c.
func sameOrigin(dir string, c Config) (bool, error) {
	branch, err := git.Refs{Dir: dir}.Head()
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the clone in %s: %w", dir, err)
	}
	r, err := remote.New(c.remote())
	if err != nil {
		return false, err
	}
	data, err := os.ReadFile(filepath.Join(dir, "config"))
	if err != nil {
		return false, fmt.Errorf("read the clone in %s: %w", dir, err)
	}
	_, own, _ := strings.Cut(string(data), ownSection)
	sameRemote := strings.Contains(own, "\tremote = "+quoteConfig(r.Name())+"\n")
	return sameRemote && (c.Branch == "" || c.Branch == branch), nil
}
