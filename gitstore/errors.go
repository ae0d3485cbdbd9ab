package gitstore

import (
	"errors"
	"fmt"
)

// ErrLocked: another process has the store open.
var ErrLocked = errors.New("the clone is in use by another process")

// ErrClosed: the store was closed.
var ErrClosed = errors.New("the store is closed")

// errRefMoved: somebody else moved the ref since it was read.
var errRefMoved = errors.New("the branch was moved by another program")

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

// StorageError is a failure of this machine's disk: full, read-only, broken. Nothing that
// was acknowledged is lost, and the same Update may be tried again.
type StorageError struct {
	Op  string // what was done
	Err error
}

func (e *StorageError) Error() string { return e.Op + ": " + e.Err.Error() }
func (e *StorageError) Unwrap() error { return e.Err }

// RemoteError is a failure at or on the way to the remote. It never holds a secret.
type RemoteError struct {
	Op          string // "fetch from", "push to"
	Remote      string // without credentials
	Reason      string // in words, the host's own where it gave some
	Hint        string
	Unreachable bool // no answer at all: network, DNS, timeout
	Err         error
}

func (e *RemoteError) Error() string {
	s := fmt.Sprintf("%s %s: %s", e.Op, e.Remote, e.Reason)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

func (e *RemoteError) Unwrap() error { return e.Err }

// MissingError is an object that the clone should have.
type MissingError struct {
	Object Hash
	Dir    string
	Err    error // what is wrong with its copy; nil: there is none. Never unwrapped: an early end of the file is none of the network's
}

func (e *MissingError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("object %s in %s is damaged: %v", e.Object, e.Dir, e.Err)
	}
	return fmt.Sprintf("object %s is not in %s", e.Object, e.Dir)
}
