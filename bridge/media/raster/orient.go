package raster

import "image"

// Orient rotates and mirrors an image as its EXIF orientation says, so that it looks right without
// one.
func Orient(img image.Image, orientation int) image.Image {
	if orientation < 2 {
		return img
	}
	size := img.Bounds().Size()
	planes, like := planesOf(img), img
	if src, ok := img.(*image.YCbCr); ok && orientation >= 5 {
		transposed, ok := transposedRatio(src.SubsampleRatio)
		if !ok {
			planes = nil
		}
		like = &image.YCbCr{SubsampleRatio: transposed}
	}
	if planes == nil {
		return Orient(Scale(img, size.X, size.Y), orientation)
	}
	if orientation >= 5 {
		size.X, size.Y = size.Y, size.X
	}
	dst := NewLike(like, size.X, size.Y)
	for i, to := range planesOf(dst) {
		orientPlane(to, planes[i], orientation)
	}
	return dst
}

// transposedRatio is the ratio of an image whose rows become columns. Two ratios have none.
func transposedRatio(r image.YCbCrSubsampleRatio) (image.YCbCrSubsampleRatio, bool) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return image.YCbCrSubsampleRatio440, true
	case image.YCbCrSubsampleRatio440:
		return image.YCbCrSubsampleRatio422, true
	}
	return r, r == image.YCbCrSubsampleRatio420 || r == image.YCbCrSubsampleRatio444
}

// orientPlane moves every pixel of src to where it is seen.
func orientPlane(dst, src plane, orientation int) {
	w, h, n := src.width, src.height, src.n
	// If rows become columns, a strip of some columns at a time writes to so few rows that the
	// processor's cache has room for them.
	strip := w
	if orientation >= 5 {
		strip = 64
	}
	inParallel(h, func(from, to int) {
		for left := 0; left < w; left += strip {
			right := min(left+strip, w)
			for y := from; y < to; y++ {
				at, step := target(dst, w, h, y, orientation)
				at += left * step
				row := src.pix[y*src.stride:][left*n : right*n]
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
	})
}

// target returns where the first pixel of row y goes, of an image of w × h pixels, and how far
// apart the pixels of that row are then.
func target(dst plane, w, h, y, orientation int) (at, step int) {
	n := dst.n
	switch orientation {
	case 2: // mirrored
		return y*dst.stride + (w-1)*n, -n
	case 3: // upside down
		return (h-1-y)*dst.stride + (w-1)*n, -n
	case 4: // upside down and mirrored
		return (h - 1 - y) * dst.stride, n
	case 5: // mirrored along the diagonal
		return y * n, dst.stride
	case 6: // to be rotated clockwise
		return (h - 1 - y) * n, dst.stride
	case 7: // mirrored along the other diagonal
		return (w-1)*dst.stride + (h-1-y)*n, -dst.stride
	}
	return (w-1)*dst.stride + y*n, -dst.stride // 8: to be rotated counterclockwise
}
