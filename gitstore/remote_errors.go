package gitstore

import "fmt"

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
