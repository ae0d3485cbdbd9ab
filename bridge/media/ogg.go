package media

import (
	"bytes"
	"io"
	"strings"
)

// An Ogg file is pages, each with a checksum; packets lie in them, and may span several. The
// second packet of a stream holds its comments. Specification: RFC 3533, and for comments
// https://xiph.org/vorbis/doc/v-comment.html.

// maxOggComments is how long a stream's comments may be, a cover in Base64 among them.
const maxOggComments = 24 << 20

// oggPage is where a page lies.
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
	pages   []oggPage // that it lies in
}

// scrubOgg checks that the pages follow each other to the end, and blanks comments that
// tell a place, name and all.
func scrubOgg(m medium, keep policy) (sh shape, err error) {
	r := m.reader(0, m.size)
	streams := map[uint32]*oggStream{}
	var order []*oggStream
	for at := int64(0); at < m.size; {
		page, err := readOggPage(r, at)
		if err != nil {
			return shape{}, err
		}
		s := streams[page.serial]
		if s == nil {
			if len(order) >= 64 {
				return shape{}, broken("it has too many streams")
			}
			s = &oggStream{}
			streams[page.serial], order = s, append(order, s)
		}
		if s.packets < 2 {
			body := make([]byte, page.end-page.body)
			if _, err := io.ReadFull(r, body); err != nil {
				return shape{}, err
			}
			s.collect(page, body)
		} else if _, err := r.Discard(int(page.end - page.body)); err != nil {
			return shape{}, err
		}
		at = page.end
	}
	sound := false
	for _, s := range order {
		switch {
		case s.codec == "theora":
			sh.kind = oggVideoKind
			sound = true
		case s.codec != "":
			sound = true
		}
		if keep == keepAll {
			continue
		}
		if err := m.scrubComments(s, keep); err != nil {
			return shape{}, err
		}
	}
	if !sound {
		return shape{}, broken("it has neither sound nor a film that browsers know")
	}
	return sh, nil
}

func readOggPage(r io.Reader, at int64) (p oggPage, err error) {
	var head [27]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return p, err
	}
	if string(head[:5]) != "OggS\x00" {
		return p, broken("there is no page where one should begin")
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

// collect adds a page's part of the first two packets.
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

// oggCodec tells what a stream's first packet announces; "" for what is not played.
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

// scrubComments blanks comments whose names mean a place, and makes the
// checksums of the pages right again.
func (m medium) scrubComments(s *oggStream, keep policy) error {
	c := s.comment
	for _, signature := range []string{"\x03vorbis", "OpusTags", "\x81theora"} {
		if bytes.HasPrefix(c, []byte(signature)) {
			c = c[len(signature):]
			break
		}
	}
	if len(s.comment) >= maxOggComments {
		return broken("its comments are too long")
	}
	if s.codec == "flac" && len(c) > 4 && c[0]&0x7f == 4 {
		c = c[4:] // its comments have the head of a FLAC block
	}
	if len(c) == len(s.comment) {
		return nil
	}
	changed := false
	next := func() []byte { // a text with its length before it
		if len(c) < 4 {
			return nil
		}
		n := int64(le.Uint32(c))
		if c = c[4:]; n > int64(len(c)) {
			c = nil
			return nil
		}
		text := c[:n]
		c = c[n:]
		return text
	}
	next() // the encoder's name
	if len(c) < 4 {
		return nil
	}
	count := le.Uint32(c)
	c = c[4:]
	for ; count > 0 && len(c) > 0; count-- {
		text := next()
		name, _, found := strings.Cut(string(text[:min(len(text), 256)]), "=")
		if !found {
			continue
		}
		switch upper := strings.ToUpper(name); upper {
		case "METADATA_BLOCK_PICTURE", "COVERART":
			cleaned, err := scrubCommentCover(upper, text, keep)
			if err != nil {
				return err
			}
			changed = changed || cleaned
			continue
		}
		if !namesPlace(strings.TrimSpace(name)) {
			continue
		}
		changed = true
		for i := range text { // a part of s.comment
			if i != len(name) {
				text[i] = '_'
			}
		}
	}
	if !changed {
		return nil
	}
	rest := s.comment
	for _, piece := range s.pieces {
		n := piece.to - piece.from
		if err := m.write(piece.from, rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	for _, p := range s.pages {
		if err := m.sumOggPage(p); err != nil {
			return err
		}
	}
	return nil
}

// sumOggPage writes a page's checksum.
func (m medium) sumOggPage(p oggPage) error {
	b, err := m.read(p.at, int(p.end-p.at))
	if err != nil {
		return err
	}
	clear(b[22:26])
	var sum uint32
	for _, x := range b {
		sum = sum<<8 ^ oggTable[byte(sum>>24)^x]
	}
	return m.write(p.at+22, le.AppendUint32(nil, sum))
}

// oggTable is for Ogg's checksum: CRC-32 of polynomial 0x04c11db7, high bit first, which
// package hash/crc32 does not have.
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
