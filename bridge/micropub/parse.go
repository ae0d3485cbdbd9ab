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

// Parse reads a POST to the Micropub endpoint. Every error is a *fault.Error for the client;
// the Request returned with an error has the token of the body if that was read.
func Parse(r *http.Request, l Limits, files FileStore) (Request, error) {
	l = l.withDefaults()
	req := Request{Query: r.URL.Query().Get("q")}
	kind, params := mediaType(r)
	if err := checkEncoding(r); err != nil {
		return req, err
	}
	switch {
	case isJSON(kind), isForm(kind):
		data, err := readAuthorized(r, kind, params, l)
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
		req.Command, err = f.asked(&req.Query, l)
		return req, err
	case kind == "multipart/form-data":
		f, err := readMultipart(r, params["boundary"], l, files)
		if f != nil {
			req.Token = f.takeToken()
		}
		if err != nil {
			return req, err
		}
		req.Command, err = f.asked(&req.Query, l)
		return req, err
	case kind == "":
		return req, refuse("the request has no Content-Type", acceptedTypes)
	}
	return req, refuse(fmt.Sprintf("the Content-Type %q is not supported", shorten(kind)), acceptedTypes)
}

// ParseJSON reads a request in JSON syntax that a program has written itself: the owner's pages send
// their forms as apps would.
func ParseJSON(data []byte, l Limits) (Command, error) {
	var token string
	return parseJSON(data, l.withDefaults(), &token)
}

const acceptedTypes = "send application/x-www-form-urlencoded, multipart/form-data or application/json"

func isJSON(kind string) bool {
	return kind == "application/json" || kind == "text/json" || strings.HasSuffix(kind, "+json")
}

// looksLikeJSON reports whether a form is really JSON, as curl -d sends it without an explicit
// type. No form starts like that.
func looksLikeJSON(data []byte) bool {
	rest, ok := bytes.CutPrefix(bytes.TrimSpace(data), []byte("{"))
	return ok && bytes.HasPrefix(bytes.TrimSpace(rest), []byte(`"`))
}

func isForm(kind string) bool {
	return kind == "application/x-www-form-urlencoded" || kind == "x-www-form-urlencoded"
}

// mediaType parses Content-Type leniently: apps send invalid parameters.
func mediaType(r *http.Request) (string, map[string]string) {
	header := r.Header.Get("Content-Type")
	kind, params, err := mime.ParseMediaType(header)
	if err != nil && kind == "" {
		kind, _, _ = strings.Cut(header, ";")
		kind = strings.ToLower(strings.TrimSpace(kind))
	}
	return kind, params
}

// refuse returns an invalid_request error.
func refuse(message, hint string) *fault.Error {
	return &fault.Error{Code: fault.InvalidRequest, Op: op, Message: message, Hint: hint}
}

// shorten limits a client's text for a message.
func shorten(s string) string {
	if runes := []rune(s); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return s
}
