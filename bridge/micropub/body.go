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

// checkEncoding refuses what would have to be decoded before it can be read.
func checkEncoding(r *http.Request) error {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return &fault.Error{
			Code: fault.UnsupportedMedia, Op: op,
			Message: fmt.Sprintf("the Content-Encoding %q is not accepted", shorten(coding)), Hint: "send the request uncompressed",
		}
	}
	return nil
}

// checkCharset refuses text that is declared to be in another charset than UTF-8. Old HTTP
// libraries declare ISO-8859-1 whatever they send, so ASCII passes under any name: what
// percent-encoding hides in it must be UTF-8 all the same.
func checkCharset(params map[string]string, data []byte) error {
	switch charset := strings.ToLower(strings.Trim(params["charset"], `"' `)); charset {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return nil
	default:
		if !bytes.ContainsFunc(data, func(r rune) bool { return r > unicode.MaxASCII }) {
			return nil
		}
		return refuse(fmt.Sprintf("the charset %q is not accepted", shorten(charset)), "send the text in UTF-8")
	}
}

// readBody reads a body without files.
func readBody(r *http.Request, params map[string]string, l Limits) ([]byte, error) {
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
	return data, checkCharset(params, data)
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
