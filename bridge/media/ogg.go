package media

import (
	"bytes"
	"io"
)

// An Ogg file consists of pages, each with a checksum; packets are in them, and may span several.
// The second packet of a stream has its comments. Specification: RFC 3533.

const (
	maxOggComments = 24 << 20 // bytes of a stream's comments, a cover in Base64 among them
	maxOggStreams  = 64
	// enoughOggPackets are the headers of any codec. One more, and there is something to play.
	enoughOggPackets = 3
)

// oggPage is where a page is.
type oggPage struct {
	at, body, end int64
	serial        uint32
	lacing        []byte
}

// oggStream collects a stream's first two packets.
type oggStream struct {
	packets int    // complete ones
	codec   string // of its first packet
	comment []byte
	pieces  []extent  // where the comment's bytes are
	pages   []oggPage // that they are in
}

// oggFile is an Ogg file.
type oggFile struct {
	medium
	keep policy
}

// scrubOgg checks that the pages follow each other, and blanks comments that mean a location. A
// last page that is cut off is removed: players play what is before it.
func scrubOgg(m medium, keep policy) (sh shape, err error) {
	o := oggFile{m, keep}
	streams, end, err := o.readPages()
	if err != nil {
		return shape{}, err
	}
	playable := false
	for _, s := range streams {
		if s.codec == "theora" {
			sh.kind = oggVideoKind
		}
		playable = playable || s.codec != "" && (end == o.size || s.packets > enoughOggPackets)
		if keep == keepAll {
			continue
		}
		if err := o.scrubComments(s); err != nil {
			return shape{}, err
		}
	}
	switch {
	case !playable && end < o.size:
		return shape{}, errCutOff
	case !playable:
		return shape{}, broken("it has neither audio nor video that browsers know")
	case end < o.size:
		return sh, o.truncate(end)
	}
	return sh, nil
}

// readPages reads all pages, and returns the streams in order and where the last whole page ends.
func (o oggFile) readPages() (order []*oggStream, at int64, err error) {
	r := o.reader(0, o.size)
	streams := map[uint32]*oggStream{}
	for at < o.size {
		page, err := readOggPage(r, at)
		if ended(err) || err == nil && page.end > o.size {
			return order, at, nil
		}
		if err != nil {
			return nil, 0, err
		}
		s := streams[page.serial]
		if s == nil {
			if len(order) >= maxOggStreams {
				return nil, 0, broken("it has too many streams")
			}
			s = &oggStream{}
			streams[page.serial], order = s, append(order, s)
		}
		if s.packets > enoughOggPackets {
			_, err = r.Discard(int(page.end - page.body))
		} else {
			body := make([]byte, page.end-page.body)
			_, err = io.ReadFull(r, body)
			s.collect(page, body)
		}
		if err != nil {
			return nil, 0, err
		}
		at = page.end
	}
	return order, at, nil
}

func readOggPage(r io.Reader, at int64) (p oggPage, err error) {
	var head [27]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return p, err
	}
	if string(head[:5]) != "OggS\x00" {
		return p, broken("a page is missing")
	}
	p = oggPage{at: at, serial: le.Uint32(head[14:]), lacing: make([]byte, head[26])}
	if _, err := io.ReadFull(r, p.lacing); err != nil {
		return p, err
	}
	p.body = at + 27 + int64(len(p.lacing))
	p.end = p.body
	for _, n := range p.lacing {
		p.end += int64(n)
	}
	return p, nil
}

// collect counts packets, and keeps the first two.
func (s *oggStream) collect(p oggPage, body []byte) {
	at := 0
	for _, n := range p.lacing {
		part := body[at : at+int(n)]
		from := p.body + int64(at)
		at += int(n)
		switch {
		case s.packets == 0 && s.codec == "":
			s.codec = oggCodec(part)
		case s.packets == 1 && len(s.comment) < maxOggComments:
			s.comment = append(s.comment, part...)
			s.pieces = append(s.pieces, extent{from, from + int64(n)})
			if len(s.pages) == 0 || s.pages[len(s.pages)-1].at != p.at {
				s.pages = append(s.pages, p)
			}
		}
		if n < 255 {
			s.packets++
		}
	}
}

// oggCodec returns the codec that a stream's first packet names; "" if it is not played.
func oggCodec(b []byte) string {
	for signature, codec := range map[string]string{
		"\x01vorbis": "vorbis", "OpusHead": "opus", "Speex   ": "speex", "\x7fFLAC": "flac", "\x80theora": "theora",
	} {
		if bytes.HasPrefix(b, []byte(signature)) {
			return codec
		}
	}
	return ""
}

// scrubComments blanks comments that mean a location, and corrects the checksums of the pages.
func (o oggFile) scrubComments(s *oggStream) error {
	if len(s.comment) >= maxOggComments {
		return broken("its comments are too long")
	}
	c := s.comment
	for _, signature := range []string{"\x03vorbis", "OpusTags", "\x81theora"} {
		if bytes.HasPrefix(c, []byte(signature)) {
			c = c[len(signature):]
			break
		}
	}
	if s.codec == "flac" && len(c) > 4 && c[0]&0x7f == flacComment {
		c = c[4:] // its comments have the head of a FLAC block
	}
	if len(c) == len(s.comment) {
		return nil
	}
	if s.packets < 2 {
		return errCutOff
	}
	changed, err := scrubVorbis(c, o.keep)
	if err != nil || !changed {
		return err
	}
	rest := s.comment
	for _, piece := range s.pieces {
		n := piece.to - piece.from
		if err := o.write(piece.from, rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	for _, p := range s.pages {
		if err := o.sumPage(p); err != nil {
			return err
		}
	}
	return nil
}

// sumPage writes a page's checksum.
func (o oggFile) sumPage(p oggPage) error {
	b, err := o.read(p.at, int(p.end-p.at))
	if err != nil {
		return err
	}
	clear(b[22:26])
	var sum uint32
	for _, x := range b {
		sum = sum<<8 ^ oggTable[byte(sum>>24)^x]
	}
	return o.write(p.at+22, le.AppendUint32(nil, sum))
}

// oggTable is for Ogg's checksum: CRC-32 of polynomial 0x04c11db7, high bit first, which package
// hash/crc32 does not have.
var oggTable = func() (t [256]uint32) {
	for i := range t {
		r := uint32(i) << 24
		for range 8 {
			if r&0x80000000 != 0 {
				r = r<<1 ^ 0x04c11db7
			} else {
				r <<= 1
			}
		}
		t[i] = r
	}
	return t
}()
