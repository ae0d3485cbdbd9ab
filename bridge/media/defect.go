package media

import (
	"errors"
	"fmt"
	"io"

	"gitpost/bridge/fault"
)

// A defect is what is wrong with a file that is damaged, in words that go on from "the JPEG
// file is damaged: ".
type defect string

func (d defect) Error() string { return string(d) }

func broken(format string, args ...any) error { return defect(fmt.Sprintf(format, args...)) }

// errCutOff is the defect of an upload that is not complete.
const errCutOff = defect("it ends in the middle")

// ended tells whether an error of reading means that the file stops too soon.
func ended(err error) bool { return err == io.EOF || err == io.ErrUnexpectedEOF }

// A mixture is what a file has in it beside what it seems to be; see polyglot.go.
type mixture string

func (m mixture) Error() string { return "it has " + string(m) + " in it" }

func mixed(with string) error { return mixture(with) }

// blame turns an error of taking a file apart into what the client is told.
func (s *Store) blame(k *kind, err error) error {
	if ended(err) {
		err = errCutOff
	}
	var d defect
	var m mixture
	switch {
	case errors.As(err, &d):
		return &fault.Error{
			Code: fault.InvalidRequest, Op: operation,
			Message: fmt.Sprintf("the %s file is damaged: %s", k.name, d),
			Hint:    "send it again, or save it anew in another program",
		}
	case errors.As(err, &m):
		return s.unsupported(fmt.Sprintf("the %s file has %s in it", k.name, string(m)))
	}
	return err
}
