package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"testing"

	"golang.org/x/image/webp"

	"gitpost/bridge/fuzztest"
)

// memory is a file for scrubbing that is not on disk.
type memory struct{ b []byte }

func (m *memory) ReadAt(p []byte, at int64) (int, error) {
	return bytes.NewReader(m.b).ReadAt(p, at)
}

func (m *memory) WriteAt(p []byte, at int64) (int, error) {
	if at < 0 || at+int64(len(p)) > int64(len(m.b))+1 { // one padding byte may be added
		return 0, errors.New("written beyond the end of the file")
	}
	if at+int64(len(p)) > int64(len(m.b)) {
		m.b = append(m.b, 0)
	}
	return copy(m.b[at:], p), nil
}

func (m *memory) Truncate(size int64) error {
	if size > int64(len(m.b)) {
		return errors.New("made longer")
	}
	m.b = m.b[:size]
	return nil
}

// cleanBytes removes the metadata of a file in memory.
func cleanBytes(body []byte, keep policy) ([]byte, shape, error) {
	k := sniff(body[:min(len(body), sniffLength)])
	if k == nil {
		return nil, shape{}, errCutOff
	}
	if clean := k.cleaner(); clean != nil {
		var b bytes.Buffer
		out := newOutput(&b)
		sh, err := clean(newInput(bytes.NewReader(body), int64(len(body))), out, keep)
		if err == nil {
			err = out.Flush()
		}
		return b.Bytes(), sh, err
	}
	f := &memory{bytes.Clone(body)}
	sh, err := k.scrubber()(newMedium(context.Background(), f, int64(len(body))), keep)
	return f.b, sh, err
}

// isFileError reports whether an error means that the file is at fault.
func isFileError(err error) bool {
	var d defect
	var p polyglotError
	return ended(err) || errors.As(err, &d) || errors.As(err, &p)
}

// fuzz checks the cleaning of one kind: it neither panics nor fails for another reason than the
// file; the result is of the same kind, is accepted again without a change; and what could be
// decoded before can be decoded after, to the same image.
func fuzz(f *testing.F, want *kind, decode func(io.Reader) (image.Image, error), seeds ...[]byte) {
	for _, name := range samples(f) {
		if b := sample(f, name); sniff(b) == want {
			f.Add(b)
		}
	}
	for _, b := range seeds {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if sniff(body[:min(len(body), sniffLength)]) != want {
			return
		}
		for _, keep := range []policy{keepNothing, keepNoLocation, keepAll} {
			began := fuzztest.Spent(t)
			once, sh, err := cleanBytes(body, keep)
			if took := fuzztest.Spent(t) - began; took > limit {
				t.Fatalf("policy %d: it took %v", keep, took)
			}
			if err != nil {
				if !isFileError(err) {
					t.Fatalf("policy %d: %v", keep, err)
				}
				continue
			}
			if sniff(once[:min(len(once), sniffLength)]) != want {
				t.Fatalf("policy %d: the kind changed", keep)
			}
			twice, _, err := cleanBytes(once, keep)
			if err != nil {
				t.Fatalf("policy %d: what was cleaned is refused: %v", keep, err)
			}
			// A hostile EXIF block may have directories that overlap: what is removed from one
			// changes another.
			if keep != keepNoLocation && !bytes.Equal(once, twice) {
				t.Fatalf("policy %d: cleaned a second time it is another file", keep)
			}
			if decode == nil || int64(sh.width)*int64(sh.height) > 1<<20 {
				continue
			}
			before, err := decode(bytes.NewReader(body))
			if err != nil || before.Bounds().Dx()*before.Bounds().Dy() > 1<<20 {
				continue
			}
			after, err := decode(bytes.NewReader(once))
			if err != nil {
				t.Fatalf("policy %d: it could be decoded, and no more: %v", keep, err)
			}
			if difference(t, before, after) != 0 {
				t.Fatalf("policy %d: the image changed", keep)
			}
		}
	})
}

func FuzzCleanJPEG(f *testing.F) {
	fuzz(f, jpegKind, jpeg.Decode, photo(f, scene(9, 7), exifSegment(binary.BigEndian, 6)),
		photo(f, scene(20, 30), exifSegment(binary.LittleEndian, 1)))
}

func FuzzCleanPNG(f *testing.F) {
	var b bytes.Buffer
	if err := png.Encode(&b, scene(9, 7)); err != nil {
		f.Fatal(err)
	}
	fuzz(f, pngKind, png.Decode, b.Bytes())
}

func FuzzCleanGIF(f *testing.F)  { fuzz(f, gifKind, gif.Decode) }
func FuzzScrubWebP(f *testing.F) { fuzz(f, webpKind, webp.Decode) }
func FuzzScrubAVIF(f *testing.F) { fuzz(f, avifKind, nil) }
func FuzzScrubHEIC(f *testing.F) {
	fuzz(f, heicKind, nil, gridded{columns: 3, rows: 2, width: 150, height: 100,
		properties: [][]byte{newBox("irot", []byte{1})}}.file(f, sample(f, "tiles.heic")))
}
func FuzzScrubMP4(f *testing.F)  { fuzz(f, mp4Kind, nil, sample(f, "film.mp4")) }
func FuzzScrubMOV(f *testing.F)  { fuzz(f, movKind, nil) }
func FuzzScrubWebM(f *testing.F) { fuzz(f, webmKind, nil) }
func FuzzScrubMP3(f *testing.F)  { fuzz(f, mp3Kind, nil, withCover(f, "sound.mp3", coverPhoto(f))) }
func FuzzScrubM4A(f *testing.F)  { fuzz(f, m4aKind, nil, withCover(f, "sound.m4a", coverPhoto(f))) }
func FuzzScrubOgg(f *testing.F)  { fuzz(f, oggKind, nil, withCover(f, "sound.ogg", coverPhoto(f))) }

func FuzzScrubFLAC(f *testing.F) { fuzz(f, flacKind, nil) }
func FuzzScrubWAV(f *testing.F)  { fuzz(f, wavKind, nil) }
