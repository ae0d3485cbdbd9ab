package frontmatter

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// chunk is one top-level key of a generated document: the text before it, its name and
// its lines. The chunks put together are the front matter.
type chunk struct{ lead, name, lines string }

// generator makes documents as people write them, and values as apps send them.
type generator struct {
	*rand.Rand
	eol string
}

func pick[T any](g *generator, of ...T) T { return of[g.IntN(len(of))] }

var words = []string{"tea", "Über", "yes", "no", "2024-01-01", "1e3", "0x1F", "null", "~", "it's", `say "hi"`, "a: b",
	"a #b", "#tag", "- x",
	"[x]", "{x}", "日本語", "👍🏽", "1,000", "12:30", ":sym", "@me", "%x", "back\\slash", "trailing ", " leading", "tab\there",
	"", "x,y", "a]", "a:b",
	"https://example.org/?a=b#c", "one two three", "5 things", "007", "1.10", "true", "Off", "=", "<<", "!", "&a", "*a", "`q`", "|", ">", "---", "...", "\u00a0", "\u2028x", "\ufeff", "a\u0085b", "\x07"}

func (g *generator) text() string {
	switch g.IntN(6) {
	case 0:
		return pick(g, words...) + " " + pick(g, words...)
	case 1:
		return pick(g, words...) + "\n" + pick(g, words...)
	case 2:
		return "First line\n\nsecond line" + pick(g, "", "\n")
	}
	return pick(g, words...)
}

func (g *generator) value(depth int, format Format) any {
	switch n := g.IntN(14); {
	case n < 5:
		return g.text()
	case n == 5:
		return int64(g.IntN(1000) - 500)
	case n == 6:
		return g.NormFloat64() * 1e6
	case n == 7:
		return g.IntN(2) == 0
	case n == 8 && format != JSON:
		return pick(g, Timestamp("2024-03-09"), Timestamp("2024-03-09T14:05:06+02:00"), Timestamp("2024-03-09 14:05:06"),
			Timestamp("2024-03-09T14:05:06Z"))
	case n == 9 && format != TOML:
		return nil
	case n < 12 && depth < 3:
		list := make([]any, g.IntN(4))
		for i := range list {
			list[i] = g.value(depth+1, format)
		}
		return list
	case depth < 3:
		m := make(map[string]any)
		for range g.IntN(4) {
			m[pick(g, "url", "alt", "Title", "on", "a b", "x.y", "ü", "1", "k:v", "#h")] = g.value(depth+1, format)
		}
		return m
	}
	return g.text()
}

// document is front matter of a format in chunks.
func (g *generator) document(f Format) []chunk {
	g.eol = pick(g, "\n", "\n", "\n", "\r\n")
	names := []string{"title", "date", "tags", "Draft", "cover", "summary", "photo", "weight", "params", "x-y", "aliases",
		"note"}
	g.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	names = names[:1+g.IntN(len(names))]
	chunks := make([]chunk, len(names))
	for i, name := range names {
		var lines string
		if f == TOML {
			lines = g.tomlLines(name, i >= len(names)*2/3)
		} else {
			lines = g.yamlLines(name)
		}
		chunks[i] = chunk{
			lead:  strings.ReplaceAll(pick(g, "", "", "", "\n", "# a comment\n", "\n# it's about: this\n#\n"), "\n", g.eol),
			name:  name,
			lines: strings.ReplaceAll(lines, "\n", g.eol),
		}
	}
	return chunks
}

func (g *generator) yamlLines(name string) string {
	comment := pick(g, "", "", "", " # why: not", "   #c")
	scalar := func() string {
		return pick(g, "plain", "two words", "'single ''q'''", `"double \" q"`, "12", "true", "2024-03-09 10:00:00 +0100",
			"~", "https://e.org/#x", "yes", "é à", "a, b", "[flow, 'a']", "{a: 1, b: [x]}", "1.5")
	}
	switch g.IntN(16) {
	case 0:
		return name + ":" + comment + "\n"
	case 1:
		return name + ":" + comment + "\n  - " + scalar() + "\n  # between\n  - " + scalar() + comment + "\n"
	case 2:
		return name + ":\n- " + scalar() + "\n- " + scalar() + "\n"
	case 3:
		return name + ": [a, \"b\", 'c, d']" + comment + "\n"
	case 4:
		return name + ":" + comment + "\n  image: " + scalar() + comment + "\n  # inner\n  alt: " + scalar() +
			"\n\n  deep:\n    x: 1\n"
	case 5:
		return name + ": {image: x.png, alt: \"y\"}" + comment + "\n"
	case 6:
		return name + ": " + pick(g, "|", "|-", ">", ">-", "|2") + "\n  literal: text\n\n  # not a comment\n  more\n"
	case 7:
		return name + ":\n  - url: a\n    alt: b\n  - url: c # d\n    alt:\n      - e\n"
	case 8:
		return name + ": several words\n  on two lines\n"
	case 9:
		return name + ": \"quoted on\n  two lines\"" + comment + "\n"
	case 10:
		return name + ": [a,\n  b, # two\n  c]" + comment + "\n"
	case 11:
		return name + ":\n    - [a, b]\n    -   - c\n        - d\n    - {x: y}\n"
	case 12:
		return "\"" + name + "\" : " + scalar() + comment + "\n"
	case 13:
		return name + ": &anchor " + pick(g, "x", "\n  a: b", "\n  - a") + "\n"
	}
	return name + ":" + pick(g, " ", " ", "   ") + scalar() + comment + "\n"
}

func (g *generator) tomlLines(name string, table bool) string {
	comment := pick(g, "", "", "", " # why = not")
	scalar := func() string {
		return pick(g, `"text"`, "'literal'", "12", "true", "2024-03-09", "2024-03-09T10:00:00+01:00", "1.5", `["a", 'b']`, "{ a = 1, b.c = \"x\" }", "0x1F", `"""two
lines"""`, "[]")
	}
	if table {
		switch g.IntN(3) {
		case 0:
			return "[" + name + "]" + comment + "\n  image = " + scalar() + comment + "\n  # inner\n  alt = " + scalar() + "\n"
		case 1:
			return "[[" + name + "]]\nurl = \"a\"\nalt = \"b\"\n\n[[" + name + "]]\nurl = \"c\"\n"
		}
		return "[" + name + "]\na = 1\n\n[" + name + ".sub]\nb = " + scalar() + "\n"
	}
	switch g.IntN(5) {
	case 0:
		return name + ".a = " + scalar() + comment + "\n" + name + ".b = " + scalar() + "\n"
	case 1:
		return name + " = [\n  \"a\", # one\n  \"b\",\n]\n"
	}
	return name + pick(g, " = ", "=", "   =  ") + scalar() + comment + "\n"
}

func joined(chunks []chunk) string {
	var b strings.Builder
	for _, c := range chunks {
		b.WriteString(c.lead + c.lines)
	}
	return b.String()
}

func mark(f Format) string { return map[Format]string{YAML: "---", TOML: "+++"}[f] }

// TestEditsLeaveAllOtherBytesAlone: whatever is set or deleted in whatever document, the
// bytes before and after the touched key are the same, and so are all other values.
func TestEditsLeaveAllOtherBytesAlone(t *testing.T) {
	runs := 5000
	if testing.Short() {
		runs = 600
	}
	refused := 0
	for seed := range runs {
		g := &generator{Rand: rand.New(rand.NewPCG(uint64(seed), 4))}
		format := pick(g, YAML, YAML, TOML)
		chunks := g.document(format)
		front := joined(chunks)
		open, body := mark(format)+g.eol, "Text\n---\nmore"
		text := open + front + open + body
		doc, err := Parse([]byte(text), Dialect{})
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		before := all(doc)
		i := g.IntN(len(chunks) + 1)
		name := "fresh"
		if i < len(chunks) {
			name = chunks[i].name
		}
		path := []string{name}
		value := g.value(0, format)
		remove := i < len(chunks) && g.IntN(5) == 0
		if !remove && g.IntN(4) == 0 {
			path = append(path, pick(g, "image", "alt", "new key"))
		}
		what := fmt.Sprintf("seed %d: set %q to %#v", seed, path, value)
		if remove {
			what = fmt.Sprintf("seed %d: delete %q", seed, name)
			err = doc.Delete(path...)
		} else {
			err = doc.Set(value, path...)
		}
		after := string(doc.Bytes())
		if err != nil {
			if after != text {
				t.Fatalf("%s: refused (%v), and yet changed\n%s\n->\n%s", what, err, text, after)
			}
			if _, fits := before[name].(map[string]any); len(path) == 2 && before[name] != nil && !fits {
				continue // not a map: rightly refused
			}
			refused++
			t.Logf("%s: %v\n%s", what, err, text)
			continue
		}
		got := all(doc)
		if remove {
			if _, there := got[name]; there {
				t.Fatalf("%s: still there\n%s", what, after)
			}
		} else if v, _ := doc.Get(path...); !loosely(v, value) {
			t.Fatalf("%s: reads back as %#v\n%s\n->\n%s", what, v, text, after)
		}
		delete(before, name)
		delete(got, name)
		if !equalValues(before, got) {
			t.Fatalf("%s: other keys changed\n%s\n->\n%s", what, text, after)
		}
		again, err := Parse([]byte(after), Dialect{})
		if err != nil || !equalValues(all(again), all(doc)) {
			t.Fatalf("%s: the file reads otherwise than the document (%v)\n%s", what, err, after)
		}
		prefix, suffix := open+front, open+body
		if i < len(chunks) {
			prefix = open + joined(chunks[:i]) + chunks[i].lead
			suffix = joined(chunks[i+1:]) + suffix
		}
		inPlace := format == YAML || i < len(chunks) && !strings.HasPrefix(chunks[i].lines,
			"[") && !strings.HasPrefix(chunks[i].lines, name+".")
		if inPlace && (!strings.HasPrefix(after, prefix) || !strings.HasSuffix(after, suffix) ||
			len(after) < len(prefix)+len(suffix)) {
			t.Fatalf("%s: bytes of others changed\n%s\n->\n%s", what, text, after)
		}
		if g.eol == "\r\n" && strings.Count(after, "\n") != strings.Count(after, "\r\n")+2 {
			t.Fatalf("%s: line endings are mixed\n%q", what, after)
		}
	}
	if refused > 0 {
		t.Errorf("%d of %d edits were refused", refused, runs)
	}
}

// TestJSONEditsChangeOneKey: JSON front matter stays JSON, indented as it was, and all keys
// but the one that is set keep their bytes.
func TestJSONEditsChangeOneKey(t *testing.T) {
	for seed := range 2000 {
		g := &generator{Rand: rand.New(rand.NewPCG(uint64(seed), 5))}
		was := map[string]any{}
		for range g.IntN(6) {
			was[pick(g, "title", "date", "tags", "cover", "x y", "ü", "draft")] = g.value(0, JSON)
		}
		step := pick(g, "", "  ", "\t", "    ")
		raw, err := json.MarshalIndent(was, "", step)
		if step == "" {
			raw, err = json.Marshal(was)
		}
		if err != nil {
			t.Fatal(err)
		}
		text := string(raw) + "\n\nText"
		doc, err := Parse([]byte(text), Dialect{LeadingBlank: true})
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		before := all(doc)
		name, value := pick(g, "title", "tags", "cover", "new"), g.value(0, JSON)
		remove := g.IntN(5) == 0
		if remove {
			err = doc.Delete(name)
		} else {
			err = doc.Set(value, name)
		}
		if err != nil {
			t.Fatalf("seed %d: %q to %#v: %v\n%s", seed, name, value, err, text)
		}
		after := doc.Bytes()
		again, err := Parse(after, Dialect{LeadingBlank: true})
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, after)
		}
		if v, there := again.Get(name); remove == there || !remove && !loosely(v, value) {
			t.Fatalf("seed %d: %q set to %#v reads back as %#v\n%s\n->\n%s", seed, name, value, v, text, after)
		}
		got := all(again)
		delete(before, name)
		delete(got, name)
		if !equalValues(before, got) || again.Body() != "Text" {
			t.Fatalf("seed %d: others changed\n%s\n->\n%s", seed, text, after)
		}
		if !json.Valid(after[:len(after)-len("\n\nText")]) {
			t.Fatalf("seed %d: not JSON: %s", seed, after)
		}
		for line := range strings.SplitSeq(string(raw), "\n") {
			if name := strings.TrimSpace(line); step != "" && strings.HasPrefix(line, step+`"`) && !strings.Contains(string(after), strings.TrimSuffix(line, ",")) &&
				!strings.HasPrefix(name, `"`+"title") && !strings.HasPrefix(name, `"`+"tags") && !strings.HasPrefix(name, `"`+"cover") {
				t.Fatalf("seed %d: line %q is gone\n%s", seed, line, after)
			}
		}
	}
}

// all is everything that a document says.
func all(d *Document) map[string]any {
	m := make(map[string]any)
	for _, key := range d.Keys() {
		m[key], _ = d.Get(key)
	}
	return m
}

// loosely compares what was set with what reads back: times may have changed their layout,
// or be text where a quoted time was.
func loosely(got, want any) bool {
	if t, ok := want.(Timestamp); ok {
		switch got := got.(type) {
		case Timestamp:
			return sameTime(string(got), string(t))
		case string:
			return sameTime(got, string(t))
		}
		return false
	}
	return equalValues(got, plain(want)) || reflect.DeepEqual(got, want)
}

func plain(v any) any {
	c, err := canonical(v, 0)
	if err != nil {
		return err
	}
	return plainValue(c)
}
