package media

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// traces are texts that only the metadata of the samples contains.
var traces = []string{
	"48.857", "+48.8577+002.2950", "Paris", "Phone", "Tele\x00", "12345", "iPhone", "photoshop:City", "GPSLatitude",
	"loci",
}

func TestNoTraceOfLocationOrDeviceIsLeft(t *testing.T) {
	s := open(t, Config{})
	for _, name := range samples(t) {
		body := sample(t, name)
		traced := slices.ContainsFunc(traces, func(trace string) bool { return bytes.Contains(body, []byte(trace)) })
		if !traced && name != "paper.pdf" { // a document is stored as it is
			t.Errorf("%s has no trace before: this proves nothing", name)
		}
		_, got := stage(t, s, name, body)
		for _, trace := range traces {
			if bytes.Contains(got, []byte(trace)) {
				t.Errorf("%s still contains %q", name, trace)
			}
		}
	}
}

// tool finds a program of Debian. It skips the test unless all tests must run: then the program
// must be there.
func tool(t testing.TB, name, pack string) string {
	t.Helper()
	if os.Getenv("GITPOST_TEST_ALL") == "" {
		t.Skipf("runs %s (apt-get install %s): set GITPOST_TEST_ALL=1", name, pack)
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not installed: apt-get install %s", name, pack)
	}
	return path
}

func TestExiftoolFindsNoLocationAndNoDevice(t *testing.T) {
	exiftool := tool(t, "exiftool", "libimage-exiftool-perl")
	s := open(t, Config{})
	words := []string{"gps", "location", "city", "make", "model", "serial", "latitude", "longitude", "comment",
		"warning", "error"}
	// find runs exiftool once, and returns what it finds by file.
	find := func(paths []string) map[string][]string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), exiftool,
			append([]string{"-s", "-a", "-u", "-ee"}, paths...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		found, path := map[string][]string{}, ""
		for line := range strings.Lines(string(out)) {
			if header, ok := strings.CutPrefix(line, "======== "); ok {
				path = strings.TrimSpace(header)
				found[path] = nil
				continue
			}
			lower := strings.ToLower(line)
			if strings.HasPrefix(lower, "directory") || strings.HasPrefix(lower, "filename") {
				continue
			}
			if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(lower, w) }) {
				found[path] = append(found[path], strings.TrimSpace(line))
			}
		}
		if len(found) != len(paths) {
			t.Fatalf("exiftool read %d files of %d:\n%s", len(found), len(paths), out)
		}
		return found
	}
	var before, after []string
	for _, name := range samples(t) {
		if name == "paper.pdf" {
			continue
		}
		staged, _ := stage(t, s, name, sample(t, name))
		before = append(before, filepath.Join("..", "..", "testdata", "media", name))
		after = append(after, filepath.Join(s.dir, staged.File))
	}
	foundBefore, foundAfter := find(before), find(after)
	for i, path := range before {
		if len(foundBefore[path]) == 0 {
			t.Errorf("%s: exiftool finds nothing in the sample: the test proves nothing", path)
		}
		if found := foundAfter[after[i]]; len(found) > 0 {
			t.Errorf("%s: exiftool finds\n\t%s", path, strings.Join(found, "\n\t"))
		}
	}
}

func TestFFmpegDecodesCleanedFilesToTheSame(t *testing.T) {
	ffmpeg := tool(t, "ffmpeg", "ffmpeg")
	s := open(t, Config{})
	// The MD5 of every frame and sample, decoded.
	decoded := func(path string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), ffmpeg, "-v", "error", "-i", path, "-f", "md5", "-").CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	for _, name := range samples(t) {
		switch name {
		case "paper.pdf", "animated.webp", "photo.heic", "grey.heic", "tiles.heic", "photo.avif": // not ffmpeg's
			continue
		}
		staged, _ := stage(t, s, name, sample(t, name))
		before := decoded(filepath.Join("..", "..", "testdata", "media", name))
		after := decoded(filepath.Join(s.dir, staged.File))
		if before != after {
			t.Errorf("%s: decodes to %q, before to %q", name, after, before)
		}
	}
}

func TestKeepKeepsAllButTheLocation(t *testing.T) {
	for _, c := range []struct {
		sample    string
		stays     []string
		stayAfter []string // with keep-location only
	}{
		{sample: "photo.jpg", stays: []string{"Phone", "Tele", "12345", "Walk", "dc:title"},
			stayAfter: []string{"Paris", "photoshop:City", "exif:GPSLatitude"}},
		{sample: "picture.png", stays: []string{"Phone", "Tele", "12345", "Walk", "dc:title"},
			stayAfter: []string{"Paris", "exif:GPSLatitude"}},
		{sample: "lossy.webp", stays: []string{"Phone", "Tele", "12345", "Walk"},
			stayAfter: []string{"Paris", "exif:GPSLatitude"}},
		{sample: "animated.webp", stays: []string{"Phone", "Tele", "12345", "Walk"},
			stayAfter: []string{"Paris", "exif:GPSLatitude"}},
		{sample: "photo.avif", stays: []string{"Phone", "Tele", "12345", "Walk"},
			stayAfter: []string{"Paris", "exif:GPSLatitude"}},
		{sample: "photo.heic", stays: []string{"Phone", "Tele", "12345"}},
		{sample: "animated.gif", stayAfter: []string{"At home in Paris"}},
		{sample: "sound.mp3", stays: []string{"A walk"}, stayAfter: []string{"48.8577"}},
		{sample: "sound.ogg", stays: []string{"A walk"}, stayAfter: []string{"48.8577"}},
		{sample: "sound.m4a", stays: []string{"A walk"}, stayAfter: []string{"loci"}},
		{sample: "sound.flac", stays: []string{"A walk", "Phone"}, stayAfter: []string{"48.8577"}},
		{sample: "sound.wav", stays: []string{"A walk"}, stayAfter: []string{"48.8577", "LOCATION_NAME"}},
		{sample: "film.webm", stayAfter: []string{"48.8577"}},
		{sample: "film.mp4", stays: []string{"A walk"}, stayAfter: []string{"Paris"}},
		{sample: "film.mov", stayAfter: []string{"48.8577"}},
	} {
		for _, keep := range []string{"keep", "keep-location"} {
			_, got := stage(t, open(t, Config{Keep: keep}), c.sample, sample(t, c.sample))
			for _, text := range c.stays {
				if !bytes.Contains(got, []byte(text)) {
					t.Errorf("%s, %s: %q is gone", c.sample, keep, text)
				}
			}
			for _, text := range c.stayAfter {
				if stays := bytes.Contains(got, []byte(text)); stays != (keep == "keep-location") {
					t.Errorf("%s, %s: %q stays: %v", c.sample, keep, text, stays)
				}
			}
			if keep == "keep" {
				for _, text := range []string{"48.857", "Paris", "GPSLatitude"} {
					if bytes.Contains(got, []byte(text)) {
						t.Errorf("%s, %s: %q stays", c.sample, keep, text)
					}
				}
			}
		}
	}
}

func TestExiftoolReadsWhatKeepLeft(t *testing.T) {
	exiftool := tool(t, "exiftool", "libimage-exiftool-perl")
	s := open(t, Config{Keep: "keep", MaxWidth: 60}) // JPEG, PNG and WebP are encoded anew, too
	for _, name := range []string{"photo.jpg", "picture.png", "photo.avif", "photo.heic", "animated.webp"} {
		staged, _ := stage(t, s, name, sample(t, name))
		out, err := exec.CommandContext(t.Context(), exiftool, "-s", "-a", "-G1",
			filepath.Join(s.dir, staged.File)).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		text := string(out)
		for _, want := range []string{"Make ", "Model ", "SerialNumber "} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: there is no %s\n%s", name, want, text)
			}
		}
		for _, unwanted := range []string{"GPS", "City", "Warning"} {
			if strings.Contains(text, unwanted) {
				t.Errorf("%s: there is %s\n%s", name, unwanted, text)
			}
		}
	}
}

func TestAJPEGLosesEverySegmentThatIsNoImage(t *testing.T) {
	icc := profile("RGB ", 70_000)
	plain := photo(t, scene(40, 30))
	with := photo(t, scene(40, 30), slices.Concat(
		segment(markerAPP0, []byte("JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x01\x01Par")), // with a thumbnail of one pixel
		segment(markerAPP0, []byte("JFXX\x00Paris")),
		exifSegment(binary.LittleEndian, 1),
		segment(markerAPP1, append(bytes.Clone(sigXMP), "<x>Paris</x>"...)),
		segment(markerAPP1, append(bytes.Clone(sigExtendedXMP), "Paris"...)),
		slices.Concat(profileSegments(icc)...),
		segment(markerAPP2, append(bytes.Clone(sigMPF), "Paris"...)),
		segment(0xe3, []byte("Meta\x00\x00Paris")),
		segment(0xeb, []byte("HDR_RI Paris")),
		segment(0xec, []byte("Ducky\x00Paris")),
		segment(markerAPPD, append(bytes.Clone(sigPhotoshop),
			"8BIM\x04\x04\x00\x00\x00\x00\x00\x0a\x1c\x02\x5a\x00\x05Paris"...)),
		segment(markerAPPE, []byte("Adobe\x00\x64\x00\x00\x00\x00\x01Paris")),
		segment(markerAPPF, []byte("Paris")),
		segment(markerCOM, []byte("Paris")),
	))
	with = append(with, append([]byte{0xff, 0xd8, 0xff, 0xe1},
		"\x00\x00\x00\x18ftypmp42 a film made in Paris\x00\x01\x02\x03\x04\x05"...)...)
	_, got := stage(t, open(t, Config{}), "photo.jpg", with)
	want := photo(t, scene(40, 30), slices.Concat(
		segment(markerAPP0, []byte("JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00")),
		slices.Concat(profileSegments(icc)...),
		segment(markerAPPE, []byte("Adobe\x00\x64\x00\x00\x00\x00\x01")),
	))
	if !bytes.Equal(got, want) {
		t.Errorf("what is left differs from the image, its profile and how its colours are coded: %d bytes, want %d",
			len(got), len(want))
	}
	before, err := jpeg.Decode(bytes.NewReader(plain))
	if err != nil {
		t.Fatal(err)
	}
	after, err := jpeg.Decode(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	if d := difference(t, before, after); d != 0 {
		t.Errorf("the pixels differ by %g", d)
	}
}

func TestAPNGLosesEveryChunkThatIsNoImage(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, scene(30, 20)); err != nil {
		t.Fatal(err)
	}
	plain := b.Bytes()
	var extra, colours bytes.Buffer
	writeChunk(&colours, "gAMA", []byte{0, 0, 177, 143})
	writeChunk(&colours, "iCCP", []byte("p\x00\x00 compressed"))
	for _, name := range []string{"tEXt", "zTXt", "iTXt", "tIME", "vpAg", "prVt", "eXIf"} {
		writeChunk(&extra, name, []byte("Comment\x00Paris"))
	}
	with := slices.Concat(plain[:33], extra.Bytes(), colours.Bytes(), plain[33:len(plain)-12], extra.Bytes(),
		plain[len(plain)-12:], []byte("\x00\x01\x02Paris\x03\x04"))
	_, got := stage(t, open(t, Config{}), "picture.png", with)
	if want := slices.Concat(plain[:33], colours.Bytes(), plain[33:]); !bytes.Equal(got, want) {
		t.Errorf("%d bytes are left, want %d: %q", len(got), len(want), got[:min(len(got), 200)])
	}
	if sum := crc32.ChecksumIEEE([]byte("IEND")); binary.BigEndian.Uint32(got[len(got)-4:]) != sum {
		t.Error("the end is missing")
	}
}

func TestTimedPositionsAreErased(t *testing.T) {
	// A film whose second track records where the camera is: its handler becomes "meta".
	film := sample(t, "film.mp4")
	second := bytes.LastIndex(film, []byte("soun"))
	entry := bytes.Index(film, []byte("mp4a"))
	if second < 0 || entry < 0 {
		t.Fatal("the sample has no second track")
	}
	copy(film[second:], "meta")
	copy(film[entry:], "gpmd")
	_, got := stage(t, open(t, Config{}), "film.mp4", film)
	if bytes.Contains(got, []byte("gpmd")) {
		t.Error("the track is still there")
	}
	if len(got) != len(film) {
		t.Errorf("the video has %d bytes, before %d", len(got), len(film))
	}
	mdat := bytes.Index(film, []byte("mdat"))
	size := int(binary.BigEndian.Uint32(film[mdat-4:]))
	zeroed := 0
	for i := mdat + 4; i < mdat-4+size; i++ {
		if got[i] != film[i] {
			if got[i] != 0 {
				t.Fatal("a sample was changed to something else than zero")
			}
			zeroed++
		}
	}
	if zeroed < 500 || zeroed > size-1000 {
		t.Errorf("%d of %d bytes of samples were erased; want those of one track", zeroed, size)
	}
	_, kept := stage(t, open(t, Config{Keep: "keep-location"}), "film.mp4", film)
	if !bytes.Equal(kept, film) {
		t.Error("with keep-location the video was changed")
	}
}

func TestAGIFKeepsItsFramesAndItsLoop(t *testing.T) {
	_, got := stage(t, open(t, Config{}), "animated.gif", sample(t, "animated.gif"))
	before, after := frames(t, sample(t, "animated.gif")), frames(t, got)
	if len(before.Image) != 3 || len(after.Image) != 3 || before.LoopCount != after.LoopCount ||
		!slices.Equal(before.Delay, after.Delay) {
		t.Fatalf("%d frames, loop %d, delays %v; before %d, %d, %v", len(after.Image), after.LoopCount, after.Delay,
			len(before.Image), before.LoopCount, before.Delay)
	}
	for i := range after.Image {
		if d := difference(t, before.Image[i], after.Image[i]); d != 0 {
			t.Errorf("frame %d differs by %g", i, d)
		}
	}
}

func TestXMPInAGIFIsRemoved(t *testing.T) {
	plain := sample(t, "animated.gif")
	head := 13 + 3<<(plain[10]&7+1)
	packet := `<?xpacket begin=""?><x:xmpmeta exif:GPSLatitude="48,51.46N"/><?xpacket end="w"?>`
	// The packet is not cut into blocks: a trailer of falling lengths leads any reader to its end.
	trailer := []byte{0x01}
	for i := 0xff; i >= 0; i-- {
		trailer = append(trailer, byte(i))
	}
	with := slices.Concat(plain[:head], []byte("\x21\xff\x0bXMP DataXMP"), []byte(packet), trailer, []byte{0},
		plain[head:])
	for _, keep := range []string{"", "keep", "keep-location"} {
		_, got := stage(t, open(t, Config{Keep: keep}), "animated.gif", with)
		if stays := bytes.Contains(got, []byte("GPSLatitude")); stays != (keep == "keep-location") {
			t.Errorf("%q: it stays: %v", keep, stays)
		}
		if n := len(frames(t, got).Image); n != 3 {
			t.Errorf("%q: %d frames are left, want 3", keep, n)
		}
	}
}
