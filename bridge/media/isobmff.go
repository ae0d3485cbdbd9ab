package media

import (
	"io"
	"slices"
)

// MP4, MOV, M4A, HEIC and AVIF files are nested boxes: a length, a name, a content.
// Specification: ISO/IEC 14496-12; Apple's QuickTime File Format.

// box is one box of a file.
type box struct {
	name     string
	at, body int64 // where it starts, where its content starts
	end      int64
	cut      bool // the file ends before the box does, at end
}

// boxFile is a file of boxes.
type boxFile struct{ medium }

// maxBoxes is how many boxes one level may have. Real files have some dozens, or one per fragment.
const maxBoxes = 50_000

// boxes lists the boxes between two offsets. If one reaches beyond its parent, or beyond the end of
// the file, the list has those before it, and the error is io.ErrUnexpectedEOF.
func (f boxFile) boxes(from, to int64) ([]box, error) {
	var list []box
	for at := from; at < to; {
		if to-at < 8 {
			if from != 0 { // QuickTime ends user data with four zeros
				return list, nil
			}
			return list, io.ErrUnexpectedEOF
		}
		head, err := f.read(at, 8)
		if err != nil {
			return nil, err
		}
		b := box{name: string(head[4:]), at: at, body: at + 8}
		switch size := int64(be.Uint32(head)); size {
		case 0:
			if from != 0 {
				return list, nil
			}
			b.end = to
		case 1:
			long, err := f.read(at+8, 8)
			if err != nil {
				return list, err
			}
			b.body += 8
			n := be.Uint64(long)
			if n > uint64(to-at) {
				return list, io.ErrUnexpectedEOF
			}
			b.end = at + int64(n)
		default:
			b.end = at + size
		}
		if b.end > to {
			return list, io.ErrUnexpectedEOF
		}
		if b.end < b.body {
			return nil, errBadBox
		}
		if list = append(list, b); len(list) > maxBoxes {
			return nil, errBadBox
		}
		at = b.end
	}
	return list, nil
}

// newBox makes a box.
func newBox(name string, content ...[]byte) []byte {
	b := slices.Concat(content...)
	return slices.Concat(be.AppendUint32(nil, uint32(len(b)+8)), []byte(name), b)
}

// content reads a box's content, which must not be larger than limit.
func (f boxFile) content(b box, limit int64) ([]byte, error) {
	if b.end-b.body > limit {
		return nil, errBadBox
	}
	return f.read(b.body, int(b.end-b.body))
}

// erase turns a box into free space. Nothing moves, so that offsets into the file stay valid.
func (f boxFile) erase(b box) error {
	if err := f.write(b.at+4, []byte("free")); err != nil {
		return err
	}
	return f.fill(b.body, b.end, 0)
}

// find returns the first box of that name.
func find(list []box, name string) (box, bool) {
	for _, b := range list {
		if b.name == name {
			return b, true
		}
	}
	return box{}, false
}

// within returns the box at a path of names.
func (f boxFile) within(b box, path ...string) (box, bool, error) {
	for _, name := range path {
		list, err := f.boxes(b.body, b.end)
		if err != nil {
			return box{}, false, err
		}
		next, ok := find(list, name)
		if !ok {
			return box{}, false, nil
		}
		b = next
	}
	return b, true, nil
}

// cursor reads numbers from the content of a box. A read beyond its end returns zeros, and is
// reported by err.
type cursor struct {
	b     []byte
	at    int
	short bool
}

func (c *cursor) take(n int) []byte {
	if n > len(c.b)-c.at {
		c.short = true
		return make([]byte, n)
	}
	c.at += n
	return c.b[c.at-n : c.at]
}

// uint reads a number of up to eight bytes; one of no bytes is 0.
func (c *cursor) uint(n int) (v uint64) {
	for _, x := range c.take(n) {
		v = v<<8 | uint64(x)
	}
	return v
}

// version reads a full box's version and skips its flags.
func (c *cursor) version() int {
	v := c.uint(1)
	c.uint(3)
	return int(v)
}

func (c *cursor) err() error {
	if c.short {
		return errBadBox
	}
	return nil
}
