package micropub

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"unicode"

	"gitpost/bridge/fault"
)

// checkEncoding refuses compressed bodies.
func checkEncoding(r *http.Request) error {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return &fault.Error{
			Code: fault.UnsupportedMedia, Op: op,
			Message: fmt.Sprintf("the Content-Encoding %q is not supported", shorten(coding)),
			Hint:    "send the request uncompressed",
		}
	}
	return nil
}

// checkCharset refuses text in a charset other than UTF-8. ASCII is accepted under any name,
// since old HTTP libraries always declare ISO-8859-1; percent-encoded text must be UTF-8
// nevertheless.
func checkCharset(params map[string]string, data []byte) error {
	switch charset := strings.ToLower(strings.Trim(params["charset"], `"' `)); charset {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return nil
	default:
		if !bytes.ContainsFunc(data, func(r rune) bool { return r > unicode.MaxASCII }) {
			return nil
		}
		return refuse(fmt.Sprintf("the charset %q is not supported", shorten(charset)), "send the text in UTF-8")
	}
}

// readBody reads a body that has no files.
func readBody(body io.Reader, params map[string]string, l Limits) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, l.Body+1))
	if err != nil {
		return nil, brokenBody(err)
	}
	if int64(len(data)) > l.Body {
		return nil, bodyTooLarge(l)
	}
	return data, checkCharset(params, data)
}

func bodyTooLarge(l Limits) error {
	return &fault.Error{
		Code: fault.TooLarge, Op: op,
		Message: fmt.Sprintf("the request is larger than %s", size(l.Body)),
		Hint:    "shorten the text; send files as multipart/form-data or to the media endpoint",
	}
}

// brokenBody returns the reason for which a body could not be read completely. An incomplete
// request is never acted on.
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
		Message: "the request is incomplete", Hint: "nothing was changed; send it again",
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
