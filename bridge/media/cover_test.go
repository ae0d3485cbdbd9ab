package media

import (
	"bytes"
	"encoding/base64"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/fault"
)

// coverPhoto is a photo with a location and a device, for a cover.
func coverPhoto(t testing.TB) []byte {
	return photo(t, scene(64, 48), exifSegment(be, 1), segment(markerAPP1,
		append(bytes.Clone(sigXMP), `<x exif:GPSLatitude="48,51.46N"/>`...)), segment(markerCOM, []byte("Paris")))
}

// withCover puts a cover into an audio file of testdata/media.
func withCover(t testing.TB, name string, cover []byte) []byte {
	t.Helper()
	body := sample(t, name)
	switch name {
	case "sound.mp3":
		frame := slices.Concat([]byte("\x00image/jpeg\x00\x03A picture\x00"), cover)
		frame = slices.Concat([]byte("APIC"), syncsafeOf(len(frame)), []byte{0, 0}, frame)
		if body[3] != 4 {
			t.Fatal("the sample has no ID3v2.4")
		}
		size := int(syncsafe(body[6:])) + len(frame)
		copy(body[6:], syncsafeOf(size))
		return slices.Concat(body[:10], frame, body[10:])
	case "sound.m4a": // its item list grows, and so do the boxes around it, which follow the audio
		i := bytes.Index(body, []byte("ilst"))
		item := newBox("covr", newBox("data", []byte{0, 0, 0, 13, 0, 0, 0, 0}, cover))
		for _, outer := range []string{"moov", "udta", "meta", "ilst"} {
			at := bytes.LastIndex(body[:i+4], []byte(outer)) - 4
			be.PutUint32(body[at:], be.Uint32(body[at:])+uint32(len(item)))
		}
		if bytes.Index(body, []byte("mdat")) > i {
			t.Fatal("the audio of the sample follows its titles")
		}
		return slices.Concat(body[:i+4], item, body[i+4:])
	case "sound.ogg": // its second page has the comments
		block := be.AppendUint32(be.AppendUint32(nil, 3), 10)
		block = be.AppendUint32(append(block, "image/jpeg"...), 0)
		block = be.AppendUint32(append(block, make([]byte, 16)...), uint32(len(cover)))
		comment := "METADATA_BLOCK_PICTURE=" + base64.StdEncoding.EncodeToString(append(block, cover...))
		packet := slices.Concat([]byte("\x03vorbis"), make([]byte, 4), []byte{1, 0, 0, 0},
			le.AppendUint32(nil, uint32(len(comment))), []byte(comment), []byte{1})
		first := 28 + int(body[27])
		out := bytes.Clone(body[:first])
		for part, number := packet, byte(1); len(part) > 0; number++ {
			n := min(len(part), 255*255)
			lacing := bytes.Repeat([]byte{255}, n/255)
			if n == len(part) {
				lacing = append(lacing, byte(n%255))
			}
			page := slices.Concat(body[:26], []byte{byte(len(lacing))}, lacing, part[:n])
			page[5], page[18] = 0, number
			f := &memory{page}
			o := oggFile{medium: newMedium(t.Context(), f, int64(len(page)))}
			if err := o.sumPage(oggPage{end: int64(len(page))}); err != nil {
				t.Fatal(err)
			}
			out, part = append(out, f.b...), part[n:]
		}
		return out
	}
	t.Fatal(name)
	return nil
}

func syncsafeOf(n int) []byte {
	return []byte{byte(n >> 21 & 0x7f), byte(n >> 14 & 0x7f), byte(n >> 7 & 0x7f), byte(n & 0x7f)}
}

// coverOf finds the JPEG in a staged audio file.
func coverOf(t testing.TB, name string, body []byte) []byte {
	t.Helper()
	if name == "sound.ogg" {
		_, text, ok := bytes.Cut(body, []byte("METADATA_BLOCK_PICTURE="))
		if !ok {
			t.Fatal("the cover is gone")
		}
		var b []byte
		for b = []byte{}; len(text) >= 4; text = text[4:] {
			var four [3]byte
			n, err := base64.StdEncoding.Decode(four[:], text[:4])
			if err != nil {
				break
			}
			b = append(b, four[:n]...)
		}
		body = b
	}
	i := bytes.Index(body, []byte("\xff\xd8\xff"))
	if i < 0 {
		t.Fatalf("%s: the cover is gone", name)
	}
	return body[i:]
}

func TestTheCoverOfAnAudioFileLosesItsLocationToo(t *testing.T) {
	for _, name := range []string{"sound.mp3", "sound.m4a", "sound.ogg"} {
		body := withCover(t, name, coverPhoto(t))
		if before := coverOf(t, name, body); !bytes.Contains(before, []byte("Phone")) ||
			!bytes.Contains(before, be.AppendUint32(nil, 48_857_700)) {
			t.Fatalf("%s: the cover has no device or no location in it: this proves nothing", name)
		}
		for _, keep := range []string{"", "keep", "keep-location"} {
			staged, got := stage(t, open(t, Config{Keep: keep}), name, body)
			if strings.HasPrefix(staged.ContentType, "video/") || len(got) != len(body) && name != "sound.mp3" {
				t.Errorf("%s: %+v", name, staged)
			}
			if keep == "keep-location" {
				if !bytes.Equal(got, body) {
					t.Errorf("%s: with keep-location it was changed", name)
				}
				continue
			}
			cover := coverOf(t, name, got)
			for _, trace := range []string{"GPSLatitude", "Paris", string(be.AppendUint32(nil, 48_857_700))} {
				if bytes.Contains(cover, []byte(trace)) {
					t.Errorf("%s, %q: the cover still has %q in it", name, keep, trace)
				}
			}
			if bytes.Contains(cover, []byte("Phone")) != (keep == "keep") {
				t.Errorf("%s, %q: the cover's device: %v", name, keep, keep != "keep")
			}
			img, err := jpeg.Decode(bytes.NewReader(cover))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if d := difference(t, decoded(t, coverPhoto(t)), img); d != 0 {
				t.Errorf("%s: the cover's pixels differ by %g", name, d)
			}
		}
	}
}

func TestExiftoolFindsNoLocationInACover(t *testing.T) {
	exiftool := tool(t, "exiftool", "libimage-exiftool-perl")
	read := func(path string) string {
		t.Helper()
		picture, err := exec.CommandContext(t.Context(), exiftool, "-b", "-Picture", "-CoverArt", path).Output()
		if err != nil || len(picture) == 0 {
			t.Fatalf("%s has no cover: %v", path, err)
		}
		file := filepath.Join(t.TempDir(), "cover.jpg")
		if err := os.WriteFile(file, picture, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), exiftool, "-s", "-a", file).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	s := open(t, Config{})
	for _, name := range []string{"sound.mp3", "sound.m4a", "sound.ogg"} {
		body := withCover(t, name, coverPhoto(t))
		before := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(before, body, 0o600); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(read(before), "GPS") {
			t.Fatalf("%s: exiftool finds no location in the cover before: this proves nothing", name)
		}
		staged, _ := stage(t, s, name, body)
		if after := read(filepath.Join(s.dir, staged.File)); strings.Contains(after, "GPS") ||
			strings.Contains(after, "Make") {
			t.Errorf("%s: exiftool finds in the cover\n%s", name, after)
		}
	}
}

func TestACoverThatCannotBeCleanedIsRemoved(t *testing.T) {
	for _, name := range []string{"sound.mp3", "sound.m4a", "sound.ogg"} {
		_, got := stage(t, open(t, Config{}), name, withCover(t, name, coverPhoto(t)[:300]))
		if bytes.Contains(got, []byte("Phone")) || bytes.Contains(got, []byte("\xff\xd8\xff")) {
			t.Errorf("%s: the damaged cover is still there", name)
		}
		page := withCover(t, name, append(photo(t, scene(8, 8)), "<html><script>alert(1)</script>"...))
		refused(t, open(t, Config{}), name, bytes.NewReader(page), fault.UnsupportedMedia, "contains")
	}
}
