package raster

import (
	"image"
	"image/color"
	"image/draw"
)

// Scale returns an image of the given size, of a type that is encoded without a conversion: YCbCr
// 4:2:0, Gray, CMYK, or RGBA.
func Scale(img image.Image, width, height int) image.Image {
	var dst image.Image
	from := planesOf(img)
	switch src := img.(type) {
	case *image.YCbCr:
		dst = image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	case *image.Gray, *image.CMYK, *image.RGBA:
		dst = NewLike(img, width, height)
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
