package gitstore

import (
	"errors"
	"fmt"

	"gitpost/gitstore/git"
	"gitpost/gitstore/remote"
)

// ErrLocked: another process has the store open.
var ErrLocked = git.ErrLocked

// StorageError is a failure of this machine's disk: full, read-only, broken. Nothing that
// was acknowledged is lost, and the same Update may be tried again.
type StorageError = git.StorageError

// MissingError is an object that the clone should have.
type MissingError = git.MissingError

// RemoteError is a failure at or on the way to the remote. It never holds a secret.
type RemoteError = remote.Error

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

// partsOf is the text of an error at the remote for people, and what to do about it.
func partsOf(err error) (reason, hint string, unreachable bool) {
	var r *RemoteError
	switch {
	case err == nil:
		return "", "", false
	case errors.As(err, &r):
		return r.Reason, r.Hint, r.Unreachable
	}
	return err.Error(), "", false
}

func withHint(reason, hint string) string {
	if hint == "" {
		return reason
	}
	return reason + "; " + hint
}
