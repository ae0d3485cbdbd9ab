package git

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// LockFolder takes the process lock of a clone.
func LockFolder(dir string) (*os.File, error) {
	path := filepath.Join(dir, "gitstore.lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, &StorageError{Op: "lock the clone", Err: err}
	}
	if err := LockFile(f); err != nil {
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
	_ = UnlockFile(f)
	f.Close()
}
