package media

import (
	"bufio"
	"context"
	"errors"
	"image"
	"io"
	"os"

	"gitpost/bridge/media/raster"
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
	defer func() { // a defect in composing tiles
		if r := recover(); r != nil {
			img, err = nil, broken("it cannot be decoded (%v)", r)
		}
	}()
	whole := io.NewSectionReader(f, 0, info.Size())
	switch {
	case k != heicKind:
		img, err = raster.Decode(contextReader{ctx, bufio.NewReader(whole), decodingStep}, k.mime)
	case plan != nil:
		img, err = plan.decode(ctx, f, info.Size())
	default:
		img, err = raster.DecodeHEIC(whole)
	}
	if errors.As(err, new(defect)) || err != nil && ctx.Err() != nil {
		return nil, err
	}
	if err != nil {
		return nil, broken("it cannot be decoded (%v)", err)
	}
	return img, nil
}
