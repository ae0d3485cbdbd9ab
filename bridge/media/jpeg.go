package media

import (
	"bytes"
	"io"
)

// JPEG is a list of segments, each a marker, a length and a content; a scan's coded picture
// follows its segment without a length. Specification: ITU-T T.81, annex B.

const (
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerDQT  = 0xdb
	markerDNL  = 0xdc
	markerDRI  = 0xdd
	markerCOM  = 0xfe
	markerAPP0 = 0xe0
	markerAPP1 = 0xe1
	markerAPP2 = 0xe2
	markerAPPD = 0xed
	markerAPPE = 0xee
	markerAPPF = 0xef
)

// What application segments begin with.
var (
	sigJFIF        = []byte("JFIF\x00")
	sigExif        = []byte("Exif\x00")
	sigXMP         = []byte("http://ns.adobe.com/xap/1.0/\x00")
	sigExtendedXMP = []byte("http://ns.adobe.com/xmp/extension/\x00")
	sigICC         = []byte("ICC_PROFILE\x00")
	sigMPF         = []byte("MPF\x00")
	sigPhotoshop   = []byte("Photoshop 3.0\x00")
	sigAdobe       = []byte("Adobe")
)

// segment frames a content of at most 65,533 bytes.
func segment(marker byte, content []byte) []byte {
	n := len(content) + 2
	return append([]byte{0xff, marker, byte(n >> 8), byte(n)}, content...)
}

// cleanJPEG copies the segments that make the picture, its colour profile, and as much
// metadata as keep says. The picture's own bytes stay as they are. When the picture must be
// turned to look right, an EXIF block says so and nothing else: every browser heeds it, and
// turning the pixels would mean to encode them anew.
func cleanJPEG(in input, out output, keep policy) (shape, error) {
	sh, err := copyJPEG(in, out, keep)
	if err != nil {
		return shape{}, err
	}
	if sh.width == 0 {
		return shape{}, broken("it has no picture")
	}
	return sh, in.finish()
}

func copyJPEG(in input, out output, keep policy) (sh shape, err error) {
	if soi, err := in.take(2); err != nil {
		return sh, err
	} else if soi[0] != 0xff || soi[1] != markerSOI {
		return sh, broken("it does not begin like one")
	}
	out.Write([]byte{0xff, markerSOI})
	scanned := false // a scan was copied
	exif := false    // the EXIF block, of which there is one, was seen
	for {
		marker, err := nextMarker(in)
		if err != nil {
			return sh, err
		}
		if marker == markerEOI {
			if !scanned {
				return sh, broken("it has no picture")
			}
			_, err := out.Write([]byte{0xff, markerEOI})
			return sh, err
		}
		content, err := segmentContent(in)
		if err != nil {
			return sh, err
		}
		switch {
		case marker == markerCOM || marker >= markerAPP0 && marker <= markerAPPF:
			if marker == markerAPP1 && bytes.HasPrefix(content, sigExif) && len(content) > 6 {
				if exif {
					continue
				}
				exif = true
				sh.orientation = orientation(content[6:])
			}
			content = keptSegment(marker, content, sh.orientation, keep)
			if content == nil {
				continue
			}
			if _, err := out.Write(segment(marker, content)); err != nil {
				return sh, err
			}
			if marker == markerAPP1 && (keep != keepNothing || !bytes.HasPrefix(content, sigExif)) || marker == markerAPP2 || marker == markerAPPD {
				sh.carry.addSegment(marker, content)
			}
			continue
		case isSOF(marker):
			if err := readSOF(&sh, marker, content); err != nil {
				return sh, err
			}
		case marker == markerSOS:
			if sh.width == 0 {
				return sh, broken("a scan stands before the frame")
			}
			scanned = true
		case marker == 0xc4, marker == 0xcc, marker == markerDQT, marker == markerDRI:
			// tables of the picture
		case marker == markerDNL, marker == 0xde, marker == 0xdf:
			return sh, broken("it uses a form that browsers do not show")
		default:
			continue // reserved: nothing that a decoder needs
		}
		if _, err := out.Write(segment(marker, content)); err != nil {
			return sh, err
		}
		if marker == markerSOS {
			if err := copyScan(in, out); err != nil {
				return sh, err
			}
		}
	}
}

// nextMarker reads up to the next marker that begins a segment. Like other decoders it passes
// over bytes that stand between segments and mean nothing.
func nextMarker(in input) (byte, error) {
	b, err := in.ReadByte()
	for {
		for err == nil && b != 0xff {
			b, err = in.ReadByte()
		}
		for err == nil && b == 0xff { // any number of them may stand before a marker
			b, err = in.ReadByte()
		}
		if err != nil {
			return 0, err
		}
		if b > 0x01 && (b < 0xd0 || b > markerSOI) {
			return b, nil
		}
	}
}

func segmentContent(in input) ([]byte, error) {
	head, err := in.take(2)
	if err != nil {
		return nil, err
	}
	n := int(be.Uint16(head))
	if n < 2 {
		return nil, broken("a segment has an impossible length")
	}
	return in.take(n - 2)
}

func isSOF(marker byte) bool {
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
}

func readSOF(sh *shape, marker byte, content []byte) error {
	if sh.width != 0 {
		return broken("it has two frames")
	}
	if len(content) < 6 || len(content) < 6+3*int(content[5]) {
		return broken("its frame header is too short")
	}
	sh.height, sh.width = int(be.Uint16(content[1:])), int(be.Uint16(content[3:]))
	if sh.height == 0 || sh.width == 0 {
		return broken("it has no size")
	}
	sh.bytesPerPixel = 1
	switch content[5] {
	case 3:
		sh.bytesPerPixel = 1.5
		if content[7] == 0x11 {
			sh.bytesPerPixel = 3
		} else if content[7] != 0x22 {
			sh.bytesPerPixel = 2
		}
	case 4:
		sh.bytesPerPixel = 8 // four planes, and a copy as CMYK
	}
	if marker == 0xc2 { // progressive: all coefficients are held, 4 bytes each
		sh.bytesPerPixel *= 5
	}
	return nil
}

// copyScan copies a coded picture up to the next marker, which is left to be read.
func copyScan(in input, out io.Writer) error {
	for {
		if _, err := in.Peek(2); err != nil {
			return err
		}
		window, _ := in.Peek(in.Buffered())
		i := bytes.IndexByte(window, 0xff)
		switch {
		case i < 0:
			i = len(window)
		case i+1 == len(window):
			if i == 0 {
				return io.ErrUnexpectedEOF
			}
		case window[i+1] == 0x00 || window[i+1] >= 0xd0 && window[i+1] <= 0xd7:
			i += 2
		case i == 0:
			return nil
		}
		if _, err := out.Write(window[:i]); err != nil {
			return err
		}
		if _, err := in.Discard(i); err != nil {
			return err
		}
	}
}

// keptSegment is what stays of an application segment or comment; nil when nothing does.
func keptSegment(marker byte, content []byte, turned int, keep policy) []byte {
	switch {
	case marker == markerAPP0 && bytes.HasPrefix(content, sigJFIF) && len(content) >= 14:
		plain := bytes.Clone(content[:14])
		plain[12], plain[13] = 0, 0 // without its thumbnail
		return plain
	case marker == markerAPP2 && bytes.HasPrefix(content, sigICC):
		return content
	case marker == markerAPPE && bytes.HasPrefix(content, sigAdobe) && len(content) >= 12:
		return content[:12] // how colours are coded
	case marker == markerAPP1 && bytes.HasPrefix(content, sigExif) && len(content) > 6:
		if keep != keepNothing {
			if keep == keepAll || withoutPlace(content[6:]) {
				return content
			}
		}
		if turned == 0 {
			return nil
		}
		return append([]byte("Exif\x00\x00"), onlyOrientation(turned)...)
	case keep == keepNothing:
		return nil
	case marker == markerAPP1 && bytes.HasPrefix(content, sigXMP):
		if keep == keepAll {
			return content
		}
		packet, ok := withoutPlaceXMP(content[len(sigXMP):])
		if !ok {
			return nil
		}
		return append(bytes.Clone(sigXMP), packet...)
	case marker == markerAPPD && bytes.HasPrefix(content, sigPhotoshop):
		if keep == keepAll {
			return content
		}
		resources, ok := withoutPlaceIPTC(content[len(sigPhotoshop):])
		if !ok {
			return nil
		}
		return append(bytes.Clone(sigPhotoshop), resources...)
	case marker == markerAPP1 && bytes.HasPrefix(content, sigExtendedXMP), marker == markerCOM:
		if keep == keepAll {
			return content
		}
	}
	// The rest is for cameras: further pictures (whose place is behind the end, where
	// nothing is kept), thumbnails, and what nobody else can read.
	return nil
}
