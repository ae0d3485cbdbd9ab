package media

import (
	"bytes"
	"io"
	"slices"

	"gitpost/bridge/media/metadata"
)

// A JPEG file is a list of segments, each a marker, a length and a content; a scan's coded pixels
// follow its segment without a length. Specification: ITU-T T.81, annex B.

const (
	markerDHT  = 0xc4
	markerDAC  = 0xcc
	markerRST0 = 0xd0
	markerRST7 = 0xd7
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerDQT  = 0xdb
	markerDNL  = 0xdc
	markerDRI  = 0xdd
	markerDHP  = 0xde
	markerEXP  = 0xdf
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

// cleanJPEG copies the segments that make the image, its colour profile, and the metadata that keep
// allows. The coded pixels stay as they are. If the image must be rotated to look right, an EXIF
// block says so and nothing else: every browser follows it, and rotating the pixels would mean to
// encode them again.
//
// If the end is missing, the copy has what there is of the pixels and an end of its own.
func cleanJPEG(in input, out output, keep policy) (shape, error) {
	if soi, err := in.take(2); err != nil {
		return shape{}, err
	} else if soi[0] != 0xff || soi[1] != markerSOI {
		return shape{}, broken("it does not start like one")
	}
	out.Write([]byte{0xff, markerSOI})
	j := &jpegCopy{in: in, out: out, keep: keep}
	for done := false; !done; {
		var err error
		done, err = j.next()
		if ended(err) && j.scans > 0 {
			j.sh.incomplete, done = true, true
		} else if err != nil {
			return shape{}, err
		}
	}
	if j.scans == 0 {
		return shape{}, broken("it has no image")
	}
	out.Write([]byte{0xff, markerEOI})
	if j.sh.incomplete {
		if err := j.checkEnd(); err != nil {
			return shape{}, err
		}
	}
	return j.sh, in.finish()
}

// tailLength is how much of the pixels is looked at if the end is missing.
const tailLength = 512

// jpegCopy is a JPEG file that is being copied.
type jpegCopy struct {
	in      input
	out     output
	keep    policy
	sh      shape
	scans   int
	hasExif bool   // the EXIF block, of which there is one, was read
	tail    []byte // the last bytes of the last scan
	foreign bool   // the pixels contain one of foreignWords
}

// foreignWords are in what cameras append to a photo. Without an end of the photo in between, it
// looks like pixels.
var foreignWords = [][]byte{[]byte("ftyp"), []byte("moov"), []byte("SEFT")}

// checkEnd refuses a file without an end if what was copied as pixels is, or may be, another file.
func (j *jpegCopy) checkEnd() error {
	if j.foreign {
		return errCutOff
	}
	printable := 0
	for _, c := range j.tail {
		if c >= ' ' && c <= '~' || c == '\n' || c == '\r' || c == '\t' {
			printable++
		}
	}
	if len(j.tail) >= 16 && printable*20 >= len(j.tail)*19 { // of pixels, about a third is
		return polyglot("text after its end")
	}
	return nil
}

// next copies one segment, and the pixels that follow it. done is set at the end of the image.
func (j *jpegCopy) next() (done bool, err error) {
	marker, err := nextMarker(j.in)
	if err != nil || marker == markerEOI {
		return true, err
	}
	content, err := segmentContent(j.in)
	if err != nil {
		return false, err
	}
	switch {
	case marker == markerCOM || marker >= markerAPP0 && marker <= markerAPPF:
		if content = j.metadata(marker, content); content == nil {
			return false, nil
		}
	case isSOF(marker):
		if err := readSOF(&j.sh, marker, content); err != nil {
			return false, err
		}
	case marker == markerSOS:
		if j.sh.width == 0 {
			return false, broken("a scan precedes the frame")
		}
		if j.scans++; j.scans > maxScans {
			return false, broken("it has more than %d scans", maxScans)
		}
	case marker == markerDHT, marker == markerDAC, marker == markerDQT, marker == markerDRI:
	case marker == markerDNL, marker == markerDHP, marker == markerEXP:
		return false, broken("it uses a form that browsers do not show")
	default:
		return false, nil // reserved: decoders ignore it
	}
	if _, err := j.out.Write(segment(marker, content)); err != nil {
		return false, err
	}
	if marker == markerSOS {
		return false, j.copyScan()
	}
	return false, nil
}

// metadata returns what is kept of an application segment or comment; nil if nothing is.
func (j *jpegCopy) metadata(marker byte, content []byte) []byte {
	isExif := marker == markerAPP1 && bytes.HasPrefix(content, sigExif) && len(content) > 6
	if isExif {
		if j.hasExif {
			return nil
		}
		j.hasExif = true
		j.sh.orientation = metadata.Orientation(content[6:])
	}
	content = keptSegment(marker, content, j.sh.orientation, j.keep)
	carry := marker == markerAPP1 || marker == markerAPP2 || marker == markerAPPD
	if content != nil && carry && (j.keep != keepNothing || !isExif) {
		j.sh.carry.addSegment(marker, content)
	}
	return content
}

// nextMarker reads up to the next marker that starts a segment. Like other decoders it skips bytes
// between segments.
func nextMarker(in input) (byte, error) {
	b, err := in.ReadByte()
	for {
		for err == nil && b != 0xff {
			b, err = in.ReadByte()
		}
		for err == nil && b == 0xff { // any number of them may precede a marker
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
	return marker >= 0xc0 && marker <= 0xcf && marker != markerDHT && marker != 0xc8 && marker != markerDAC
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
	if marker == 0xc2 { // progressive: all coefficients are in memory, 4 bytes each
		sh.bytesPerPixel *= 5
	}
	return nil
}

// copyScan copies coded pixels up to the next marker, which is left to be read.
func (j *jpegCopy) copyScan() error {
	for {
		if _, err := j.in.Peek(2); err != nil {
			return err
		}
		window, _ := j.in.Peek(j.in.Buffered())
		i := bytes.IndexByte(window, 0xff)
		switch {
		case i < 0:
			i = len(window)
		case i+1 == len(window):
			if i == 0 {
				return io.ErrUnexpectedEOF
			}
		case window[i+1] == 0x00 || window[i+1] >= markerRST0 && window[i+1] <= markerRST7:
			i += 2
		case i == 0:
			return nil
		}
		if _, err := j.out.Write(window[:i]); err != nil {
			return err
		}
		j.foreign = j.foreign || slices.ContainsFunc(foreignWords, func(word []byte) bool {
			return bytes.Contains(window[:i], word)
		})
		part := window[max(0, i-tailLength):i]
		drop := max(0, len(j.tail)+len(part)-tailLength)
		j.tail = append(j.tail[:copy(j.tail, j.tail[drop:])], part...)
		if _, err := j.in.Discard(i); err != nil {
			return err
		}
	}
}

// keptSegment returns what is kept of an application segment or comment; nil if nothing is.
func keptSegment(marker byte, content []byte, orientation int, keep policy) []byte {
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
			if keep == keepAll || metadata.StripEXIF(content[6:]) {
				return content
			}
		}
		if orientation == 0 {
			return nil
		}
		return append([]byte("Exif\x00\x00"), metadata.OnlyOrientation(orientation)...)
	case keep == keepNothing:
		return nil
	case marker == markerAPP1 && bytes.HasPrefix(content, sigXMP):
		if keep == keepAll {
			return content
		}
		packet, ok := metadata.StripXMP(content[len(sigXMP):])
		if !ok {
			return nil
		}
		return append(bytes.Clone(sigXMP), packet...)
	case marker == markerAPPD && bytes.HasPrefix(content, sigPhotoshop):
		if keep == keepAll {
			return content
		}
		resources, ok := metadata.StripIPTC(content[len(sigPhotoshop):])
		if !ok {
			return nil
		}
		return append(bytes.Clone(sigPhotoshop), resources...)
	case marker == markerAPP1 && bytes.HasPrefix(content, sigExtendedXMP), marker == markerCOM:
		if keep == keepAll {
			return content
		}
	}
	// The rest is for cameras: further images (which are behind the end, where nothing is kept),
	// thumbnails, and what no other program can read.
	return nil
}
