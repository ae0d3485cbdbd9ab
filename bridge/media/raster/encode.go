package raster

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"sync"
)

// Markers of JPEG.
const (
	markerRST0 = 0xd0
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerDRI  = 0xdd
)

// EncodeJPEG writes an image as JPEG, with segments of metadata in front.
//
// It is encoded in strips, one per core. A restart marker between two of them makes them independent
// of each other, which every decoder knows.
func EncodeJPEG(w io.Writer, img image.Image, quality int, segments [][]byte) error {
	strips, interval := jpegStrips(img)
	parts := make([][]byte, len(strips))
	errs := make([]error, len(strips))
	var group sync.WaitGroup
	for i, strip := range strips {
		group.Go(func() {
			var b bytes.Buffer
			errs[i] = jpeg.Encode(&b, strip, &jpeg.Options{Quality: quality})
			parts[i] = b.Bytes()
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	tables, sos, _ := splitJPEG(parts[0])
	setHeight(tables, img.Bounds().Dy())
	out := slices.Concat([][]byte{{0xff, markerSOI}}, segments, [][]byte{tables})
	if len(parts) > 1 {
		out = append(out, be.AppendUint16([]byte{0xff, markerDRI, 0, 4}, uint16(interval)))
	}
	out = append(out, sos)
	for i, part := range parts {
		if i > 0 {
			out = append(out, []byte{0xff, markerRST0 + byte((i-1)%8)})
		}
		_, _, scan := splitJPEG(part)
		out = append(out, scan)
	}
	out = append(out, []byte{0xff, markerEOI})
	for _, b := range out {
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// jpegStrips divides an image into strips of full width, and returns how many of the units that
// JPEG codes at once each has. The last strip may have fewer.
func jpegStrips(img image.Image) (strips []image.Image, interval int) {
	const height = 16 // of the largest unit
	unit := 16
	if _, grey := img.(*image.Gray); grey {
		unit = 8
	}
	b := img.Bounds()
	across := (b.Dx() + unit - 1) / unit
	rows := (b.Dy() + height - 1) / height
	perStrip := (rows + cores() - 1) / cores()
	perStrip = max(1, min(perStrip, 0xffff/(across*height/unit)))
	part, ok := img.(interface {
		SubImage(image.Rectangle) image.Image
	})
	if !ok || perStrip >= rows {
		return []image.Image{img}, 0
	}
	for y := 0; y < rows; y += perStrip {
		strip := image.Rect(b.Min.X, b.Min.Y+y*height, b.Max.X, b.Min.Y+(y+perStrip)*height)
		strips = append(strips, part.SubImage(strip.Intersect(b)))
	}
	return strips, perStrip * across * height / unit
}

// splitJPEG divides what package jpeg encodes into its tables and frame header, the header of its
// only scan, and the coded pixels.
func splitJPEG(b []byte) (tables, sos, scan []byte) {
	next := func(at int) int { return at + 2 + int(be.Uint16(b[at+2:])) }
	at := 2 // behind the SOI
	for b[at+1] != markerSOS {
		at = next(at)
	}
	return b[2:at], b[at:next(at)], b[next(at) : len(b)-2]
}

// setHeight changes the frame header among the tables of an image.
func setHeight(tables []byte, height int) {
	sof := bytes.Index(tables, []byte{0xff, 0xc0})
	be.PutUint16(tables[sof+5:], uint16(height))
}

// EncodePNG writes an image as PNG, with chunks of metadata behind its header.
func EncodePNG(w io.Writer, img image.Image, chunks [][]byte) error {
	const header = 8 + 25 // signature and IHDR
	return png.Encode(&insertAfter{w: w, at: header, what: slices.Concat(chunks...)}, img)
}

// insertAfter inserts bytes at an offset of what is written to it.
type insertAfter struct {
	w    io.Writer
	at   int
	what []byte
}

func (i *insertAfter) Write(p []byte) (int, error) {
	if i.at > len(p) || len(i.what) == 0 {
		i.at -= len(p)
		return i.w.Write(p)
	}
	n, err := i.w.Write(p[:i.at])
	if err != nil {
		return n, err
	}
	if _, err := i.w.Write(i.what); err != nil {
		return n, err
	}
	i.what = nil
	m, err := i.w.Write(p[n:])
	return n + m, err
}
