package raster

import "image"

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
