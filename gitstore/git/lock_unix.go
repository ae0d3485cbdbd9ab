//go:build unix

package git

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

const isWindows = false

// LockFile takes an exclusive lock that ends with the process.
func LockFile(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrLocked
	}
	return err
}

func UnlockFile(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_UN) }
