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

// edit is one edit of front matter, planned as splices.
type edit struct {
	text    string // the front matter
	eol     string
	fold    bool     // key names are case-insensitive
	order   []string // of top-level keys in a new document
	wide    bool     // replace whole values, not parts of them
	splices []splice
}

func (d *Document) newEdit(wide bool) edit {
	return edit{text: d.front, eol: d.eol(), fold: d.dialect.FoldKeys, order: d.style.KeyOrder, wide: wide}
}

func (e *edit) splice(start, end int, text string) {
	e.splices = append(e.splices, splice{start, end, text})
}

// flow edits values in brackets. comment starts a comment; "" if the format has none.
func (e *edit) flow(comment string) *flowEdit {
	return &flowEdit{text: e.text, comment: comment, eol: e.eol, splice: e.splice}
}

var errOverlap = errors.New("two parts of the edit overlap")

// apply applies all splices. Insertions at the same offset keep their order and come before a
// replacement there.
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

// lineStart returns the offset of the line that contains at.
func lineStart(s string, at int) int { return strings.LastIndexByte(s[:at], '\n') + 1 }

// lineStop returns the offset after the line that contains at, with its ending.
func lineStop(s string, at int) int {
	if i := strings.IndexByte(s[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(s)
}

func blank(s string) bool { return strings.Trim(s, " \t\r\n") == "" }
