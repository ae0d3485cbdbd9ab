package media

import (
	"hash/crc32"
	"io"

	"gitpost/bridge/media/metadata"
)

// A PNG file is a signature and chunks: length, type, content, CRC.
// Specification: https://www.w3.org/TR/png-3/.

// pngImage are the chunks that make the image, in any PNG decoder.
var pngImage = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true,
	"gAMA": true, "cHRM": true, "sRGB": true, "iCCP": true, "cICP": true, "mDCV": true, "cLLI": true,
	"sBIT": true, "bKGD": true, "pHYs": true, "sPLT": true, "hIST": true,
	"acTL": true, "fcTL": true, "fdAT": true,
}

// pngColours are those that are also true of the image when it is encoded again.
var pngColours = map[string]bool{
	"gAMA": true, "cHRM": true, "sRGB": true, "iCCP": true, "cICP": true, "pHYs": true,
}

// maxPNGMetadata is the most bytes of a chunk of metadata that is read.
const maxPNGMetadata = 1 << 20

// cleanPNG copies the chunks that make the image and the metadata that keep allows. If the image
// must be rotated, the shape says so; encoding it again loses nothing.
func cleanPNG(in input, out output, keep policy) (shape, error) {
	p := &pngCopy{in: in, out: out, keep: keep}
	if err := in.copyTo(out, 8); err != nil {
		return shape{}, err
	}
	for first, done := true, false; !done; first = false {
		var err error
		if done, err = p.next(first); err != nil {
			return shape{}, err
		}
	}
	return p.sh, in.finish()
}

// pngCopy is a PNG file that is being copied.
type pngCopy struct {
	in       input
	out      output
	keep     policy
	sh       shape
	hasImage bool
}

// next copies one chunk. done is set at the last one.
func (p *pngCopy) next(first bool) (done bool, err error) {
	head, err := p.in.take(8)
	if err != nil {
		return false, err
	}
	length, name := int64(be.Uint32(head)), string(head[4:])
	switch {
	case length > 1<<31-1 || !isChunkName(name):
		return false, broken("a chunk is missing")
	case first != (name == "IHDR"):
		return false, broken("its header is missing or repeated")
	case length > p.in.size:
		return false, io.ErrUnexpectedEOF
	case name == "IHDR":
		return false, p.header(head, length)
	case pngColours[name] && length <= maxPNGMetadata, (name == "eXIf" || name == "iTXt") && length <= maxPNGMetadata:
		return false, p.metadata(name, length)
	case pngImage[name]:
		p.hasImage = p.hasImage || name == "IDAT"
		p.sh.animated = p.sh.animated || name == "acTL"
		if name == "IEND" && !p.hasImage {
			return false, broken("it has no image")
		}
		return name == "IEND", copyChunk(p.in, p.out, head, length)
	case p.keep == keepAll, p.keep == keepNoLocation && name == "tIME":
		p.out.Write(head)
		return false, p.in.copyTo(p.out, length+4)
	case name[0] < 'a':
		return false, broken("it has an unknown critical chunk, %s", name)
	}
	return false, p.in.skip(length + 4)
}

func (p *pngCopy) header(head []byte, length int64) error {
	content, err := p.in.take(int(length) + 4)
	if err != nil {
		return err
	}
	if err := readIHDR(&p.sh, content[:length]); err != nil {
		return err
	}
	if crc32.ChecksumIEEE(append(head[4:8:8], content[:length]...)) != be.Uint32(content[length:]) {
		return broken("the checksum of its header is wrong")
	}
	p.out.Write(head)
	_, err = p.out.Write(content)
	return err
}

// metadata copies what is kept of a chunk of metadata, and carries it.
func (p *pngCopy) metadata(name string, length int64) error {
	content, err := p.in.take(int(length))
	if err != nil {
		return err
	}
	if err := p.in.skip(4); err != nil {
		return err
	}
	if name == "eXIf" {
		p.sh.orientation = metadata.Orientation(content)
	}
	if !pngColours[name] {
		if content = keptChunk(name, content, p.keep); content == nil {
			return nil
		}
	}
	writeChunk(p.out, name, content)
	p.sh.carry.addChunk(name, content)
	return nil
}

// keptChunk returns what is kept of a chunk of metadata; nil if nothing is.
func keptChunk(name string, content []byte, keep policy) []byte {
	const xmp = "XML:com.adobe.xmp\x00\x00\x00\x00\x00" // not compressed, no language
	switch {
	case keep == keepAll:
		return content
	case keep == keepNothing:
		return nil
	case name == "eXIf" && metadata.StripEXIF(content):
		return content
	case name == "iTXt" && len(content) > len(xmp) && string(content[:len(xmp)]) == xmp:
		if packet, ok := metadata.StripXMP(content[len(xmp):]); ok {
			return append([]byte(xmp), packet...)
		}
	}
	return nil
}

// copyChunk copies a chunk of the image and checks that it arrived as it was sent.
func copyChunk(in input, out io.Writer, head []byte, length int64) error {
	sum := crc32.NewIEEE()
	sum.Write(head[4:])
	out.Write(head)
	if err := in.copyTo(io.MultiWriter(out, sum), length); err != nil {
		return err
	}
	stored, err := in.take(4)
	if err != nil {
		return err
	}
	if be.Uint32(stored) != sum.Sum32() {
		return broken("a checksum is wrong")
	}
	_, err = out.Write(stored)
	return err
}

func isChunkName(name string) bool {
	for _, c := range []byte(name) {
		if c < 'A' || c > 'z' || c > 'Z' && c < 'a' {
			return false
		}
	}
	return true
}

func writeChunk(w io.Writer, name string, content []byte) {
	head := be.AppendUint32(nil, uint32(len(content)))
	head = append(head, name...)
	sum := crc32.NewIEEE()
	sum.Write([]byte(name))
	sum.Write(content)
	w.Write(head)
	w.Write(content)
	w.Write(be.AppendUint32(nil, sum.Sum32())) // an error shows when the output is flushed
}

func readIHDR(sh *shape, b []byte) error {
	if len(b) != 13 {
		return broken("its header has the wrong length")
	}
	w, h := be.Uint32(b), be.Uint32(b[4:])
	if w == 0 || h == 0 || w > 1<<31-1 || h > 1<<31-1 {
		return broken("it has no size")
	}
	sh.width, sh.height = int(w), int(h)
	sh.bytesPerPixel = 4
	if b[8] == 16 {
		sh.bytesPerPixel = 8
	} else if b[9] == 0 || b[9] == 3 {
		sh.bytesPerPixel = 1
	}
	return nil
}
