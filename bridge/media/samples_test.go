package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/fault"
)

// sample is a file of testdata/media; see README.md there.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "media", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// samples are the names of all files of testdata/media.
func samples(t testing.TB) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join("..", "..", "testdata", "media"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "README.md" && !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

func open(t testing.TB, c Config) *Store {
	t.Helper()
	if c.Dir == "" {
		c.Dir = t.TempDir()
	}
	s, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// stage stores an upload that must be accepted, and reads it back.
func stage(t testing.TB, s *Store, name string, body []byte) (Staged, []byte) {
	t.Helper()
	staged, err := s.Stage(t.Context(), name, bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	f, err := s.Open(t.Context(), staged.File)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(b)) != staged.Size {
		t.Errorf("%s: the file has %d bytes, Size says %d", name, len(b), staged.Size)
	}
	return staged, b
}

// refused checks that an upload is refused with the code, with a message that
// contains the text, and that nothing is left of it.
func refused(t testing.TB, s *Store, name string, body io.Reader, code fault.Code, text string) {
	t.Helper()
	before := listing(t, s)
	staged, err := s.Stage(t.Context(), name, body)
	var f *fault.Error
	switch {
	case err == nil:
		t.Errorf("%.60q was accepted as %+v", name, staged)
		return
	case !errors.As(err, &f):
		t.Errorf("%.60q: %v is no *fault.Error", name, err)
	case f.Code != code:
		t.Errorf("%.60q: code %s, want %s (%v)", name, f.Code, code, err)
	case !strings.Contains(f.Description(), text):
		t.Errorf("%.60q: %q does not say %q", name, f.Description(), text)
	case f.Hint == "":
		t.Errorf("%.60q: %q does not say what to do", name, f.Description())
	}
	if after := listing(t, s); !slices.Equal(before, after) {
		t.Errorf("%.60q: the folder contains %v, before %v", name, after, before)
	}
}

// listing is every name in a store's folder.
func listing(t testing.TB, s *Store) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// scene is an image whose corners and sides all differ, smooth enough for JPEG.
func scene(width, height int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetNRGBA(x, y, color.NRGBA{uint8(40 + 200*x/width), uint8(220 - 180*y/height),
				uint8(60 + 100*x*y/(width*height)), 255})
		}
	}
	return img
}

// photo is a JPEG of an image, with segments inserted behind its start.
func photo(t testing.TB, img image.Image, segments ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return slices.Concat(b.Bytes()[:2], slices.Concat(segments...), b.Bytes()[2:])
}

// exifBlock is an EXIF block as a phone writes it: orientation, maker, a GPS directory, a
// date and a maker's note.
func exifBlock(order binary.ByteOrder, turned int) []byte {
	var b []byte
	put16 := func(v int) { b = append(b, 0, 0); order.PutUint16(b[len(b)-2:], uint16(v)) }
	put32 := func(v int) { b = append(b, 0, 0, 0, 0); order.PutUint32(b[len(b)-4:], uint32(v)) }
	entry := func(tag, typ, count, value int) {
		put16(tag)
		put16(typ)
		put32(count)
		if typ == 3 {
			put16(value)
			put16(0)
		} else {
			put32(value)
		}
	}
	b = append(b, "MM"...)
	if order == binary.LittleEndian {
		b = []byte("II")
	}
	put16(42)
	put32(8)
	const maker, exif, gps, note, place = 74, 80, 110, 152, 172
	put16(4)                                       // 8: IFD 0, up to 62
	entry(0x010f, 2, 6, maker)                     // Make
	entry(tagOrientation, 3, 1, turned)            // Orientation
	entry(tagExifIFD, 4, 1, exif)                  //
	entry(tagGPSIFD, 4, 1, gps)                    //
	put32(0)                                       //
	b = append(b, make([]byte, 74-len(b))...)      // a gap, as editors leave it
	b = append(b, "Phone\x00"...)                  // 74
	put16(2)                                       // 80: Exif IFD, up to 110
	entry(0x9003, 2, 4, 0x33323130)                // DateTimeOriginal
	entry(tagMakerNote, 7, 20, note)               //
	put32(0)                                       //
	put16(3)                                       // 110: GPS IFD, up to 152
	entry(0x0000, 1, 4, 0x02030000)                // GPSVersionID
	entry(0x0001, 2, 2, 0x4e004e00)                // GPSLatitudeRef
	entry(0x0002, 5, 3, place)                     // GPSLatitude
	put32(0)                                       //
	b = append(b, "made by Tele in Paris"[:20]...) // 152
	for range 3 {                                  // 172: degrees, minutes, seconds
		put32(48_857_700)
		put32(1_000_000)
	}
	return b
}

func exifSegment(order binary.ByteOrder, turned int) []byte {
	return segment(markerAPP1, append([]byte("Exif\x00\x00"), exifBlock(order, turned)...))
}

// profile returns so many bytes with the head of a colour profile.
func profile(space string, size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(i * 7)
	}
	copy(b[12:], "mntr"+space+"XYZ ")
	copy(b[36:], "acsp")
	return b
}

// hasSegment reports whether a JPEG has a segment with this prefix.
func hasSegment(b []byte, marker byte, start []byte) bool {
	for b = b[2:]; len(b) > 4 && b[0] == 0xff && b[1] != markerSOS; {
		n := int(binary.BigEndian.Uint16(b[2:]))
		if b[1] == marker && bytes.HasPrefix(b[4:2+n], start) {
			return true
		}
		b = b[2+n:]
	}
	return false
}

// orientationOf is the orientation in a JPEG's EXIF block.
func orientationOf(b []byte) int {
	i := bytes.Index(b, []byte("Exif\x00\x00"))
	if i < 0 {
		return 1
	}
	return max(1, orientation(b[i+6:]))
}

// seen is the pixel that a viewer shows at a point, written from the EXIF standard: which
// side the stored picture's first row and first column are.
func seen(stored image.Image, turned, x, y int) color.Color {
	w, h := stored.Bounds().Dx(), stored.Bounds().Dy()
	switch turned {
	case 2:
		x = w - 1 - x
	case 3:
		x, y = w-1-x, h-1-y
	case 4:
		y = h - 1 - y
	case 5:
		x, y = y, x
	case 6:
		x, y = y, h-1-x
	case 7:
		x, y = w-1-y, h-1-x
	case 8:
		x, y = w-1-y, x
	}
	return stored.At(x, y)
}

// stored is how a camera that is held differently stores what is to be seen as img.
func stored(img image.Image, turned int) image.Image {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if turned >= 5 {
		w, h = h, w
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	probe := &positions{w, h}
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			at := seen(probe, turned, x, y).(place)
			out.Set(at.x, at.y, img.At(x, y))
		}
	}
	return out
}

// positions is an image whose pixels say where they are.
type positions struct{ w, h int }

type place struct{ x, y int }

func (place) RGBA() (r, g, b, a uint32)      { return 0, 0, 0, 0 }
func (c *positions) ColorModel() color.Model { return color.NRGBAModel }
func (c *positions) Bounds() image.Rectangle { return image.Rect(0, 0, c.w, c.h) }
func (c *positions) At(x, y int) color.Color { return place{x, y} }

// difference is the mean difference of two images' channels, of 255.
func difference(t testing.TB, a, b image.Image) float64 {
	t.Helper()
	if a.Bounds().Size() != b.Bounds().Size() {
		t.Fatalf("the images are %v and %v", a.Bounds().Size(), b.Bounds().Size())
	}
	sum, n := 0.0, 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r1, g1, b1, a1 := a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y).RGBA()
			r2, g2, b2, a2 := b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y).RGBA()
			for _, d := range []int{int(r1) - int(r2), int(g1) - int(g2), int(b1) - int(b2), int(a1) - int(a2)} {
				sum += float64(max(d, -d)) / 257
				n++
			}
		}
	}
	return sum / float64(n)
}

func encodedPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
