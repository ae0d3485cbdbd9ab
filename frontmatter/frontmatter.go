// Package frontmatter edits the front matter of a text file in place.
//
// An edit changes the bytes of the key it names and no others: comments, blank lines,
// key order, quoting, line endings and a byte order mark stay as they were. An edit that
// cannot keep that promise returns an error and changes nothing.
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
)

// Timestamp is an unquoted date or time of YAML or TOML, as it was written:
// "2024-03-09", "2024-03-09T14:05:06+02:00", "2024-03-09 14:05:06 -0500". What instant it
// means depends on the reader, so it is not resolved here.
type Timestamp string

// Dialect says what the reader of the files accepts. The zero Dialect accepts YAML, TOML
// and JSON at the first byte (after a byte order mark), with exact key names.
type Dialect struct {
	YAMLOnly     bool // a +++ or { at the start is body
	LeadingBlank bool // blank lines may stand before the front matter
	DotsClose    bool // a "..." line closes YAML front matter too
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
	return fmt.Sprintf("front matter, line %d: %s", e.Line, e.Message)
}

// Field is one value and how it is written.
type Field struct {
	Value any    // nil, bool, int64, float64, string, Timestamp, []any or map[string]any
	Text  string // of a scalar: its text without quotes; else ""
	Plain bool   // of a YAML scalar: it is written without quotes, so a reader's own typing rules apply (yes, 1e3)
}

// Style is how a new document is written.
type Style struct {
	Format       Format
	KeyOrder     []string // known keys in this order; others follow in the order they were set
	FlowLists    bool     // tags: [a, b] in place of one item a line
	ListIndent   int      // spaces before "-" of a block list: 0 or 2
	SingleQuotes bool     // quote with ' where that is enough
	CRLF         bool
}

// Document is one text file: front matter and body.
type Document struct{}

// Parse reads a file. Bad front matter is a *SyntaxError. It keeps no reference to data.
func Parse(data []byte, d Dialect) (*Document, error) { panic("skeleton") }

// New starts an empty document.
func New(s Style) *Document { panic("skeleton") }

// Format is the language of the front matter.
func (d *Document) Format() Format { panic("skeleton") }

// Keys lists the top-level keys in file order, spelled as written.
func (d *Document) Keys() []string { panic("skeleton") }

// Field looks up a key, or with several names a key nested in maps ("cover", "image").
func (d *Document) Field(path ...string) (Field, bool) { panic("skeleton") }

// Get is the value of Field.
func (d *Document) Get(path ...string) (any, bool) { panic("skeleton") }

// Set writes value at path, in place when the key exists, else after the last key (of its
// map). Values are those of Field, and also map[string]any and []any of them, int, time.Time never.
func (d *Document) Set(value any, path ...string) error { panic("skeleton") }

// Delete removes the key with its lines. A key that is not there is no error.
func (d *Document) Delete(path ...string) error { panic("skeleton") }

// Body is the text after the front matter.
func (d *Document) Body() string { panic("skeleton") }

// SetBody replaces it; line endings follow the file's.
func (d *Document) SetBody(text string) { panic("skeleton") }

// Bytes is the whole file as it stands now.
func (d *Document) Bytes() []byte { panic("skeleton") }

// Conflict is one place where both sides changed the same thing differently.
type Conflict struct {
	Key    string // the key, "" for the body
	Ours   string // our text of it
	Theirs string
}

// Merge brings two changed versions of one file together: by key, then by item for lists
// of scalars, then by line for the body. On a conflict the merged file has theirs and the
// Conflict tells both. It fails when a version cannot be parsed.
func Merge(base, ours, theirs []byte, d Dialect) (merged []byte, conflicts []Conflict, err error) {
	panic("skeleton")
}
