package frontmatter

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
)

func parsed(t *testing.T, text string, d Dialect) *Document {
	t.Helper()
	doc, err := Parse([]byte(text), d)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return doc
}

func TestWhereFrontMatterStartsAndEnds(t *testing.T) {
	hugo, jekyll := dialects["hugo"], dialects["jekyll"]
	for _, c := range []struct {
		name, text string
		dialect    Dialect
		format     Format
		keys, body string
	}{
		{"yaml", "---\na: 1\n---\nx", hugo, YAML, "a", "x"},
		{"one empty line is no body", "---\na: 1\n---\n\nx", hugo, YAML, "a", "x"},
		{"a second empty line is body", "---\na: 1\n---\n\n\nx", hugo, YAML, "a", "\nx"},
		{"spaces behind the marks", "---  \na: 1\n---\t\nx", hugo, YAML, "a", "x"},
		{"mark", byteOrderMark + "---\na: 1\n---\nx", jekyll, YAML, "a", "x"},
		{"mark and blank lines", byteOrderMark + "\n \n---\na: 1\n---\nx", hugo, YAML, "a", "x"},
		{"blank lines are text to Jekyll", "\n---\na: 1\n---\n", jekyll, None, "", "\n---\na: 1\n---\n"},
		{"windows", "---\r\na: 1\r\n---\r\n\r\nx\r\n", hugo, YAML, "a", "x\r\n"},
		{"toml", "+++\na = 1\n+++\nx", hugo, TOML, "a", "x"},
		{"toml is text to Jekyll", "+++\na = 1\n+++\n", jekyll, None, "", "+++\na = 1\n+++\n"},
		{"json", "{\"a\": 1}\nx", hugo, JSON, "a", "x"},
		{"json with text behind", "{\"a\": \"}\"} x\ny", hugo, JSON, "a", " x\ny"},
		{"json is text to Jekyll", "{\"a\": 1}\nx", jekyll, None, "", "{\"a\": 1}\nx"},
		{"dots", "---\na: 1\n...\nx", jekyll, YAML, "a", "x"},
		{"no close is text to Jekyll", "---\na: 1\n", jekyll, None, "", "---\na: 1\n"},
		{"rule in the body", "---\na: 1\n---\nx\n---\ny", hugo, YAML, "a", "x\n---\ny"},
		{"second document", "---\na: 1\n---\n---\nb: 2\n---\n", jekyll, YAML, "a", "---\nb: 2\n---\n"},
		{"empty", "---\n---\nx", hugo, YAML, "", "x"},
		{"comment", "---\n# c\n---\nx", hugo, YAML, "", "x"},
		{"end of file", "---\na: 1\n---", hugo, YAML, "a", ""},
		{"nothing", "", hugo, None, "", ""},
		{"text", "# Title\n", hugo, None, "", "# Title\n"},
		{"list", "- a\n- b\n", hugo, None, "", "- a\n- b\n"},
		{"long rule", "----\ntext\n", hugo, None, "", "----\ntext\n"},
	} {
		doc, err := Parse([]byte(c.text), c.dialect)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := strings.Join(doc.Keys(), " "); doc.Format() != c.format || got != c.keys || doc.Body() != c.body ||
			string(doc.Bytes()) != c.text {
			t.Errorf("%s: %v keys %q body %q of %q", c.name, doc.Format(), got, doc.Body(), doc.Bytes())
		}
	}
}

func TestErrorsHaveLineAndColumn(t *testing.T) {
	for _, c := range []struct {
		text         string
		line, column int
	}{
		{"---\na: 1\nb: [\n---\n", 3, 0},
		{"---\na: 1\n\n\na: 2\n---\n", 5, 1},
		{"\n\n---\na: 1\na: 2\n---\n", 5, 1},
		{"+++\na = 1\nb = \n+++\n", 3, 5},
		{"{\n \"a\": 1\n \"b\": 2\n}", 3, 2},
		{"---\na: 1\n", 1, 0},
		{"---\n- a\n---\n", 2, 1},
	} {
		_, err := Parse([]byte(c.text), Dialect{LeadingBlank: true})
		var bad *SyntaxError
		if !errors.As(err, &bad) || bad.Line != c.line || bad.Column != c.column {
			t.Errorf("%q: %v, want line %d column %d", c.text, err, c.line, c.column)
		}
	}
}

func TestValuesAsReadersSeeThem(t *testing.T) {
	doc := parsed(t, `---
null1: ~
null2:
true: true
yes: yes
int: 12
octal: 0o17
under: 1_000
huge: 123456789012345678901234567890
float: 1.10
exact: 0.1
lossy: 3.14159265358979323846264338327950288
inf: -.inf
date: 2024-03-09
time: 2024-03-09 14:05:06 -0500
quoted: "2024-03-09"
tagged: !!str 12
list: [1, a, [b]]
map: {a: {b: c}}
2024: number key
folded: >
  a
  b
---
`, Dialect{})
	want := map[string]any{
		"null1": nil, "null2": nil, "true": true, "yes": "yes", "int": int64(12), "octal": int64(15), "under": int64(1000),
		"huge": "123456789012345678901234567890", "float": 1.1, "exact": 0.1,
		"lossy": "3.14159265358979323846264338327950288",
		"inf":   math.Inf(-1), "date": Timestamp("2024-03-09"), "time": Timestamp("2024-03-09 14:05:06 -0500"),
		"quoted": "2024-03-09",
		"tagged": "12", "list": []any{int64(1), "a", []any{"b"}}, "map": map[string]any{"a": map[string]any{"b": "c"}},
		"2024": "number key", "folded": "a b\n",
	}
	if got := all(doc); !reflect.DeepEqual(got, want) {
		for key := range want {
			if !reflect.DeepEqual(got[key], want[key]) {
				t.Errorf("%s: got %#v, want %#v", key, got[key], want[key])
			}
		}
	}
}

func TestMergeKeysAndAliasesAreFollowed(t *testing.T) {
	doc := parsed(t, "---\nbase: &b {x: 1, y: 2}\na:\n  <<: *b\n  y: 3\nc: *b\n<<: {z: 4}\n---\n", Dialect{})
	want := map[string]any{
		"base": map[string]any{"x": int64(1), "y": int64(2)}, "a": map[string]any{"x": int64(1), "y": int64(3)},
		"c": map[string]any{"x": int64(1), "y": int64(2)}, "z": int64(4),
	}
	if got := all(doc); !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v", got)
	}
	if v, _ := doc.Get("a", "x"); v != int64(1) {
		t.Errorf("a.x is %v", v)
	}
}

func TestSettingWhatIsThereChangesNothing(t *testing.T) {
	text := "---\ntitle:   'x'\ntags: [ a,b ]\ncover: {a: 1,   b: [x]}\ndate: 2024-03-09 10:00:00 +0100\nn: 0x10\nf: 1.10\nnone:\n---\nbody"
	doc := parsed(t, text, Dialect{})
	for _, key := range doc.Keys() {
		v, _ := doc.Get(key)
		if err := doc.Set(v, key); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	if err := doc.Set(Timestamp("2024-03-09T10:00:00+01:00"), "date"); err != nil {
		t.Error(err)
	}
	if got := string(doc.Bytes()); got != text {
		t.Errorf("got\n%s", got)
	}
}

func TestABodyNeverBecomesFrontMatter(t *testing.T) {
	for _, body := range []string{
		"---\ntitle: x\n---\n", "+++\ntitle = 1\n+++\n", "{\"title\": 1}", "---", "---\nnever closed", "\n\n---\na: b\n---\n",
		byteOrderMark + "---\na: b\n---\n", "...\n", "{{< x >}}", "\n", "\r\n---\r\n",
	} {
		for name, d := range dialects {
			for _, format := range []Format{YAML, TOML, JSON} {
				if d.YAMLOnly && format != YAML {
					continue
				}
				doc := New(Style{Format: format})
				doc.SetBody(body)
				again, err := Parse(doc.Bytes(), d)
				if err != nil || again.Body() != doc.Body() || len(again.Keys()) > 0 {
					t.Errorf("new %v document, %s: %q is written as %q (%v)", format, name, body, doc.Bytes(), err)
				}
			}
			doc := parsed(t, "plain text", d)
			doc.SetBody(body)
			again, err := Parse(doc.Bytes(), d)
			if err != nil || again.Body() != doc.Body() || len(again.Keys()) > 0 {
				t.Errorf("text, %s: %q is written as %q (%v)", name, body, doc.Bytes(), err)
			}
		}
	}
}

// Hugo fails the whole build at a file without front matter that starts like this.
func TestABodyThatHugoTakesForFrontMatterGetsDelimiters(t *testing.T) {
	for _, body := range []string{"- item\n", "+ item\n", "<!-- note -->\nx", "----\nx", " - x", "{x", "#+x", "-"} {
		doc := parsed(t, "text", dialects["hugo"])
		doc.SetBody(body)
		if got := string(doc.Bytes()); got != "---\n---\n\n"+body {
			t.Errorf("hugo: %q is written as %q", body, got)
		}
		doc = parsed(t, "text", dialects["jekyll"])
		doc.SetBody(body)
		if got := string(doc.Bytes()); got != body {
			t.Errorf("jekyll: %q is written as %q", body, got)
		}
	}
}

func TestBodiesReadBackByteForByte(t *testing.T) {
	for _, front := range []string{"---\na: 1\n---\n", "---\na: 1\n---", "---\na: 1\n---\n\n", "---\na: 1\n---\nold",
		"{\"a\":1}", "{\"a\":1}old", "+++\n+++\n\n\nold"} {
		for _, body := range []string{"", "x", "x\n", "\nx", "\n\nx\n\n", "    code", "---\n", "\t"} {
			doc := parsed(t, front, Dialect{})
			doc.SetBody(body)
			if got := parsed(t, string(doc.Bytes()), Dialect{}).Body(); got != body {
				t.Errorf("%q over %q reads back as %q", body, front, got)
			}
		}
	}
}

func TestRefusedEditsSayWhyAndChangeNothing(t *testing.T) {
	text := "---\ntitle: &t x\nlink: *t\ntags: [a]\n---\n"
	doc := parsed(t, text, Dialect{})
	for name, err := range map[string]error{
		"anchor":       doc.Set("y", "title"),
		"through list": doc.Set("y", "tags", "first"),
		"no key":       doc.Set("y"),
		"bad value":    doc.Set(struct{}{}, "x"),
		"bad text":     doc.Set("\xff", "x"),
		"bad time":     doc.Set(Timestamp("soon"), "x"),
		"bad key":      doc.Set("x", "\xff"),
		"twice":        doc.Set(Map{{"a", 1}, {"a", 2}}, "x"),
		"too large":    doc.Set(strings.Repeat("x", MaxFrontMatter), "x"),
		"delete":       doc.Delete("title"),
	} {
		var refused *EditError
		if !errors.As(err, &refused) || refused.Message == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if string(doc.Bytes()) != text {
		t.Errorf("changed to %q", doc.Bytes())
	}
}

func TestValuesOfCallersAreNotKept(t *testing.T) {
	list := []any{map[string]any{"a": []any{"b"}}}
	doc := New(Style{Format: TOML})
	if err := doc.Set(list, "x"); err != nil {
		t.Fatal(err)
	}
	list[0].(map[string]any)["a"] = "changed"
	if v, _ := doc.Get("x"); !reflect.DeepEqual(v, []any{map[string]any{"a": []any{"b"}}}) {
		t.Errorf("got %#v", v)
	}
	data := []byte("---\na: b\n---\n")
	doc = parsed(t, string(data), Dialect{})
	copy(data, "XXXXXXXXX")
	if string(doc.Bytes()) != "---\na: b\n---\n" {
		t.Error("Parse kept the caller's bytes")
	}
}

// TestHostileFrontMatterIsRefusedSoon: whatever fits the limits is read or refused; nothing
// is quadratic, overflows the stack or blows up.
func TestHostileFrontMatterIsRefusedSoon(t *testing.T) {
	repeat := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for name, front := range map[string]string{
		"too many keys":    repeat(40_000, "key%d: v\n"),
		"too many in flow": "a: {" + repeat(40_000, "k%d: v, ") + "}\n",
		"too large":        "a: \"" + strings.Repeat("x", MaxFrontMatter) + "\"\n",
		"brackets":         "a: " + strings.Repeat("[", 500_000) + "\n",
		"braces":           "a: " + strings.Repeat("{a: ", 100_000) + "\n",
		"dashes":           strings.Repeat("- ", 200_000) + "\n",
		"question marks":   strings.Repeat("? ", 200_000) + "\n",
		"deep":             "a: " + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "\n",
		"aliases blowing up": "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + func() string {
			var b strings.Builder
			for i := 1; i < 12; i++ {
				fmt.Fprintf(&b, "b%d: &a%d [%s]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10))
			}
			return b.String()
		}(),
		"alias in itself": "a: &a [*a]\n",
		"odd merge":       "<<: [1, [2]]\na: &x b\n<<: *x\n? {<<: 1}\n: 2\n",
	} {
		if _, err := Parse([]byte("---\n"+front+"---\n"), Dialect{}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for name, front := range map[string]string{
		"block list": "a:\n" + repeat(50_000, "- k%d\n"),
		"flow list":  "a: [" + repeat(50_000, "k%d, ") + "]\n",
		"quotes":     "a: [" + strings.Repeat(`"",`, 150_000) + "]\n",
		"comments":   "a:\n" + strings.Repeat("# c\n- b\n", 50_000),
		"lines":      "a: x\n" + strings.Repeat("  word\n", 60_000),
		"blank":      "a: b\n" + strings.Repeat("\n", 500_000),
		"colons":     "a: \"" + strings.Repeat("a: b ", 100_000) + "\"\n",
		"wide runes": "a: [" + strings.Repeat("ü, ", 100_000) + "]\n",
	} {
		doc, err := Parse([]byte("---\n"+front+"---\n"), Dialect{})
		if err == nil {
			err = doc.Set([]any{"x", "y"}, "a")
		}
		if err == nil {
			err = doc.Set("z", "new")
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Parse([]byte(strings.Repeat("x", MaxBody+1)), Dialect{}); err == nil {
		t.Error("a body of more than 10 MB was accepted")
	}
}
func TestItemsReportHowEachElementIsWritten(t *testing.T) {
	doc, err := Parse([]byte("---\nlist: [yes, 'yes', 1e3, [a], &x b]\nalso: \n- *x\nnone: text\n---\n"), Dialect{})
	if err != nil {
		t.Fatal(err)
	}
	items, ok := doc.Items("list")
	want := []Field{{"yes", "yes", true}, {"yes", "yes", false}, {float64(1000), "1e3", true}, {Value: []any{"a"}},
		{"b", "b", true}}
	if !ok || !reflect.DeepEqual(items, want) {
		t.Errorf("got %#v, want %#v", items, want)
	}
	if items, _ := doc.Items("also"); len(items) != 1 || items[0].Text != "b" {
		t.Errorf("an alias: got %#v", items)
	}
	for _, path := range [][]string{nil, {"none"}, {"absent"}} {
		if items, ok := doc.Items(path...); ok {
			t.Errorf("%q: got %#v", path, items)
		}
	}
}
