package media

import (
	"bytes"
	"compress/zlib"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
)

// maxCarry is how much metadata of a picture is kept in memory for encoding it anew. What
// has more loses it.
const maxCarry = 4 << 20

// carried is metadata on its way into a picture that is encoded anew: the colour profile, and
// what else is kept.
type carried struct {
	segments [][]byte // of a JPEG, for a JPEG
	chunks   [][]byte // of a PNG, for a PNG
	profile  []byte   // a colour profile by itself
	size     int
}

// room tells whether n more bytes may be carried.
func (c *carried) room(n int) bool {
	c.size += n
	return c.size <= maxCarry
}

// addSegment carries a JPEG segment. An EXIF block is changed to say that the picture stands
// right.
func (c *carried) addSegment(marker byte, content []byte) {
	if !c.room(len(content)) {
		return
	}
	s := segment(marker, content)
	if marker == markerAPP1 && bytes.HasPrefix(content, sigExif) && len(content) > 6 {
		upright(s[4+6:])
	}
	c.segments = append(c.segments, s)
}

// addChunk carries a PNG chunk, in the same way.
func (c *carried) addChunk(name string, content []byte) {
	if !c.room(len(content)) {
		return
	}
	if name == "eXIf" {
		content = bytes.Clone(content)
		upright(content)
	}
	var b bytes.Buffer
	writeChunk(&b, name, content)
	c.chunks = append(c.chunks, b.Bytes())
}

// encodeJPEG writes a JPEG with the segments that are carried over.
func encodeJPEG(w io.Writer, img image.Image, c carried) error {
	if _, err := w.Write([]byte{0xff, markerSOI}); err != nil {
		return err
	}
	for _, s := range c.forJPEG(img) {
		if _, err := w.Write(s); err != nil {
			return err
		}
	}
	return jpeg.Encode(&withoutStart{w: w, n: 2}, img, &jpeg.Options{Quality: jpegQuality})
}

// withoutStart drops the first n bytes written to it.
type withoutStart struct {
	w io.Writer
	n int
}

func (s *withoutStart) Write(p []byte) (int, error) {
	n := min(s.n, len(p))
	s.n -= n
	m, err := s.w.Write(p[n:])
	return n + m, err
}

// forJPEG are the segments that hold for the picture that is encoded: a profile of printing
// inks does not, when the picture comes out in RGB.
func (c carried) forJPEG(img image.Image) [][]byte {
	if c.size > maxCarry {
		return nil // not all of it is there
	}
	segments := slices.Concat(c.segments, profileSegments(c.profile))
	want := "RGB "
	if _, grey := img.(*image.Gray); grey {
		want = "GRAY"
	}
	const space = 4 + 14 + 16 // segment head, profile head, offset in the profile
	isProfile := func(s []byte) bool { return s[1] == markerAPP2 }
	i := slices.IndexFunc(segments, isProfile)
	if i < 0 || len(segments[i]) >= space+4 && string(segments[i][space:space+4]) == want {
		return segments
	}
	return slices.DeleteFunc(segments, isProfile)
}

// profileSegments cuts a colour profile into as many segments as it needs.
func profileSegments(icc []byte) (list [][]byte) {
	const most = 65533 - 14
	count := (len(icc) + most - 1) / most
	if count > 255 {
		return nil
	}
	for i := range count {
		part := icc[i*most : min((i+1)*most, len(icc))]
		list = append(list, segment(markerAPP2, slices.Concat(sigICC, []byte{byte(i + 1), byte(count)}, part)))
	}
	return list
}

// encodePNG writes a PNG with the chunks that are carried over behind its header.
func encodePNG(w io.Writer, img image.Image, c carried) error {
	insert := &insertAfter{w: w, at: 8 + 25} // signature and header
	if c.size <= maxCarry {
		insert.what = slices.Concat(c.chunks...)
		if c.profile != nil {
			var b bytes.Buffer
			b.WriteString("ICC profile\x00\x00")
			z := zlib.NewWriter(&b)
			z.Write(c.profile)
			z.Close()
			var chunk bytes.Buffer
			writeChunk(&chunk, "iCCP", b.Bytes())
			insert.what = append(insert.what, chunk.Bytes()...)
		}
	}
	return png.Encode(insert, img)
}

// insertAfter inserts bytes at an offset of what is written to it.
type insertAfter struct {
	w    io.Writer
	at   int
	what []byte
}

func (i *insertAfter) Write(p []byte) (int, error) {
	if i.at > len(p) || len(i.what) == 0 {
		i.at -= len(p)
		return i.w.Write(p)
	}
	n, err := i.w.Write(p[:i.at])
	if err != nil {
		return n, err
	}
	if _, err := i.w.Write(i.what); err != nil {
		return n, err
	}
	i.what = nil
	m, err := i.w.Write(p[n:])
	return n + m, err
}
