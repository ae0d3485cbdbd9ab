package raster

import "image"

// NewLike returns an empty image of the type of img, which must be one that a decoder returns.
func NewLike(img image.Image, width, height int) image.Image {
	r := image.Rect(0, 0, width, height)
	switch src := img.(type) {
	case *image.YCbCr:
		return image.NewYCbCr(r, src.SubsampleRatio)
	case *image.Gray:
		return image.NewGray(r)
	case *image.Paletted:
		return image.NewPaletted(r, src.Palette)
	case *image.Gray16:
		return image.NewGray16(r)
	case *image.CMYK:
		return image.NewCMYK(r)
	case *image.NRGBA:
		return image.NewNRGBA(r)
	case *image.RGBA64:
		return image.NewRGBA64(r)
	case *image.NRGBA64:
		return image.NewNRGBA64(r)
	}
	return image.NewRGBA(r)
}

// Copy copies the rectangle r of src to a point of dst, as far as dst reaches. It reports
// whether it could: both must have the same type and subsampling, and the corners must not lie
// between colour samples.
func Copy(dst image.Image, at image.Point, src image.Image, r image.Rectangle) bool {
	to, from := planesOf(dst), planesOf(src)
	if len(to) != len(from) {
		return false
	}
	for i, d := range to {
		s := from[i]
		if d.n != s.n || d.subX != s.subX || d.subY != s.subY ||
			at.X%d.subX != 0 || at.Y%d.subY != 0 || r.Min.X%d.subX != 0 || r.Min.Y%d.subY != 0 {
			return false
		}
		x, y := at.X/d.subX, at.Y/d.subY
		left, top := r.Min.X/d.subX, r.Min.Y/d.subY
		width := min((r.Max.X+d.subX-1)/d.subX-left, d.width-x) * d.n
		for row := range min((r.Max.Y+d.subY-1)/d.subY-top, d.height-y) {
			copy(d.pix[(y+row)*d.stride+x*d.n:][:width], s.pix[(top+row)*s.stride+left*s.n:][:width])
		}
	}
	return true
}

// Crop returns a part of an image. If pixels share colours, it starts at a pixel that shares none
// with one outside.
func Crop(img image.Image, r image.Rectangle) image.Image {
	r = r.Intersect(img.Bounds())
	for _, p := range planesOf(img) {
		r.Min.X, r.Min.Y = r.Min.X/p.subX*p.subX, r.Min.Y/p.subY*p.subY
	}
	dst := NewLike(img, r.Dx(), r.Dy())
	Copy(dst, image.Point{}, img, r)
	return dst
}
