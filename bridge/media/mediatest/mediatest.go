// Package mediatest makes images and metadata for the tests of media and the packages below it.
package mediatest

import (
	"encoding/binary"
	"image"
	"image/color"
)

// Scene is an image whose corners and sides all differ, smooth enough for JPEG.
func Scene(width, height int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetNRGBA(x, y, color.NRGBA{uint8(40 + 200*x/width), uint8(220 - 180*y/height),
				uint8(60 + 100*x*y/(width*height)), 255})
		}
	}
	return img
}

// Seen is the pixel that a viewer shows at a point, written from the EXIF standard: which
// side the stored picture's first row and first column are.
func Seen(stored image.Image, turned, x, y int) color.Color {
	w, h := stored.Bounds().Dx(), stored.Bounds().Dy()
	switch turned {
	case 2:
		x = w - 1 - x
	case 3:
		x, y = w-1-x, h-1-y
	case 4:
		y = h - 1 - y
	case 5:
		x, y = y, x
	case 6:
		x, y = y, h-1-x
	case 7:
		x, y = w-1-y, h-1-x
	case 8:
		x, y = w-1-y, x
	}
	return stored.At(x, y)
}

// EXIF is an EXIF block as a phone writes it: orientation, maker, a GPS directory, a
// date and a maker's note.
func EXIF(order binary.ByteOrder, turned int) []byte {
	var b []byte
	put16 := func(v int) { b = append(b, 0, 0); order.PutUint16(b[len(b)-2:], uint16(v)) }
	put32 := func(v int) { b = append(b, 0, 0, 0, 0); order.PutUint32(b[len(b)-4:], uint32(v)) }
	entry := func(tag, typ, count, value int) {
		put16(tag)
		put16(typ)
		put32(count)
		if typ == 3 {
			put16(value)
			put16(0)
		} else {
			put32(value)
		}
	}
	b = append(b, "MM"...)
	if order == binary.LittleEndian {
		b = []byte("II")
	}
	put16(42)
	put32(8)
	const maker, exif, gps, note, place = 74, 80, 110, 152, 172
	put16(4)                                       // 8: IFD 0, up to 62
	entry(0x010f, 2, 6, maker)                     // Make
	entry(0x0112, 3, 1, turned)                    // Orientation
	entry(0x8769, 4, 1, exif)                      // Exif IFD
	entry(0x8825, 4, 1, gps)                       // GPS IFD
	put32(0)                                       //
	b = append(b, make([]byte, 74-len(b))...)      // a gap, as editors leave it
	b = append(b, "Phone\x00"...)                  // 74
	put16(2)                                       // 80: Exif IFD, up to 110
	entry(0x9003, 2, 4, 0x33323130)                // DateTimeOriginal
	entry(0x927c, 7, 20, note)                     // MakerNote
	put32(0)                                       //
	put16(3)                                       // 110: GPS IFD, up to 152
	entry(0x0000, 1, 4, 0x02030000)                // GPSVersionID
	entry(0x0001, 2, 2, 0x4e004e00)                // GPSLatitudeRef
	entry(0x0002, 5, 3, place)                     // GPSLatitude
	put32(0)                                       //
	b = append(b, "made by Tele in Paris"[:20]...) // 152
	for range 3 {                                  // 172: degrees, minutes, seconds
		put32(48_857_700)
		put32(1_000_000)
	}
	return b
}

// HostileEXIF is an EXIF block of 900 KB: sixteen directories over each other, with as many entries as
// there are bytes for. Each entry refers to the whole block.
func HostileEXIF() []byte {
	const size = 900_000
	block := []byte("MM\x00*\x00\x00\x00\x08")
	for len(block) < size {
		block = append(block, 0xff, 0xfe, 0x00, 0x07, 0x00, 0x0d, 0xbb, 0xa0, 0x00, 0x00, 0x00, 0x08)
	}
	return block[:size]
}
