package micropub

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
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
	if err := checkEncoding(r); err != nil {
		return req, err
	}
	switch {
	case isJSON(kind), isForm(kind):
		data, err := readBody(r, params, l)
		if err != nil {
			return req, err
		}
		if isJSON(kind) || looksLikeJSON(data) {
			req.Command, err = parseJSON(data, l, &req.Token)
			return req, err
		}
		f, err := decodeForm(string(data), l)
		if err != nil {
			return req, err
		}
		req.Token = f.takeToken()
		if err := f.about(&req.Query); err != nil {
			return req, err
		}
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
		if err := f.about(&req.Query); err != nil {
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

func isJSON(kind string) bool {
	return kind == "application/json" || kind == "text/json" || strings.HasSuffix(kind, "+json")
}

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

// refuse is the error for a request that cannot be meant as sent.
func refuse(message, hint string) *fault.Error {
	return &fault.Error{Code: fault.InvalidRequest, Op: op, Message: message, Hint: hint}
}

// shorten keeps a client's text in a message readable.
func shorten(s string) string {
	if runes := []rune(s); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return s
}
