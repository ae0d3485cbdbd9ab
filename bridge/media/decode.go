package media

import (
	"bufio"
	"context"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"

	"golang.org/x/image/webp"
)

// decodingStep is how many bytes a decoder gets before the context is checked again. A
// progressive JPEG can ask for some 16,000 blocks of work with each byte.
const decodingStep = 256

// decode reads an image. It ends soon after ctx does.
func decode(ctx context.Context, f *os.File, k *kind, plan *heicPlan) (img image.Image, err error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	defer func() { // a decoder that meets what its author did not think of
		if r := recover(); r != nil {
			img, err = nil, broken("it cannot be decoded (%v)", r)
		}
	}()
	whole := io.NewSectionReader(f, 0, info.Size())
	r := contextReader{ctx, bufio.NewReader(whole), decodingStep}
	switch k {
	case jpegKind:
		img, err = jpeg.Decode(r)
	case pngKind:
		img, err = png.Decode(r)
	case gifKind:
		img, err = gif.Decode(r)
	case webpKind:
		if img, err = webp.Decode(r); err == nil {
			expandLevels(img)
		}
	default:
		if plan != nil {
			img, err = plan.decode(ctx, f, info.Size())
		} else {
			img, err = decodeHEIC(whole)
		}
	}
	if errors.As(err, new(defect)) || err != nil && ctx.Err() != nil {
		return nil, err
	}
	if err != nil {
		return nil, broken("it cannot be decoded (%v)", err)
	}
	return img, nil
}

// expandLevels changes a lossy WebP image, or a HEIC one, from video levels (black is 16, white is
// 235), which the decoder returns, to the full range that package image and JPEG use.
func expandLevels(img image.Image) {
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
