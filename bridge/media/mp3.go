package media

import "bytes"

// mpegFrame returns the length of the MPEG audio frame of layer III at the start of b, or 0.
// Specification: ISO/IEC 11172-3, 13818-3.
func mpegFrame(b []byte) int {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe0 != 0xe0 {
		return 0
	}
	version, layer := b[1]>>3&3, b[1]>>1&3 // 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5; 1: layer III
	rate, sampling, padding := b[2]>>4, b[2]>>2&3, int(b[2]>>1&1)
	if version == 1 || layer != 1 || rate == 0 || rate == 15 || sampling == 3 || b[3]&3 == 2 {
		return 0
	}
	hertz := []int{44100, 48000, 32000}[sampling]
	kilobits, slots := []int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}, 144
	if version != 3 {
		kilobits, slots = []int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}, 72
		hertz /= 2
		if version == 0 {
			hertz /= 2
		}
	}
	return slots*kilobits[rate]*1000/hertz + padding
}

// scrubMP3 checks that audio follows the titles, and takes private frames and locations out of the
// titles. Specification: https://id3.org/id3v2.4.0-structure.
func scrubMP3(m medium, keep policy) (shape, error) {
	at := int64(0)
	for range 8 { // several tags are odd, but known
		head, err := m.read(at, 10)
		if err != nil {
			return shape{}, err
		}
		if string(head[:3]) != "ID3" {
			break
		}
		size := 10 + syncsafe(head[6:])
		if head[5]&0x10 != 0 {
			size += 10 // a footer
		}
		if size > m.size-at {
			return shape{}, errCutOff
		}
		if keep != keepAll {
			if err := scrubID3(m, at, size, head, keep); err != nil {
				return shape{}, err
			}
		}
		at += size
	}
	// Two frames in a row are no accident. Some programs leave a gap before the first.
	window, err := m.read(at, int(min(m.size-at, 64<<10)))
	if err != nil {
		return shape{}, err
	}
	if bytes.HasPrefix(window, []byte("fLaC")) {
		sh, err := flacFile{m, keep}.scrub(at)
		sh.kind = flacKind
		return sh, err
	}
	for i := range window {
		n := mpegFrame(window[i:])
		if n > 0 && (i+n+4 > len(window) || mpegFrame(window[i+n:]) > 0) {
			return shape{}, nil
		}
	}
	return shape{}, broken("it has no audio")
}
