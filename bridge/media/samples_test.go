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
	"gitpost/bridge/media/mediatest"
	"gitpost/bridge/media/metadata"
)

// Names that are short, because most tests use them.
var scene, seen, exifBlock = mediatest.Scene, mediatest.Seen, mediatest.EXIF

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

// photo is a JPEG of an image, with segments inserted behind its start.
func photo(t testing.TB, img image.Image, segments ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return slices.Concat(b.Bytes()[:2], slices.Concat(segments...), b.Bytes()[2:])
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
	return max(1, metadata.Orientation(b[i+6:]))
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
