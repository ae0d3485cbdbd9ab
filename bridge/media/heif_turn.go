package media

import "image"

// heifTurn is a property that says how a picture is shown: turned and mirrored, or cropped.
type heifTurn struct {
	orientation int             // EXIF's number for the same, or
	crop        image.Rectangle // of the picture as the properties before this one left it
}

// isTurn tells the properties that are one.
var isTurn = map[string]bool{"irot": true, "imir": true, "clap": true}

// readTurns reads how the primary item is shown, and what size it has then.
func (m medium) readTurns(h *heif) error {
	for _, p := range h.propertiesOf(h.primary) {
		if !isTurn[p.name] {
			continue
		}
		b, err := m.content(p, 64)
		if err != nil {
			return err
		}
		c := &cursor{b: b}
		var t heifTurn
		switch p.name {
		case "irot": // quarter turns, counterclockwise
			t.orientation = []int{1, 8, 3, 6}[c.uint(1)&3]
		case "imir":
			t.orientation = []int{4, 2}[c.uint(1)&1]
		case "clap":
			t.crop = aperture(c, h.width, h.height)
			h.width, h.height = t.crop.Dx(), t.crop.Dy()
		}
		if err := c.err(); err != nil {
			return err
		}
		if t.orientation >= 5 {
			h.width, h.height = h.height, h.width
		}
		h.turns = append(h.turns, t)
	}
	return nil
}

// aperture reads the clean aperture: its size, and how far its centre lies from the picture's;
// all of them fractions. What reaches beyond the picture is cut off.
func aperture(c *cursor, width, height int) image.Rectangle {
	fraction := func() float64 {
		n, d := int32(c.uint(4)), c.uint(4)
		return float64(n) / float64(max(d, 1))
	}
	w, h := fraction(), fraction()
	x, y := fraction(), fraction()
	left, top := float64(width)/2+x-w/2, float64(height)/2+y-h/2
	r := image.Rect(int(left+0.5), int(top+0.5), int(left+w+0.5), int(top+h+0.5))
	return r.Intersect(image.Rect(0, 0, width, height))
}

// crop cuts a picture out of one. Where colours are shared between pixels it begins at the
// pixel that shares none with one outside.
func crop(img image.Image, r image.Rectangle) image.Image {
	if r.Eq(img.Bounds()) {
		return img
	}
	if planes, ok := img.(*image.YCbCr); ok {
		x, y := subsampling(planes.SubsampleRatio)
		r.Min.X, r.Min.Y = r.Min.X/x*x, r.Min.Y/y*y
	}
	part := img.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(r)
	return rooted(part)
}

// rooted gives a part of a picture the coordinates of one that begins at 0, 0.
func rooted(img image.Image) image.Image {
	size := image.Rectangle{Max: img.Bounds().Size()}
	switch src := img.(type) {
	case *image.YCbCr:
		src.Rect = size
	case *image.Gray:
		src.Rect = size
	case *image.RGBA:
		src.Rect = size
	case *image.NRGBA:
		src.Rect = size
	}
	return img
}

// canvas is a picture that is put together.
type canvas struct{ image.Image }

// newCanvas is one of the same type as a tile's.
func newCanvas(tile image.Image, width, height int) (canvas, error) {
	r := image.Rect(0, 0, width, height)
	switch src := tile.(type) {
	case *image.YCbCr:
		return canvas{image.NewYCbCr(r, src.SubsampleRatio)}, nil
	case *image.Gray:
		return canvas{image.NewGray(r)}, nil
	case *image.RGBA:
		return canvas{image.NewRGBA(r)}, nil
	case *image.NRGBA:
		return canvas{image.NewNRGBA(r)}, nil
	}
	return canvas{}, broken("its tiles cannot be put together")
}

// put copies a tile to its place, as far as it lies on the canvas.
func (c canvas) put(tile image.Image, x, y int) error {
	switch dst := c.Image.(type) {
	case *image.YCbCr:
		src, ok := tile.(*image.YCbCr)
		if !ok || src.SubsampleRatio != dst.SubsampleRatio {
			break
		}
		subX, subY := subsampling(dst.SubsampleRatio)
		if x%subX != 0 || y%subY != 0 {
			return broken("its tiles have an odd size")
		}
		paste(dst.Y[y*dst.YStride+x:], dst.YStride, src.Y, src.YStride, min(src.Rect.Dx(), dst.Rect.Dx()-x), min(src.Rect.Dy(), dst.Rect.Dy()-y))
		width, height := (dst.Rect.Dx()+subX-1)/subX-x/subX, (dst.Rect.Dy()+subY-1)/subY-y/subY
		width, height = min(width, (src.Rect.Dx()+subX-1)/subX), min(height, (src.Rect.Dy()+subY-1)/subY)
		at := y/subY*dst.CStride + x/subX
		paste(dst.Cb[at:], dst.CStride, src.Cb, src.CStride, width, height)
		paste(dst.Cr[at:], dst.CStride, src.Cr, src.CStride, width, height)
		return nil
	case *image.Gray:
		if src, ok := tile.(*image.Gray); ok {
			paste(dst.Pix[y*dst.Stride+x:], dst.Stride, src.Pix, src.Stride, min(src.Rect.Dx(), dst.Rect.Dx()-x), min(src.Rect.Dy(), dst.Rect.Dy()-y))
			return nil
		}
	case *image.RGBA:
		if src, ok := tile.(*image.RGBA); ok {
			paste(dst.Pix[y*dst.Stride+4*x:], dst.Stride, src.Pix, src.Stride, 4*min(src.Rect.Dx(), dst.Rect.Dx()-x), min(src.Rect.Dy(), dst.Rect.Dy()-y))
			return nil
		}
	case *image.NRGBA:
		if src, ok := tile.(*image.NRGBA); ok {
			paste(dst.Pix[y*dst.Stride+4*x:], dst.Stride, src.Pix, src.Stride, 4*min(src.Rect.Dx(), dst.Rect.Dx()-x), min(src.Rect.Dy(), dst.Rect.Dy()-y))
			return nil
		}
	}
	return broken("its tiles differ in how their colours are coded")
}

// paste copies so many bytes of so many rows.
func paste(dst []byte, dstStride int, src []byte, srcStride, width, height int) {
	for y := range height {
		copy(dst[y*dstStride:][:width], src[y*srcStride:][:width])
	}
}
