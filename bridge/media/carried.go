package media

import (
	"bytes"
	"compress/zlib"
	"image"
	"slices"

	"gitpost/bridge/media/metadata"
)

// maxCarry is how much metadata of an image is held in memory while it is encoded again. An image
// with more loses it.
const maxCarry = 4 << 20

// carried is metadata for an image that is encoded again: the colour profile, and what the policy
// keeps.
type carried struct {
	segments [][]byte // of a JPEG, for a JPEG
	chunks   [][]byte // of a PNG, for a PNG
	profile  []byte   // a colour profile without a frame
	size     int
}

// grow reports whether n more bytes may be carried.
func (c *carried) grow(n int) bool {
	c.size += n
	return c.size <= maxCarry
}

// addSegment carries a JPEG segment. An EXIF block is changed to say that the image is upright.
func (c *carried) addSegment(marker byte, content []byte) {
	if !c.grow(len(content)) {
		return
	}
	s := segment(marker, content)
	if marker == markerAPP1 && bytes.HasPrefix(content, sigExif) && len(content) > 6 {
		metadata.SetUpright(s[4+6:])
	}
	c.segments = append(c.segments, s)
}

// addChunk carries a PNG chunk, in the same way.
func (c *carried) addChunk(name string, content []byte) {
	if !c.grow(len(content)) {
		return
	}
	if name == "eXIf" {
		content = bytes.Clone(content)
		metadata.SetUpright(content)
	}
	var b bytes.Buffer
	writeChunk(&b, name, content)
	c.chunks = append(c.chunks, b.Bytes())
}

// forJPEG returns the segments that are true of the encoded image: a profile of printing inks is
// not, if the image is encoded in RGB.
func (c carried) forJPEG(img image.Image) [][]byte {
	if c.size > maxCarry {
		return nil // some of it is missing
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

// profileSegments divides a colour profile into as many segments as it needs.
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

// forPNG returns the chunks for the encoded image.
func (c carried) forPNG() [][]byte {
	if c.size > maxCarry {
		return nil
	}
	if c.profile == nil {
		return c.chunks
	}
	b := bytes.NewBufferString("ICC profile\x00\x00")
	z := zlib.NewWriter(b)
	z.Write(c.profile)
	z.Close()
	var chunk bytes.Buffer
	writeChunk(&chunk, "iCCP", b.Bytes())
	return append(c.chunks, chunk.Bytes())
}
