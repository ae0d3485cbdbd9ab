package git

import (
	"errors"
	"fmt"
)

// ErrLocked: another process has the store open.
var ErrLocked = errors.New("the clone is in use by another process")

// ErrWrongSize: a stream did not have the announced number of bytes.
var ErrWrongSize = errors.New("the size is not the announced one")

// ErrRefMoved: another program moved the ref since it was read.
var ErrRefMoved = errors.New("the branch was moved by another program")

// StorageError is a failure of this machine's disk: full, read-only, broken. Nothing that
// was acknowledged is lost, and the same Update may be tried again.
type StorageError struct {
	Op  string // what was done
	Err error
}

func (e *StorageError) Error() string { return e.Op + ": " + e.Err.Error() }
func (e *StorageError) Unwrap() error { return e.Err }

// MissingError is an object that the clone should have.
type MissingError struct {
	Object Hash
	Dir    string
	Err    error // what is wrong with its copy; nil: it has none. Not unwrapped: a truncated file is no network error
}

func (e *MissingError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("object %s in %s is damaged: %v", e.Object, e.Dir, e.Err)
	}
	return fmt.Sprintf("object %s is not in %s", e.Object, e.Dir)
}
