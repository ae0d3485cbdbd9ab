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
	if bytes.HasPrefix(window, []byte("fLaC")) {
		sh, err := m.scrubFLAC(at, keep)
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

func syncsafe(b []byte) int64 {
	return int64(b[0]&0x7f)<<21 | int64(b[1]&0x7f)<<14 | int64(b[2]&0x7f)<<7 | int64(b[3]&0x7f)
}

// scrubID3 takes frames out of the tag at an offset, closes the gaps, and fills the end with zeros,
// as the format requires.
func (m medium) scrubID3(at, size int64, head []byte, keep policy) error {
	version, flags := head[3], head[5]
	from, end := at+10, at+size
	if flags&0x10 != 0 {
		end -= 10
	}
	switch {
	case version < 2 || version > 4:
		return nil
	case flags&0x80 != 0 || version >= 3 && flags&0x40 != 0:
		// Unsynchronised or extended: rare, and its frames cannot be moved one by one. An empty
		// tag is the safe choice.
		if err := m.write(at+5, []byte{flags & 0x10}); err != nil {
			return err
		}
		return m.fill(from, end, 0)
	}
	to := from
	for {
		f, err := m.readID3Frame(from, end, version)
		if err != nil {
			return err
		}
		if f.size == 0 {
			return m.fill(to, end, 0)
		}
		kept, err := m.scrubID3Frame(f, from, version, keep)
		if err != nil {
			return err
		}
		if kept {
			if err := m.move(to, from, f.size); err != nil {
				return err
			}
			to += f.size
		}
		from += f.size
	}
}

// id3Frame is one frame of a tag.
type id3Frame struct {
	id         string
	head, size int64  // of its header, of header and content
	encoded    bool   // its content is compressed, encrypted or the like
	content    []byte // the start of it
}

// readID3Frame reads the frame at an offset. Its size is 0 at the end of the tag, and where the tag
// is damaged: what follows there cannot be told apart.
func (m medium) readID3Frame(at, end int64, version byte) (f id3Frame, err error) {
	idLength := int64(4)
	if f.head = 10; version == 2 {
		idLength, f.head = 3, 6
	}
	if at+f.head > end {
		return id3Frame{}, nil
	}
	b, err := m.read(at, int(f.head))
	if err != nil || b[0] == 0 {
		return id3Frame{}, err
	}
	f.id = string(b[:idLength])
	switch version {
	case 2:
		f.size = f.head + (int64(b[3])<<16 | int64(b[4])<<8 | int64(b[5]))
	case 3:
		f.size = f.head + int64(be.Uint32(b[4:]))
	default:
		f.size = f.head + syncsafe(b[4:])
	}
	f.encoded = version > 2 && b[9] != 0
	if f.size > end-at {
		return id3Frame{}, nil
	}
	f.content, err = m.read(at+f.head, int(min(f.size-f.head, 4096)))
	return f, err
}

// scrubID3Frame reports whether a frame is kept. A cover is, if it could be cleaned. A frame that
// may contain a location is not: private data, attached files, or a text of the user's own whose
// name or content says so.
func (m medium) scrubID3Frame(f id3Frame, at int64, version byte, keep policy) (kept bool, err error) {
	switch f.id {
	case "PRIV", "GEOB", "GEO":
		return false, nil
	case "TXXX", "TXX", "COMM", "COM":
		return !mentionsLocation(f.content), nil
	case "APIC", "PIC":
		start := int64(id3Picture(f.content, version))
		if start == 0 || f.encoded {
			return false, nil
		}
		return m.scrubCover(at+f.head+start, at+f.size, keep)
	}
	return true, nil
}
