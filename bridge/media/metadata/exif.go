package metadata

import (
	"encoding/binary"
)

// EXIF is a TIFF file without an image: a header, and directories (IFDs) of twelve-byte entries.
// Specification: CIPA DC-008 (Exif 2.32), TIFF 6.0.

const (
	tagOrientation = 0x0112
	tagXMP         = 0x02bc
	tagIPTC        = 0x83bb
	tagPhotoshop   = 0x8649
	tagExifIFD     = 0x8769
	tagGPSIFD      = 0x8825
	tagMakerNote   = 0x927c
	tagInteropIFD  = 0xa005
)

// tiff is the bytes of an EXIF block from its byte-order mark on.
type tiff struct {
	b     []byte
	order binary.ByteOrder
}

// headerLength is where the first directory can start.
const headerLength = 8

// parseTIFF reads the header only.
func parseTIFF(b []byte) (tiff, bool) {
	if len(b) < 14 {
		return tiff{}, false
	}
	switch string(b[:4]) {
	case "II*\x00":
		return tiff{b, binary.LittleEndian}, true
	case "MM\x00*":
		return tiff{b, binary.BigEndian}, true
	}
	return tiff{}, false
}

// entry is one entry of a directory.
type entry struct {
	at    int // offset of its twelve bytes
	tag   uint16
	typ   uint16
	count uint32
}

// entries returns the directory at an offset, and the offset of the next one.
func (t tiff) entries(at uint32) (list []entry, next uint32) {
	if int64(at)+2 > int64(len(t.b)) {
		return nil, 0
	}
	n := int(t.order.Uint16(t.b[at:]))
	p := int(at) + 2
	for range n {
		if p+12 > len(t.b) {
			return list, 0
		}
		list = append(list, entry{p, t.order.Uint16(t.b[p:]), t.order.Uint16(t.b[p+2:]), t.order.Uint32(t.b[p+4:])})
		p += 12
	}
	if p+4 <= len(t.b) {
		next = t.order.Uint32(t.b[p:])
	}
	return list, next
}

// first returns the offset of IFD 0.
func (t tiff) first() uint32 { return t.order.Uint32(t.b[4:]) }

// IsEXIF reports whether b starts like an EXIF block, from its byte-order mark on.
func IsEXIF(b []byte) bool {
	_, ok := parseTIFF(b)
	return ok
}

// Orientation returns the orientation in an EXIF block, or 0 if there is none or the image is
// upright.
func Orientation(exif []byte) int {
	t, ok := parseTIFF(exif)
	if !ok {
		return 0
	}
	list, _ := t.entries(t.first())
	for _, e := range list {
		if e.tag == tagOrientation && e.typ == 3 && e.count == 1 {
			if v := int(t.order.Uint16(t.b[e.at+8:])); v >= 2 && v <= 8 {
				return v
			}
		}
	}
	return 0
}

// OnlyOrientation returns an EXIF block with nothing but an orientation.
func OnlyOrientation(v int) []byte {
	return []byte{
		'M', 'M', 0, '*', 0, 0, 0, 8, // header; IFD 0 follows
		0, 1, // one entry
		tagOrientation >> 8, tagOrientation & 0xff, 0, 3, 0, 0, 0, 1, 0, byte(v), 0, 0, // SHORT, one value
		0, 0, 0, 0, // no more directories
	}
}

// SetUpright removes the orientation of an EXIF block, for an image whose pixels were rotated.
func SetUpright(exif []byte) {
	t, ok := parseTIFF(exif)
	if !ok {
		return
	}
	list, _ := t.entries(t.first())
	for _, e := range list {
		if e.tag == tagOrientation && e.typ == 3 {
			t.order.PutUint16(t.b[e.at+8:], 1)
		}
	}
}

var typeSize = [14]uint64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}

// maxIFDs is how many directories a block may have. Real ones have five.
const maxIFDs = 16

// StripEXIF removes from an EXIF block the location, and what could contain a copy of it and cannot
// be read: embedded XMP and IPTC, the maker's note, further images, and what no directory refers
// to. It works in place and reports whether the block could be read; if not, the block must not be
// kept.
func StripEXIF(exif []byte) bool {
	t, ok := parseTIFF(exif)
	if !ok {
		return false
	}
	seen := map[uint32]bool{}
	at := t.first()
	for at >= headerLength && !seen[at] && len(seen) < maxIFDs {
		seen[at] = true
		at = t.strip(at, seen)
	}
	if len(seen) == 0 || at != 0 && !seen[at] {
		return false // a directory was not read
	}
	// How many ranges more start than end at each byte.
	used := make([]int32, len(t.b)+1)
	mark := func(from, to int) {
		used[min(from, len(t.b))]++
		used[min(to, len(t.b))]--
	}
	mark(0, headerLength)
	for at := range seen {
		list, _ := t.entries(at)
		mark(int(at), int(at)+2+12*len(list)+4)
		for _, e := range list {
			// Directories that overlap, which only a hostile block has, may show again what was
			// removed.
			if revealingTags[e.tag] {
				return false
			}
			if from, to, ok := t.value(e); ok {
				mark(from, to)
			}
		}
	}
	open := int32(0)
	for i, change := range used[:len(t.b)] {
		if open += change; open == 0 {
			t.b[i] = 0
		}
	}
	return true
}

// revealingTags are the location, and the tags whose content cannot be read.
var revealingTags = map[uint16]bool{
	tagGPSIFD: true, tagXMP: true, tagIPTC: true, tagPhotoshop: true, tagMakerNote: true,
	0x014a: true,               // directories of further images
	0x0111: true, 0x0117: true, // an uncompressed thumbnail
	0x0201: true, 0x0202: true, // a compressed one, with metadata of its own
	0xc634: true, // a maker's note of DNG
}

// strip removes revealing entries from one directory and those below it. What they refer to is then
// used by nothing.
func (t tiff) strip(at uint32, seen map[uint32]bool) (next uint32) {
	list, next := t.entries(at)
	kept := 0
	for _, e := range list {
		if revealingTags[e.tag] {
			continue
		}
		if e.tag == tagExifIFD || e.tag == tagInteropIFD {
			if below := t.order.Uint32(t.b[e.at+8:]); below >= headerLength && !seen[below] && len(seen) < maxIFDs {
				seen[below] = true
				t.strip(below, seen)
			}
		}
		copy(t.b[int(at)+2+12*kept:], t.b[e.at:e.at+12])
		kept++
	}
	if kept == len(list) {
		return next
	}
	// Close the gap: the link to the next directory follows the last entry.
	t.order.PutUint16(t.b[at:], uint16(kept))
	end := int(at) + 2 + 12*kept
	stop := min(int(at)+2+12*len(list)+4, len(t.b))
	clear(t.b[end:stop])
	if end+4 <= len(t.b) {
		t.order.PutUint32(t.b[end:], next)
	}
	return next
}

// value returns where a value is, if not in its entry.
func (t tiff) value(e entry) (from, to int, ok bool) {
	if e.typ == 0 || int(e.typ) >= len(typeSize) {
		return 0, 0, false
	}
	size := typeSize[e.typ] * uint64(e.count)
	at := uint64(t.order.Uint32(t.b[e.at+8:]))
	if size <= 4 || at < headerLength || at+size > uint64(len(t.b)) {
		return 0, 0, false
	}
	return int(at), int(at + size), true
}
