package frontmatter

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/fuzztest"
)

// scaleLimit is far above the time of a linear step for scaleSize bytes and far below that of a
// quadratic one.
const (
	scaleSize  = 200_000
	scaleLimit = 8 * time.Second
)

// inTime runs a step and reports how long it took if that was too long.
func inTime(t *testing.T, what string, step func()) {
	t.Helper()
	before := fuzztest.Spent(t)
	step()
	if took := fuzztest.Spent(t) - before; took > scaleLimit {
		t.Errorf("%s takes %v", what, took)
	}
}

// numbered repeats a text up to scaleSize; each % in it becomes a number.
func numbered(text string) string {
	var b strings.Builder
	for i := 0; b.Len() < scaleSize; i++ {
		b.WriteString(strings.ReplaceAll(text, "%", fmt.Sprint(i)))
	}
	return b.String()
}

func TestReadingAndEditingTakesLinearTime(t *testing.T) {
	for _, parts := range [][3]string{
		{"---\n", "k%: 1\n", "---\n"}, {"---\na: {", "k%: 1, ", "}\n---\n"}, {"---\na: [", "k%, ", "]\n---\n"},
		{"---\na:\n", "- k%\n", "---\n"},
		{"---\na:\n", "- {}\n", "---\n"}, {"---\na:\n", "- [x]\n", "---\n"}, {"---\na:\n", "-\n", "---\n"},
		{"---\na:\n", "- &a% x\n", "---\n"},
		{"---\nb: &x y\na:\n", "- *x\n", "---\n"}, {"---\na: &a {x: 1}\nb:\n", "- <<: *a\n", "---\n"},
		{"---\na: [", "!!str x, ", "]\n---\n"},
		{"---\na: [", "x, # c\n", "]\n---\n"}, {"---\n", "# c\n", "a: b\n---\n"}, {"---\na: |\n", "  x\n", "---\n"},
		{"---\na: >\n", "  x\n\n", "---\n"},
		{"---\na: x\n", "  y\n", "---\n"}, {"---\na: x\n", " \n", "---\n"}, {"---\na: \"", "\\n\\\n", "\"\n---\n"},
		{"---\na: '", "''\n ", "'\n---\n"},
		{"---\na: |\n", "  x\u2028", "\n---\n"}, {"---\na: 1", "1", "\n---\n"}, {"---\na: ", "x:", "\n---\n"},
		{"---\n", "? a\n", "---\n"}, {"---\na: ", "[", "\n---\n"},
		{"+++\n", "k% = 1\n", "+++\n"}, {"+++\n", "[t%]\n", "+++\n"}, {"+++\n", "[[t]]\n", "+++\n"},
		{"+++\na = {", "k% = 1, ", "z = 1}\n+++\n"},
		{"+++\na = [", "'k%', ", "]\n+++\n"}, {"+++\na = [\n", "'k%', # c\n", "]\n+++\n"}, {"+++\n", "a.", "b = 1\n+++\n"},
		{"+++\n[", "a.", "b]\n+++\n"},
		{"+++\na = ", "[", "\n+++\n"}, {"+++\na = ", "{a = ", "\n+++\n"}, {"+++\na = '''", "'\n", "'''\n+++\n"},
		{"{", "\"k%\": 1, ", "\"z\": 1}\n"}, {"{\"a\": [", "\"k%\", ", "1]}\n"}, {"{\"a\": ", "[", ""}, {"", "{\"a\": ", ""},
		{"{\"a\": \"", "\\\"", "\"}\n"}, {"{", "\n", ""},
		{"", "#+K%: x\n", ""}, {"#+TAGS[]:", " k%", "\n"}, {"", "#+K: x\n", ""},
		{"", "\uFEFF", "x"}, {"", "<!--\n", ""}, {"", "-", "\n"}, {"---\na: b\n---\n", "---\n", ""}, {"---\n", "a\n", ""},
		{"", "\r", "---\r---\r"},
		{"---\n---\n", "Caf\xe9% \r\n", "x\n"}, {"---\n---\n", "\xe9 ", "\n"}, {"---\n---\n", "\xe9\n", "\r\n"},
	} {
		text := parts[0] + numbered(parts[1]) + parts[2]
		what := fmt.Sprintf("%q, many times %q", parts[0], parts[1])
		inTime(t, what, func() {
			doc, err := Parse([]byte(text), oldHugo)
			if err != nil {
				return
			}
			keys := doc.Keys()
			_ = doc.Set("v", "fresh")
			if len(keys) > 0 {
				v, _ := doc.Get(keys[0])
				if list, ok := v.([]any); ok {
					_ = doc.Set(everySecond(list), keys[0])
				}
				_ = doc.Set("w", keys[len(keys)-1])
				_ = doc.Delete(keys[0])
			}
			_ = doc.SetBody(strings.ReplaceAll(asRead(doc.Body()), "9", "8"))
		})
	}
}

// everySecond keeps every second item and adds one behind each of them.
func everySecond(list []any) []any {
	var next []any
	for i := 0; i < len(list); i += 2 {
		next = append(next, list[i], fmt.Sprint("new", i))
	}
	return next
}

func TestMergingTakesLinearTime(t *testing.T) {
	swap := strings.NewReplacer
	for _, c := range []struct {
		name, base   string
		ours, theirs *strings.Replacer
	}{
		{"YAML keys that we changed", "---\n" + longKeys("k%d: \"a%s\"\n") + "---\n", swap(`"a`, `"b`),
			swap("---\n", "---\n\n")},
		{"YAML keys that clash", "---\nfirst: 1\n" + longKeys("k%d: \"a%s\"\n") + "---\n",
			swap(`"a`, `"b`, "first: 1", "first: 2"), swap("first: 1", "first: 3")},
		{"TOML keys that clash", "+++\nfirst = 1\n" + longKeys("k%d = 'a%s'\n") + "+++\n",
			swap("'a", "'b", "first = 1", "first = 2"), swap("first = 1", "first = 3")},
		{"JSON keys that clash", "{\"first\": 1" + longKeys(",\n\"k%d\": \"a%s\"") + "}\n",
			swap(`"a`, `"b`, `"first": 1`, `"first": 2`), swap(`"first": 1`, `"first": 3`)},
		{"comments", "---\n" + numbered("# c%\n") + "a: 1\n---\n", swap("# c", "# d"), swap("# c", "# e")},
		{"a long list", "---\na: [" + numbered("k%, ") + "]\n---\n", swap("1, ", "1, z, "), swap("2, ", "2, y, ")},
		{"lines that are unique only in part", numbered("%1\n%\n"), swap("1\n", "1\nx\n"), swap("5\n", "6\n")},
		{"lines that are unique once the others are apart", chain(), swap("0\n", "0\nx\n"), swap("999\n", "9999\n")},
		{"equal lines", numbered("a\n"), swap("a\na\na\n", "a\nb\n"), swap("a\na\n", "a\n")},
		{"other lines everywhere", numbered("a%\n"), swap("a", "b"), swap("a", "c")},
	} {
		inTime(t, c.name, func() {
			if _, _, err := Merge([]byte(c.base), []byte(c.ours.Replace(c.base)), []byte(c.theirs.Replace(c.base)),
				newHugo); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		})
	}
}

// longKeys are 900 keys of together scaleSize bytes.
func longKeys(format string) string {
	var b strings.Builder
	for i := range 900 {
		fmt.Fprintf(&b, format, i, strings.Repeat("x", scaleSize/900))
	}
	return b.String()
}

// chain is a text in which each line becomes unique when the text is cut at the one before.
func chain() string {
	var b strings.Builder
	for i := 0; b.Len() < scaleSize; i++ {
		fmt.Fprintf(&b, "%d\n%d\n", i+1, i)
	}
	return b.String()
}
