package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"gitpost/bridge/fault"
)

// playable reports whether programs show or play the first part of a file: a JPEG from its first
// scan on, an Ogg file with whole pages of audio, MP4 from its media data on if its index comes
// first, and audio without an index.
func playable(body []byte, part int) bool {
	switch sniff(body) {
	case jpegKind:
		return part > bytes.Index(body, []byte{0xff, markerSOS})+14
	case oggKind:
		pages := bytes.Count(body[:part], []byte("OggS"))
		return pages >= 4 // one of them is cut off
	case mp4Kind, movKind, m4aKind:
		moov, mdat := bytes.Index(body, []byte("moov")), bytes.Index(body, []byte("mdat"))
		return moov < mdat && part > mdat+4 || mdat < moov && part > moov+int(be.Uint32(body[moov-4:]))
	case mp3Kind:
		return true
	case flacKind:
		return part > len(body)/2
	case wavKind:
		return part > bytes.Index(body, []byte("data"))+8
	}
	return false
}

func TestAJPEGWithoutItsEndIsKept(t *testing.T) {
	place := exifSegment(binary.BigEndian, 6)
	whole := photo(t, scene(200, 120), place)
	progressive := sample(t, filepath.Join("rare", "progressive.jpg"))
	for name, body := range map[string][]byte{
		"no EOI":                 whole[:len(whole)-2],
		"half an EOI":            whole[:len(whole)-1],
		"zeros instead of EOI":   append(bytes.Clone(whole[:len(whole)-2]), make([]byte, 300)...),
		"half the pixels":        whole[:len(whole)*3/4],
		"progressive, no EOI":    progressive[:len(progressive)-2],
		"progressive, cut":       progressive[:len(progressive)-100],
		"progressive, in a head": progressive[:bytes.LastIndex(progressive, []byte{0xff, markerSOS})+4],
	} {
		_, got := stage(t, open(t, Config{}), "photo.jpg", body)
		if !bytes.HasSuffix(got, []byte{0xff, markerEOI}) {
			t.Errorf("%s: it ends in % x, want an EOI", name, got[len(got)-4:])
		}
		if bytes.Contains(got, []byte("Phone")) || bytes.Contains(got, []byte("Paris")) {
			t.Errorf("%s: the metadata is still there", name)
		}
	}
	// Few pixels, or all of one colour, are not mistaken for text.
	plain := image.NewGray(image.Rect(0, 0, 400, 300))
	for i := range plain.Pix {
		plain.Pix[i] = 200
	}
	black := image.NewNRGBA(image.Rect(0, 0, 900, 700))
	for _, img := range []image.Image{image.NewGray(image.Rect(0, 0, 1, 1)), scene(1, 1), scene(9, 7), black, plain} {
		body := photo(t, img)
		stage(t, open(t, Config{}), "photo.jpg", body[:len(body)-2])
	}
	// What is complete but for its end is decoded, and what is not keeps its width.
	narrow := open(t, Config{MaxWidth: 32})
	if staged, _ := stage(t, narrow, "photo.jpg", whole[:len(whole)-2]); staged.Width != 32 {
		t.Errorf("without EOI it is %d wide, want 32", staged.Width)
	}
	if staged, _ := stage(t, narrow, "photo.jpg", whole[:len(whole)*3/4]); staged.Width != 120 {
		t.Errorf("without half its pixels it is %d wide, want 120", staged.Width)
	}
	// The copy has exactly the pixels that were there.
	_, got := stage(t, open(t, Config{}), "photo.jpg", whole[:len(whole)-2])
	img, err := jpeg.Decode(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	if d := difference(t, decoded(t, whole), img); d != 0 {
		t.Errorf("the pixels differ by %g", d)
	}
}

func TestAJPEGWithoutItsEndThatHidesAnotherFileIsRefused(t *testing.T) {
	whole := photo(t, scene(200, 120))
	open := open(t, Config{})
	for name, tail := range map[string]string{
		"a page":        "<html><body>hello</body></html>",
		"a long text":   string(bytes.Repeat([]byte("The camera was at 48.8577 N 2.295 E. "), 30)),
		"another photo": string(whole),
		"a video":       string(sample(t, "film.mp4")),
		"a trailer":     "\x00\x00\x01\x0a\x0e\x00\x00\x00Image_UTC_Data1500000000000SEFH\x6a\x00\x00\x00SEFT",
		"no pixels":     "",
	} {
		body := append(bytes.Clone(whole[:len(whole)-2]), tail...)
		if name == "no pixels" {
			body = whole[:bytes.Index(whole, []byte{0xff, markerSOS})]
		}
		staged, err := open.Stage(t.Context(), "photo.jpg", bytes.NewReader(body))
		if err == nil {
			t.Errorf("%s: it was stored as %+v", name, staged)
		}
	}
}

func TestAnOggWithoutItsLastPageIsKept(t *testing.T) {
	for _, name := range []string{"sound.ogg", "sound.opus"} {
		body := sample(t, name)
		last := bytes.LastIndex(body, []byte("OggS"))
		for _, part := range []int{last, last + 1, last + 20, len(body) - 1} {
			_, got := stage(t, open(t, Config{}), name, body[:part])
			if len(got) != last {
				t.Errorf("%s: of the first %d bytes %d are stored, want %d", name, part, len(got), last)
			}
			if bytes.Contains(got, []byte("48.857")) {
				t.Errorf("%s: the location is still there", name)
			}
		}
		refused(t, open(t, Config{}), name, bytes.NewReader(body[:60]), fault.InvalidRequest, "incomplete")
	}
}

func TestAVideoWhoseIndexComesFirstIsKeptWithoutItsEnd(t *testing.T) {
	for _, name := range []string{"film.mov", "sound.m4a"} {
		body := indexFirst(t, name)
		_, got := stage(t, open(t, Config{}), name, body[:len(body)-200])
		if len(got) != len(body)-200 {
			t.Errorf("%s: %d bytes are stored, want %d", name, len(got), len(body)-200)
		}
	}
}

// indexFirst moves a video's index in front of its media data, as for streaming.
func indexFirst(t testing.TB, name string) []byte {
	t.Helper()
	if sniff(sample(t, name)) == nil {
		t.Fatal(name)
	}
	ffmpeg := tool(t, "ffmpeg", "ffmpeg")
	out := filepath.Join(t.TempDir(), name)
	from := filepath.Join("..", "..", "testdata", "media", name)
	b, err := exec.CommandContext(context.Background(), ffmpeg, "-v", "error", "-i", from,
		"-c", "copy", "-map_metadata", "0", "-movflags", "+faststart", out).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	body, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestAVideoWithoutItsEndIsKept(t *testing.T) {
	boxOf := func(body []byte, name string) int { return bytes.Index(body, []byte(name)) - 4 }
	mp4 := sample(t, "film.mp4")
	mdat := boxOf(mp4, "mdat")
	if boxOf(mp4, "moov") > mdat {
		t.Fatal("the sample has its index at the end")
	}
	long := bytes.Clone(mp4[:mdat]) // with a length of 64 bits
	long = append(be.AppendUint32(long, 1), "mdat"...)
	long = be.AppendUint64(long, uint64(16+len(mp4)-mdat-8))
	long = append(long, mp4[mdat+8:]...)
	for name, body := range map[string][]byte{
		"half of it":           mp4[:mdat+(len(mp4)-mdat)/2],
		"the last byte":        mp4[:len(mp4)-1],
		"a length of 64 bits":  long[:len(long)-500],
		"a box behind it":      append(bytes.Clone(mp4), "\x00\x00\x10\x00moof\x00\x00\x00\x10mfhd"...),
		"half a header":        append(bytes.Clone(mp4), "\x00\x00\x10"...),
		"a cut box of a maker": append(bytes.Clone(mp4), "\x00\x00\x10\x00uuidParis"...),
	} {
		staged, got := stage(t, open(t, Config{}), "film.mp4", body)
		if staged.Width != 64 || bytes.Contains(got, []byte("Paris")) || bytes.Contains(got, []byte("48.857")) {
			t.Errorf("%s: %+v, or a trace of the location", name, staged)
		}
		m := boxFile{newMedium(t.Context(), &memory{got}, int64(len(got)))}
		if _, err := m.boxes(0, m.size); err != nil {
			t.Errorf("%s: the boxes do not end with the file: %v", name, err)
		}
		if _, twice := stage(t, open(t, Config{}), "film.mp4", got); !bytes.Equal(got, twice) {
			t.Errorf("%s: cleaned a second time it is another file", name)
		}
	}
	refused(t, open(t, Config{}), "no index", bytes.NewReader(sample(t, "film.mov")[:3000]), fault.InvalidRequest,
		"incomplete")
}

func TestTimedPositionsAreErasedFromAVideoWithoutItsEnd(t *testing.T) {
	film := sample(t, "film.mp4")
	copy(film[bytes.LastIndex(film, []byte("soun")):], "meta")
	copy(film[bytes.Index(film, []byte("mp4a")):], "gpmd")
	_, whole := stage(t, open(t, Config{}), "film.mp4", film)
	part := len(film) - 700
	_, got := stage(t, open(t, Config{}), "film.mp4", film[:part])
	mdat := bytes.Index(film, []byte("mdat")) + 4
	if !bytes.Equal(got[mdat:], whole[mdat:part]) || slices.Equal(got[mdat:], film[mdat:part]) {
		t.Error("the samples of the track are not erased as in the whole file")
	}
}
