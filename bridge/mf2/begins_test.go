package mf2

import (
	"strings"
	"testing"
)

func TestBeginsWithIsThePrefixOfTheWords(t *testing.T) {
	for _, text := range []string{"", " ", "a", "one two", " one\n\ttwo  three ", "onetwo", "one two three four",
		"é\u00a0ü x"} {
		for _, prefix := range []string{"", "o", "one", "one t", "one two", "one two three", "onetwo",
			"one two three four five", "é ü", "two"} {
			if got, want := beginsWith(text, prefix), strings.HasPrefix(words(text), prefix); got != want {
				t.Errorf("beginsWith(%q, %q) = %v, want %v", text, prefix, got, want)
			}
		}
	}
}
