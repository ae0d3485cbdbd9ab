package mf2

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxValues bounds the memory for one JSON text: an empty list takes two bytes on the wire
// and fifty here. No post has a hundred thousand values.
const maxValues = 100_000

// FromJSON decodes one JSON text into the values of this package. A number without fraction
// and exponent becomes an int64, any other a float64; null becomes nil. A number that is out
// of range, nesting deeper than depth, a duplicate name in an object, invalid UTF-8 and an
// unpaired surrogate are errors. Errors name line and column.
func FromJSON(data []byte, depth int) (any, error) {
	if at := invalidUTF8(data); at >= 0 {
		return nil, atOffset(data, at, "not UTF-8")
	}
	if at := loneSurrogate(data); at >= 0 {
		return nil, atOffset(data, at, fmt.Sprintf("%s is an unpaired surrogate (half a character)", data[at:at+6]))
	}
	d := decoder{data: data, json: json.NewDecoder(bytes.NewReader(data)), depth: depth}
	d.json.UseNumber()
	v, err := d.value(depth)
	if err != nil {
		return nil, err
	}
	if _, err := d.json.Token(); !errors.Is(err, io.EOF) {
		return nil, d.fail("unexpected data after the JSON text")
	}
	return v, nil
}

// MarshalJSON encodes every property as an array and a nil map as {}: apps iterate over both.
func (p Properties) MarshalJSON() ([]byte, error) {
	full := make(map[string][]any, len(p))
	for name, values := range p {
		if values == nil {
			values = []any{}
		}
		full[name] = values
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // callers escape where they need to
	err := encoder.Encode(full)
	return b.Bytes(), err
}

type decoder struct {
	data   []byte
	json   *json.Decoder
	depth  int // the limit, for the error
	values int
}

// value reads the next value; left is the number of levels that may still be opened.
func (d *decoder) value(left int) (any, error) {
	token, err := d.token()
	if err != nil {
		return nil, err
	}
	if d.values++; d.values > maxValues {
		return nil, d.fail(fmt.Sprintf("more than %d values", maxValues))
	}
	switch token := token.(type) {
	case json.Number:
		return d.number(token.String())
	case json.Delim:
		if left <= 0 {
			return nil, d.fail(fmt.Sprintf("nested deeper than %d levels", d.depth))
		}
		if token == '[' {
			return d.list(left - 1)
		}
		return d.object(left - 1)
	}
	return token, nil // string, bool or nil
}

func (d *decoder) list(left int) (any, error) {
	list := []any{}
	for d.json.More() {
		v, err := d.value(left)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := d.token()
	return list, err
}

func (d *decoder) object(left int) (any, error) {
	object := map[string]any{}
	for d.json.More() {
		token, err := d.token()
		if err != nil {
			return nil, err
		}
		name, ok := token.(string)
		if !ok {
			return nil, d.fail("a name in an object must be a string")
		}
		if _, twice := object[name]; twice {
			return nil, d.fail(fmt.Sprintf("the name %q appears twice in one object", name))
		}
		if object[name], err = d.value(left); err != nil {
			return nil, err
		}
	}
	_, err := d.token()
	return object, err
}

func (d *decoder) number(s string) (any, error) {
	if !strings.ContainsAny(s, ".eE") {
		i, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return nil, d.fail(fmt.Sprintf("the number %s is out of range", shorten(s)))
		}
		return i, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil, d.fail(fmt.Sprintf("the number %s is out of range", shorten(s)))
	}
	return f, nil
}

func (d *decoder) token() (json.Token, error) {
	token, err := d.json.Token()
	if err == nil {
		return token, nil
	}
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, atOffset(d.data, len(d.data), "unexpected end of the JSON text")
	case errors.As(err, &syntax):
		return nil, d.fail(syntax.Error())
	}
	return nil, d.fail(err.Error())
}

func (d *decoder) fail(message string) error {
	return atOffset(d.data, int(d.json.InputOffset()), message)
}

// atOffset returns an error with the line and column of an offset, counted from 1.
func atOffset(data []byte, offset int, message string) error {
	before := data[:min(offset, len(data))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return fmt.Errorf("line %d, column %d: %s", line, column, message)
}

func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// loneSurrogate returns the offset of an escape such as \ud83d without its second half, or -1.
// Outside of strings JSON has no backslash.
func loneSurrogate(data []byte) int {
	for i := 0; i+1 < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		r, ok := unicodeEscape(data[i:])
		switch {
		case !ok:
			i++ // \n, or \\ before a u
		case !utf16.IsSurrogate(r):
			i += 5
		default:
			if low, ok := unicodeEscape(data[i+6:]); !ok || utf16.DecodeRune(r, low) == utf8.RuneError {
				return i
			}
			i += 11
		}
	}
	return -1
}

// unicodeEscape decodes \u and four hexadecimal digits at the start of s.
func unicodeEscape(s []byte) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(s[2:6]), 16, 16)
	return rune(n), err == nil
}

func shorten(s string) string {
	if len(s) > 24 {
		return s[:24] + "…"
	}
	return s
}
