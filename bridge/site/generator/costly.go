package generator

import "strings"

// Limits of texts that are parsed as Markdown. Goldmark's work for these grows with their square.
const (
	longestTildes = 1000     // a run of tildes: at each one the rest of it is read, and thrown away
	mostQuotes    = 200      // marks at the beginning of a line, each a quote in the one before
	mostCells     = 200_000  // of a table; a row that has fewer than the first one is filled up
	mostMarks     = 5000     // of emphasis in lines without an empty one between them
	mostNotes     = 25 << 20 // footnotes times references to them: all are looked at for each
)

// TooCostly reports whether a text must not be parsed as Markdown: it would take minutes, or gigabytes.
func TooCostly(text string) bool {
	if strings.Contains(text, tildes) {
		return true
	}
	if notes := strings.Count(text, "[^"); notes*min(notes, strings.Count(text, "]:")) > mostNotes {
		return true
	}
	columns, cells, marks := 0, 0, 0
	for line := range strings.Lines(text) {
		bare := strings.TrimLeft(line, "> \t")
		if strings.Count(line[:len(line)-len(bare)], ">") > mostQuotes {
			return true
		}
		if strings.TrimSpace(bare) == "" {
			columns, marks = 0, 0
			continue
		}
		if n := strings.Count(bare, "|"); n > columns && strings.Trim(bare, "|-: \t\r\n") == "" {
			columns = n
		}
		cells += columns
		marks += strings.Count(bare, "*") + strings.Count(bare, "_")
		if cells > mostCells || marks > mostMarks {
			return true
		}
	}
	return false
}

var tildes = strings.Repeat("~", longestTildes)
