package media

import (
	"io"

	"gitpost/bridge/media/metadata"
)

// A WebP file is RIFF chunks: a name, a length, a content padded to even length. If there is more
// than the one chunk of a plain image, a VP8X chunk says first what follows.
// Specification: RFC 9649.

// Flags of the VP8X chunk.
const (
	webpAnimated = 0x02
	webpXMP      = 0x04
	webpExif     = 0x08
	webpAlpha    = 0x10
)

// maxWebPMetadata is the most bytes of a chunk of metadata that is read.
const maxWebPMetadata = 1 << 20

// webpChunk is where a chunk is, with its header.
type webpChunk struct {
	name     string
	at, size int64
	content  []byte // what replaces it; nil: nothing does
}

// webpFile is a WebP file.
type webpFile struct {
	medium
	keep  policy
	shape shape // of its image
}

// scrubWebP removes the chunks that do not make the image, unless keep allows them, and closes the
// gaps. An image that must be rotated keeps an EXIF chunk that says only that.
func scrubWebP(m medium, keep policy) (shape, error) {
	p := &webpFile{medium: m, keep: keep}
	err := p.scrub()
	return p.shape, err
}

func (p *webpFile) scrub() error {
	head, err := p.read(0, 12)
	if err != nil {
		return err
	}
	end := 8 + int64(le.Uint32(head[4:]))
	if end > p.size+1 { // some encoders count a padding byte that they do not write
		return io.ErrUnexpectedEOF
	}
	in := newInput(contextReader{p.ctx, io.NewSectionReader(p.f, 0, p.size), 0}, p.size)
	if err := in.skip(min(end, p.size)); err != nil {
		return err
	}
	if err := in.finish(); err != nil {
		return err
	}
	chunks, err := p.chunks(min(end, p.size))
	if err != nil {
		return err
	}
	kept, err := p.kept(chunks)
	if err != nil {
		return err
	}
	if p.shape.width == 0 {
		return broken("it has no image")
	}
	return p.rewrite(kept)
}

// chunks lists the chunks.
func (p *webpFile) chunks(end int64) ([]webpChunk, error) {
	var list []webpChunk
	for at := int64(12); at < end; {
		head, err := p.read(at, 8)
		if err != nil {
			return nil, err
		}
		size := 8 + int64(le.Uint32(head[4:]))
		size += size & 1
		if at+size > end+1 {
			return nil, io.ErrUnexpectedEOF
		}
		list = append(list, webpChunk{name: string(head[:4]), at: at, size: min(size, end-at)})
		if len(list) > 100_000 {
			return nil, broken("it has too many parts")
		}
		at += size
	}
	return list, nil
}

// kept selects what is kept, and reads the image's shape.
func (p *webpFile) kept(chunks []webpChunk) (kept []webpChunk, err error) {
	var flags byte
	extended := -1 // index of VP8X in kept
	images := 0
	for i, c := range chunks {
		switch c.name {
		case "VP8X":
			b, err := p.read(c.at+8, 10)
			if err != nil {
				return nil, err
			}
			if i != 0 || c.size != 18 {
				return nil, broken("its header is in the wrong place")
			}
			extended = 0
			flags = b[0]
			p.shape.width, p.shape.height = 1+int(uint24(b[4:])), 1+int(uint24(b[7:]))
			p.shape.animated = flags&webpAnimated != 0
			c.content = b
		case "VP8 ", "VP8L":
			w, h, err := p.imageSize(c)
			if err != nil {
				return nil, err
			}
			if p.shape.width == 0 {
				p.shape.width, p.shape.height = w, h
			}
			if !p.shape.animated && (w != p.shape.width || h != p.shape.height) {
				return nil, broken("its image has another size than it says")
			}
			images++
		case "ANMF":
			images++
			if err := p.scrubFrame(c); err != nil {
				return nil, err
			}
		case "ALPH", "ANIM":
		case "ICCP":
			if p.shape.carry.grow(int(c.size)) {
				if p.shape.carry.profile, err = p.content(c); err != nil {
					return nil, err
				}
			}
		case "EXIF", "XMP ":
			if c.content, err = p.keptMetadata(c); err != nil {
				return nil, err
			}
			if c.content == nil {
				continue
			}
		default:
			continue
		}
		kept = append(kept, c)
	}
	if images == 0 || images > 1 && !p.shape.animated {
		return nil, broken("it has %d images", images)
	}
	p.shape.bytesPerPixel = 5.5
	if extended == 0 {
		flags &^= webpExif | webpXMP
		for _, c := range kept {
			switch c.name {
			case "EXIF":
				flags |= webpExif
			case "XMP ":
				flags |= webpXMP
			}
		}
		kept[0].content[0] = flags
	}
	return kept, nil
}

// scrubFrame overwrites what is in a frame beside its image.
func (p *webpFile) scrubFrame(frame webpChunk) error {
	const head = 8 + 16 // the chunk's, and the frame's position and time
	end := frame.at + frame.size
	for at := frame.at + head; at+8 <= end; {
		b, err := p.read(at, 8)
		if err != nil {
			return err
		}
		size := int64(le.Uint32(b[4:]))
		if size > end-at-8 {
			return broken("a frame's parts do not fit into it")
		}
		switch string(b[:4]) {
		case "VP8 ", "VP8L", "ALPH":
		default:
			if p.keep != keepAll {
				if err := p.fill(at+8, at+8+size, 0); err != nil {
					return err
				}
			}
		}
		at += 8 + size + size&1
	}
	return nil
}

// imageSize reads the size of an image from its own header.
func (p *webpFile) imageSize(c webpChunk) (w, h int, err error) {
	b, err := p.read(c.at+8, int(min(10, c.size-8)))
	if err != nil {
		return 0, 0, err
	}
	switch {
	case c.name == "VP8 " && len(b) == 10 && b[0]&1 == 0 && b[3] == 0x9d && b[4] == 0x01 && b[5] == 0x2a:
		w, h = int(le.Uint16(b[6:])&0x3fff), int(le.Uint16(b[8:])&0x3fff)
	case c.name == "VP8L" && len(b) >= 5 && b[0] == 0x2f:
		bits := le.Uint32(b[1:])
		w, h = 1+int(bits&0x3fff), 1+int(bits>>14&0x3fff)
	}
	if w == 0 || h == 0 {
		return 0, 0, broken("its image has no header")
	}
	return w, h, nil
}

// content reads a chunk without its padding.
func (p *webpFile) content(c webpChunk) ([]byte, error) {
	head, err := p.read(c.at, 8)
	if err != nil {
		return nil, err
	}
	return p.read(c.at+8, int(min(int64(le.Uint32(head[4:])), c.size-8)))
}

// keptMetadata returns what is kept of an EXIF or XMP chunk; nil if nothing is.
func (p *webpFile) keptMetadata(c webpChunk) ([]byte, error) {
	if c.size > maxWebPMetadata {
		return nil, nil
	}
	content, err := p.content(c)
	if err != nil {
		return nil, err
	}
	if c.name == "XMP " {
		switch p.keep {
		case keepAll:
			return content, nil
		case keepNoLocation:
			if packet, ok := metadata.StripXMP(content); ok {
				return packet, nil
			}
		}
		return nil, nil
	}
	block := content
	if len(block) > 6 && string(block[:6]) == "Exif\x00\x00" { // some writers keep JPEG's preamble
		block = block[6:]
	}
	p.shape.orientation = metadata.Orientation(block)
	switch {
	case p.keep == keepAll, p.keep == keepNoLocation && metadata.StripEXIF(block):
		return content, nil
	case p.shape.orientation != 0:
		return metadata.OnlyOrientation(p.shape.orientation), nil
	}
	return nil, nil
}

// rewrite moves the kept chunks together and truncates the file behind them.
func (p *webpFile) rewrite(kept []webpChunk) error {
	to := int64(12)
	for _, c := range kept {
		n := c.size
		if c.content != nil {
			b := append([]byte(c.name), le.AppendUint32(nil, uint32(len(c.content)))...)
			b = append(b, c.content...)
			if len(b)&1 == 1 {
				b = append(b, 0)
			}
			n = int64(len(b))
			if to+n > c.at+c.size {
				return broken("its metadata is in the wrong order")
			}
			if err := p.write(to, b); err != nil {
				return err
			}
		} else if err := p.move(to, c.at, n); err != nil {
			return err
		}
		to += n
	}
	if to&1 == 1 { // the last chunk's padding byte was missing
		if err := p.write(to, []byte{0}); err != nil {
			return err
		}
		to++
	}
	if err := p.write(4, le.AppendUint32(nil, uint32(to-8))); err != nil {
		return err
	}
	return p.truncate(to)
}

func uint24(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }
