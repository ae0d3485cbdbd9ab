package raster

import (
	"image"
	"io"
	"slices"
	"unsafe"

	"github.com/gen2brain/heic"
)

// DecodeHEIC reads a HEIC image as a whole; rotated, cropped and composed as it is shown.
func DecodeHEIC(r io.Reader) (img image.Image, err error) {
	defer recovered(&img, &err)
	if img, err = heic.Decode(r); err != nil {
		return nil, err
	}
	return widePlanes(img), nil
}

// heicPlane is the least width of the planes of an image in libheif.
const heicPlane = 64

// widePlanes corrects how package heic 0.4.5 reads images with a plane narrower than 64 pixels:
// libheif pads the rows to 64, but the package assumes that they are shorter, so that a small image
// comes out in stripes. The padded rows follow each other in the memory in which the first plane
// begins, which the decoder copied them to.
func widePlanes(img image.Image) image.Image {
	padded := func(pix []byte, n int) []byte { return slices.Clone(unsafe.Slice(unsafe.SliceData(pix), n)) }
	size := img.Bounds().Size()
	if size.X == 0 || size.Y == 0 {
		return img
	}
	switch src := img.(type) {
	case *image.YCbCr:
		y, c := max(src.YStride, heicPlane), max(src.CStride, heicPlane)
		if y == src.YStride && c == src.CStride {
			return img
		}
		rows := size.Y
		if src.SubsampleRatio == image.YCbCrSubsampleRatio420 {
			rows = (rows + 1) / 2
		}
		all := padded(src.Y, y*size.Y+2*c*rows)
		wide := *src
		wide.YStride, wide.CStride = y, c
		wide.Y, wide.Cb, wide.Cr = all[:y*size.Y], all[y*size.Y:][:c*rows], all[y*size.Y+c*rows:]
		return &wide
	case *image.Gray:
		if src.Stride < heicPlane {
			return &image.Gray{Pix: padded(src.Pix, heicPlane*size.Y), Stride: heicPlane, Rect: src.Rect}
		}
	case *image.NRGBA:
		const stride = 4 * heicPlane
		if src.Stride < stride {
			return &image.NRGBA{Pix: padded(src.Pix, stride*size.Y), Stride: stride, Rect: src.Rect}
		}
	case *image.RGBA:
		const stride = 4 * heicPlane
		if src.Stride < stride {
			return &image.RGBA{Pix: padded(src.Pix, stride*size.Y), Stride: stride, Rect: src.Rect}
		}
	}
	return img
}
