package site

import (
	"strings"
	"testing"
)

// TestUnescapingIsOnePass: the comparisons grow with the text alone, however many parts there are.
func TestUnescapingIsOnePass(t *testing.T) {
	for name, files := range map[string]map[string]string{"hugo": stockHugo, "jekyll": stockJekyll} {
		s := newLibrary(t, files).site
		for kind, text := range costly {
			for _, n := range []int{1000, 16000} {
				safe, parts := s.escape(text(n))
				back, work := s.unescaped(safe, parts)
				if work > 8*len(safe)+1000 {
					t.Errorf("%s, %s: %d bytes took %d comparisons", name, kind, len(safe), work)
				}
				if again, _ := s.escape(back); again != safe && back == text(n) {
					t.Errorf("%s, %s: escaping is not the same twice", name, kind)
				}
			}
		}
	}
}

// TestEachPartComesBack: of several forms that begin alike the longest counts.
func TestEachPartComesBack(t *testing.T) {
	s := newLibrary(t, stockHugo).site
	text := "```go {1,3}\n``` {{< a >}}{{< ab >}}{{%a%}} {{< {{% &#123; {{</* a */>}}"
	safe, parts := s.escape(text)
	if back := s.unescape(safe, parts); back != text {
		t.Errorf("got %q of %q", back, safe)
	}
	if back := s.unescape(safe, append(parts, "", "x", "{{<")); !strings.Contains(back, "{{< a >}}") {
		t.Errorf("parts of nobody's: %q", back)
	}
}
