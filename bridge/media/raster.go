package media

import (
	"image"
	"image/color"
)

// scale makes a picture of the given size. What it returns is of a type that is encoded
// without a detour: YCbCr 4:2:0, Gray, CMYK, or RGBA.
func scale(img image.Image, width, height int) image.Image {
	size := img.Bounds().Size()
	stepX, stepY := float64(size.X)/float64(width), float64(size.Y)/float64(height)
	r := image.Rect(0, 0, width, height)
	switch src := img.(type) {
	case *image.YCbCr:
		dst := image.NewYCbCr(r, image.YCbCrSubsampleRatio420)
		resample(plane{dst.Y, dst.YStride, width, height}, byteRows(src.Y, src.YStride, size.X, size.Y, 1), stepX, stepY)
		subX, subY := subsampling(src.SubsampleRatio)
		cw, ch := (size.X+subX-1)/subX, (size.Y+subY-1)/subY
		stepX, stepY = stepX*2/float64(subX), stepY*2/float64(subY)
		w, h := (width+1)/2, (height+1)/2
		resample(plane{dst.Cb, dst.CStride, w, h}, byteRows(src.Cb, src.CStride, cw, ch, 1), stepX, stepY)
		resample(plane{dst.Cr, dst.CStride, w, h}, byteRows(src.Cr, src.CStride, cw, ch, 1), stepX, stepY)
		return dst
	case *image.Gray:
		dst := image.NewGray(r)
		resample(plane{dst.Pix, dst.Stride, width, height}, byteRows(src.Pix, src.Stride, size.X, size.Y, 1), stepX, stepY)
		return dst
	case *image.Gray16:
		dst := image.NewGray(r)
		high := func(y int, out []byte) []byte {
			for x := range size.X {
				out[x] = src.Pix[y*src.Stride+2*x]
			}
			return out
		}
		resample(plane{dst.Pix, dst.Stride, width, height}, rows{size.X, size.Y, 1, high}, stepX, stepY)
		return dst
	case *image.CMYK:
		dst := image.NewCMYK(r)
		resample(plane{dst.Pix, dst.Stride, width, height}, byteRows(src.Pix, src.Stride, size.X, size.Y, 4), stepX, stepY)
		return dst
	}
	dst := image.NewRGBA(r)
	resample(plane{dst.Pix, dst.Stride, width, height}, colourRows(img), stepX, stepY)
	clampAlpha(dst.Pix)
	return dst
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

// byteRows reads rows that are stored as they are needed.
func byteRows(pix []byte, stride, width, height, n int) rows {
	return rows{width, height, n, func(y int, _ []byte) []byte { return pix[y*stride:][:width*n] }}
}

// colourRows reads any picture as premultiplied RGBA, row by row: a copy of a large one
// would take as much memory again.
func colourRows(img image.Image) rows {
	b := img.Bounds()
	r := rows{width: b.Dx(), height: b.Dy(), n: 4}
	switch src := img.(type) {
	case *image.RGBA:
		return byteRows(src.Pix, src.Stride, r.width, r.height, 4)
	case *image.NRGBA:
		r.row = func(y int, out []byte) []byte {
			copy(out, src.Pix[y*src.Stride:][:4*r.width])
			for p := out; len(p) >= 4; p = p[4:] {
				if a := uint32(p[3]); a != 255 {
					p[0], p[1], p[2] = uint8((uint32(p[0])*a+127)/255), uint8((uint32(p[1])*a+127)/255), uint8((uint32(p[2])*a+127)/255)
				}
			}
			return out
		}
	case *image.Paletted:
		var colours [256]color.RGBA
		for i, c := range src.Palette {
			colours[i&255] = color.RGBAModel.Convert(c).(color.RGBA)
		}
		r.row = func(y int, out []byte) []byte {
			for x, i := range src.Pix[y*src.Stride:][:r.width] {
				c := colours[i]
				out[4*x], out[4*x+1], out[4*x+2], out[4*x+3] = c.R, c.G, c.B, c.A
			}
			return out
		}
	default:
		wide, hasWide := img.(image.RGBA64Image)
		r.row = func(y int, out []byte) []byte {
			for x := range r.width {
				var c color.RGBA64
				if hasWide {
					c = wide.RGBA64At(b.Min.X+x, b.Min.Y+y)
				} else {
					c = color.RGBA64Model.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.RGBA64)
				}
				out[4*x], out[4*x+1], out[4*x+2], out[4*x+3] = uint8(c.R>>8), uint8(c.G>>8), uint8(c.B>>8), uint8(c.A>>8)
			}
			return out
		}
	}
	return r
}

// clampAlpha mends what the kernel's overshooting does to premultiplied colours: none may be
// brighter than its alpha.
func clampAlpha(pix []byte) {
	for ; len(pix) >= 4; pix = pix[4:] {
		a := pix[3]
		if a != 255 {
			pix[0], pix[1], pix[2] = min(pix[0], a), min(pix[1], a), min(pix[2], a)
		}
	}
}

// turn turns a picture as its EXIF orientation says, so that it stands right without it.
func turn(img image.Image, orientation int) image.Image {
	if orientation < 2 {
		return img
	}
	size := img.Bounds().Size()
	to := size
	if orientation >= 5 {
		to.X, to.Y = to.Y, to.X
	}
	r := image.Rectangle{Max: to}
	move := func(dst []byte, dstStride int, src []byte, srcStride, width, height, n int) {
		turnPlane(plane{dst, dstStride, width, height}, src, srcStride, n, orientation)
	}
	switch src := img.(type) {
	case *image.YCbCr:
		ratio := src.SubsampleRatio
		switch {
		case orientation < 5:
		case ratio == image.YCbCrSubsampleRatio422:
			ratio = image.YCbCrSubsampleRatio440
		case ratio == image.YCbCrSubsampleRatio440:
			ratio = image.YCbCrSubsampleRatio422
		case ratio == image.YCbCrSubsampleRatio411, ratio == image.YCbCrSubsampleRatio410:
			return turn(scale(img, size.X, size.Y), orientation) // no such ratio when turned
		}
		dst := image.NewYCbCr(r, ratio)
		move(dst.Y, dst.YStride, src.Y, src.YStride, size.X, size.Y, 1)
		subX, subY := subsampling(src.SubsampleRatio)
		cw, ch := (size.X+subX-1)/subX, (size.Y+subY-1)/subY
		move(dst.Cb, dst.CStride, src.Cb, src.CStride, cw, ch, 1)
		move(dst.Cr, dst.CStride, src.Cr, src.CStride, cw, ch, 1)
		return dst
	case *image.Gray:
		dst := image.NewGray(r)
		move(dst.Pix, dst.Stride, src.Pix, src.Stride, size.X, size.Y, 1)
		return dst
	case *image.Gray16:
		dst := image.NewGray16(r)
		move(dst.Pix, dst.Stride, src.Pix, src.Stride, size.X, size.Y, 2)
		return dst
	case *image.Paletted:
		dst := image.NewPaletted(r, src.Palette)
		move(dst.Pix, dst.Stride, src.Pix, src.Stride, size.X, size.Y, 1)
		return dst
	case *image.CMYK:
		dst := image.NewCMYK(r)
		move(dst.Pix, dst.Stride, src.Pix, src.Stride, size.X, size.Y, 4)
		return dst
	case *image.RGBA:
		dst := image.NewRGBA(r)
		move(dst.Pix, dst.Stride, src.Pix, src.Stride, size.X, size.Y, 4)
		return dst
	case *image.NRGBA:
		dst := image.NewNRGBA(r)
		move(dst.Pix, dst.Stride, src.Pix, src.Stride, size.X, size.Y, 4)
		return dst
	case *image.RGBA64:
		dst := image.NewRGBA64(r)
		move(dst.Pix, dst.Stride, src.Pix, src.Stride, size.X, size.Y, 8)
		return dst
	case *image.NRGBA64:
		dst := image.NewNRGBA64(r)
		move(dst.Pix, dst.Stride, src.Pix, src.Stride, size.X, size.Y, 8)
		return dst
	}
	return turn(scale(img, size.X, size.Y), orientation)
}

// turnPlane moves every pixel of n bytes to where it is seen. dst has the old width and
// height, and the new stride.
func turnPlane(dst plane, src []byte, stride, n, orientation int) {
	w, h := dst.width, dst.height
	// Turned by a quarter, a row becomes a column: a strip of some columns at a time writes to
	// so few rows that the processor's cache holds them.
	strip := w
	if orientation >= 5 {
		strip = 64
	}
	for left := 0; left < w; left += strip {
		right := min(left+strip, w)
		for y := range h {
			// Where the row's first pixel goes, and how far apart the row's pixels are then.
			var at, step int
			switch orientation {
			case 2: // mirrored
				at, step = y*dst.stride+(w-1)*n, -n
			case 3: // upside down
				at, step = (h-1-y)*dst.stride+(w-1)*n, -n
			case 4: // upside down and mirrored
				at, step = (h-1-y)*dst.stride, n
			case 5: // mirrored along the diagonal
				at, step = y*n, dst.stride
			case 6: // to be turned clockwise
				at, step = (h-1-y)*n, dst.stride
			case 7: // mirrored along the other diagonal
				at, step = (w-1)*dst.stride+(h-1-y)*n, -dst.stride
			case 8: // to be turned counterclockwise
				at, step = (w-1)*dst.stride+y*n, -dst.stride
			}
			at += left * step
			row := src[y*stride:][left*n : right*n]
			if n == 1 {
				for _, v := range row {
					dst.pix[at] = v
					at += step
				}
				continue
			}
			for ; len(row) > 0; row = row[n:] {
				copy(dst.pix[at:at+n], row)
				at += step
			}
		}
	}
}

// stretchLevels changes a lossy WebP picture from video levels (black is 16, white is 235),
// which the decoder hands on, to the levels that package image and JPEG go by.
func stretchLevels(img image.Image) {
	var planes *image.YCbCr
	switch src := img.(type) {
	case *image.YCbCr:
		planes = src
	case *image.NYCbCrA:
		planes = &src.YCbCr
	default:
		return
	}
	var light, colour [256]uint8
	for i := range 256 {
		light[i] = uint8(max(0, min(255, ((i-16)*255+109)/219)))
		colour[i] = uint8(max(0, min(255, 128+(i-128)*255/224)))
	}
	for i, v := range planes.Y {
		planes.Y[i] = light[v]
	}
	for i, v := range planes.Cb {
		planes.Cb[i] = colour[v]
	}
	for i, v := range planes.Cr {
		planes.Cr[i] = colour[v]
	}
}
