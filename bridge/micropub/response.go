package micropub

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gitpost/bridge/fault"
)

// Created describes a post or file that was stored.
type Created struct {
	URL         string
	Pushed      *bool  // nil: the response did not wait for the push
	Reason      string // why Pushed is false
	Shortlink   string
	Syndication []string // URLs of copies
}

// body is Created as JSON.
type body struct {
	URL    string `json:"url"`
	Pushed *bool  `json:"pushed,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// WriteCreated responds 201 with the Location. Apps fail on 202, and the post is safe.
func WriteCreated(w http.ResponseWriter, r *http.Request, c Created) error {
	w.Header().Set("Location", c.URL)
	return writeSafe(w, r, http.StatusCreated, c)
}

// WriteChanged responds 200 to an update, a delete or an undelete that did not change the URL.
// When it changed, use WriteCreated.
func WriteChanged(w http.ResponseWriter, r *http.Request, c Created) error {
	return writeSafe(w, r, http.StatusOK, c)
}

func writeSafe(w http.ResponseWriter, r *http.Request, status int, c Created) error {
	for _, copy := range c.Syndication {
		addLink(w, copy, "syndication")
	}
	addLink(w, c.Shortlink, "shortlink")
	response := body{URL: c.URL, Pushed: c.Pushed}
	if c.Pushed != nil && !*c.Pushed {
		response.Reason = c.Reason
	}
	return WriteAnswer(w, r, status, response)
}

// addLink adds a Link header, unless the URL is not a web address.
func addLink(w http.ResponseWriter, address, rel string) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return
	}
	w.Header().Add("Link", fmt.Sprintf(`<%s>; rel="%s"`, u.String(), rel))
}

// WriteAnswer responds with v: as JSON, form-encoded if Accept prefers that, or as plain text
// if Accept prefers that and v has a URL.
func WriteAnswer(w http.ResponseWriter, r *http.Request, status int, v any) error {
	w.Header().Add("Vary", "Accept")
	w.Header().Set("Cache-Control", "no-store")
	switch kind := accepted(r); {
	case kind == formType:
		encoded, err := encodeForm(v)
		if err != nil {
			return err
		}
		return write(w, status, formType, []byte(encoded))
	case kind == "text/plain":
		if b, ok := v.(body); ok {
			return write(w, status, "text/plain; charset=utf-8", []byte(b.URL+"\n"))
		}
	}
	return WriteJSON(w, status, v)
}

// WriteJSON responds with v as JSON. &, < and > are not escaped: apps show these texts.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("encode the response: %w", err)
	}
	return write(w, status, "application/json", b.Bytes())
}

func write(w http.ResponseWriter, status int, kind string, data []byte) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, err := w.Write(data)
	return err
}

// failure is an error as JSON.
type failure struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
	Scope       string `json:"scope,omitempty"`
}

// WriteError responds with an error, always in JSON. The text of an error that is not a
// *fault.Error is not shown.
func WriteError(w http.ResponseWriter, err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		f = &fault.Error{
			Code: fault.Internal, Message: "internal error", Hint: "try again; the server's log has the cause", Err: err,
		}
	}
	h := w.Header()
	switch f.Code {
	case fault.Unauthorized:
		h.Set("WWW-Authenticate", "Bearer")
	case fault.InvalidToken:
		h.Set("WWW-Authenticate", `Bearer error="invalid_token", error_description="`+quotable(f.Description())+`"`)
	case fault.InsufficientScope:
		challenge := `Bearer error="insufficient_scope"`
		if f.Scope != "" {
			challenge += `, scope="` + quotable(f.Scope) + `"`
		}
		h.Set("WWW-Authenticate", challenge)
	case fault.TooManyRequests, fault.Unavailable:
		if f.RetryAfter > 0 {
			h.Set("Retry-After", strconv.Itoa(int((f.RetryAfter+time.Second-1)/time.Second)))
		}
	}
	h.Set("Cache-Control", "no-store")
	return WriteJSON(w, f.Code.Status(), failure{Error: string(f.Code), Description: f.Description(), Scope: f.Scope})
}

// quotable replaces what is not allowed in a quoted-string of a header (RFC 6750: printable
// ASCII without quotes and backslashes).
func quotable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '"':
			return '\''
		case r == '\\' || r < ' ' || r > '~':
			return '?'
		}
		return r
	}, s)
}
