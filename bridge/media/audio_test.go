package media

import (
	"bytes"
	"slices"
	"testing"

	"gitpost/bridge/fault"
)

// wav returns a WAV file with chunks before and after its audio.
func wav(before, after []byte) []byte {
	chunk := func(name string, content []byte) []byte {
		return append(le.AppendUint32([]byte(name), uint32(len(content))), content...)
	}
	format := []byte{1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0}
	body := slices.Concat([]byte("WAVE"), chunk("fmt ", format), before, chunk("data", make([]byte, 2000)), after)
	return append(le.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func riffChunk(name, content string) []byte {
	b := append(le.AppendUint32([]byte(name), uint32(len(content))), content...)
	return append(b, make([]byte, len(content)&1)...)
}

func TestAWAVLosesEveryChunkThatIsNotAudio(t *testing.T) {
	id3 := "ID3\x03\x00\x00\x00\x00\x00\x2bPRIV\x00\x00\x00\x08\x00\x00ParisGPSTIT2\x00\x00\x00\x07\x00\x00\x00A walk"
	id3 = id3[:9] + "\x23" + id3[10:]
	titles := string(riffChunk("INAM", "A walk\x00")) + string(riffChunk("IART", "gps of Paris\x00")) +
		string(riffChunk("ICMT", "+48.8577+002.2950/\x00")) + string(riffChunk("ISFT", "Phone\x00"))
	for _, c := range []struct {
		name, content string
	}{
		{"bext", "Phone in Paris"}, {"iXML", "<LOCATION>Paris</LOCATION>"}, {"_PMX", "<rdf>Paris"},
		{"JUNK", "Paris"}, {"LIST", "exifecor\x06\x00\x00\x00Phone\x00Paris"}, {"id3 ", id3}, {"LIST", "INFO" + titles},
		{"aXML", "Paris"},
	} {
		for _, body := range [][]byte{wav(riffChunk(c.name, c.content), nil), wav(nil, riffChunk(c.name, c.content))} {
			_, got := stage(t, open(t, Config{}), "sound.wav", body)
			for _, trace := range []string{"Paris", "Phone", "48.857"} {
				if bytes.Contains(got, []byte(trace)) {
					t.Errorf("%s: %q is still there", c.name, trace)
				}
			}
			if bytes.Contains(got, []byte("A walk")) != bytes.Contains(body, []byte("A walk")) {
				t.Errorf("%s: the title is gone", c.name)
			}
			if len(got) != len(body) {
				t.Errorf("%s: %d bytes, before %d", c.name, len(got), len(body))
			}
			if _, all := stage(t, open(t, Config{Keep: "keep-location"}), "sound.wav", body); !bytes.Equal(all, body) {
				t.Errorf("%s: with keep-location it was changed", c.name)
			}
		}
	}
}

func TestAWAVWithoutItsEndIsKept(t *testing.T) {
	whole := wav(nil, riffChunk("bext", "Paris"))
	streamed := bytes.Clone(whole[:len(whole)-14])
	le.PutUint32(streamed[4:], 0xffffffff)
	le.PutUint32(streamed[40:], 0xffffffff)
	zero := bytes.Clone(streamed)
	le.PutUint32(zero[4:], 0)
	le.PutUint32(zero[40:], 0)
	for name, body := range map[string][]byte{
		"half": whole[:1000], "odd": whole[:1001], "in the next chunk": whole[:len(whole)-3],
		"streamed": streamed, "streamed, zero": zero,
	} {
		_, got := stage(t, open(t, Config{}), "sound.wav", body)
		if int(le.Uint32(got[4:]))+8 != len(got) || 44+int(le.Uint32(got[40:])) > len(got) {
			t.Errorf("%s: the lengths do not fit: % x", name, got[:44])
		}
		if bytes.Contains(got, []byte("Paris")) {
			t.Errorf("%s: the location is still there", name)
		}
	}
	refused(t, open(t, Config{}), "sound.wav", bytes.NewReader(whole[:40]), fault.InvalidRequest, "incomplete")
}

// flac returns the sample with metadata blocks behind its header.
func flac(t testing.TB, blocks ...[]byte) []byte {
	t.Helper()
	body := sample(t, "sound.flac")
	return slices.Concat(body[:42], slices.Concat(blocks...), body[42:])
}

func flacBlock(kind byte, content []byte) []byte {
	return append(be.AppendUint32(nil, uint32(kind)<<24|uint32(len(content))), content...)
}

func TestAFLACLosesEveryBlockThatIsNotAudio(t *testing.T) {
	picture := be.AppendUint32(be.AppendUint32(nil, 3), 10)
	picture = be.AppendUint32(append(picture, "image/jpeg"...), 0)
	cover := coverPhoto(t)
	picture = be.AppendUint32(append(picture, make([]byte, 16)...), uint32(len(cover)))
	for name, block := range map[string][]byte{
		"application":     flacBlock(2, []byte("GPS Paris")),
		"padding":         flacBlock(flacPadding, []byte("what was in Paris")),
		"unknown":         flacBlock(50, []byte("Paris")),
		"cover":           flacBlock(flacPicture, append(picture, cover...)),
		"damaged cover":   flacBlock(flacPicture, append(picture, cover[:300]...)),
		"a block of none": flacBlock(flacPicture, []byte("Paris")),
	} {
		body := flac(t, block)
		if !bytes.Contains(body, []byte("Paris")) && !bytes.Contains(body, []byte("Phone")) {
			t.Fatalf("%s: there is no trace: this proves nothing", name)
		}
		_, got := stage(t, open(t, Config{}), "sound.flac", body)
		for _, trace := range []string{"Paris", "Phone", "48.857"} {
			if bytes.Contains(got, []byte(trace)) {
				t.Errorf("%s: %q is still there", name, trace)
			}
		}
		if bytes.Contains(got, []byte("\xff\xd8\xff")) != (name == "cover") || len(got) != len(body) {
			t.Errorf("%s: %d bytes, before %d, or the cover is wrong", name, len(got), len(body))
		}
	}
}

func TestAFLACBehindAnID3TagIsAFLAC(t *testing.T) {
	tag := []byte("ID3\x04\x00\x00\x00\x00\x00\x13PRIV\x00\x00\x00\x09\x00\x00GPS Paris")
	body := append(tag, sample(t, "sound.flac")...)
	staged, got := stage(t, open(t, Config{}), "sound.mp3", body)
	if staged.ContentType != "audio/flac" || bytes.Contains(got, []byte("Paris")) ||
		bytes.Contains(got, []byte("48.857")) {
		t.Errorf("%+v, or a trace of the location", staged)
	}
	mp3 := open(t, Config{Accept: []string{"audio/mpeg"}})
	refused(t, mp3, "sound.mp3", bytes.NewReader(body), fault.UnsupportedMedia, "FLAC files are not accepted here")
	refused(t, open(t, Config{}), "sound.flac", bytes.NewReader(body[len(tag):][:300]), fault.InvalidRequest, "incomplete")
	stage(t, open(t, Config{}), "sound.flac", body[len(tag):len(body)-500]) // players play what there is
}
