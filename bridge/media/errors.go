package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"syscall"

	"gitpost/bridge/fault"
)

// operation is the Op of every error that a client sees.
const operation = "store upload"

// A defect says what is wrong with a damaged file; it follows "the JPEG file is damaged: ".
type defect string

func (d defect) Error() string { return string(d) }

func broken(format string, args ...any) error { return defect(fmt.Sprintf(format, args...)) }

const (
	errCutOff = defect("it is incomplete")
	errBadBox = defect("its boxes do not fit into each other")
)

// A polyglotError says what a file contains that does not belong into one of its kind.
type polyglotError string

func (p polyglotError) Error() string { return "it contains " + string(p) }

func polyglot(what string) error { return polyglotError(what) }

// ended reports whether a read failed because the file is too short.
func ended(err error) bool { return err == io.EOF || err == io.ErrUnexpectedEOF }

// refuse returns an error for the client.
func refuse(code fault.Code, message, hint string) error {
	return &fault.Error{Code: code, Op: operation, Message: message, Hint: hint}
}

// unsupported refuses a file whose kind is not accepted.
func (s *Store) unsupported(message string) error {
	return refuse(fault.UnsupportedMedia, message, "send "+s.accepted())
}

// parseError turns an error of reading a file into one for the client, if the file is at fault.
func (s *Store) parseError(k *kind, err error) error {
	if ended(err) {
		err = errCutOff
	}
	var d defect
	var p polyglotError
	switch {
	case errors.As(err, &d):
		return refuse(fault.InvalidRequest, fmt.Sprintf("the %s file is damaged: %s", k.name, d),
			"send it again, or save it with another program")
	case errors.As(err, &p):
		return s.unsupported(fmt.Sprintf("the %s file contains %s", k.name, string(p)))
	}
	return err
}

// interrupted is the error for a body that could not be read to its end.
func interrupted(err error) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	e := &fault.Error{
		Code: fault.InvalidRequest, Op: operation, Message: "the upload broke off", Hint: "send it again", Err: err,
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		e.Code, e.Hint = fault.TooLarge, "send a smaller file"
		e.Message = "the request is larger than " + megabytes(tooLarge.Limit)
	}
	return e
}

// clientError turns a failure of the system into an error for the client, where it can act on it.
func clientError(err error) error {
	var known *fault.Error
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return interrupted(err) // the client is gone
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &fault.Error{
			Code: fault.Unavailable, Op: operation, Message: "the server's disk is full",
			Hint: "make room, then send the file again", Err: err,
		}
	}
	return fmt.Errorf("%s: %w", operation, err)
}

func megabytes(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}

// cannotSync reports whether an error means that the system cannot sync folders.
func cannotSync(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, os.ErrInvalid)
}
