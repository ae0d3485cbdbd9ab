package catalog

import (
	"slices"
	"strings"

	"gitpost/bridge/mf2"
)

// What lists search is stored in blocks of consecutive entries, so that a search reads memory
// sequentially: searching 100,000 posts takes about a millisecond.

const blockSize = 256

// block is what can be searched of blockSize consecutive entries.
type block struct {
	text     string            // search texts, each with an end mark
	textEnds [blockSize]uint32 // the end of each, with its mark
	values   []uint64          // fingerprints of property values
	valEnds  [blockSize]uint32
}

const (
	fieldMark = "\x01" // between the fields of a search text
	endMark   = "\x00"
)

// searchText returns what Filter.Text searches: name, summary, slug and categories in lower case.
func searchText(e *Entry) string {
	var b strings.Builder
	add := func(s string) {
		if s != "" {
			if b.Len() > 0 {
				b.WriteString(fieldMark)
			}
			b.WriteString(folded(s))
		}
	}
	add(e.Name)
	add(e.Summary)
	add(e.slug())
	for _, c := range e.Categories {
		add(c)
	}
	return b.String()
}

// folded returns a text as it is searched: in lower case and on one line.
func folded(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s))
}

// set returns a copy in which the entries of changed are replaced; nil removes one.
func (b *block) set(changed map[int]*words) *block {
	next := &block{}
	var text strings.Builder
	text.Grow(len(b.text) + 256)
	next.values = make([]uint64, 0, len(b.values)+16)
	for i := range blockSize {
		if w, ok := changed[i]; ok {
			if w != nil {
				text.WriteString(w.text)
				next.values = append(next.values, w.values...)
			}
			text.WriteString(endMark)
		} else {
			from, to := b.bounds(i)
			if from == to {
				text.WriteString(endMark)
			}
			text.WriteString(b.text[from:to])
			next.values = append(next.values, b.valuesOf(i)...)
		}
		next.textEnds[i], next.valEnds[i] = uint32(text.Len()), uint32(len(next.values))
	}
	next.text = text.String()
	return next
}

func (b *block) bounds(i int) (from, to uint32) {
	if i > 0 {
		from = b.textEnds[i-1]
	}
	return from, b.textEnds[i]
}

func (b *block) valuesOf(i int) []uint64 {
	from := uint32(0)
	if i > 0 {
		from = b.valEnds[i-1]
	}
	return b.values[from:b.valEnds[i]]
}

// containing marks the entries whose text contains needle.
func (b *block) containing(needle string) (hits [blockSize]bool) {
	for at, i := 0, 0; ; {
		next := strings.Index(b.text[at:], needle)
		if next < 0 {
			return hits
		}
		at += next
		for int(b.textEnds[i]) <= at {
			i++
		}
		hits[i] = true
		at = int(b.textEnds[i])
	}
}

// mayHave returns -1 when no entry has one of each of the values, else 1. It reads the values in one
// sweep.
func (b *block) mayHave(each [][]uint64) int8 {
	for _, wanted := range each {
		found := false
		for _, w := range wanted {
			found = found || slices.Contains(b.values, w)
		}
		if !found {
			return -1
		}
	}
	return 1
}

// words is what can be searched of one entry.
type words struct {
	text   string
	values []uint64
}

func wordsOf(e *Entry, item mf2.Item) *words {
	w := &words{text: searchText(e)}
	for name, values := range item.Properties {
		for _, v := range values {
			searchable(v, func(text string) { w.values = append(w.values, fingerprint(name, text)) })
		}
	}
	for _, implied := range [][2]string{{"post-status", e.Status}, {"visibility", e.Visibility}, {"url", e.Page.URL}} {
		if len(item.Properties[implied[0]]) == 0 && implied[1] != "" {
			w.values = append(w.values, fingerprint(implied[0], implied[1]))
		}
	}
	return w
}

// searchable calls f with every text by which a value is found: the value itself, of an object
// its value, text, alt text and URL, of a nested item its URL, name and uid.
func searchable(v any, f func(string)) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			searchable(one, f)
		}
	case map[string]any:
		for _, key := range [...]string{"value", "html", "text", "alt", "url", "uid", "name"} {
			if one, ok := v[key]; ok {
				searchable(one, f)
			}
		}
		if properties, ok := v["properties"].(map[string]any); ok {
			for _, key := range [...]string{"url", "uid", "name"} {
				if one, ok := properties[key]; ok {
					searchable(one, f)
				}
			}
		}
	default:
		if text := mf2.Text(v); text != "" {
			f(text)
		}
	}
}

// fingerprint returns a hash of a property's value (FNV-1a, 64 bits: among a million values a
// collision occurs in one of tens of millions of sites). A trailing slash of a URL is ignored.
func fingerprint(property, text string) uint64 {
	if strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://") {
		text = strings.TrimSuffix(text, "/")
	}
	h := uint64(14695981039346656037)
	for i := range len(property) {
		h = (h ^ uint64(property[i])) * 1099511628211
	}
	h *= 1099511628211
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return h
}

// blockBuilder builds blocks from entries that are added one after the other.
type blockBuilder struct {
	blocks []*block
	text   strings.Builder
	values []uint64
	next   block
	n      int // entries in next
}

func (b *blockBuilder) add(w *words) {
	if w != nil {
		b.text.WriteString(w.text)
		b.values = append(b.values, w.values...)
	}
	b.text.WriteString(endMark)
	b.next.textEnds[b.n], b.next.valEnds[b.n] = uint32(b.text.Len()), uint32(len(b.values))
	if b.n++; b.n == blockSize {
		b.flush()
	}
}

// flush finishes the current block. Unused entries have end marks too.
func (b *blockBuilder) flush() {
	for i := b.n; i < blockSize && b.n > 0; i++ {
		b.text.WriteString(endMark)
		b.next.textEnds[i], b.next.valEnds[i] = uint32(b.text.Len()), uint32(len(b.values))
	}
	if b.n > 0 {
		done := b.next
		done.text, done.values = strings.Clone(b.text.String()), slices.Clone(b.values)
		b.blocks = append(b.blocks, &done)
	}
	b.text.Reset()
	b.values, b.next, b.n = b.values[:0], block{}, 0
}
