package media

import (
	"bytes"
	"image"
	"image/jpeg"
	"io"
	"testing"
)

func open(t testing.TB, c Config) *Store {
	t.Helper()
	if c.Dir == "" {
		c.Dir = t.TempDir()
	}
	s, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAPlainPhotoStaysAsItIs(t *testing.T) {
	s := open(t, Config{})
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 20, 10)), nil); err != nil {
		t.Fatal(err)
	}
	staged, err := s.Stage("Fog on river.JPG", bytes.NewReader(photo.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.File(staged.File)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, photo.Bytes()) {
		t.Errorf("the file has %d bytes, %v; want the %d that were sent", len(got), err, photo.Len())
	}
}
