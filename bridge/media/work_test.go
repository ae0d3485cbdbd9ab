package media

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/fuzztest"
	"gitpost/bridge/media/mediatest"
)

// limit is how long one file of a few hundred KB may take, on a machine that is busy with other
// things as well. It takes some milliseconds on one that is not.
const limit = 5 * time.Second

// timed fails the test if f takes longer than the limit.
func timed(t testing.TB, name string, f func()) {
	t.Helper()
	before := fuzztest.Spent(t)
	f()
	if took := fuzztest.Spent(t) - before; took > limit {
		t.Errorf("%s took %v, want less than %v", name, took, limit)
	}
}

// cleanedInTime cleans a file under every policy. It may be refused, but in time.
func cleanedInTime(t testing.TB, name string, body []byte) {
	t.Helper()
	for _, keep := range []policy{keepNothing, keepNoLocation, keepAll} {
		timed(t, name, func() {
			if _, _, err := cleanBytes(body, keep); err != nil && !isFileError(err) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// mutate changes some bytes of a file, among them lengths and counts, or repeats, moves or removes
// a part of it.
func mutate(r *rand.Rand, body []byte) []byte {
	b := bytes.Clone(body)
	for range 1 + r.IntN(4) {
		at := r.IntN(len(b))
		if r.IntN(3) > 0 {
			at = r.IntN(min(len(b), 1500)) // where the structure is
		}
		part := b[at:min(len(b), at+1+r.IntN(400))]
		extreme := []uint32{0, 1, 3, 0x7f, 0xff, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff}[r.IntN(9)]
		switch r.IntN(6) {
		case 0:
			b[at] = byte(r.Uint32())
		case 1:
			b[at] ^= 1 << r.IntN(8)
		case 2:
			if at+4 <= len(b) {
				be.PutUint32(b[at:], extreme)
			}
		case 3:
			if at+4 <= len(b) {
				le.PutUint32(b[at:], extreme)
			}
		case 4:
			b = slices.Concat(b[:at], bytes.Repeat(part, 1+r.IntN(20)), b[at:])
		case 5:
			b = slices.Concat(b[:at], b[at+len(part):], []byte{0})
		}
	}
	return b
}

func TestNoMutationOfAFileTakesLong(t *testing.T) {
	seeds := map[string][]byte{}
	for _, name := range samples(t) {
		seeds[name] = sample(t, name)
	}
	for _, name := range []string{"sound.mp3", "sound.m4a", "sound.ogg"} {
		seeds["cover in "+name] = withCover(t, name, coverPhoto(t))
	}
	seeds["grid.heic"] = gridded{columns: 3, rows: 2, width: 150, height: 100}.file(t, sample(t, "tiles.heic"))
	seeds["text.mp4"] = textTrack(t, "Good morning")
	for name, seed := range seeds {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(2026, 11))
			for range 60 {
				cleanedInTime(t, name, mutate(r, seed))
			}
		})
	}
}

func TestAMutatedFileThatIsAcceptedIsClean(t *testing.T) {
	for _, name := range samples(t) {
		seed := sample(t, name)
		r := rand.New(rand.NewPCG(7, 8))
		for range 100 {
			body := mutate(r, seed)
			once, _, err := cleanBytes(body, keepNothing)
			if err != nil {
				continue
			}
			if sniff(once[:min(len(once), sniffLength)]) != sniff(body[:min(len(body), sniffLength)]) {
				t.Errorf("%s: the kind changed", name)
			}
			if twice, _, err := cleanBytes(once, keepNothing); err != nil || !bytes.Equal(once, twice) {
				t.Errorf("%s: cleaned a second time it is another file, or refused: %v", name, err)
			}
		}
	}
}

func TestNoMutationOfAnImageTakesLongToDecode(t *testing.T) {
	s := open(t, Config{MaxWidth: 16})
	for _, name := range []string{
		"photo.jpg", "picture.png", "animated.gif", "lossy.webp", "lossless.webp", "tiles.heic",
		"rare/progressive.jpg", "rare/cmyk.jpg", "rare/interlaced.png", "rare/deep.png",
	} {
		seed := sample(t, filepath.FromSlash(name))
		r := rand.New(rand.NewPCG(2026, 12))
		for range 25 {
			body := mutate(r, seed)
			timed(t, name, func() {
				if _, err := s.Stage(t.Context(), name, bytes.NewReader(body)); err != nil && !errors.As(err, new(*fault.Error)) {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
	}
}

func TestACountOfCommentsIsBoundedByTheBytesThatAreLeft(t *testing.T) {
	comment := func(text string) []byte { return append(le.AppendUint32(nil, uint32(len(text))), text...) }
	for _, left := range []string{"", "\x01", "\x01\x02", "\x01\x02\x03", "\xff\xff\xff\xff", "\x10\x00\x00\x00abc"} {
		for _, count := range []uint32{0xffffffff, 0x7fffffff} {
			comments := slices.Concat(comment("encoder"), le.AppendUint32(nil, count), comment("LOCATION=Paris"), []byte(left))
			timed(t, "comments", func() {
				changed, err := scrubVorbis(comments, keepNothing)
				if !changed || err != nil || bytes.Contains(comments, []byte("Paris")) {
					t.Errorf("%q left: changed %v, %v: %q", left, changed, err, comments)
				}
			})
		}
	}
}

// heifOf returns a file with lists of items that a test makes up.
func heifOf(boxes ...[]byte) []byte {
	return append(newBox("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")), newBox("meta", append([][]byte{
		make([]byte, 4), newBox("hdlr", []byte("\x00\x00\x00\x00\x00\x00\x00\x00pict"), make([]byte, 13)),
		newBox("pitm", []byte{0, 0, 0, 0, 0, 1}),
	}, boxes...)...)...)
}

// items lists so many items of a kind.
func items(kind string, count int) []byte {
	var list []byte
	for i := range count {
		list = append(list, newBox("infe", []byte{2, 0, 0, 0}, be.AppendUint16(nil, uint16(i+1)),
			[]byte("\x00\x00"+kind+"\x00"))...)
	}
	return newBox("iinf", be.AppendUint16(make([]byte, 4), uint16(count)), list)
}

// looks gives item 1 a size of 9 × 9 pixels, and the property so many times.
func looks(times int) []byte {
	associations := be.AppendUint32(make([]byte, 4), uint32(times))
	for range times {
		associations = append(associations, 0, 1, 1, 1)
	}
	size := newBox("ispe", make([]byte, 4), []byte{0, 0, 0, 9, 0, 0, 0, 9})
	return newBox("iprp", newBox("ipco", size), newBox("ipma", associations))
}

func TestListsOfAHEIFFileAreBoundedByItsBytes(t *testing.T) {
	const n = 40_000
	// Each entry takes six bytes and says that it has 65,535 extents of no bytes.
	empty := be.AppendUint16([]byte{0, 0, 0, 0, 0, 0}, n)
	for range n {
		empty = append(empty, 0, 1, 0, 0, 0xff, 0xff)
	}
	// One item with many extents, in one of many boxes.
	many := be.AppendUint16([]byte{0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0}, n)
	for range n {
		many = be.AppendUint32(be.AppendUint32(many, 200), 1)
	}
	grid := be.AppendUint16([]byte{0, 1}, 2048)
	for range 2048 {
		grid = append(grid, 0, 2)
	}
	for name, body := range map[string][]byte{
		"extents of no bytes": heifOf(items("mime", 1), newBox("iloc", empty), looks(1)),
		"extents in many boxes": append(heifOf(items("mime", 1), newBox("iloc", many), looks(1)),
			bytes.Repeat(newBox("mdat"), n)...),
		"properties of one item": heifOf(items("hvc1", 1), newBox("iloc", make([]byte, 8)), looks(n)),
		"tiles of one item": heifOf(items("grid", 1), newBox("iref", make([]byte, 4), newBox("dimg", grid)),
			newBox("iloc", make([]byte, 8)), looks(n)),
		"many items": heifOf(items("Exif", n/4), newBox("iloc", make([]byte, 8)), looks(1)),
	} {
		if len(body) > 800_000 {
			t.Fatalf("%s: %d bytes are not few", name, len(body))
		}
		cleanedInTime(t, name, body)
	}
}

func TestAnImageOfTooManyImagesIsRefused(t *testing.T) {
	// Each overlay shows the next one twice: 2^20 times the last.
	var references []byte
	for i := range 20 {
		next := be.AppendUint16(nil, uint16(i+2))
		references = append(references, newBox("dimg", be.AppendUint16(nil, uint16(i+1)), []byte{0, 2}, next, next)...)
	}
	doubled := heifOf(items("iovl", 21), newBox("iref", make([]byte, 4), references), newBox("iloc", make([]byte, 8)),
		looks(1))
	circle := newBox("dimg", []byte{0, 1, 0, 1, 0, 1})
	itself := heifOf(items("iovl", 1), newBox("iref", make([]byte, 4), circle), newBox("iloc", make([]byte, 8)), looks(1))
	for name, body := range map[string][]byte{"doubled": doubled, "itself": itself} {
		m := newMedium(t.Context(), &memory{body}, int64(len(body)))
		h, err := readHEIF(m)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		h.coded = 4_000_000
		if n := h.decodings(h.primary, map[uint32]int64{}); n*h.coded <= maxSlicePixels {
			t.Errorf("%s: it counts as %d images", name, n)
		}
		cleanedInTime(t, name, body)
	}
}

func TestAnItemOfMoreThanOnePictureIsRefused(t *testing.T) {
	body := sample(t, "photo.heic")
	m := newMedium(t.Context(), &memory{body}, int64(len(body)))
	h, err := readHEIF(m)
	if err != nil {
		t.Fatal(err)
	}
	coded := h.items[slices.IndexFunc(h.items, func(item heifItem) bool { return item.kind == "hvc1" })]
	if _, err := newHEVCScan(m).pixels(coded, 4); err != nil {
		t.Fatalf("one picture: %v", err)
	}
	twice := coded
	twice.extents = append(slices.Clone(coded.extents), coded.extents...)
	scan := newHEVCScan(m)
	scan.left *= 2
	if _, err := scan.pixels(twice, 4); err == nil {
		t.Error("an item of two pictures in two pieces was accepted")
	}
	// A second first slice, in eight bytes.
	slice := []byte{0, 0, 0, 4, 2, 1, 0x80, 0}
	f := &memory{slices.Concat(body[coded.extents[0].from:coded.extents[0].to], slice)}
	again := heifItem{extents: []extent{{0, int64(len(f.b))}}}
	if _, err := newHEVCScan(newMedium(t.Context(), f, int64(len(f.b)))).pixels(again, 4); err == nil {
		t.Error("an item of two pictures in one piece was accepted")
	}
	// Slices that are not the first of a picture are counted.
	f.b = bytes.Repeat([]byte{0, 0, 0, 4, 2, 1, 0x40, 0}, 1000)
	again.extents[0].to = int64(len(f.b))
	scan = newHEVCScan(newMedium(t.Context(), f, int64(len(f.b))))
	if _, err := scan.pixels(again, 4); err != nil || scan.slices != 1000 {
		t.Errorf("%d slices, %v; want 1000", scan.slices, err)
	}
}

func TestAnEXIFBlockOfManyDirectoriesIsReadInTime(t *testing.T) {
	var chunk bytes.Buffer
	writeChunk(&chunk, "eXIf", mediatest.HostileEXIF())
	body := sample(t, "picture.png")
	cleanedInTime(t, "a PNG", slices.Concat(body[:33], chunk.Bytes(), body[33:]))
}

func TestManySmallPartsAreReadInTime(t *testing.T) {
	const n = 40_000
	tag := []byte("ID3\x04\x00\x00")
	frames := bytes.Repeat([]byte("COMM\x00\x00\x00\x00\x00\x00"), n)
	webm := sample(t, "film.webm")
	segment := bytes.Index(webm, []byte{0x18, 0x53, 0x80, 0x67})
	live := append(bytes.Clone(webm[:segment]), 0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
	trak := newBox("trak", bytes.Repeat(newBox("mdia", newBox("minf")), n/100))
	runs := []byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1}
	hdlr := newBox("hdlr", []byte("\x00\x00\x00\x00\x00\x00\x00\x00meta"), make([]byte, 13))
	mp4 := newBox("ftyp", []byte("isom\x00\x00\x02\x00isomiso2"))
	positions := func(at int) []byte { // a track of as many chunks, all of them in the last of many boxes
		stco := append(make([]byte, 8), bytes.Repeat(be.AppendUint32(nil, uint32(at)), n)...)
		stbl := newBox("stbl", newBox("stco", stco), newBox("stsz", make([]byte, 12)), newBox("stsc", runs))
		moov := newBox("moov", newBox("trak", newBox("mdia", hdlr, newBox("minf", stbl))))
		return slices.Concat(mp4, moov, bytes.Repeat(newBox("mdat"), n))
	}
	flac := sample(t, "sound.flac")
	for name, body := range map[string][]byte{
		"frames of an MP3":   slices.Concat(tag, syncsafeOf(len(frames)), frames, sample(t, "sound.mp3")),
		"elements of a WebM": append(live, bytes.Repeat([]byte{0xec, 0x80}, 4*n)...),
		"boxes of an MP4":    slices.Concat(mp4, newBox("moov", bytes.Repeat(trak, 60)), newBox("mdat")),
		"chunks of an MP4":   positions(len(positions(0))),
		"chunks of a WAV":    append([]byte("RIFF\xff\xff\xff\xffWAVE"), bytes.Repeat([]byte("note\x00\x00\x00\x00"), n)...),
		"blocks of a FLAC":   slices.Concat(flac[:42], bytes.Repeat([]byte{flacPadding, 0, 0, 0}, n), flac[42:]),
		"chunks of a WebP":   append([]byte("RIFF\x00\xe2\x04\x00WEBP"), bytes.Repeat([]byte("note\x00\x00\x00\x00"), n)...),
		"pages of an Ogg":    bytes.Repeat(append([]byte("OggS\x00\x00"), make([]byte, 21)...), n/4),
		"markers of a JPEG":  append([]byte("\xff\xd8\xff"), bytes.Repeat([]byte("\xff\xfe\x00\x02"), 4*n)...),
		"angle brackets":     append([]byte("\xff\xd8\xff\xe0"), bytes.Repeat([]byte("<"), 20*n)...),
	} {
		cleanedInTime(t, name, body)
	}
}

// scans returns a progressive JPEG of so many scans that change nothing. Each takes a few bytes.
func scans(size, count int) []byte {
	b := []byte{0xff, markerSOI}
	quants := bytes.Repeat([]byte{1}, 65)
	quants[0] = 0
	b = append(b, segment(markerDQT, quants)...)
	frame := be.AppendUint16(be.AppendUint16([]byte{8}, uint16(size)), uint16(size))
	b = append(b, segment(0xc2, append(frame, 1, 1, 0x11, 0))...)
	// One code of one bit each: a DC difference of 0, and an end of band for 32,767 blocks.
	dc, ac := append([]byte{0x00, 1}, make([]byte, 16)...), append([]byte{0x10, 1}, make([]byte, 16)...)
	ac[17] = 0xe0
	b = append(b, segment(markerDHT, dc[:18])...)
	b = append(b, segment(markerDHT, ac[:18])...)
	blocks := (size + 7) / 8 * ((size + 7) / 8)
	b = append(b, segment(markerSOS, []byte{1, 1, 0, 0, 0, 0})...)
	b = append(b, make([]byte, (blocks+7)/8)...)
	for range count - 1 {
		b = append(b, segment(markerSOS, []byte{1, 1, 0, 1, 63, 0})...)
		b = append(b, bytes.Repeat([]byte{0x3f, 0xff, 0x00}, (blocks/32766+2)*2)...)
	}
	return append(b, 0xff, markerEOI)
}

func TestAJPEGOfTooManyScansIsRefused(t *testing.T) {
	s := open(t, Config{MaxWidth: 64})
	for count, accepted := range map[int]bool{2: true, 10: true, maxScans: true, maxScans + 1: false, 3000: false} {
		body := scans(128, count)
		if !accepted {
			refused(t, s, "scans.jpg", bytes.NewReader(body), fault.InvalidRequest, "more than 100 scans")
			continue
		}
		if staged, _ := stage(t, s, "scans.jpg", body); staged.Width != 64 && staged.Width != 128 {
			t.Errorf("%d scans: %+v", count, staged)
		}
	}
}

// expiring is a context that ends after it was asked so many times.
type expiring struct {
	context.Context
	left int
}

func (e *expiring) Err() error {
	if e.left--; e.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestDecodingEndsWithItsRequest(t *testing.T) {
	noise := image.NewNRGBA(image.Rect(0, 0, 300, 300))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(r.UintN(256))
	}
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, noise, nil); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		kind *kind
		body []byte
	}{
		"baseline JPEG":    {jpegKind, plain.Bytes()},
		"progressive JPEG": {jpegKind, scans(2000, 100)},
		"PNG":              {pngKind, encodedPNG(t, noise)},
	} {
		f, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.Write(c.body); err != nil {
			t.Fatal(err)
		}
		ctx := &expiring{t.Context(), 3}
		if _, err := decode(ctx, f, c.kind, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want the context's error", name, err)
		}
		if ctx.left < -3 {
			t.Errorf("%s: it read on %d times", name, -ctx.left)
		}
		if steps := len(c.body) / decodingStep; steps < 10 {
			t.Errorf("%s: there are only %d steps: this proves nothing", name, steps)
		}
	}
}

func TestParsingEndsWithItsRequest(t *testing.T) {
	for _, name := range samples(t) {
		body := sample(t, name)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		k := sniff(body)
		if k.cleaner() != nil {
			continue // they read through a contextReader
		}
		f := &memory{bytes.Clone(body)}
		if _, err := k.scrubber()(newMedium(ctx, f, int64(len(body))), keepNothing); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want the context's error", name, err)
		}
		if !bytes.Equal(f.b, body) {
			t.Errorf("%s was changed", name)
		}
	}
}
