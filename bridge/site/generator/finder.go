package generator

import "strings"

// A Finder finds the next occurrence of a text from positions that only grow. However many
// positions are asked for, and however far away the occurrence is, it reads the source once.
type Finder struct {
	source, want string
	next         int // the first occurrence from the last position on; -1 for none
	known        bool
	read         int // bytes of the source that were looked at
}

// NewFinder returns a Finder of want in source.
func NewFinder(source, want string) *Finder { return &Finder{source: source, want: want} }

// From returns the index of the first occurrence at or after a position that is not smaller than
// the one before, -1 when there is none.
func (f *Finder) From(at int) int {
	if f.known && (f.next < 0 || f.next >= at) {
		return f.next
	}
	f.known, f.next = true, -1
	if at <= len(f.source) {
		if i := strings.Index(f.source[at:], f.want); i >= 0 {
			f.next = at + i
			f.read += i + len(f.want)
		} else {
			f.read += len(f.source) - at
		}
	}
	return f.next
}

// Read returns the number of bytes that were looked at so far, to prove that they are few.
func (f *Finder) Read() int { return f.read }
