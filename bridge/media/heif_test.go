package media

import (
	"bytes"
	"slices"
	"testing"
)

func TestAnAVIFLosesEveryItemAndBoxThatIsNoImage(t *testing.T) {
	body := sample(t, "photo.avif")
	place := []byte("48.8577 Paris")
	// The EXIF item becomes an image of another kind, such as a preview that a camera adds.
	preview := bytes.Clone(body)
	i := bytes.Index(preview, []byte("Exif"))
	copy(preview[i:], "jpeg")
	m := newMedium(t.Context(), &memory{body}, int64(len(body)))
	h, err := readHEIF(m)
	if err != nil {
		t.Fatal(err)
	}
	inside := bytes.Clone(body)
	for _, p := range h.properties {
		if p.name == "pixi" || p.name == "pasp" {
			copy(inside[p.at+4:], "uuid") // a property of one's own
			copy(inside[p.body:p.end], "PARIS")
		}
	}
	for name, file := range map[string][]byte{
		"a preview":               preview,
		"a property of one's own": inside,
		"boxes at the end":        slices.Concat(body, newBox("uuid", place), newBox("free", place), newBox("mpvd", place)),
		"a video beside the image": slices.Concat(body, newBox("moov", newBox("udta", newBox("\xa9xyz", place)),
			newBox("meta", place))),
	} {
		for _, keep := range []string{"", "keep"} {
			_, got := stage(t, open(t, Config{Keep: keep}), "photo.avif", file)
			for _, trace := range []string{"48.857", "Paris", "PARIS"} {
				if bytes.Contains(got, []byte(trace)) {
					t.Errorf("%s, %q: %q is still there", name, keep, trace)
				}
			}
			if keep == "" && bytes.Contains(got, []byte("Phone")) {
				t.Errorf("%s: the device is still there", name)
			}
		}
	}
	if !bytes.Contains(inside, []byte("PARIS")) || !bytes.Contains(preview, []byte("Phone")) {
		t.Fatal("the files prove nothing")
	}
}

func TestAFrameOfAWebPLosesWhatIsNoImage(t *testing.T) {
	body := sample(t, "animated.webp")
	i := bytes.Index(body, []byte("ANMF"))
	size := int(le.Uint32(body[i+4:]))
	extra := append([]byte("nOTE\x06\x00\x00\x00"), "Paris!"...)
	with := slices.Concat(body[:i+8+size], extra, body[i+8+size:])
	le.PutUint32(with[i+4:], uint32(size+len(extra)))
	le.PutUint32(with[4:], le.Uint32(with[4:])+uint32(len(extra)))
	if _, got := stage(t, open(t, Config{Keep: "keep"}), "animated.webp", with); bytes.Contains(got, []byte("Paris!")) {
		t.Error("the frame still has it")
	} else if bytes.Count(got, []byte("ANMF")) != 3 {
		t.Error("there are no three frames left")
	}
}
