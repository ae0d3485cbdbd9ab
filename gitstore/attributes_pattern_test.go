package gitstore

import (
	"strings"
	"testing"
)

// TestPatternsOfAttributes are matched as Git does.
func TestPatternsOfAttributes(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"a/**", "a/b/c", true},
		{"a/**", "a", false},
		{"**/c", "a/b/c", true},
		{"**/c", "c", true},
		{"a/**/c", "a/c", true},
		{"a/**/c", "a/x/y/c", true},
		{"a/**/c", "b/x/c", false},
		{"**/b/**/b", "a/b/c/b", true},
		{"**/b/**/b", "b/b", true},
		{"**/b/**/b", "a/b/c", false},
		{"**/b/*", "b/b/c", true},
		{"*.md/**", "x.md/y", true},
		{strings.Repeat("**/a/", 60) + "b", strings.Repeat("a/", 300) + "c", false},
		{strings.Repeat("**/", 300) + "b", strings.Repeat("a/", 300) + "b", true},
	} {
		if got := matchParts(strings.Split(c.pattern, "/"), strings.Split(c.path, "/")); got != c.want {
			t.Errorf("%.40q and %.40q: %v", c.pattern, c.path, got)
		}
	}
}
