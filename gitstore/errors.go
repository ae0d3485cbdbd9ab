package gitstore

import (
	"errors"
	"fmt"

	"gitpost/gitstore/git"
)

// ErrLocked: another process has the store open.
var ErrLocked = git.ErrLocked

// StorageError is a failure of this machine's disk: full, read-only, broken. Nothing that
// was acknowledged is lost, and the same Update may be tried again.
type StorageError = git.StorageError

// MissingError is an object that the clone should have.
type MissingError = git.MissingError

// ErrClosed: the store was closed.
var ErrClosed = errors.New("the store is closed")

// PathError is a path that a Change must not write.
type PathError struct {
	Path   string
	Reason string // what is wrong
	Hint   string // what to do
}

func (e *PathError) Error() string {
	s := fmt.Sprintf("cannot write %s: %s", e.Path, e.Reason)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}
