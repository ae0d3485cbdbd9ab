package metadata

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/fuzztest"
	"gitpost/bridge/media/mediatest"
)

func TestAnEXIFBlockLosesItsLocation(t *testing.T) {
	for _, order := range []binary.ByteOrder{binary.BigEndian, binary.LittleEndian} {
		block := mediatest.EXIF(order, 6)
		if !StripEXIF(block) {
			t.Fatal("the block was not understood")
		}
		if got := Orientation(block); got != 6 {
			t.Errorf("%v: orientation is %d, want 6", order, got)
		}
		if !bytes.Contains(block, []byte("Phone")) {
			t.Errorf("%v: the maker is gone", order)
		}
		latitude := make([]byte, 4)
		order.PutUint32(latitude, 48_857_700)
		for _, trace := range [][]byte{latitude, []byte("in Paris"), {0x88, 0x25}, {0x25, 0x88}} {
			if bytes.Contains(block, trace) {
				t.Errorf("%v: % x is still there", order, trace)
			}
		}
	}
}

func TestXMPLosesLocationsInEveryForm(t *testing.T) {
	for _, c := range []struct{ name, packet, want string }{
		{"attributes",
			`<x><r photoshop:City="Paris" dc:title="Walk" exif:GPSLatitude = '48,51N' a="1"/></x>`,
			`<x><r dc:title="Walk" a="1"/></x>`},
		{"elements",
			`<x><exif:GPSLongitude>2,17E</exif:GPSLongitude><dc:title>Walk</dc:title><photoshop:Country/></x>`,
			`<x><dc:title>Walk</dc:title></x>`},
		{"structures",
			`<x><Iptc4xmpExt:LocationCreated><rdf:Bag><rdf:li City="Paris">` +
				`a<b>c</b></rdf:li></rdf:Bag></Iptc4xmpExt:LocationCreated>d</x>`,
			`<x>d</x>`},
		{"other prefixes", `<x><q:Sublocation>Montmartre</q:Sublocation><z drone-dji:GpsLatitude="1"></z></x>`,
			`<x><z></z></x>`},
		{"nothing to do", "<?xpacket begin='\ufeff'?><x> <!-- a --> &lt; </x>\n  <?xpacket end='w'?>",
			"<?xpacket begin='\ufeff'?><x> <!-- a --> &lt; </x>\n  <?xpacket end='w'?>"},
	} {
		got, ok := StripXMP([]byte(c.packet))
		if !ok || string(got) != c.want {
			t.Errorf("%s:\ngot  %s (%v)\nwant %s", c.name, got, ok, c.want)
		}
	}
	for _, packet := range []string{"<x>", "<x", "</x>", "<x></x></x>", "<x>&nosuch;</x>", "\xff\xfe<\x00x\x00",
		"<x a=b/>"} {
		if got, ok := StripXMP([]byte(packet)); ok && strings.Contains(packet, "x>") && packet != "<x></x>" {
			t.Errorf("%q was accepted as %q", packet, got)
		}
	}
}

func FuzzStripEXIF(f *testing.F) {
	f.Add(mediatest.EXIF(binary.BigEndian, 6))
	f.Add(mediatest.EXIF(binary.LittleEndian, 1))
	f.Fuzz(func(t *testing.T, block []byte) {
		turned := Orientation(block)
		if !StripEXIF(block) {
			return
		}
		if turned != 0 && Orientation(block) != 0 && Orientation(block) != turned {
			t.Errorf("the orientation went from %d to %d", turned, Orientation(block))
		}
		d, _ := parseTIFF(block)
		list, _ := d.entries(d.first())
		for _, e := range list {
			if e.tag == tagGPSIFD || e.tag == tagMakerNote {
				t.Errorf("tag %#x is still there", e.tag)
			}
		}
	})
}

func FuzzStripXMP(f *testing.F) {
	f.Add([]byte(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description exif:GPSLatitude="1" a='b'>` +
		`<photoshop:City>Paris</photoshop:City></rdf:Description></x:xmpmeta>`))
	f.Fuzz(func(t *testing.T, packet []byte) {
		once, ok := StripXMP(packet)
		if !ok {
			return
		}
		if twice, ok := StripXMP(once); !ok || !bytes.Equal(once, twice) {
			t.Errorf("%q became %q, and that %q (%v)", packet, once, twice, ok)
		}
	})
}

func FuzzStripIPTC(f *testing.F) {
	f.Add([]byte("8BIM\x04\x04\x00\x00\x00\x00\x00\x0a\x1c\x02\x5a\x00\x05Paris" +
		"8BIM\x04\x0c\x02ab\x00\x00\x00\x00\x01x\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		once, ok := StripIPTC(b)
		if !ok {
			return
		}
		if twice, ok := StripIPTC(once); !ok || !bytes.Equal(once, twice) {
			t.Errorf("%q became %q, and that %q (%v)", b, once, twice, ok)
		}
	})
}

func TestAnEXIFBlockTakesLinearTime(t *testing.T) {
	const limit = 5 * time.Second // on a busy machine; it takes some milliseconds on one that is not
	block := mediatest.HostileEXIF()
	for _, size := range []int{60_000, len(block)} {
		part := bytes.Clone(block[:size])
		list, _ := tiff{part, binary.BigEndian}.entries(8)
		if len(list) < 4000 {
			t.Fatalf("there are %d entries only", len(list))
		}
		before := fuzztest.Spent(t)
		StripEXIF(part)
		if took := fuzztest.Spent(t) - before; took > limit {
			t.Errorf("%d bytes took %v, want less than %v", size, took, limit)
		}
	}
}
