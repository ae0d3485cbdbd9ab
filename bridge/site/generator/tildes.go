package generator

import "strings"

// longestTildes is the length from which a run of tildes is not parsed as Markdown.
const longestTildes = 1000

// LongTildes reports whether a text has a run of tildes that goldmark must not see: at each tilde of a run its
// parser of strikethroughs reads the rest of it, and throws away what it read.
func LongTildes(text string) bool { return strings.Contains(text, tildes) }

var tildes = strings.Repeat("~", longestTildes)
