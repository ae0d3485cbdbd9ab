package gitstore

import (
	"errors"
	"fmt"
)

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
