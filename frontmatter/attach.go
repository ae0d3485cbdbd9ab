package frontmatter

import "slices"

// attached is a document that has a part of another one's front matter.
type attached struct {
	key string
	doc *Document
}

// Attach makes the front matter of another document a map of this one, below a key that this one does
// not have. It is read and changed there like any other; Bytes leaves it out. The key has no value as long as the
// other document is empty, and cannot be set or deleted as a whole.
func (d *Document) Attach(key string, other *Document) { d.beside = &attached{key, other} }

// Attached returns the document that Attach was given, nil if it was not called.
func (d *Document) Attached() *Document {
	if d.beside == nil {
		return nil
	}
	return d.beside.doc
}

// at returns the document that has a path, and the path there.
func (d *Document) at(path []string) (*Document, []string) {
	if d.beside == nil || len(path) == 0 || path[0] != d.beside.key {
		return d, path
	}
	return d.beside.doc, path[1:]
}

// asMap returns all front matter as the value of the key that it is attached to.
func (d *Document) asMap() (Field, bool) {
	if len(d.root.keys) == 0 {
		return Field{}, false
	}
	return d.field(d.root), true
}

// withAttached adds the key of the attached document, if that is not empty.
func (d *Document) withAttached(keys []string) []string {
	if d.beside == nil || len(d.beside.doc.root.keys) == 0 || slices.Contains(keys, d.beside.key) {
		return keys
	}
	return append(keys, d.beside.key)
}
