package media

import (
	"image"
	"io"
	"slices"
	"unsafe"

	"github.com/gen2brain/heic"
)

// decodeHEIC reads a HEIC picture; turned, cropped and put together as it is shown.
func decodeHEIC(r io.Reader) (image.Image, error) {
	img, err := heic.Decode(r)
	if err != nil {
		return nil, err
	}
	return widePlanes(img), nil
}

// heicPlane is how wide libheif makes the planes of a picture at least.
const heicPlane = 64

// widePlanes mends how package heic 0.4.5 reads pictures of which a plane is narrower than 64
// pixels: libheif pads its rows to 64, and the package takes them to be shorter, so that a
// small picture comes out in stripes. All padded rows lie one behind the other in the memory
// that the first plane begins in, since that is where the decoder copied them to.
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
		if src.Stride < 4*heicPlane {
			return &image.NRGBA{Pix: padded(src.Pix, 4*heicPlane*size.Y), Stride: 4 * heicPlane, Rect: src.Rect}
		}
	case *image.RGBA:
		if src.Stride < 4*heicPlane {
			return &image.RGBA{Pix: padded(src.Pix, 4*heicPlane*size.Y), Stride: 4 * heicPlane, Rect: src.Rect}
		}
	}
	return img
}
