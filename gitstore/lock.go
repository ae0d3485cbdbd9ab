package gitstore

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"gitpost/gitstore/git"
)

// InUse reports whether a process has the store in dir open.
func InUse(dir string) (bool, error) {
	f, err := os.OpenFile(filepath.Join(dir, "gitstore.lock"), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	switch err := git.LockFile(f); {
	case errors.Is(err, ErrLocked):
		return true, nil
	case err != nil:
		return false, err
	}
	return false, git.UnlockFile(f)
}
