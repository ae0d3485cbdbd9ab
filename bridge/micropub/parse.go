package micropub

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"

	"gitpost/bridge/fault"
)

const op = "read request"

// Parse reads a POST to the Micropub endpoint. Every error is a *fault.Error that a client
// can be told; the Request beside an error has the body's token if that was read.
func Parse(r *http.Request, l Limits, in Intake) (Request, error) {
	l = l.withDefaults()
	req := Request{Query: r.URL.Query().Get("q")}
	kind, params := mediaType(r)
	if err := checkCharset(params); err != nil {
		return req, err
	}
	switch {
	case kind == "application/json", kind == "text/json", strings.HasSuffix(kind, "+json"):
		data, err := readBody(r, l)
		if err != nil {
			return req, err
		}
		req.Command, err = parseJSON(data, l, &req.Token)
		return req, err
	case isForm(kind):
		data, err := readBody(r, l)
		if err != nil {
			return req, err
		}
		if looksLikeJSON(data) {
			req.Command, err = parseJSON(data, l, &req.Token)
			return req, err
		}
		f, err := decodeForm(string(data), l)
		if err != nil {
			return req, err
		}
		req.Token = f.takeToken()
		req.Command, err = f.command(l)
		return req, err
	case kind == "multipart/form-data":
		f, err := readMultipart(r, params["boundary"], l, in)
		if f != nil {
			req.Token = f.takeToken()
		}
		if err != nil {
			return req, err
		}
		req.Command, err = f.command(l)
		return req, err
	case kind == "":
		return req, refuse("the request has no Content-Type", acceptedTypes)
	}
	return req, refuse(fmt.Sprintf("the Content-Type %q is not one of Micropub's", shorten(kind)), acceptedTypes)
}

const acceptedTypes = "send application/x-www-form-urlencoded, multipart/form-data or application/json"

// looksLikeJSON recognises what curl -d sends when its user forgets to name the type. No
// form begins so.
func looksLikeJSON(data []byte) bool {
	rest, ok := bytes.CutPrefix(bytes.TrimSpace(data), []byte("{"))
	return ok && bytes.HasPrefix(bytes.TrimSpace(rest), []byte(`"`))
}

func isForm(kind string) bool {
	return kind == "application/x-www-form-urlencoded" || kind == "x-www-form-urlencoded"
}

// mediaType reads Content-Type as far as it can be read: apps send broken parameters.
func mediaType(r *http.Request) (string, map[string]string) {
	header := r.Header.Get("Content-Type")
	kind, params, err := mime.ParseMediaType(header)
	if err != nil && kind == "" {
		kind, _, _ = strings.Cut(header, ";")
		kind = strings.ToLower(strings.TrimSpace(kind))
	}
	return kind, params
}

func checkCharset(params map[string]string) error {
	switch charset := strings.ToLower(strings.Trim(params["charset"], `"' `)); charset {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return nil
	default:
		return refuse(fmt.Sprintf("the charset %q is not accepted", shorten(charset)), "send the text in UTF-8")
	}
}

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

// refuse is the error for a request that cannot be meant as sent.
func refuse(message, hint string) *fault.Error {
	return &fault.Error{Code: fault.InvalidRequest, Op: op, Message: message, Hint: hint}
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

// shorten keeps a client's text in a message readable.
func shorten(s string) string {
	if runes := []rune(s); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return s
}
