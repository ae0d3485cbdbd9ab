package mf2_test

import (
	"testing"

	"gitpost/bridge/mf2"
)

func TestOnlyNewControlCharactersAreDropped(t *testing.T) {
	for _, c := range []struct{ known, text, want string }{
		{"", "slides:\x0bsecond line", "slides:second line"},
		{"", "\x00a\x01\x08b\x0cc\x1b[0m\x1f\x7f", "abc[0m"},
		{"", "tab\tline\nend\r\nnext\u0085", "tab\tline\nend\r\nnext\u0085"},
		{"Line\x08 one.\nx", "Line\x08 two.\ny", "Line\x08 two.\ny"},
		{"Line\x08 one.", "Line\x08 one. New\x08 word", "Line\x08 one. New word"},
		{"\x1b[1mé\x1b[0m", "\x1b[1mé\x1b[0m und", "\x1b[1mé\x1b[0m und"},
		{"a\x0b\x0bb", "a\x0b\x0bb c\x0bd", "a\x0b\x0bb cd"},
	} {
		if got := mf2.WithoutControls(c.text, c.known); got != c.want {
			t.Errorf("%q after %q is %q, want %q", c.text, c.known, got, c.want)
		}
	}
	nested := []any{map[string]any{"html": "a\x08b", "n": []any{"\x1b", true, nil, 1.5}}}
	want := []any{map[string]any{"html": "ab", "n": []any{"", true, nil, 1.5}}}
	if got := mf2.WithoutControls(nested, ""); !mf2.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
