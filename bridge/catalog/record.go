package catalog

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/address"
	"gitpost/bridge/site"
)

// record is a packed Entry: its fields are encoded one after the other in one string. The index
// and the cache file contain the same bytes. What many entries share is stored once, by number.
type record struct {
	data  string // "": the number is unused
	shape uint32 // of index.shapes
	tags  uint32 // of index.tags
}

// Bits of a record's flags.
const (
	isPublished = 1 << iota
	isStatic
	isDated
	isHexBlob
	isIndexHTML // the output is index.html below the URL's path
	hasTurned
	isTurning
	hasProblem
)

// pack encodes what an entry does not share. What is read most often comes first.
func pack(e *Entry) string {
	b := make([]byte, 0, 256)
	b = appendText(b, e.Path)
	flags := byte(0)
	set := func(bit byte, on bool) {
		if on {
			flags |= bit
		}
	}
	blob, err := hex.DecodeString(e.Blob)
	asHex := err == nil && hex.EncodeToString(blob) == e.Blob
	if !asHex {
		blob = []byte(e.Blob)
	}
	p := e.Page
	set(isPublished, p.Published)
	set(isStatic, p.Static)
	set(isDated, !p.Date.IsZero())
	set(isHexBlob, asHex)
	set(isIndexHTML, p.Output != "" && p.Output == indexHTML(p.URL))
	set(hasTurned, !p.Turned.IsZero())
	set(isTurning, !p.Turns.IsZero())
	set(hasProblem, e.Problem != "")
	b = append(b, flags)
	b = appendTime(b, p.Turned)
	b = appendTime(b, p.Turns)
	b = appendText(b, string(blob))
	b = appendText(b, p.URL)
	if flags&isIndexHTML == 0 {
		b = appendText(b, p.Output)
	}
	b = appendTime(b, p.Date)
	b = appendTexts(b, p.Aliases)
	for _, s := range []string{p.Reason, e.Problem, e.Name, e.Summary} {
		b = appendText(b, s)
	}
	return string(b)
}

// unpack decodes an entry. Invalid bytes result in a wrong entry, but in no panic.
func unpack(data string, s *shape, tags []string) *Entry {
	r := reader{rest: data}
	e := &Entry{
		Path: r.text(), PostType: s.postType, Status: s.status, Visibility: s.visibility, Has: s.has, Categories: tags,
	}
	p := &e.Page
	p.Path, p.Kind = e.Path, s.kind
	flags := r.byte()
	p.Turned = r.time(flags&hasTurned != 0)
	p.Turns = r.time(flags&isTurning != 0)
	blob := r.text()
	if e.Blob = blob; flags&isHexBlob != 0 {
		e.Blob = hex.EncodeToString([]byte(blob))
	}
	p.URL = r.text()
	if p.Output = indexHTML(p.URL); flags&isIndexHTML == 0 {
		p.Output = r.text()
	}
	p.Published, p.Static = flags&isPublished != 0, flags&isStatic != 0
	p.Date = r.time(flags&isDated != 0)
	p.Aliases = r.texts()
	p.Reason, e.Problem, e.Name, e.Summary = r.text(), r.text(), r.text(), r.text()
	return e
}

// turning returns the entry's Page.Turned and Page.Turns.
func (r record) turning() (turned, turns time.Time) {
	in := reader{rest: r.data}
	in.text()
	flags := in.byte()
	if flags&(hasTurned|isTurning) == 0 {
		return
	}
	return in.time(flags&hasTurned != 0), in.time(flags&isTurning != 0)
}

// path returns the entry's path; "" for an unused record.
func (r record) path() string {
	in := reader{rest: r.data}
	return in.text()
}

// addresses returns the addresses of the entry.
func (r record) addresses() []string {
	page, in := r.page()
	page.Aliases = in.texts()
	return addresses(page)
}

// unreadable reports whether the entry has a Problem.
func (r record) unreadable() bool {
	in := reader{rest: r.data}
	in.text()
	return in.byte()&hasProblem != 0
}

func (r record) date() time.Time {
	page, _ := r.page()
	return page.Date
}

// page returns URL and date, and a reader that is positioned at the aliases.
func (r record) page() (site.Page, reader) {
	in := reader{rest: r.data}
	in.text()
	flags := in.byte()
	in.time(flags&hasTurned != 0)
	in.time(flags&isTurning != 0)
	in.text()
	page := site.Page{URL: in.text()}
	if flags&isIndexHTML == 0 {
		in.text()
	}
	page.Date = in.time(flags&isDated != 0)
	return page, in
}

// addresses returns the addresses by which a page is found: its URL first, then its aliases.
func addresses(page site.Page) []string {
	keys := make([]string, 0, 1+len(page.Aliases))
	if page.URL != "" {
		keys = append(keys, address.Of(page.URL))
	}
	for _, a := range page.Aliases {
		if k := address.Of(a); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

// indexHTML returns the output file that most pages have.
func indexHTML(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	_, path, _ := strings.Cut(rest, "/")
	return path + "index.html"
}

// shape is what many entries share.
type shape struct {
	kind, postType, status, visibility string
	has                                []string
	published                          bool
}

func packShape(e *Entry) string {
	b := make([]byte, 0, 128)
	for _, s := range []string{e.Page.Kind, e.PostType, e.Status, e.Visibility} {
		b = appendText(b, s)
	}
	b = appendTexts(b, e.Has)
	if e.Page.Published {
		return string(append(b, 1))
	}
	return string(append(b, 0))
}

func unpackShape(data string) shape {
	r := reader{rest: data}
	return shape{r.text(), r.text(), r.text(), r.text(), r.texts(), r.byte() == 1}
}

func packTags(tags []string) string { return string(appendTexts(nil, tags)) }

func unpackTags(data string) []string {
	r := reader{rest: data}
	return r.texts()
}

// table numbers distinct values.
type table[T any] struct {
	ids    map[string]uint32 // by packed text
	keys   []string          // packed, by number
	values []T
	unpack func(string) T
}

func newTable[T any](unpack func(string) T) table[T] {
	return table[T]{ids: map[string]uint32{}, unpack: unpack}
}

func (t *table[T]) id(key string) uint32 {
	if id, ok := t.ids[key]; ok {
		return id
	}
	id := uint32(len(t.keys))
	t.ids[key] = id
	t.keys = append(t.keys, key)
	t.values = append(t.values, t.unpack(key))
	return id
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendTexts(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendText(b, s)
	}
	return b
}

// appendTime writes nothing for the zero time.
func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	_, offset := t.Zone()
	b = binary.AppendVarint(b, t.Unix())
	b = binary.AppendUvarint(b, uint64(t.Nanosecond()))
	return binary.AppendVarint(b, int64(offset))
}

// reader decodes packed values. After invalid bytes failed is set and it returns zero values. It
// never allocates more than a small multiple of the remaining bytes.
type reader struct {
	rest   string
	failed bool
}

func (r *reader) fail() { r.rest, r.failed = "", true }

func (r *reader) byte() byte {
	if r.rest == "" {
		r.fail()
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *reader) number() uint64 {
	var n uint64
	for shift := 0; shift < 64; shift += 7 {
		if shift/7 >= len(r.rest) {
			break
		}
		b := r.rest[shift/7]
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			r.rest = r.rest[shift/7+1:]
			return n
		}
	}
	r.fail()
	return 0
}

func (r *reader) signed() int64 {
	n := r.number()
	return int64(n>>1) ^ -int64(n&1)
}

// time decodes a time if isSet.
func (r *reader) time(isSet bool) time.Time {
	if !isSet {
		return time.Time{}
	}
	seconds, nanoseconds, offset := r.signed(), r.number(), r.signed()
	t := time.Unix(seconds, int64(nanoseconds%1_000_000_000))
	if offset == 0 || offset != int64(int32(offset)) {
		return t.UTC()
	}
	return t.In(time.FixedZone("", int(offset)))
}

// take returns the next n bytes.
func (r *reader) take(n uint64) string {
	if n > uint64(len(r.rest)) {
		r.fail()
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *reader) text() string { return r.take(r.number()) }

// count returns a number of things of at least size bytes each.
func (r *reader) count(size int) int {
	n := r.number()
	if n > uint64(len(r.rest)/size) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) texts() []string {
	n := r.count(1)
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = r.text()
	}
	return list
}
