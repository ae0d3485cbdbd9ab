package micropub

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"gitpost/bridge/fault"
)

// readBody reads a body without files.
func readBody(r *http.Request, l Limits) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, l.Body+1))
	if err != nil {
		return nil, brokenBody(err)
	}
	if int64(len(data)) > l.Body {
		return nil, bodyTooLarge(l)
	}
	return data, nil
}

func bodyTooLarge(l Limits) error {
	return &fault.Error{
		Code: fault.TooLarge, Op: op,
		Message: fmt.Sprintf("the request is larger than %s", size(l.Body)),
		Hint:    "shorten the text; send files as multipart/form-data or to the media endpoint",
	}
}

// brokenBody says why a body could not be read to its end. What did not arrive whole is
// never acted on.
func brokenBody(err error) error {
	var known *fault.Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &tooLarge):
		return &fault.Error{
			Code: fault.TooLarge, Op: op, Err: err,
			Message: fmt.Sprintf("the request is larger than %s", size(tooLarge.Limit)), Hint: "send less at once",
		}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &fault.Error{
			Code: fault.InvalidRequest, Op: op, Err: err,
			Message: "the request stopped arriving", Hint: "nothing was changed; send it again over a better connection",
		}
	}
	return &fault.Error{
		Code: fault.InvalidRequest, Op: op, Err: err,
		Message: "the request broke off before its end", Hint: "nothing was changed; send it again",
	}
}

func size(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%d MB", bytes>>20)
	case bytes >= 1<<10:
		return fmt.Sprintf("%d KB", bytes>>10)
	}
	return fmt.Sprintf("%d bytes", bytes)
}
