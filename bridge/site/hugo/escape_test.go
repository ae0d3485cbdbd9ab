package hugo

import (
	"strings"
	"testing"
)

// TestShortcodesAreFoundInOnePass: the bytes that are read grow with the text alone, whatever is
// opened and not closed in it.
func TestShortcodesAreFoundInOnePass(t *testing.T) {
	for _, mark := range []string{"{{<", "{{%", "{{</*", "{{%/*", "{{< a \"", "{{< a `", "{{< a >}}", "{{< /a >}}",
		"{{</* a */>}}", "{{< a b=\"c\" >}}", "{{", "{{<{{%"} {
		for _, end := range []string{"", ">}}", "%}}", "*/>}}", "*/%}}", "\">}}"} {
			for _, n := range []int{1000, 16000} {
				text := strings.Repeat(mark, n/len(mark)) + end
				if _, work := shortcodeTags(text); work > 12*len(text)+2000 {
					t.Errorf("%d bytes of %q and %q: %d bytes were read", n, mark, end, work)
				}
			}
		}
	}
}

// TestChangedMemoryIsNoEscape: parts that a person wrote into the front matter do no harm.
func TestChangedMemoryIsNoEscape(t *testing.T) {
	for _, part := range []string{"", "{", "x", "}", "{{", "{{<>", "{{<>}", "}}", "{{<x"} {
		(&site{}).Escaped(part)
	}
}
