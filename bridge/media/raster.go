package media

import (
	"image"
	"image/color"
	"image/draw"
)

// plane is pixels of n interleaved bytes. In an image with less colour than luma, each pixel of a
// colour plane stands for subX × subY of the image.
type plane struct {
	pix           []byte
	stride, n     int
	width, height int
	subX, subY    int
}

// planesOf returns the planes of an image: Y, Cb and Cr, or a single one. Of an image of another
// type than decoders return, it returns none.
func planesOf(img image.Image) []plane {
	size := img.Bounds().Size()
	one := func(pix []byte, stride, n int) []plane { return []plane{{pix, stride, n, size.X, size.Y, 1, 1}} }
	switch src := img.(type) {
	case *image.YCbCr:
		x, y := subsampling(src.SubsampleRatio)
		w, h := (size.X+x-1)/x, (size.Y+y-1)/y
		return []plane{
			{src.Y, src.YStride, 1, size.X, size.Y, 1, 1},
			{src.Cb, src.CStride, 1, w, h, x, y}, {src.Cr, src.CStride, 1, w, h, x, y},
		}
	case *image.Gray:
		return one(src.Pix, src.Stride, 1)
	case *image.Paletted:
		return one(src.Pix, src.Stride, 1)
	case *image.Gray16:
		return one(src.Pix, src.Stride, 2)
	case *image.CMYK:
		return one(src.Pix, src.Stride, 4)
	case *image.RGBA:
		return one(src.Pix, src.Stride, 4)
	case *image.NRGBA:
		return one(src.Pix, src.Stride, 4)
	case *image.RGBA64:
		return one(src.Pix, src.Stride, 8)
	case *image.NRGBA64:
		return one(src.Pix, src.Stride, 8)
	}
	return nil
}

// newLike returns an empty image of the type of img, one of those that planesOf knows.
func newLike(img image.Image, width, height int) image.Image {
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

// subsampling is how many pixels share a colour sample, across and down.
func subsampling(r image.YCbCrSubsampleRatio) (x, y int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}

// scale returns an image of the given size, of a type that is encoded without a conversion: YCbCr
// 4:2:0, Gray, CMYK, or RGBA.
func scale(img image.Image, width, height int) image.Image {
	var dst image.Image
	from := planesOf(img)
	switch src := img.(type) {
	case *image.YCbCr:
		dst = image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	case *image.Gray, *image.CMYK, *image.RGBA:
		dst = newLike(img, width, height)
	case *image.Gray16:
		dst = image.NewGray(image.Rect(0, 0, width, height))
		from[0] = plane{highBytes(src.Pix), src.Stride / 2, 1, from[0].width, from[0].height, 1, 1}
	default:
		dst = image.NewRGBA(image.Rect(0, 0, width, height))
		from = nil
	}
	size := img.Bounds().Size()
	stepX, stepY := float64(size.X)/float64(width), float64(size.Y)/float64(height)
	for i, to := range planesOf(dst) {
		src, subX, subY := rowsAsRGBA(img), 1, 1
		if from != nil {
			src, subX, subY = from[i].rows(), from[i].subX, from[i].subY
		}
		resample(to, src, stepX*float64(to.subX)/float64(subX), stepY*float64(to.subY)/float64(subY))
	}
	if rgba, ok := dst.(*image.RGBA); ok {
		clampAlpha(rgba.Pix)
	}
	return dst
}

func highBytes(pix []byte) []byte {
	high := make([]byte, len(pix)/2)
	for i := range high {
		high[i] = pix[2*i]
	}
	return high
}

// rows reads the rows of a plane as they are stored.
func (p plane) rows() rows {
	return rows{p.width, p.height, p.n, func(y int, _ []byte) []byte { return p.pix[y*p.stride:][:p.width*p.n] }}
}

// rowsAsRGBA reads any image as premultiplied RGBA, row by row: a copy of a large image would take
// as much memory again.
func rowsAsRGBA(img image.Image) rows {
	b := img.Bounds()
	if src, ok := img.(*image.Paletted); ok { // for which package draw has no fast way
		var colours [256]color.RGBA
		for i, c := range src.Palette[:min(len(src.Palette), 256)] {
			colours[i] = color.RGBAModel.Convert(c).(color.RGBA)
		}
		return rows{b.Dx(), b.Dy(), 4, func(y int, row []byte) []byte {
			for x, i := range src.Pix[y*src.Stride:][:b.Dx()] {
				c := colours[i]
				row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = c.R, c.G, c.B, c.A
			}
			return row
		}}
	}
	return rows{b.Dx(), b.Dy(), 4, func(y int, row []byte) []byte {
		dst := &image.RGBA{Pix: row, Stride: len(row), Rect: image.Rect(0, 0, b.Dx(), 1)}
		draw.Draw(dst, dst.Rect, img, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)
		return row
	}}
}

// clampAlpha corrects the kernel's overshooting in premultiplied colours: none may be brighter
// than its alpha.
func clampAlpha(pix []byte) {
	for ; len(pix) >= 4; pix = pix[4:] {
		if a := pix[3]; a != 255 {
			pix[0], pix[1], pix[2] = min(pix[0], a), min(pix[1], a), min(pix[2], a)
		}
	}
}

// copyRect copies the rectangle r of src to a point of dst, as far as dst reaches. It reports
// whether it could: both must have the same type and subsampling, and the corners must not lie
// between colour samples.
func copyRect(dst image.Image, at image.Point, src image.Image, r image.Rectangle) bool {
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
