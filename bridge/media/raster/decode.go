package raster

import (
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// Decode reads an image of a content type: JPEG, PNG, GIF (its first frame) or WebP.
func Decode(r io.Reader, contentType string) (img image.Image, err error) {
	defer recovered(&img, &err)
	switch contentType {
	case "image/jpeg":
		return jpeg.Decode(r)
	case "image/png":
		return png.Decode(r)
	case "image/gif":
		return gif.Decode(r)
	case "image/webp":
		if img, err = webp.Decode(r); err == nil {
			ExpandLevels(img)
		}
		return img, err
	}
	return nil, fmt.Errorf("no decoder for %s", contentType)
}

// recovered turns the panic of a decoder, which met what its author did not think of, into an error.
func recovered(img *image.Image, err *error) {
	if r := recover(); r != nil {
		*img, *err = nil, fmt.Errorf("%v", r)
	}
}

// ExpandLevels changes a lossy WebP image, or a HEIC one, from video levels (black is 16, white is
// 235), which the decoder returns, to the full range that package image and JPEG use.
func ExpandLevels(img image.Image) {
	var planes *image.YCbCr
	switch src := img.(type) {
	case *image.YCbCr:
		planes = src
	case *image.NYCbCrA:
		planes = &src.YCbCr
	default:
		return
	}
	var luma, chroma [256]uint8
	for i := range 256 {
		luma[i] = uint8(max(0, min(255, ((i-16)*255+109)/219)))
		chroma[i] = uint8(max(0, min(255, 128+(i-128)*255/224)))
	}
	for i, v := range planes.Y {
		planes.Y[i] = luma[v]
	}
	for i, v := range planes.Cb {
		planes.Cb[i] = chroma[v]
	}
	for i, v := range planes.Cr {
		planes.Cr[i] = chroma[v]
	}
}
