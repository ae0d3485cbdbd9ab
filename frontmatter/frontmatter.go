// Package frontmatter edits the front matter of a text file in place.
//
// An edit changes the bytes of the key it names and no others: comments, blank lines,
// key order, quoting, line endings and a byte order mark stay as they were. An edit that
// cannot keep that promise returns an error and changes nothing.
//
// Every edit is verified before it takes effect: the new text is decoded, the key must have
// the new value, and all other keys must have theirs.
//
// A Document is not safe for concurrent use.
package frontmatter

import "fmt"

// Format is the language of a document's front matter.
type Format int

const (
	None Format = iota // no front matter, only a body
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

// Limits of a file. A file that exceeds one is a *SyntaxError; an edit that would exceed one
// is an *EditError.
const (
	MaxFrontMatter = 512 << 10 // bytes between the delimiters
	MaxKeys        = 1000      // keys on all levels together
	MaxDepth       = 100       // nesting of maps and lists
	MaxBody        = 10 << 20  // bytes
)

// Timestamp is an unquoted date or time in YAML or TOML as it is written: "2024-03-09",
// "2024-03-09T14:05:06+02:00", "2024-03-09 14:05:06 -0500". It is not resolved because its
// instant depends on the reader.
type Timestamp string

// Map is a map in a chosen order, for Set. A map[string]any is written in sorted order.
type Map []Pair

// Pair is one key of a Map.
type Pair struct {
	Key   string
	Value any
}

// Dialect is what the reader of the files accepts. The zero Dialect accepts YAML, TOML and
// JSON at the first byte, or after a byte order mark, and matches key names exactly.
type Dialect struct {
	YAMLOnly     bool // "+++" or "{" at the start is body
	LeadingBlank bool // white space may come first, marks may have text after them, Org is read, as in Hugo
	HTMLComments bool // front matter may be inside an HTML comment, as in Hugo before 0.123
	OrgWords     bool // tags, categories and aliases in Org are words even without [], as in Hugo before 0.123
	DotsClose    bool // a "..." line also closes YAML front matter
	DotsHide     bool // YAML between a "..." line and the closing line is ignored, as in Hugo before 0.152
	FoldKeys     bool // key names are case-insensitive
	NamedFence   bool // the opening mark may name its language, "---json", as in Eleventy
	LastWins     bool // of a duplicate key the last one counts; otherwise it is an error
}

// SyntaxError is front matter that cannot be read. Line and Column count from 1 in the whole
// file; Column is 0 if it is unknown.
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

// EditError is an edit that was refused; the document is unchanged. The edit can only be made
// by hand.
type EditError struct {
	Key     string // the path, joined with dots; "" for the body
	Message string // the reason
	limit   error  // the *SyntaxError of an exceeded limit
}

// Unwrap returns the *SyntaxError if the edit would have exceeded a limit.
func (e *EditError) Unwrap() error { return e.limit }

func (e *EditError) Error() string {
	if e.Key == "" {
		return "body: " + e.Message
	}
	return fmt.Sprintf("front matter key %q: %s", e.Key, e.Message)
}

// Field is a value and how it is written.
type Field struct {
	Value any    // nil, bool, int64, float64, string, Timestamp, []any or map[string]any
	Text  string // of a scalar: its text without quotes
	Plain bool   // a YAML scalar without quotes, to which a reader's own typing rules apply (yes, 1e3)
}

// Style is how a document is written.
type Style struct {
	Format       Format   // of a new document; None and Org mean YAML
	KeyOrder     []string // known keys in this order; others follow in the order they were set
	FlowLists    bool     // tags: [a, b] instead of one item per line
	ListIndent   int      // spaces before "-" of a block list: 0 or 2
	SingleQuotes bool     // use single quotes where they suffice
	CRLF         bool
}
