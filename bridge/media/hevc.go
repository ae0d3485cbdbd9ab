package media

// How much memory an HEVC decoder takes is decided by the coded picture's own header, the sequence
// parameter set, whatever the file around it says of its size; and how long, by the number of
// pictures. Specification: ITU-T H.265, 7.3.2.2; ISO/IEC 14496-15, 8.3.3.1 for the hvcC box.

// Types of the units of a coded picture.
const (
	nalLastSlice = 31 // up to here they are slices
	nalSPS       = 33 // a sequence parameter set
)

// hevcConfiguration reads the largest size in a hvcC box, and how many bytes precede each unit in
// the picture's own data.
func hevcConfiguration(b []byte) (pixels int64, lengthSize int) {
	if len(b) < 23 {
		return 0, 4
	}
	lengthSize = int(b[21]&3) + 1
	c := &cursor{b: b, at: 23}
	for arrays := int(b[22]); arrays > 0 && !c.short; arrays-- {
		c.uint(1)
		for units := c.uint(2); units > 0 && !c.short; units-- {
			pixels = max(pixels, unitPixels(c.take(int(c.uint(2)))))
		}
	}
	return pixels, lengthSize
}

// hevcScan looks through pictures' own data, where no parameter set should be.
type hevcScan struct {
	medium
	left int64            // bytes that it may still read: pictures do not overlap
	seen map[extent]int64 // by the only extent of an item

	slices int64 // most slices of a picture, each of which can cover all of it with a few bytes
}

func newHEVCScan(m medium) *hevcScan {
	return &hevcScan{medium: m, left: m.size, seen: map[extent]int64{}}
}

// maxCodedExtents is how many pieces the data of a picture may be in. Real pictures are in one.
const maxCodedExtents = 16

// pixels returns the largest size that an item's data declares. An item of more than one picture,
// each of which can cost a few bytes and as much work as the first, is refused.
func (s *hevcScan) pixels(item heifItem, lengthSize int) (pixels int64, err error) {
	single := len(item.extents) == 1
	if single {
		if n, ok := s.seen[item.extents[0]]; ok {
			return n, nil
		}
	}
	var size int64
	for _, e := range item.extents {
		size += e.to - e.from
	}
	if s.left -= size; s.left < 0 || len(item.extents) > maxCodedExtents {
		return 0, errBadBox
	}
	pictures, slices := 0, int64(0)
	for at := int64(0); at+int64(lengthSize)+2 <= size; {
		b, err := s.readItem(item, at, min(int64(lengthSize)+256, size-at))
		if err != nil {
			return 0, err
		}
		c := &cursor{b: b}
		n := int64(c.uint(lengthSize))
		unit := b[lengthSize:]
		unit = unit[:min(int64(len(unit)), n)]
		pixels = max(pixels, unitPixels(unit))
		slice, first := isSlice(unit)
		if slice {
			slices++
		}
		if first {
			pictures++
		}
		at += int64(lengthSize) + n
	}
	if pictures > 1 {
		return 0, broken("an item is more than one picture")
	}
	s.slices = max(s.slices, slices)
	if single {
		s.seen[item.extents[0]] = pixels
	}
	return pixels, nil
}

// readItem reads n bytes of an item, which may be in several extents.
func (s *hevcScan) readItem(item heifItem, at, n int64) (b []byte, err error) {
	for _, e := range item.extents {
		length := e.to - e.from
		if part := min(length-at, n-int64(len(b))); part > 0 {
			more, err := s.read(e.from+at, int(part))
			if err != nil {
				return nil, err
			}
			b = append(b, more...)
		}
		at = max(0, at-length)
	}
	return b, nil
}

// isSlice reports whether a unit is a slice of a picture's base layer, and whether it is the first.
func isSlice(unit []byte) (slice, first bool) {
	if len(unit) < 3 || unit[0]>>1&0x3f > nalLastSlice {
		return false, false
	}
	layer := unit[0]&1<<5 | unit[1]>>3
	return layer == 0, layer == 0 && unit[2]&0x80 != 0
}

// unitPixels is the size that a unit declares if it is a sequence parameter set, else 0.
func unitPixels(unit []byte) int64 {
	if len(unit) < 3 || unit[0]>>1&0x3f != nalSPS {
		return 0
	}
	r := &bitReader{b: withoutEmulation(unit[2:])}
	r.bits(4) // video parameter set
	layers := r.bits(3)
	r.bits(1)
	r.skip(96) // profile and level
	var present [8][2]uint32
	for i := range layers {
		present[i] = [2]uint32{r.bits(1), r.bits(1)}
	}
	if layers > 0 {
		r.skip(2 * int(8-layers))
	}
	for i := range layers {
		r.skip(int(88*present[i][0] + 8*present[i][1]))
	}
	r.exp() // its number
	if r.exp() == 3 {
		r.bits(1)
	}
	width, height := r.exp(), r.exp()
	if r.short {
		return 0
	}
	return int64(min(width, 1<<24)) * int64(min(height, 1<<24))
}

// withoutEmulation removes the bytes that prevent data from looking like the start of a unit.
func withoutEmulation(b []byte) []byte {
	out := make([]byte, 0, len(b))
	zeros := 0
	for _, x := range b {
		if zeros >= 2 && x == 3 {
			zeros = 0
			continue
		}
		if x == 0 {
			zeros++
		} else {
			zeros = 0
		}
		out = append(out, x)
	}
	return out
}

// bitReader reads bits, highest first. Beyond the end it fails and returns zeros.
type bitReader struct {
	b     []byte
	at    int // in bits
	short bool
}

func (r *bitReader) bits(n int) (v uint32) {
	for range n {
		v <<= 1
		if r.at >= 8*len(r.b) {
			r.short = true
			continue
		}
		v |= uint32(r.b[r.at/8]>>(7-r.at%8)) & 1
		r.at++
	}
	return v
}

func (r *bitReader) skip(n int) {
	r.at += n
	if r.at > 8*len(r.b) {
		r.short = true
	}
}

// exp reads an Exp-Golomb number.
func (r *bitReader) exp() uint32 {
	zeros := 0
	for r.bits(1) == 0 {
		if zeros++; zeros > 31 || r.short {
			r.short = true
			return 0
		}
	}
	return 1<<zeros - 1 + r.bits(zeros)
}
