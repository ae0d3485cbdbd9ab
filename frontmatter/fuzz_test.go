package frontmatter

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// dialectOf makes a dialect of eight bits.
func dialectOf(bits byte) Dialect {
	return Dialect{
		YAMLOnly: bits&1 != 0, LeadingBlank: bits&2 != 0, DotsClose: bits&4 != 0, FoldKeys: bits&8 != 0,
		LastWins: bits&16 != 0, DotsHide: bits&32 != 0, HTMLComments: bits&64 != 0, OrgWords: bits&128 != 0,
	}
}

// caseLimit is the time that one case of a fuzz target may take, however busy the machine.
const caseLimit = 10 * time.Second

// limited ends the run, with the case, when the case takes too long.
func limited(t *testing.T) {
	t.Helper()
	timer := time.AfterFunc(caseLimit, func() { panic("a case takes more than " + caseLimit.String()) })
	t.Cleanup(func() { timer.Stop() })
}

// seeds are all documents of the corpus.
func seeds(f *testing.F) []string {
	f.Helper()
	files, err := filepath.Glob(filepath.Join(corpus, "*.txtar"))
	if err != nil {
		f.Fatal(err)
	}
	var docs []string
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range txtar.Parse(raw).Files {
			if text := unmarked(string(file.Data)); !strings.HasSuffix(file.Name, ".edit") &&
				!strings.HasSuffix(file.Name, ".new") {
				docs = append(docs, text)
			}
		}
	}
	return append(docs, append(unusualOpenings, orgPost, "---\n---\nCaf\xe9\r\n\nx\n")...)
}

func FuzzParse(f *testing.F) {
	for _, doc := range seeds(f) {
		f.Add([]byte(doc), byte(0))
		f.Add([]byte(doc), byte(63))
		f.Add([]byte(doc), byte(250))
	}
	f.Fuzz(func(t *testing.T, data []byte, bits byte) {
		limited(t)
		doc, err := Parse(data, dialectOf(bits))
		if err != nil {
			bad, ok := err.(*SyntaxError)
			if !ok || bad.Line < 1 || bad.Line > 1+strings.Count(string(data), "\n") {
				t.Fatalf("%#v is not a good error for %q", err, data)
			}
			return
		}
		if got := string(doc.Bytes()); got != string(data) {
			t.Fatalf("%q is %q when nothing was changed", data, got)
		}
		for _, key := range doc.Keys() {
			if _, ok := doc.Field(key); !ok {
				t.Fatalf("%q is listed and is not there: %q", key, data)
			}
		}
		if p, _ := split(string(data), dialectOf(bits)); p.format == YAML {
			simpleAsReal(t, p.front, dialectOf(bits))
		}
		if err := doc.SetBody(doc.Body()); err != nil {
			t.Fatalf("%q: its own body is refused: %v", data, err)
		}
		again, err := Parse(doc.Bytes(), dialectOf(bits))
		if err != nil || again.Body() != doc.Body() || !equalValues(all(again), all(doc)) {
			t.Fatalf("%q became %q with its own body (%v)", data, doc.Bytes(), err)
		}
	})
}

func FuzzEdit(f *testing.F) {
	for i, doc := range seeds(f) {
		f.Add([]byte(doc), byte(0), "title", "", `"a: b"`, "text")
		f.Add([]byte(doc), byte(63), "tags", "", `["a", "b", "c"]`, "---\nx: y\n---\n")
		f.Add([]byte(doc), byte(i%64), "cover", "image", `{"a": [1, {"b": null}]}`, "\n")
		f.Add([]byte(doc), byte(250), "tags", "", `["a", "🚀"]`, "Text.\nCaf\uFFFD\n#+X: y\n")
	}
	f.Fuzz(func(t *testing.T, data []byte, bits byte, key, inner, value, body string) {
		limited(t)
		d := dialectOf(bits)
		doc, err := Parse(data, d)
		if err != nil {
			return
		}
		var v any = value
		if json.Unmarshal([]byte(value), &v) != nil {
			v = value
		}
		path := []string{key}
		if inner != "" {
			path = append(path, inner)
		}
		before := all(doc)
		same := func(what string, touched bool) {
			after := all(doc)
			for _, m := range [...]map[string]any{before, after} {
				for name := range m {
					if touched && (name == key || d.FoldKeys && strings.EqualFold(name, key)) {
						delete(m, name)
					}
				}
			}
			if !equalValues(before, after) {
				t.Fatalf("%s %q of %q changed others: %q", what, path, data, doc.Bytes())
			}
			again, err := Parse(doc.Bytes(), d)
			if err != nil || !equalValues(all(again), all(doc)) || again.Body() != doc.Body() {
				t.Fatalf("%s %q of %q: the file %q reads otherwise (%v)", what, path, data, doc.Bytes(), err)
			}
		}
		if err := doc.Set(v, path...); err != nil {
			if string(doc.Bytes()) != string(data) {
				t.Fatalf("refused (%v), and yet %q became %q", err, data, doc.Bytes())
			}
		} else {
			if doc.Format() == Org {
				v, _ = fitOrg(canonicalOf(v), path)
			}
			if got, ok := doc.Get(path...); !ok || !loosely(got, v) {
				t.Fatalf("%q set to %#v reads back as %#v: %q", path, v, got, doc.Bytes())
			}
			same("set", true)
		}
		if doc.Delete(path...) == nil {
			if _, ok := doc.Get(path...); ok {
				t.Fatalf("%q is still there: %q", path, doc.Bytes())
			}
			before = all(doc)
			same("delete", true)
		}
		before = all(doc)
		text := string(doc.Bytes())
		if err := doc.SetBody(body); err != nil {
			if string(doc.Bytes()) != text {
				t.Fatalf("a refused body (%v) changed %q to %q", err, text, doc.Bytes())
			}
		} else if asRead(doc.Body()) != asRead(body) {
			t.Fatalf("the body %q reads back as %q", body, doc.Body())
		}
		same("body after", false)
	})
}

// canonicalOf is a value as canonical makes it.
func canonicalOf(v any) any {
	c, err := canonical(v, 0)
	if err != nil {
		return v
	}
	return c
}

func FuzzMerge(f *testing.F) {
	docs := seeds(f)
	for i := 2; i < len(docs); i++ {
		f.Add([]byte(docs[i-2]), []byte(docs[i-1]), []byte(docs[i]), byte(i%64))
		f.Add([]byte(docs[i-1]), []byte(docs[i]), []byte(docs[i-1]+"\nmore\n"), byte(14))
	}
	f.Fuzz(func(t *testing.T, base, ours, theirs []byte, bits byte) {
		limited(t)
		d := dialectOf(bits)
		merged, conflicts, err := Merge(base, ours, theirs, d)
		if err != nil {
			return
		}
		m, err := Parse(merged, d)
		if err != nil {
			t.Fatalf("merging %q and %q over %q gave %q: %v", ours, theirs, base, merged, err)
		}
		b, _ := Parse(base, d)
		o, _ := Parse(ours, d)
		th, _ := Parse(theirs, d)
		clashed := make(map[string]bool)
		for _, c := range conflicts {
			name, _, _ := strings.Cut(c.Key, ".")
			clashed[strings.ToLower(name)] = true
		}
		for _, key := range append(append(b.Keys(), o.Keys()...), th.Keys()...) {
			if strings.Contains(key, ".") || clashed[strings.ToLower(key)] ||
				d.FoldKeys && (spelled(b, key) || spelled(o, key) || spelled(th, key)) {
				continue
			}
			vb, inBase := b.Get(key)
			vo, inOurs := o.Get(key)
			vt, inTheirs := th.Get(key)
			vm, inMerged := m.Get(key)
			oursSame := inBase == inOurs && equalValues(vb, vo)
			theirsSame := inBase == inTheirs && equalValues(vb, vt)
			if c, err := canonical(vo, 0); m.Format() == Org && err == nil && inOurs {
				vo, _ = fitOrg(c, []string{key})
			}
			switch {
			case theirsSame && (inMerged != inOurs || !looselyText(vm, vo)):
				t.Fatalf("our %q is lost: %#v in place of %#v\nbase %q\nours %q\ntheirs %q\nmerged %q", key, vm, vo, base, ours,
					theirs, merged)
			case oursSame && (inMerged != inTheirs || !looselyText(vm, vt)):
				t.Fatalf("their %q is lost: %#v in place of %#v\nbase %q\nours %q\ntheirs %q\nmerged %q", key, vm, vt, base, ours,
					theirs, merged)
			}
		}
		if again, _, err := Merge(base, theirs, theirs, d); err != nil || string(again) != string(theirs) {
			t.Fatalf("merging equal versions changed them: %q", again)
		}
	})
}

// spelled reports whether a document has a key in two spellings; which one counts is then
// chance in Hugo too.
func spelled(d *Document, key string) bool {
	n := 0
	for _, other := range d.Keys() {
		if strings.EqualFold(other, key) {
			n++
		}
	}
	return n > 1
}

// sameButSeconds compares two times; TOML 1.0 has seconds where others may leave them out.
func sameButSeconds(a, b string) bool {
	full := func(s string) string {
		if c, ok := readClock(s); ok && strings.Count(c.time, ":") == 1 {
			return c.date + c.sep + c.time + ":00" + c.offset
		}
		return s
	}
	return a == b || sameTime(full(a), full(b))
}

// looselyText compares a value with what it became in a document of another format.
func looselyText(got, want any) bool {
	switch want := want.(type) {
	case Timestamp:
		return sameButSeconds(fmt.Sprint(got), string(want))
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return false
		}
		for i := range want {
			if !looselyText(list[i], want[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		m, ok := got.(map[string]any)
		if !ok || len(m) != len(want) {
			return false
		}
		for key := range want {
			if !looselyText(m[key], want[key]) {
				return false
			}
		}
		return true
	}
	return equalValues(got, want)
}
