package frontmatter

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// throughApp is a text as an app gets it and sends it back: JSON, and line ends of one kind.
func throughApp(t *testing.T, text string) string {
	t.Helper()
	raw, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	var sent string
	if err := json.Unmarshal(raw, &sent); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(sent, "\r\n", "\n")
}

func TestUntouchedLinesKeepTheirBytes(t *testing.T) {
	for _, c := range []struct{ name, body, old, new, want string }{
		{"Latin-1, another paragraph", "Caf\xe9.\n\nSecond.\n", "Second", "A second", "Caf\xe9.\n\nA second.\n"},
		{"Latin-1, the same line", "Caf\xe9 is closed, \xe0 demain.\n", "closed", "open", "Caf\xe9 is open, \xe0 demain.\n"},
		{"Windows-1252 quotes", "\x93Quoted\x94\x85\n\nSecond.\n\n\x96 third\n", "Second.", "2.\n\nNew.",
			"\x93Quoted\x94\x85\n\n2.\n\nNew.\n\n\x96 third\n"},
		{"a character cut in two", "Caf\xc3\n\x82\xac 5\n\nSecond.\n", "Second", "2", "Caf\xc3\n\x82\xac 5\n\n2.\n"},
		{"a cut emoji", "Go \xf0\x9f\x9a now\nlater\n", "later", "never", "Go \xf0\x9f\x9a now\nnever\n"},
		{"Shift JIS", "\x93\xfa\x96\x7b\x8c\xea\nline\n", "line", "other", "\x93\xfa\x96\x7b\x8c\xea\nother\n"},
		{"a line before it", "one\nCaf\xe9\n", "one", "zero\none", "zero\none\nCaf\xe9\n"},
		{"a line after it", "Caf\xe9\n", "\n", "\nmore\n", "Caf\xe9\nmore\n"},
		{"a line less", "one\ntwo\nCaf\xe9 \xff\n", "one\n", "", "two\nCaf\xe9 \xff\n"},
		{"a word that is copied", "Caf\xe9\none\n", "one", "one Caf\uFFFD", "Caf\xe9\none Caf\xe9\n"},
		{"a real U+FFFD", "Caf\xe9\n\uFFFD\nx\n", "x", "y", "Caf\xe9\n\uFFFD\ny\n"},
		{"nothing", "Caf\xe9\n\xff\xfe\n", "", "", "Caf\xe9\n\xff\xfe\n"},
		{"lines after such a one", "\xe9\n\n\xe8", "\n\n\uFFFD", "\n\n\uFFFD\n\nmore\n", "\xe9\n\n\xe8\n\nmore\n"},
		{"mixed line endings", "one\r\ntwo\n\r\nthree\r\nfour", "two", "2", "one\r\n2\n\r\nthree\r\nfour"},
		{"mixed line endings and Latin-1", "\xe9\r\nCaf\xe9\r\nx\n", "x", "Caf\uFFFD", "\xe9\r\nCaf\xe9\r\nCaf\xe9\n"},
	} {
		for _, front := range []string{"---\ntitle: A\n---\n", "+++\n+++\n\n", "{\"a\": 1}\n", "#+TITLE: A\n\n", "\uFEFF"} {
			doc := parsed(t, front+c.body, oldHugo)
			sent := strings.Replace(throughApp(t, doc.Body()), c.old, c.new, 1)
			if err := doc.SetBody(sent); err != nil || string(doc.Bytes()) != front+c.want {
				t.Errorf("%s: got %q (%v), want %q", c.name, doc.Bytes(), err, front+c.want)
			}
		}
	}
	doc := parsed(t, "---\r\na: 1\r\n---\r\nCaf\xe9\r\n\r\nx\r\n", oldHugo)
	if err := doc.SetBody("Caf\uFFFD\n\ny\nz\n"); err != nil ||
		string(doc.Bytes()) != "---\r\na: 1\r\n---\r\nCaf\xe9\r\n\r\ny\r\nz\r\n" {
		t.Errorf("CRLF and Latin-1: %q (%v)", doc.Bytes(), err)
	}
}

func TestAmbiguousBytesAreRefused(t *testing.T) {
	for _, c := range []struct{ name, body, old, new string }{
		{"two words that look alike", "caf\xe9 and caf\xe8\n", "and", "or"},
		{"an edit of the word itself", "Stra\xdfe\n", "Stra\uFFFDe", "Stra\uFFFDen"},
		{"a word that was never there", "Caf\xe9\n\nSecond\n", "Second", "Se\uFFFDond"},
	} {
		text := "---\ntitle: A\n---\n" + c.body
		doc := parsed(t, text, Dialect{})
		err := doc.SetBody(strings.Replace(throughApp(t, doc.Body()), c.old, c.new, 1))
		var refused *EditError
		if !errors.As(err, &refused) || string(doc.Bytes()) != text {
			t.Errorf("%s: %q (%v)", c.name, doc.Bytes(), err)
		}
	}
}

func TestFrontMatterOfAFileThatIsNotUTF8CanBeEdited(t *testing.T) {
	for _, body := range []string{"Caf\xe9\n", "\xff\xfe\x00\n"} {
		for front, want := range map[string]string{
			"---\ntitle: A\n---\n":    "---\ntitle: B\n---\n",
			"+++\ntitle = 'A'\n+++\n": "+++\ntitle = 'B'\n+++\n",
			"{\"title\": \"A\"}\n":    "{\"title\": \"B\"}\n",
			"#+TITLE: A\n":            "#+TITLE: B\n",
			"#+TITLE: A\n#+X: \xe9\n": "#+TITLE: B\n#+X: \xe9\n",
		} {
			doc := parsed(t, front+body, newHugo)
			if err := doc.Set("B", "title"); err != nil || string(doc.Bytes()) != want+body {
				t.Errorf("%q: %q (%v)", front+body, doc.Bytes(), err)
			}
		}
	}
	for _, front := range []string{"---\ntitle: Caf\xe9\n---\n", "+++\ntitle = 'Caf\xe9'\n+++\n",
		"{\"title\": \"Caf\xe9\"}\n"} {
		if _, err := Parse([]byte(front), newHugo); err == nil {
			t.Errorf("%q is accepted", front)
		}
	}
}

// Control characters that a text has already do not get in the way, and those of a new value
// are written as escapes.
func TestExistingControlCharactersStay(t *testing.T) {
	for _, c := range []string{"\x00", "\x01", "\x08", "\x0b", "\x0c", "\x1b[0m", "\x1f", "\x7f"} {
		body := "Line" + c + " one.\n\n" + c + "Second" + c + ".\n"
		for _, front := range []string{"---\ntitle: A\n---\n", "+++\ntitle = 'A'\n+++\n", "{\"title\": \"A\"}\n",
			"#+TITLE: A\n\n"} {
			doc := parsed(t, front+body, newHugo)
			if err := doc.SetBody(body); err != nil || string(doc.Bytes()) != front+body {
				t.Errorf("%q: %q (%v)", c, doc.Bytes(), err)
			}
			if err := doc.Set("B", "title"); err != nil {
				t.Errorf("%q: %v", c, err)
			}
			if err := doc.SetBody(strings.Replace(body, "one", "two", 1)); err != nil {
				t.Errorf("%q: %v", c, err)
			}
			if want := strings.Replace(front, "A", "B", 1) + strings.Replace(body, "one", "two",
				1); string(doc.Bytes()) != want {
				t.Errorf("%q: %q, want %q", c, doc.Bytes(), want)
			}
		}
		for _, s := range []Style{{Format: YAML}, {Format: TOML}, {Format: JSON}} {
			doc := New(s)
			if err := doc.Set("a"+c+"b", "title"); err != nil {
				t.Errorf("%v, %q: %v", s.Format, c, err)
				continue
			}
			again := parsed(t, string(doc.Bytes()), Dialect{})
			if v, _ := again.Get("title"); v != "a"+c+"b" {
				t.Errorf("%v, %q reads back as %q", s.Format, c, v)
			}
			if err := again.Set("x", "other"); err != nil {
				t.Errorf("%v, %q: another key: %v", s.Format, c, err)
			}
		}
	}
}
