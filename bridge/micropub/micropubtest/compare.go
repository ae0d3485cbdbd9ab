package micropubtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"time"
)

// comparison holds what the rules of the README depend on.
type comparison struct {
	zone     *time.Location
	served   func(address string) error
	newlines string // content_newlines
}

const anyURL = "${any-url}"

// Compare compares an answer of q=source with what is expected of the post, for tests that
// make their own requests. served tells whether a file is served; nil trusts every address.
func Compare(want Expect, answer []byte, zone *time.Location, served func(address string) error) []error {
	got, err := readSource(answer)
	if err != nil {
		return []error{err}
	}
	return compareSource(want, got, comparison{zone: zone, served: served})
}

// compareSource compares a post with what is expected of it. Other properties may be there.
func compareSource(want Expect, got source, c comparison) []error {
	c.newlines = want.ContentNewlines
	var errs []error
	if want.Type != nil {
		var types []any
		for _, t := range want.Type {
			types = append(types, t)
		}
		if err := c.values("type", types, asList(got.Type)); err != nil {
			errs = append(errs, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want.Properties)) {
		values, there := got.Properties[name]
		if !there && isDefault(name, want.Properties[name]) {
			continue
		}
		if err := c.property(name, want.Properties[name], asList(values)); err != nil {
			errs = append(errs, err)
		}
	}
	for _, name := range want.Absent {
		if values, there := got.Properties[name]; there && len(asList(values)) > 0 {
			errs = append(errs, fmt.Errorf("the property %s is there: %s", name, show(values)))
		}
	}
	return errs
}

// isDefault names what a server need not say.
func isDefault(name string, want []any) bool {
	return len(want) == 1 &&
		(name == "visibility" && want[0] == "public" || name == "post-status" && want[0] == "published")
}

// property compares the values of one property of the post.
func (c comparison) property(name string, want, got []any) error {
	if len(want) != len(got) {
		return fmt.Errorf("%s has %d values, want %d\ngot  %s\nwant %s", name, len(got), len(want), show(got), show(want))
	}
	for i := range want {
		at := fmt.Sprintf("%s[%d]", name, i)
		var err error
		switch name {
		case "content":
			err = c.content(at, want[i], got[i])
		case "published", "updated", "created", "start", "end":
			err = c.instant(at, want[i], got[i])
		case "photo", "video", "audio", "featured":
			err = c.media(at, want[i], got[i])
		case "location", "checkin":
			err = c.place(at, want[i], got[i])
		default:
			err = c.value(at, want[i], got[i])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// value compares one value: strings by character, numbers by size, items by their
// properties, other objects as they are.
func (c comparison) value(at string, want, got any) error {
	switch want := want.(type) {
	case string:
		text, ok := got.(string)
		if !ok {
			return differs(at, want, got)
		}
		if want == anyURL {
			return c.url(at, text)
		}
		if text != want {
			return differs(at, want, got)
		}
		return nil
	case json.Number:
		number, ok := got.(json.Number)
		if !ok || !sameNumber(want, number) {
			return differs(at, want, got)
		}
		return nil
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return differs(at, want, got)
		}
		if isItem(want) {
			return c.item(at, want, object)
		}
		return c.object(at, want, object)
	case []any:
		list, ok := got.([]any)
		if !ok {
			return differs(at, want, got)
		}
		return c.values(at, want, list)
	}
	if want != got { // booleans and null
		return differs(at, want, got)
	}
	return nil
}

func (c comparison) values(at string, want, got []any) error {
	if len(want) != len(got) {
		return fmt.Errorf("%s has %d values, want %d\ngot  %s\nwant %s", at, len(got), len(want), show(got), show(want))
	}
	for i := range want {
		if err := c.value(fmt.Sprintf("%s[%d]", at, i), want[i], got[i]); err != nil {
			return err
		}
	}
	return nil
}

// item compares mf2 items: in them a bare value equals a list of one, and more keys than
// expected are allowed.
func (c comparison) item(at string, want, got map[string]any) error {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		value, there := got[key]
		if !there {
			return fmt.Errorf("%s has no %q: %s", at, key, show(got))
		}
		if key != "properties" {
			if err := c.values(at+"."+key, asList(want[key]), asList(value)); err != nil {
				return err
			}
			continue
		}
		properties, _ := value.(map[string]any)
		expected, _ := want[key].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(expected)) {
			if err := c.values(at+"."+name, asList(expected[name]), asList(properties[name])); err != nil {
				return err
			}
		}
	}
	return nil
}

// object compares objects that are no items: they come back unchanged, but that a server
// may add a "value".
func (c comparison) object(at string, want, got map[string]any) error {
	for key := range got {
		if _, expected := want[key]; !expected && key != "value" {
			return fmt.Errorf("%s has a %q that nobody sent: %s", at, key, show(got))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		value, there := got[key]
		if !there {
			return fmt.Errorf("%s has no %q: %s", at, key, show(got))
		}
		if err := c.value(at+"."+key, want[key], value); err != nil {
			return err
		}
	}
	return nil
}

// content compares a text as text, but for one line break at its end, and {html} as a document.
func (c comparison) content(at string, want, got any) error {
	switch want := want.(type) {
	case string:
		text, ok := got.(string)
		if !ok {
			return differs(at, want, got)
		}
		if c.newlines == "crlf-or-lf" {
			text, want = strings.ReplaceAll(text, "\r\n", "\n"), strings.ReplaceAll(want, "\r\n", "\n")
		}
		if chop(text) != chop(want) {
			return differs(at, want, got)
		}
		return nil
	case map[string]any:
		html, ok := want["html"].(string)
		if !ok {
			break
		}
		object, _ := got.(map[string]any)
		text, ok := object["html"].(string)
		if !ok {
			return differs(at, want, got)
		}
		if err := sameDocument(html, text); err != nil {
			return fmt.Errorf("%s: %w\ngot  %s\nwant %s", at, err, text, html)
		}
		return nil
	}
	return c.value(at, want, got)
}

// chop takes one line break off the end.
func chop(s string) string { return strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r") }

// instant compares times by the moment they name. A value without an offset is wall-clock
// time in the site's zone, a date without a time stays that date.
func (c comparison) instant(at string, want, got any) error {
	a, okA := want.(string)
	b, okB := got.(string)
	if !okA || !okB {
		return differs(at, want, got)
	}
	if a == b {
		return nil
	}
	wanted, err := c.time(a)
	if err != nil {
		return differs(at, want, got)
	}
	if len(a) == len(time.DateOnly) {
		moment, err := c.time(b)
		if err == nil && moment.Format(time.DateTime) == a+" 00:00:00" {
			return nil
		}
		return differs(at, want, got)
	}
	if moment, err := c.time(b); err != nil || len(b) == len(time.DateOnly) || !moment.Equal(wanted) {
		return differs(at, want, got)
	}
	return nil
}

func (c comparison) time(s string) (time.Time, error) {
	s = strings.Replace(s, "T", " ", 1)
	s = strings.Replace(s, "Z", "+00:00", 1)
	for _, zone := range []string{"Z07:00", "-07:00", "-0700", " -07:00", " -0700"} {
		for _, clock := range []string{"2006-01-02 15:04:05.999999999", "2006-01-02 15:04"} {
			if t, err := time.Parse(clock+zone, s); err == nil {
				return t, nil
			}
		}
	}
	for _, clock := range []string{"2006-01-02 15:04:05.999999999", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(clock, s, c.zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time", s)
}

// media lets an object whose value or url is the expected address stand for it. A remote
// address must come back as it was: the README would allow a server's own copy in its place,
// but nothing here tells a copy from a mistake.
func (c comparison) media(at string, want, got any) error {
	address, isText := want.(string)
	object, isObject := got.(map[string]any)
	if isText && isObject {
		for _, key := range []string{"value", "url"} {
			if v, ok := object[key]; ok && c.value(at+"."+key, address, v) == nil {
				return nil
			}
		}
	}
	return c.value(at, want, got)
}

func (c comparison) url(at, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("%s: %q is not an absolute http(s) URL", at, address)
	}
	if c.served == nil {
		return nil
	}
	if err := c.served(address); err != nil {
		return fmt.Errorf("%s: the server does not serve it: %w", at, err)
	}
	return nil
}

// place lets an object stand for a geo URI when latitude and longitude, and name and url if
// given, are the same.
func (c comparison) place(at string, want, got any) error {
	uri, isText := want.(string)
	object, isObject := got.(map[string]any)
	if !isText || !isObject || !strings.HasPrefix(uri, "geo:") {
		return c.value(at, want, got)
	}
	if properties, ok := object["properties"].(map[string]any); ok {
		object = properties
	}
	numbers, parameters, _ := strings.Cut(strings.TrimPrefix(uri, "geo:"), ";")
	coordinates := strings.Split(numbers, ",")
	for i, key := range []string{"latitude", "longitude"} {
		value := asList(object[key])
		if len(value) != 1 || len(coordinates) <= i ||
			!sameNumber(json.Number(coordinates[i]), json.Number(fmt.Sprint(value[0]))) {
			return differs(at+"."+key, want, got)
		}
	}
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(parameter, "=")
		if name != "name" && name != "url" {
			continue
		}
		if values := asList(object[name]); len(values) != 1 || values[0] != value {
			return differs(at+"."+name, want, got)
		}
	}
	return nil
}

// subset compares an answer: each expected key is there and matches, at any depth, and a
// bare value equals a list of one.
func subset(want, got any, at string) error {
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return differs(at, want, got)
		}
		for _, key := range slices.Sorted(maps.Keys(want)) {
			value, there := object[key]
			if !there {
				return fmt.Errorf("%s has no %q: %s", at, key, show(got))
			}
			if err := subset(want[key], value, at+"."+key); err != nil {
				return err
			}
		}
		return nil
	case []any:
		list := asList(got)
		if len(list) != len(want) {
			return differs(at, want, got)
		}
		for i := range want {
			if err := subset(want[i], list[i], fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
		return nil
	}
	return comparison{}.value(at, want, got)
}

func asList(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

func isItem(object map[string]any) bool {
	_, typed := object["type"]
	_, ok := object["properties"].(map[string]any)
	return typed && ok
}

// sameNumber compares exactly: -74.0 and -74 are one number.
func sameNumber(a, b json.Number) bool {
	x, okX := new(big.Rat).SetString(a.String())
	y, okY := new(big.Rat).SetString(b.String())
	return okX && okY && x.Cmp(y) == 0
}

func differs(at string, want, got any) error {
	return fmt.Errorf("%s differs\ngot  %s\nwant %s", at, show(got), show(want))
}

func show(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%#v", v)
	}
	return string(data)
}
