package media

import (
	"hash/crc32"
	"io"
)

// A PNG file is a signature and chunks: length, type, content, CRC.
// Specification: https://www.w3.org/TR/png-3/.

// pngPicture are the chunks that make the picture, in any PNG decoder.
var pngPicture = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true,
	"gAMA": true, "cHRM": true, "sRGB": true, "iCCP": true, "cICP": true, "mDCV": true, "cLLI": true,
	"sBIT": true, "bKGD": true, "pHYs": true, "sPLT": true, "hIST": true,
	"acTL": true, "fcTL": true, "fdAT": true,
}

// pngColours are those that say how the numbers of a picture are meant, also when it is made
// smaller.
var pngColours = map[string]bool{"gAMA": true, "cHRM": true, "sRGB": true, "iCCP": true, "cICP": true, "pHYs": true}

// maxPNGMetadata is how large a chunk of metadata may be that has to be looked into.
const maxPNGMetadata = 1 << 20

// cleanPNG copies the chunks that make the picture and as much metadata as keep says. A
// picture that must be turned is told by the shape; encoding it anew loses nothing.
func cleanPNG(in input, out output, keep policy) (shape, error) {
	sh, err := copyPNG(in, out, keep)
	if err != nil {
		return shape{}, err
	}
	return sh, in.finish()
}

func copyPNG(in input, out output, keep policy) (sh shape, err error) {
	if err := in.copyTo(out, 8); err != nil {
		return sh, err
	}
	picture := false
	for first := true; ; first = false {
		head, err := in.take(8)
		if err != nil {
			return sh, err
		}
		length, name := int64(be.Uint32(head)), string(head[4:])
		if length > 1<<31-1 || !isChunkName(name) {
			return sh, broken("there is no chunk where one should begin")
		}
		if first != (name == "IHDR") {
			return sh, broken("its header is missing or doubled")
		}
		if length > in.size {
			return sh, io.ErrUnexpectedEOF
		}
		switch {
		case name == "IHDR":
			content, err := in.take(int(length) + 4)
			if err != nil {
				return sh, err
			}
			if err := readIHDR(&sh, content[:length]); err != nil {
				return sh, err
			}
			if crc32.ChecksumIEEE(append(head[4:8:8], content[:length]...)) != be.Uint32(content[length:]) {
				return sh, broken("the checksum of its header is wrong")
			}
			out.Write(head)
			out.Write(content)
			continue
		case pngColours[name] && length <= maxPNGMetadata:
			content, err := in.take(int(length))
			if err != nil {
				return sh, err
			}
			if err := in.skip(4); err != nil {
				return sh, err
			}
			writeChunk(out, name, content)
			sh.carry.addChunk(name, content)
			continue
		case pngPicture[name]:
			picture = picture || name == "IDAT"
			sh.animated = sh.animated || name == "acTL"
			if err := copyChunk(in, out, head, length); err != nil {
				return sh, err
			}
			if name == "IEND" {
				if !picture {
					return sh, broken("it has no picture")
				}
				return sh, nil
			}
			continue
		case (name == "eXIf" || name == "iTXt") && length <= maxPNGMetadata:
			content, err := in.take(int(length))
			if err != nil {
				return sh, err
			}
			if err := in.skip(4); err != nil {
				return sh, err
			}
			if name == "eXIf" {
				sh.orientation = orientation(content)
			}
			if kept := keptChunk(name, content, keep); kept != nil {
				writeChunk(out, name, kept)
				sh.carry.addChunk(name, kept)
			}
			continue
		case keep == keepAll, keep == keepNoPlace && (name == "tIME"):
			out.Write(head)
			if err := in.copyTo(out, length+4); err != nil {
				return sh, err
			}
			continue
		case name[0] < 'a': // a critical chunk that nobody knows
			return sh, broken("chunk %s is not known", name)
		}
		if err := in.skip(length + 4); err != nil {
			return sh, err
		}
	}
}

// keptChunk is what stays of a chunk of metadata; nil when nothing does.
func keptChunk(name string, content []byte, keep policy) []byte {
	const xmp = "XML:com.adobe.xmp\x00\x00\x00\x00\x00" // not compressed, no language
	switch {
	case keep == keepAll:
		return content
	case keep == keepNothing:
		return nil
	case name == "eXIf" && withoutPlace(content):
		return content
	case name == "iTXt" && len(content) > len(xmp) && string(content[:len(xmp)]) == xmp:
		if packet, ok := withoutPlaceXMP(content[len(xmp):]); ok {
			return append([]byte(xmp), packet...)
		}
	}
	return nil
}

// copyChunk copies a chunk of the picture and checks that it arrived as it was sent.
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
