package micropub

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// Claim is what a body says about who sends it and to which site. It is read from the body's
// bytes before anything else of it, and no answer depends on the site's posts until then.
type Claim struct {
	Token       string
	Destination string // mp-destination
	URL         string // of the post that the request is about
	Partial     bool   // the rest of the body has not been read
}

// ErrPartial is returned by Limits.Authorize for a Partial Claim that does not say enough.
var ErrPartial = errors.New("the rest of the body is needed")

// peekLength is how much of a body is read before its token is looked for.
const peekLength = 16 << 10

// readAuthorized is readBody that calls l.Authorize once, as early as possible.
func readAuthorized(r *http.Request, kind string, params map[string]string, l Limits) ([]byte, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	if l.Authorize == nil {
		return readBody(r.Body, params, l)
	}
	start := make([]byte, peekLength)
	n, err := io.ReadFull(r.Body, start)
	start = start[:n]
	authorized := false
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
	case err != nil:
		return nil, brokenBody(err)
	default:
		e := claimOf(kind, start, true)
		if e.Token == "" {
			break
		}
		if err := l.Authorize(e); err == nil {
			authorized = true
		} else if !errors.Is(err, ErrPartial) {
			return nil, err
		}
	}
	data, err := readBody(io.MultiReader(bytes.NewReader(start), r.Body), nil, l)
	if err != nil {
		return nil, err
	}
	if !authorized {
		if err := l.Authorize(claimOf(kind, data, false)); err != nil {
			return nil, err
		}
	}
	return data, checkCharset(params, data)
}

// claimOf reads the Claim of a body, or of the beginning of one.
func claimOf(kind string, data []byte, partial bool) Claim {
	if isJSON(kind) || looksLikeJSON(data) {
		return jsonClaim(data, partial)
	}
	return formClaim(data, partial)
}

func formClaim(data []byte, partial bool) Claim {
	e := Claim{Partial: partial}
	second := "" // the other name of the token
	for len(data) > 0 {
		pair, rest, complete := bytes.Cut(data, []byte("&"))
		data = rest
		if !complete && partial {
			break // it may go on
		}
		key, value, _ := bytes.Cut(pair, []byte("="))
		const longest = 100 // of a name, escaped
		if len(key) > longest {
			continue
		}
		name, _ := splitKey(strings.TrimSpace(unescape(string(key), true)))
		switch name {
		case "access_token":
			first(&e.Token, value)
		case "auth_token":
			first(&second, value)
		default:
			if field := e.field(name); field != nil {
				first(field, value)
			}
		}
	}
	if e.Token == "" {
		e.Token = second
	}
	return e
}

// field returns where the value of a name belongs, or nil.
func (e *Claim) field(name string) *string {
	switch name {
	case "mp-destination":
		return &e.Destination
	case "url", "mp-url", "edit-of":
		return &e.URL
	}
	return nil
}

// first sets a text of a form unless it is set already.
func first(text *string, value []byte) {
	if *text == "" {
		*text = strings.TrimSpace(unescape(string(bytes.TrimRight(value, "\r\n")), !bytes.Contains(value, []byte(" "))))
	}
}

// jsonClaim reads the top level and the properties without keeping anything else.
func jsonClaim(data []byte, partial bool) Claim {
	e := Claim{Partial: partial}
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	d.UseNumber()
	walkObject(d, func(name string) error {
		switch name {
		case "access_token":
			return firstString(d, &e.Token)
		case "mp-destination":
			return firstString(d, &e.Destination)
		case "url":
			return firstString(d, &e.URL)
		case "properties":
			return walkObject(d, func(name string) error {
				if name == "mp-destination" {
					return firstString(d, &e.Destination)
				}
				return skipValue(d)
			})
		}
		return skipValue(d)
	})
	return e
}

var errNotObject = errors.New("not an object")

// walkObject calls member for each name of the next value, which must consume the name's value.
func walkObject(d *json.Decoder, member func(name string) error) error {
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return errors.Join(errNotObject, err)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		if err := member(name.(string)); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// firstString reads the next value, a string or a list of strings.
func firstString(d *json.Decoder, into *string) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	if s, ok := t.(string); ok {
		if s = strings.TrimSpace(s); *into == "" {
			*into = s
		}
		return nil
	}
	if t == json.Delim('[') {
		for d.More() {
			t, err := d.Token()
			if err != nil {
				return err
			}
			if s, ok := t.(string); ok && *into == "" {
				*into = strings.TrimSpace(s)
			} else if err := skipRest(d, t); err != nil {
				return err
			}
		}
		_, err = d.Token()
		return err
	}
	return skipRest(d, t)
}

func skipValue(d *json.Decoder) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	return skipRest(d, t)
}

var errTooDeep = errors.New("nested too deeply")

// skipRest skips the rest of a value that begins with t.
func skipRest(d *json.Decoder, t json.Token) error {
	const deepest = 1000
	depth := 0
	for {
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth <= 0 {
			return nil
		}
		if depth > deepest {
			return errTooDeep
		}
		var err error
		if t, err = d.Token(); err != nil {
			return err
		}
	}
}
