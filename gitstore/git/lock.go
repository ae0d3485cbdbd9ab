package git

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const lockName = "gitstore.lock"

// LockFolder takes the process lock of a clone.
func LockFolder(dir string) (*os.File, error) {
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, &StorageError{Op: "lock the clone", Err: err}
	}
	if err := lockFile(f); err != nil {
		f.Close()
		if errors.Is(err, ErrLocked) {
			return nil, fmt.Errorf("%w: %s; stop that one first, or use another folder", ErrLocked, dir)
		}
		return nil, &StorageError{Op: "lock the clone", Err: err}
	}
	return f, nil
}

// Unlock ends the lock itself: a process that is being started at this moment may hold a
// copy of the file for a while.
func Unlock(f *os.File) {
	_ = unlockFile(f)
	f.Close()
}

// Locked reports whether a process holds the lock of a clone.
func Locked(dir string) (bool, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	switch err := lockFile(f); {
	case errors.Is(err, ErrLocked):
		return true, nil
	case err != nil:
		return false, err
	}
	return false, unlockFile(f)
}
