package jekyll

import (
	"strings"
	"testing"
)

// TestWildcards are results of Ruby's File.fnmatch, with and without File::FNM_PATHNAME.
func TestWildcards(t *testing.T) {
	for _, c := range []struct {
		pattern, name     string
		crosses, pathname bool
	}{
		{"*", "a/b", true, false},
		{"*", "", true, true},
		{"a*b*c", "axxbyyc", true, true},
		{"a*b*c", "axxbyycd", false, false},
		{"a*b*c", "ax/bc", true, false},
		{"*b", "abab", true, true},
		{"*ab*ab", "abxab", true, true},
		{"*ab*ab", "ab", false, false},
		{"a?c", "aéc", true, true},
		{"[a-c]*[!x]", "byz", true, true},
		{"[a-c]*[!x]", "bx", false, false},
		{`\*a`, "*a", true, true},
		{`\*a`, "ba", false, false},
		{"*/b", "a/b", true, true},
		{"**b", "aab", true, true},
		{"", "", true, true},
		{"*a", "a\n", false, false},
	} {
		if got := rubyWildcard(c.pattern, c.name, true); got != c.crosses {
			t.Errorf("%q and %q: %v", c.pattern, c.name, got)
		}
		if got := rubyWildcard(c.pattern, c.name, false); got != c.pathname {
			t.Errorf("%q and %q, a star staying in its folder: %v", c.pattern, c.name, got)
		}
	}
}

// TestManyStarsAreMatchedAtOnce: trying each star at each place would take longer than the universe is old.
func TestManyStarsAreMatchedAtOnce(t *testing.T) {
	if rubyWildcard(strings.Repeat("*a", 60)+"b", strings.Repeat("a", 5000), true) {
		t.Error("matched")
	}
}
