package micropub

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// decodeForm reads application/x-www-form-urlencoded leniently, as old apps write it:
//
//   - An & at the end and && are ignored.
//   - % without two hexadecimal digits, [ ] ; and other unescaped characters are literal.
//   - Some apps encode nothing. In a value with a literal space + is a plus, and a piece after
//     & that has a space and no = belongs to the value ("salt & pepper").
//   - A space before the zone of a time is a + that was decoded once too often.
func decodeForm(body string, l Limits) (*form, error) {
	f := newForm(l)
	body = strings.TrimRight(body, "\r\n")
	for body != "" {
		end := pieceEnd(body, 0)
		for end < len(body) {
			next := pieceEnd(body, end+1)
			if piece := body[end+1 : next]; !strings.Contains(piece, " ") || strings.Contains(piece, "=") {
				break
			}
			end = next
		}
		if pair := body[:end]; pair != "" {
			key, value, _ := strings.Cut(pair, "=")
			if err := f.add(unescape(key, true), unescape(value, !strings.Contains(value, " "))); err != nil {
				return nil, err
			}
		}
		body = body[min(end+1, len(body)):]
	}
	return f, nil
}

// pieceEnd returns the end of the piece that begins at from: the next & or the end of the body.
func pieceEnd(body string, from int) int {
	if i := strings.IndexByte(body[from:], '&'); i >= 0 {
		return from + i
	}
	return len(body)
}

// unescape decodes percent-encoding; invalid escapes are literal.
func unescape(s string, plusIsSpace bool) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+' && plusIsSpace:
			b.WriteByte(' ')
		case s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b.WriteByte(unhex(s[i+1])<<4 | unhex(s[i+2]))
			i += 2
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}

// zoneWithoutSign matches a time whose zone lost its +: "…T18:05:00 0100".
var zoneWithoutSign = regexp.MustCompile(`^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?) (\d\d:?\d\d)$`)

func isTime(name string) bool {
	switch name {
	case "published", "updated", "created", "start", "end":
		return true
	}
	return false
}

// form holds the fields of a form-encoded or multipart request, by name without brackets.
type form struct {
	limits Limits
	names  []string // in order of appearance
	fields map[string]*node
	keys   map[string]bool // distinct names with their brackets
	values int
	files  []storedFile
}

// storedFile is a file of a multipart request.
type storedFile struct{ property, url string }

func newForm(l Limits) *form {
	return &form{limits: l, fields: map[string]*node{}, keys: map[string]bool{}}
}

// maxFormValues bounds the memory of a form.
const maxFormValues = 100_000

// add adds one name and its value.
func (f *form) add(key, value string) error {
	if !utf8.ValidString(key) || !utf8.ValidString(value) {
		return refuse(
			fmt.Sprintf("the field %q is not UTF-8", shorten(strings.ToValidUTF8(key, "�"))), "send the text in UTF-8")
	}
	key = strings.TrimSpace(key) // hand-written bodies have line breaks after &
	name, path := splitKey(key)
	if len(value) > f.limits.Text {
		return textTooLarge(name, f.limits)
	}
	if name == "" {
		if value == "" {
			return nil
		}
		return refuse("a value has no name", "send name=value")
	}
	if len(path) > f.limits.Depth {
		return refuse(
			fmt.Sprintf("the name %q is nested deeper than %d levels", shorten(key), f.limits.Depth),
			"send less deeply nested objects",
		)
	}
	if !f.keys[key] {
		if f.keys[key] = true; len(f.keys) > f.limits.Properties {
			return tooManyNames(f.limits)
		}
	}
	if f.values++; f.values > maxFormValues {
		return refuse(fmt.Sprintf("the request has more than %d values", maxFormValues), "send less at once")
	}
	if isTime(name) {
		value = zoneWithoutSign.ReplaceAllString(value, "$1+$2")
	}
	field := f.fields[name]
	if field == nil {
		field = &node{}
		f.fields[name] = field
		f.names = append(f.names, name)
	}
	field.add(path, value)
	return nil
}

func tooManyNames(l Limits) error {
	return refuse(fmt.Sprintf("the request has more than %d names", l.Properties), "send less at once")
}

// splitKey splits a[b][][0] into its parts. Unbalanced brackets are part of the name.
func splitKey(key string) (name string, path []string) {
	open := strings.IndexByte(key, '[')
	if open < 0 {
		return key, nil
	}
	rest := key[open:]
	for rest != "" {
		if rest[0] != '[' {
			return key, nil
		}
		end := strings.IndexByte(rest, ']')
		if end < 0 {
			return key, nil
		}
		path = append(path, rest[1:end])
		rest = rest[end+1:]
	}
	return key[:open], path
}

// has reports whether a field was sent, even empty.
func (f *form) has(name string) bool { return f.fields[name] != nil }

// take removes a field and returns its values.
func (f *form) take(name string) []any {
	field := f.fields[name]
	if field == nil {
		return nil
	}
	delete(f.fields, name)
	return field.list()
}

// rest returns the names of the remaining fields, in order of appearance.
func (f *form) rest() []string {
	var names []string
	for _, name := range f.names {
		if f.fields[name] != nil {
			names = append(names, name)
		}
	}
	return names
}

// takeToken removes and returns the access token, which must never reach a file.
func (f *form) takeToken() string {
	token := ""
	// The living standard calls it access_token; the wiki's algorithm says auth_token.
	for _, name := range []string{"access_token", "auth_token"} {
		if s := firstText(f.take(name)); token == "" {
			token = strings.TrimSpace(s)
		}
	}
	return token
}

func firstText(values []any) string {
	for _, v := range values {
		if s, ok := v.(string); ok && s != "" {
			return s
		}
	}
	return ""
}
