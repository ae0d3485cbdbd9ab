package media

import (
	"bytes"
	"testing"
)

// withTop appends boxes to a video.
func withTop(t testing.TB, name string, boxes ...[]byte) []byte {
	t.Helper()
	return append(sample(t, name), bytes.Join(boxes, nil)...)
}

func TestAVideoLosesEveryBoxThatDoesNotPlayIt(t *testing.T) {
	place := []byte("+48.8577+002.2950/ Paris")
	uuid := newBox("uuid", []byte("\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac"),
		[]byte(`<x:xmpmeta exif:GPSLatitude="48.857"/>`))
	for _, name := range []string{"film.mp4", "film.mov", "sound.m4a"} {
		body := withTop(t, name, uuid, newBox("free", place), newBox("skip", place), newBox("emsg", place),
			newBox("udta", newBox("\xa9xyz", place)),
			newBox("meta", make([]byte, 4), newBox("keys", []byte("com.apple.quicktime.location.ISO6709")),
				newBox("ilst", place)),
			newBox("moof", newBox("traf", newBox("uuid", place), newBox("udta", place)), newBox("meta", place)))
		for _, keep := range []string{"", "keep"} {
			_, got := stage(t, open(t, Config{Keep: keep}), name, body)
			for _, trace := range []string{"48.857", "Paris", "GPS", "ISO6709"} {
				if bytes.Contains(got, []byte(trace)) {
					t.Errorf("%s, %q: %q is still there", name, keep, trace)
				}
			}
			if len(got) != len(body) {
				t.Errorf("%s: it has %d bytes, before %d", name, len(got), len(body))
			}
		}
	}
}

// textTrack turns the audio of the sample video into a track of texts, of which each sample
// begins with the same words.
func textTrack(t testing.TB, words string) []byte {
	t.Helper()
	film := sample(t, "film.mp4")
	m := &mp4File{boxFile: boxFile{newMedium(t.Context(), &memory{film}, int64(len(film)))}}
	var err error
	if m.top, err = m.topBoxes(); err != nil {
		t.Fatal(err)
	}
	moov, _ := find(m.top, "moov")
	tracks, err := m.tracks(moov)
	if err != nil {
		t.Fatal(err)
	}
	stbl, _, err := m.within(tracks[1].box, "mdia", "minf", "stbl")
	if err != nil {
		t.Fatal(err)
	}
	if err := m.chunks(stbl, func(from, to int64) error { return m.write(from, []byte(words)) }); err != nil {
		t.Fatal(err)
	}
	copy(film[bytes.LastIndex(film, []byte("soun")):], "text")
	return film
}

func TestSubtitlesThatMentionTheLocationAreErased(t *testing.T) {
	for words, stays := range map[string]bool{
		"Good morning":                        true,
		"HOME(2.2950,48.8577) 2026.05.23":     false,
		"GPS(48.8577,2.2950,19) BAROMETER:35": false,
		"[latitude: 48.8577] [longitude: 2]":  false,
	} {
		_, got := stage(t, open(t, Config{}), "film.mp4", textTrack(t, words))
		if bytes.Contains(got, []byte(words)) != stays {
			t.Errorf("%q stays: %v", words, !stays)
		}
	}
}

func TestAVideoDoesNotNameItsMaker(t *testing.T) {
	film := sample(t, "film.mp4")
	i := bytes.Index(film, []byte("VideoHandler"))
	if i < 0 {
		t.Fatal("the sample names no handler")
	}
	copy(film[i:], "GoPro AVC")
	if _, got := stage(t, open(t, Config{}), "film.mp4", film); bytes.Contains(got, []byte("GoPro")) {
		t.Error("the name of the handler is still there")
	}
	if _, got := stage(t, open(t, Config{Keep: "keep"}), "film.mp4", film); !bytes.Contains(got, []byte("GoPro")) {
		t.Error("with keep the name of the handler is gone")
	}
}
