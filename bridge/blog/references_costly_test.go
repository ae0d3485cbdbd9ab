package blog

import (
	"slices"
	"strings"
	"testing"
)

func TestPicturesAreFoundInATextThatIsTooCostlyToParse(t *testing.T) {
	text := "![a](/uploads/a.jpg) <img src=\"/uploads/b.jpg\">\n\n[c]: /uploads/c.jpg\n\n" + strings.Repeat("*a_ ", 10_000)
	found := addressesIn(text)
	for _, want := range []string{"/uploads/a.jpg", "/uploads/b.jpg", "/uploads/c.jpg"} {
		if !slices.Contains(found, want) {
			t.Errorf("%s is not found", want)
		}
	}
}
