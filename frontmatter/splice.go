package frontmatter

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// splice replaces the bytes from start to end.
type splice struct {
	start, end int
	text       string
}

var errOverlap = errors.New("two parts of the edit touch the same bytes")

// apply makes all splices at once. Those that only insert keep their order at one place, and
// come before one that replaces what stands there.
func apply(text string, splices []splice) (string, error) {
	slices.SortStableFunc(splices, func(a, b splice) int {
		if a.start != b.start {
			return cmp.Compare(a.start, b.start)
		}
		return cmp.Compare(min(a.end-a.start, 1), min(b.end-b.start, 1))
	})
	var out strings.Builder
	at := 0
	for _, s := range splices {
		if s.start < at || s.end < s.start || s.end > len(text) {
			return "", errOverlap
		}
		out.WriteString(text[at:s.start])
		out.WriteString(s.text)
		at = s.end
	}
	out.WriteString(text[at:])
	return out.String(), nil
}

// lineStart is the offset of the first byte of the line that at stands in.
func lineStart(s string, at int) int { return strings.LastIndexByte(s[:at], '\n') + 1 }

// lineStop is the offset after the line ending of the line that at stands in.
func lineStop(s string, at int) int {
	if i := strings.IndexByte(s[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(s)
}

func blank(s string) bool { return strings.Trim(s, " \t\r\n") == "" }
