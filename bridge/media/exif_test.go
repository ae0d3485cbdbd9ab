package media

import (
	"bytes"
	"testing"
)

// exifWith is an EXIF block of one directory, and a second one, with the entries given as
// tag, type, count and value; texts follow.
func exifWith(first, second [][4]int, behind string) []byte {
	put := func(b []byte, list [][4]int, next int) []byte {
		b = be.AppendUint16(b, uint16(len(list)))
		for _, e := range list {
			b = be.AppendUint32(be.AppendUint32(be.AppendUint16(be.AppendUint16(b, uint16(e[0])), uint16(e[1])),
				uint32(e[2])), uint32(e[3]))
		}
		return be.AppendUint32(b, uint32(next))
	}
	next := 0
	if second != nil {
		next = 8 + 2 + 12*len(first) + 4
	}
	b := put([]byte("MM\x00*\x00\x00\x00\x08"), first, next)
	if second != nil {
		b = put(b, second, 0)
	}
	return append(b, behind...)
}

func TestKeepLeavesNothingUnreadableInEXIF(t *testing.T) {
	const behind = 8 + 2 + 12*2 + 4 + 2 + 12*3 + 4 // two entries, then three
	thumbnail := string(coverPhoto(t))
	block := exifWith(
		[][4]int{{0x010e, 2, 9, behind}, {0x014a, 4, 1, behind + 9}},
		[][4]int{{0x0103, 3, 1, 6 << 16}, {0x0201, 4, 1, behind + 9}, {0x0202, 4, 1, len(thumbnail)}},
		"By river\x00"+thumbnail+"what an editor left of Paris")
	if !bytes.Contains(block, []byte("Paris")) {
		t.Fatal("the block proves nothing")
	}
	for _, keep := range []string{"keep", "keep-location"} {
		_, got := stage(t, open(t, Config{Keep: keep}), "photo.jpg",
			photo(t, scene(20, 10), segment(markerAPP1, append([]byte("Exif\x00\x00"), block...))))
		if !bytes.Contains(got, []byte("By river")) {
			t.Errorf("%s: the description is gone", keep)
		}
		for _, trace := range []string{"Paris", "Phone", string(be.AppendUint32(nil, 48_857_700))} {
			if stays := bytes.Contains(got, []byte(trace)); stays != (keep == "keep-location") {
				t.Errorf("%s: %q stays: %v", keep, trace, stays)
			}
		}
	}
}
