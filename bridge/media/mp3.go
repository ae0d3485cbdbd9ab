package media

import "bytes"

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
			return shape{}, errCutOff
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
			if err := m.scrubID3(at, size, head, keep); err != nil {
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
	return shape{}, broken("it has no sound")
}

func syncsafe(b []byte) int64 {
	return int64(b[0]&0x7f)<<21 | int64(b[1]&0x7f)<<14 | int64(b[2]&0x7f)<<7 | int64(b[3]&0x7f)
}

// scrubID3 takes frames out of the tag at an offset, closes the gaps and fills the end with
// zeros, as the format has it.
func (m medium) scrubID3(at, size int64, head []byte, keep policy) error {
	version, flags := head[3], head[5]
	from, end := at+10, at+size
	if flags&0x10 != 0 {
		end -= 10
	}
	switch {
	case version < 2 || version > 4:
		return nil
	case flags&0x80 != 0 || version == 4 && flags&0x40 != 0 || version == 3 && flags&0x40 != 0:
		// Unsynchronised or extended: rare, and its frames cannot be moved one by one. An
		// empty tag is shorter than the risk.
		if err := m.write(at+5, []byte{flags & 0x10}); err != nil {
			return err
		}
		return m.fill(from, end, 0)
	}
	idLength, headLength := int64(4), int64(10)
	if version == 2 {
		idLength, headLength = 3, 6
	}
	to := from
	for from+headLength <= end {
		b, err := m.read(from, int(headLength))
		if err != nil {
			return err
		}
		if b[0] == 0 {
			break
		}
		n := headLength
		switch version {
		case 2:
			n += int64(b[3])<<16 | int64(b[4])<<8 | int64(b[5])
		case 3:
			n += int64(be.Uint32(b[4:]))
		default:
			n += syncsafe(b[4:])
		}
		if n > end-from {
			break // damaged: what is behind cannot be told apart
		}
		content, err := m.read(from+headLength, int(min(n-headLength, 4096)))
		if err != nil {
			return err
		}
		keepFrame := !frameTellsPlace(string(b[:idLength]), content)
		if id := string(b[:idLength]); id == "APIC" || id == "PIC" {
			at := int64(id3Picture(content, version))
			plain := at > 0 && (version == 2 || b[9] == 0) // neither packed nor encrypted
			if keepFrame = false; plain {
				if keepFrame, err = m.scrubCover(from+headLength+at, from+n, keep); err != nil {
					return err
				}
			}
		}
		if keepFrame {
			if err := m.move(to, from, n); err != nil {
				return err
			}
			to += n
		}
		from += n
	}
	return m.fill(to, end, 0)
}

// frameTellsPlace tells whether a frame holds what may be a place: private data, attached
// files, or a text of the user's own whose name or content says so.
func frameTellsPlace(id string, content []byte) bool {
	switch id {
	case "PRIV", "GEOB", "GEO":
		return true
	case "TXXX", "TXX", "COMM", "COM":
		text := bytes.ReplaceAll(bytes.ToLower(content), []byte{0}, nil) // UTF-16 too
		for _, word := range placeWords {
			if bytes.Contains(text, []byte(word)) {
				return true
			}
		}
	}
	return false
}

// placeWords are words in names of metadata that mean a place.
var placeWords = []string{"location", "gps", "coordinate", "latitude", "longitude", "geotag"}
