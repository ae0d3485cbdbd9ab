package media

import (
	"context"
	"fmt"
	"image"
	"os"
	"runtime"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/media/raster"
)

// jpegQuality is the quality of encoded images: differences from the original are not visible
// without comparing.
const jpegQuality = 85

// Limits of decoding.
const (
	decodingMemory  = 3 * smallWeight // of small images together; see gate.go
	decodingLimit   = 640 << 20       // an image that needs more keeps its width
	decodingTimeout = 10 * time.Second
	maxScans        = 100     // passes over the pixels of one image
	largeDecoding   = 8 << 20 // from here on decoded pixels are collected at once
)

// cores is how many images, or tiles of one, are decoded at once.
func cores() int { return runtime.GOMAXPROCS(0) }

// reencode makes a new image if the old one is too wide, cannot be shown by browsers, or needs a
// rotation that they ignore. It returns the file to keep.
func (s *Store) reencode(ctx context.Context, owner string, t *temps, f *os.File, k *kind, sh shape) (
	*os.File, *kind, shape, error,
) {
	width, height := sh.shown()
	tooWide := s.maxWidth > 0 && width > s.maxWidth && !sh.animated
	switch k {
	case heicKind:
		info, err := f.Stat()
		if err != nil {
			return nil, nil, shape{}, err
		}
		if err := convertible(sh, info.Size()); err != nil {
			return nil, nil, shape{}, err
		}
	case jpegKind, gifKind, webpKind, pngKind:
		rotated := k == pngKind && sh.orientation != 0 && !sh.animated
		if !tooWide && !rotated || sh.memory() > decodingLimit {
			return f, k, sh, nil
		}
	default:
		return f, k, sh, nil
	}
	if tooWide {
		height = max(1, (height*s.maxWidth+width/2)/width)
		width = s.maxWidth
	}
	leave, err := s.decoding.enter(ctx, owner, sh.memory())
	if err != nil {
		return nil, nil, shape{}, err
	}
	defer leave()

	limited, cancel := context.WithTimeout(ctx, sh.timeout(s.timeout))
	defer cancel()
	img, err := render(limited, f, k, sh, width, height)
	if err != nil && ctx.Err() == nil && (limited.Err() != nil || sh.incomplete) {
		if k != heicKind {
			return f, k, sh, nil // browsers show it as it is
		}
		err = refuse(fault.TooLarge, "converting the HEIC image takes too long", "send a smaller one, or a JPEG")
	}
	if err != nil {
		return nil, nil, shape{}, s.parseError(k, err)
	}
	if sh.memory() >= largeDecoding {
		// The decoded image is garbage now. Without this the next one would be decoded beside it,
		// and the process would grow to twice what images really take.
		runtime.GC()
	}
	newKind := pngKind
	if _, lossy := img.(*image.YCbCr); lossy || k == jpegKind || k == heicKind {
		newKind = jpegKind
	}
	out, err := t.create()
	if err != nil {
		return nil, nil, shape{}, err
	}
	if err := encode(out, newKind, img, sh.carry); err != nil {
		return nil, nil, shape{}, err
	}
	size := img.Bounds().Size()
	return out, newKind, shape{width: size.X, height: size.Y}, nil
}

// timeout is how long decoding may take. The work for a HEIC image is bounded by its pixels, and a
// busy or small machine may need long for it, and for compiling the decoder before the first one.
func (s shape) timeout(once time.Duration) time.Duration {
	if s.coded == 0 {
		return once
	}
	return once * time.Duration(6+s.width*s.height/1_000_000)
}

// convertible returns an error if a HEIC image cannot be decoded within the limits.
func convertible(sh shape, size int64) error {
	what, pixels := "HEIC image", max(int64(sh.width)*int64(sh.height), sh.coded)
	switch {
	case sh.tiled():
		if sh.memory() <= decodingLimit {
			return nil
		}
	case pixels > maxUntiled:
		what = "HEIC image without tiles"
	case sh.plan != nil || size <= maxUntiledFile:
		return nil
	}
	return refuse(fault.TooLarge,
		fmt.Sprintf("a %s of %d million pixels and %s cannot be converted", what, pixels/1_000_000, megabytes(size)),
		"send a smaller one, or a JPEG")
}

// encode writes an image, with the metadata that is carried over, as JPEG or PNG.
func encode(f *os.File, k *kind, img image.Image, c carried) (err error) {
	o := newOutput(f)
	if k == jpegKind {
		err = raster.EncodeJPEG(o, img, jpegQuality, c.forJPEG(img))
	} else {
		err = raster.EncodePNG(o, img, c.forPNG())
	}
	if err != nil {
		return err
	}
	return o.Flush()
}

// render decodes an image, scales it to the size in which it is shown, and rotates it.
func render(ctx context.Context, f *os.File, k *kind, sh shape, width, height int) (image.Image, error) {
	img, err := decode(ctx, f, k, sh.plan)
	if err != nil {
		return nil, err
	}
	if size := img.Bounds().Size(); k != heicKind && (size.X != sh.width || size.Y != sh.height) {
		return nil, broken("its image has another size than it says")
	}
	if sh.orientation >= 5 {
		width, height = height, width
	}
	if img.Bounds().Dx() > width {
		img = raster.Scale(img, width, height)
	}
	return raster.Orient(img, sh.orientation), nil
}
