package site

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"

	"gitpost/frontmatter"
)

// dataFormats are the formats of data files by their extensions.
var dataFormats = map[string]frontmatter.Format{
	".yaml": frontmatter.YAML, ".yml": frontmatter.YAML, ".json": frontmatter.JSON, ".toml": frontmatter.TOML,
}

// A dataFile is a file of keys and values, held as the front matter of a document that has no body.
type dataFile struct {
	format     frontmatter.Format
	doc        *frontmatter.Document
	fresh      bool   // it did not exist: the document has its own delimiters
	head, tail string // the delimiters that were put around the file's own text
}

// newData is an empty file whose keys will have an order.
func newData(file string, order []string) *dataFile {
	format := dataFormats[path.Ext(file)]
	return &dataFile{format: format, fresh: true, doc: frontmatter.New(frontmatter.Style{Format: format, KeyOrder: order})}
}

func parseData(file string, data []byte) (*dataFile, error) {
	f := &dataFile{format: dataFormats[path.Ext(file)]}
	if f.format == frontmatter.None {
		return nil, errors.New("unknown format")
	}
	text := f.delimit(string(data))
	if f.format == frontmatter.JSON && !strings.HasPrefix(strings.TrimSpace(text), "{") {
		return nil, errors.New("not an object of properties")
	}
	doc, err := frontmatter.Parse([]byte(text), f.dialect())
	if bad := (*frontmatter.SyntaxError)(nil); errors.As(err, &bad) {
		return nil, fmt.Errorf("line %d: %s", max(bad.Line-strings.Count(f.head, "\n"), 1), bad.Message)
	}
	if err != nil {
		return nil, err
	}
	if doc.Format() != f.format || strings.TrimSpace(doc.Body()) != "" {
		return nil, errors.New("not a single map of properties")
	}
	f.doc = doc
	return f, nil
}

func (f *dataFile) dialect() frontmatter.Dialect {
	return frontmatter.Dialect{LastWins: true, LeadingBlank: f.format == frontmatter.JSON}
}

// delimit puts the delimiters of front matter around a data file's text, and notes which.
func (f *dataFile) delimit(text string) string {
	end := "\n"
	if strings.Contains(text, "\r\n") {
		end = "\r\n"
	}
	if text != "" && !strings.HasSuffix(text, "\n") && f.format != frontmatter.JSON {
		text += end
	}
	switch f.format {
	case frontmatter.YAML:
		f.tail = "---" + end
		if first, _, _ := strings.Cut(strings.TrimPrefix(text, "\ufeff"), "\n"); strings.TrimRight(first, " \t\r") != "---" {
			f.head = f.tail
		}
	case frontmatter.TOML:
		f.head, f.tail = "+++"+end, "+++"+end
	}
	return f.head + text + f.tail
}

// bytes returns the file's text.
func (f *dataFile) bytes() []byte {
	text := f.doc.Bytes()
	if !f.fresh {
		return f.undelimit(text)
	}
	mark := map[frontmatter.Format]string{frontmatter.YAML: "---\n", frontmatter.TOML: "+++\n"}[f.format]
	text = bytes.TrimSuffix(bytes.TrimPrefix(text, []byte(mark)), []byte(mark))
	return append(bytes.TrimRight(text, "\n"), '\n')
}

func (f *dataFile) undelimit(text []byte) []byte {
	return []byte(strings.TrimSuffix(strings.TrimPrefix(string(text), f.head), f.tail))
}

// MergeData merges two changed versions of a contact or of a side file key by key. ok is false when the
// file is neither, or one of its versions cannot be read.
func MergeData(file string, base, ours, theirs []byte) (merged []byte, conflicts, ok bool) {
	if path.Base(path.Dir(file)) != "contacts" && !strings.HasSuffix(file, sideEnding) {
		return nil, false, false
	}
	var texts [3][]byte
	var last *dataFile
	for i, data := range [][]byte{base, ours, theirs} {
		if i == 0 && len(data) == 0 { // both sides created it
			continue
		}
		f, err := parseData(file, data)
		if err != nil || last != nil && (f.head != last.head || f.tail != last.tail) {
			return nil, false, false
		}
		texts[i], last = f.doc.Bytes(), f
	}
	if texts[0] == nil {
		texts[0] = []byte(last.delimit(""))
	}
	text, found, err := frontmatter.Merge(texts[0], texts[1], texts[2], last.dialect())
	if err != nil {
		return nil, false, false
	}
	if _, err := parseData(file, last.undelimit(text)); err != nil {
		return nil, false, false
	}
	return last.undelimit(text), len(found) > 0, true
}
