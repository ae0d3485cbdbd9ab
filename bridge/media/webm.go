package media

import (
	"bytes"
	"context"
	"io"
	"math/bits"

	"gitpost/bridge/media/metadata"
)

// A WebM file is nested elements of EBML: an ID, a length, a content.
// Specification: RFC 8794 (EBML), RFC 9559 (Matroska).

// IDs of elements.
const (
	ebmlHeader      = 0x1a45dfa3
	ebmlDocType     = 0x4282
	ebmlVoid        = 0xec
	mkvSegment      = 0x18538067
	mkvCluster      = 0x1f43b675
	mkvTracks       = 0x1654ae6b
	mkvTrackEntry   = 0xae
	mkvTrackType    = 0x83
	mkvVideo        = 0xe0
	mkvPixelWidth   = 0xb0
	mkvPixelHeight  = 0xba
	mkvTags         = 0x1254c367
	mkvAttachments  = 0x1941a469
	mkvMaxTrackSize = 1 << 20
)

// webmFile is a WebM file.
type webmFile struct{ medium }

// element is one element of a file.
type element struct {
	id       uint32
	at, body int64
	end      int64 // -1: unknown, as live recorders write
}

// docType returns the type of an EBML document by its first bytes, or "".
func docType(head []byte) string {
	m := webmFile{newMedium(context.Background(), readOnly{bytes.NewReader(head)}, int64(len(head)))}
	e, err := m.element(0)
	if err != nil || e.id != ebmlHeader || e.end < 0 {
		return ""
	}
	for at := e.body; at < e.end; {
		c, err := m.element(at)
		if err != nil || c.end < 0 {
			return ""
		}
		if c.id == ebmlDocType {
			b, err := m.read(c.body, int(min(c.end-c.body, 16)))
			if err != nil {
				return ""
			}
			return string(bytes.TrimRight(b, "\x00"))
		}
		at = c.end
	}
	return ""
}

// readOnly is a file that cannot be written to.
type readOnly struct{ io.ReaderAt }

func (readOnly) WriteAt([]byte, int64) (int, error) { return 0, io.ErrShortWrite }
func (readOnly) Truncate(int64) error               { return io.ErrShortWrite }

// element reads the header of the element at an offset.
func (w webmFile) element(at int64) (e element, err error) {
	b, err := w.read(at, int(min(12, max(w.size-at, 0))))
	if err != nil {
		return e, err
	}
	if len(b) < 2 {
		return e, io.ErrUnexpectedEOF
	}
	n := bits.LeadingZeros8(b[0]) + 1
	if n > 4 {
		return e, broken("an element is missing")
	}
	if len(b) <= n {
		return e, io.ErrUnexpectedEOF
	}
	for _, x := range b[:n] {
		e.id = e.id<<8 | uint32(x)
	}
	b = b[n:]
	length := bits.LeadingZeros8(b[0]) + 1
	if length > 8 {
		return e, broken("an element has an impossible length")
	}
	if len(b) < length {
		return e, io.ErrUnexpectedEOF
	}
	size := uint64(b[0]) & (1<<(8-length) - 1)
	for _, x := range b[1:length] {
		size = size<<8 | uint64(x)
	}
	e.at, e.body = at, at+int64(n+length)
	e.end = e.body + int64(size)
	if size == 1<<(7*length)-1 {
		e.end = -1
	}
	return e, nil
}

// scrubWebM turns tags and attachments into void elements of the same size: a phone's recorder
// writes the location into a tag.
func scrubWebM(m medium, keep policy) (sh shape, err error) {
	w := webmFile{m}
	header, err := w.element(0)
	if err != nil {
		return sh, err
	}
	segment, err := w.element(max(header.end, 0))
	if err != nil {
		return sh, err
	}
	if segment.id != mkvSegment {
		return sh, broken("it has no segment")
	}
	end := segment.end
	if end < 0 {
		end = w.size
	}
	if end > w.size {
		return sh, io.ErrUnexpectedEOF
	}
	video, tracks := false, false
	for at := segment.body; at < end; {
		e, err := w.element(at)
		if err != nil {
			return sh, err
		}
		if e.end < 0 {
			// A cluster of unknown length: its blocks are read as if they were beside it.
			if e.id != mkvCluster {
				return sh, broken("an element has no length")
			}
			at = e.body
			continue
		}
		if e.end > end {
			return sh, io.ErrUnexpectedEOF
		}
		switch e.id {
		case mkvTracks:
			tracks = true
			if video, err = w.readTracks(e, &sh); err != nil {
				return sh, err
			}
		case mkvTags, mkvAttachments:
			if keep == keepAll || keep == keepNoLocation && e.id == mkvTags && !w.tagsMentionLocation(e) {
				break
			}
			if err := w.void(e); err != nil {
				return sh, err
			}
		}
		at = e.end
	}
	if !tracks {
		return sh, errCutOff
	}
	if !video {
		sh.kind = webmAudioKind
	}
	if end < w.size { // what is behind its end is not read
		return sh, w.truncate(end)
	}
	return sh, nil
}

// readTracks reports whether there is video, and reads its size.
func (w webmFile) readTracks(tracks element, sh *shape) (video bool, err error) {
	if tracks.end-tracks.body > mkvMaxTrackSize {
		return false, broken("its list of tracks is too long")
	}
	err = w.children(tracks, func(entry element) error {
		if entry.id != mkvTrackEntry {
			return nil
		}
		return w.children(entry, func(e element) error {
			switch e.id {
			case mkvTrackType:
				n, err := w.number(e)
				video = video || n == 1
				return err
			case mkvVideo:
				return w.children(e, func(e element) error {
					n, err := w.number(e)
					if e.id == mkvPixelWidth && sh.width == 0 {
						sh.width = int(n)
					} else if e.id == mkvPixelHeight && sh.height == 0 {
						sh.height = int(n)
					}
					return err
				})
			}
			return nil
		})
	})
	return video, err
}

func (w webmFile) children(parent element, visit func(element) error) error {
	for at := parent.body; at < parent.end; {
		e, err := w.element(at)
		if err != nil {
			return err
		}
		if e.end < 0 || e.end > parent.end {
			return io.ErrUnexpectedEOF
		}
		if err := visit(e); err != nil {
			return err
		}
		at = e.end
	}
	return nil
}

// number reads an unsigned number of up to four bytes; a longer one counts as 0.
func (w webmFile) number(e element) (uint32, error) {
	if e.end-e.body > 4 {
		return 0, nil
	}
	b, err := w.read(e.body, int(e.end-e.body))
	var v uint32
	for _, x := range b {
		v = v<<8 | uint32(x)
	}
	return v, err
}

// tagsMentionLocation reports whether tags do, or are too long to be read.
func (w webmFile) tagsMentionLocation(e element) bool {
	if e.end-e.body > maxUserData {
		return true
	}
	b, err := w.read(e.body, int(e.end-e.body))
	return err != nil || metadata.MentionsLocation(b)
}

// void turns an element into a void one of the same size.
func (w webmFile) void(e element) error {
	total := e.end - e.at
	head := []byte{ebmlVoid}
	if total < 9 {
		head = append(head, 0x80|byte(total-2))
	} else {
		head = append(head, 0x01)
		size := be.AppendUint64(nil, uint64(total-9))
		head = append(head, size[1:]...)
	}
	if err := w.write(e.at, head); err != nil {
		return err
	}
	return w.fill(e.at+int64(len(head)), e.end, 0)
}
