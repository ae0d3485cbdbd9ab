// Package frontmatter edits the front matter of a text file in place.
//
// An edit changes the bytes of the key it names and no others: comments, blank lines,
// key order, quoting, line endings and a byte order mark stay as they were. An edit that
// cannot keep that promise returns an error and changes nothing.
//
// Every edit is proved before it takes effect: the new text is decoded again, the named
// key must read back as the value that was set, and all the others as they did before.
//
// A Document is not safe for concurrent use.
package frontmatter

import "fmt"

// Format is the language of a document's front matter.
type Format int

const (
	None Format = iota // no front matter: all is body
	YAML               // between --- lines
	TOML               // between +++ lines
	JSON               // an object at the start
	Org                // #+KEY: value lines at the start
)

func (f Format) String() string {
	switch f {
	case YAML:
		return "YAML"
	case TOML:
		return "TOML"
	case JSON:
		return "JSON"
	case Org:
		return "Org"
	}
	return "none"
}

// Limits of what is read. A file beyond them is a *SyntaxError, and an edit that would
// lead beyond them is refused.
const (
	MaxFrontMatter = 512 << 10 // bytes between the delimiters
	MaxKeys        = 1000      // keys on all levels together
	MaxDepth       = 100       // maps and lists inside each other
	MaxBody        = 10 << 20  // bytes
)

// Timestamp is an unquoted date or time of YAML or TOML, as it was written:
// "2024-03-09", "2024-03-09T14:05:06+02:00", "2024-03-09 14:05:06 -0500". What instant it
// means depends on the reader, so it is not resolved here.
type Timestamp string

// Map is a map in an order of the caller's choice, for Set. A map[string]any is written
// in the order of its sorted keys.
type Map []Pair

// Pair is one key of a Map.
type Pair struct {
	Key   string
	Value any
}

// Dialect says what the reader of the files accepts. The zero Dialect accepts YAML, TOML
// and JSON at the first byte (after a byte order mark), with exact key names.
type Dialect struct {
	YAMLOnly     bool // a +++ or { at the start is body
	LeadingBlank bool // as Hugo: blank lines may come first, a mark may have text after it, Org is read
	HTMLComments bool // front matter may be inside an HTML comment, as in Hugo before 0.123
	OrgWords     bool // tags, categories and aliases of Org are words even without [], as in Hugo before 0.123
	DotsClose    bool // a "..." line closes YAML front matter too
	DotsHide     bool // what stands between a "..." line and the closing line of YAML is not read, as Hugo did before 0.152
	FoldKeys     bool // key names match without regard to case
	LastWins     bool // a duplicate key is no error: the last one counts
}

// SyntaxError is front matter that cannot be read. Line and Column count from 1 in the
// whole file; Column is 0 when it is not known.
type SyntaxError struct {
	Line, Column int
	Message      string
}

func (e *SyntaxError) Error() string {
	if e.Column > 0 {
		return fmt.Sprintf("front matter, line %d, column %d: %s", e.Line, e.Column, e.Message)
	}
	return fmt.Sprintf("front matter, line %d: %s", e.Line, e.Message)
}

// EditError is an edit that was refused. The document is as it was before. What remains is to
// make the edit by hand.
type EditError struct {
	Key     string // the path, joined with dots
	Message string // why
	limit   error  // the *SyntaxError of what would be beyond the limits
}

// Unwrap gives the *SyntaxError that the edited front matter would have been.
func (e *EditError) Unwrap() error { return e.limit }

func (e *EditError) Error() string {
	if e.Key == "" {
		return "body: " + e.Message
	}
	return fmt.Sprintf("front matter key %q: %s", e.Key, e.Message)
}

// Field is one value and how it is written.
type Field struct {
	Value any    // nil, bool, int64, float64, string, Timestamp, []any or map[string]any
	Text  string // of a scalar: its text without quotes; else ""
	Plain bool   // of a YAML scalar: it is written without quotes, so a reader's own typing rules apply (yes, 1e3)
}

// Style is how a document is written.
type Style struct {
	Format       Format   // of a new document; None means YAML
	KeyOrder     []string // known keys in this order; others follow in the order they were set
	FlowLists    bool     // tags: [a, b] in place of one item a line
	ListIndent   int      // spaces before "-" of a block list: 0 or 2
	SingleQuotes bool     // quote with ' where that is enough
	CRLF         bool
}
