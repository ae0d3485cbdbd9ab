package jekyll

import (
	"regexp"
	"strings"
	"testing"
)

// TestLiquidIsFoundInOnePass: the bytes that are read grow with the text alone, whatever is opened
// and not closed in it.
func TestLiquidIsFoundInOnePass(t *testing.T) {
	j := &site{includes: map[string]bool{"a": true}, tags: map[string]*regexp.Regexp{"b": blockEnd("b"), "c": nil}}
	for _, mark := range []string{"{%", "{{", "{% raw %}", "{% endraw %}", "{% raw %}{% endraw %}", "{% comment %}",
		"{% highlight a %}", "{% include a", "{% b %}", "{% c %}", "{{ site.title | append: \"", "{{}}", "{% raw %}\n\n"} {
		for _, end := range []string{"", "{% endraw %}", "\n\n{% endraw %}", "%}", "}}", "{% endb %}"} {
			for _, n := range []int{1000, 16000} {
				text := strings.Repeat(mark, n/len(mark)) + end
				s := j.scan(text)
				for at := 0; at < len(text); {
					i := liquidMark(text[at:])
					if i < 0 {
						break
					}
					at += i
					at += max(2, s.known(at))
				}
				if work := s.work + s.blanks.Read(); work > 12*len(text)+1000 {
					t.Errorf("%d bytes of %q and %q: %d bytes were read", n, mark, end, work)
				}
			}
		}
	}
}
