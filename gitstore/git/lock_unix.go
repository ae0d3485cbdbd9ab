//go:build unix

package git

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

const isWindows = false

// lockFile takes an exclusive lock that ends with the process.
func lockFile(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrLocked
	}
	return err
}

func unlockFile(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_UN) }
