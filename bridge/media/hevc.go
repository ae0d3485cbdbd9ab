package media

// What a HEVC decoder takes of memory is decided by the coded picture's own header, the
// sequence parameter set, whatever the file around it says of its size. Specification:
// ITU-T H.265, 7.3.2.2; ISO/IEC 14496-15, 8.3.3.1 for the hvcC box.

// nalSPS is the type of a sequence parameter set among the units of a coded picture.
const nalSPS = 33

// hevcConfiguration reads the largest size in a hvcC box, and how many bytes stand before
// each unit in the picture's own data.
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

// hevcScan looks for sizes in pictures' own data, where no parameter set should be.
type hevcScan struct {
	medium
	left int64 // bytes that it may still read: pictures do not overlap
	seen map[extent]int64
}

func (m medium) scanHEVC() *hevcScan {
	return &hevcScan{medium: m, left: m.size, seen: map[extent]int64{}}
}

// pixels is the largest size that an item's data announce.
func (s *hevcScan) pixels(item heifItem, lengthSize int) (pixels int64, err error) {
	for _, e := range item.extents {
		n, known := s.seen[e]
		if !known {
			if s.left -= e.to - e.from; s.left < 0 {
				return 0, errBadBox
			}
			if n, err = s.pixelsIn(e, lengthSize); err != nil {
				return 0, err
			}
			s.seen[e] = n
		}
		pixels = max(pixels, n)
	}
	return pixels, nil
}

func (m medium) pixelsIn(e extent, lengthSize int) (pixels int64, err error) {
	for at := e.from; at+int64(lengthSize)+2 <= e.to; {
		b, err := m.read(at, int(min(int64(lengthSize)+256, e.to-at)))
		if err != nil {
			return 0, err
		}
		c := &cursor{b: b}
		n := int64(c.uint(lengthSize))
		unit := b[lengthSize:]
		pixels = max(pixels, unitPixels(unit[:min(int64(len(unit)), n)]))
		at += int64(lengthSize) + n
	}
	return pixels, nil
}

// unitPixels is the size that a unit announces when it is a sequence parameter set, else 0.
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

// withoutEmulation removes the bytes that keep the beginning of a unit from being imitated.
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

// bitReader reads bits, highest first. Beyond the end it fails and gives zeros.
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
