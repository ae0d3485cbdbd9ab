package hugo

import (
	"strings"
	"testing"
)

// TestFencesOfATextThatIsNotParsedAreSafe: a run of tildes that would take the parser seconds.
func TestFencesOfATextThatIsNotParsedAreSafe(t *testing.T) {
	text := "```go {1,3}\nx {y}\n```\n~~~ {a}\nz\n~~~\n" + strings.Repeat("~", 100_000) + " {b}\n"
	safe, parts := escapeFences(text)
	if want := strings.NewReplacer("{1", "&#123;1", "{a", "&#123;a", "{b", "&#123;b").Replace(text); safe != want {
		t.Errorf("the text became\n%.200s", safe)
	}
	for _, part := range parts {
		safe = strings.ReplaceAll(safe, shortcodeEscape(part), part)
	}
	if safe != text {
		t.Errorf("read back as\n%.200s", safe)
	}
}
