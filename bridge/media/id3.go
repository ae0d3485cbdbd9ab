package media

import "gitpost/bridge/media/metadata"

func syncsafe(b []byte) int64 {
	return int64(b[0]&0x7f)<<21 | int64(b[1]&0x7f)<<14 | int64(b[2]&0x7f)<<7 | int64(b[3]&0x7f)
}

// id3Tag is a tag in a file.
type id3Tag struct {
	medium
	keep    policy
	version byte
	end     int64 // of its frames
}

// scrubID3 takes frames out of the tag at an offset, closes the gaps, and fills the end with zeros,
// as the format requires. head is the tag's first ten bytes.
func scrubID3(m medium, at, size int64, head []byte, keep policy) error {
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
	return id3Tag{m, keep, version, end}.scrub(from)
}

// scrub goes through the frames, of which the first is at an offset.
func (t id3Tag) scrub(from int64) error {
	to := from
	for {
		f, err := t.readFrame(from)
		if err != nil {
			return err
		}
		if f.size == 0 {
			return t.fill(to, t.end, 0)
		}
		kept, err := t.scrubFrame(f, from)
		if err != nil {
			return err
		}
		if kept {
			if err := t.move(to, from, f.size); err != nil {
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

// readFrame reads the frame at an offset. Its size is 0 at the end of the tag, and where the tag
// is damaged: what follows there cannot be told apart.
func (t id3Tag) readFrame(at int64) (f id3Frame, err error) {
	idLength := int64(4)
	if f.head = 10; t.version == 2 {
		idLength, f.head = 3, 6
	}
	if at+f.head > t.end {
		return id3Frame{}, nil
	}
	b, err := t.read(at, int(f.head))
	if err != nil || b[0] == 0 {
		return id3Frame{}, err
	}
	f.id = string(b[:idLength])
	switch t.version {
	case 2:
		f.size = f.head + (int64(b[3])<<16 | int64(b[4])<<8 | int64(b[5]))
	case 3:
		f.size = f.head + int64(be.Uint32(b[4:]))
	default:
		f.size = f.head + syncsafe(b[4:])
	}
	f.encoded = t.version > 2 && b[9] != 0
	if f.size > t.end-at {
		return id3Frame{}, nil
	}
	f.content, err = t.read(at+f.head, int(min(f.size-f.head, 4096)))
	return f, err
}

// scrubFrame reports whether a frame is kept. A cover is, if it could be cleaned. A frame that
// may contain a location is not: private data, attached files, or a text of the user's own whose
// name or content says so.
func (t id3Tag) scrubFrame(f id3Frame, at int64) (kept bool, err error) {
	switch f.id {
	case "PRIV", "GEOB", "GEO":
		return false, nil
	case "TXXX", "TXX", "COMM", "COM":
		return !metadata.MentionsLocation(f.content), nil
	case "APIC", "PIC":
		start := int64(id3Picture(f.content, t.version))
		if start == 0 || f.encoded {
			return false, nil
		}
		return scrubCover(t.medium, at+f.head+start, at+f.size, t.keep)
	}
	return true, nil
}
