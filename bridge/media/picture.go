package media

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"runtime"

	"golang.org/x/image/webp"
	"golang.org/x/sync/semaphore"

	"gitpost/bridge/fault"
)

// jpegQuality is what pictures are encoded with: differences to the original are not seen
// without comparing.
const jpegQuality = 85

// What decoded pictures may take. One that needs more than decodingMemory is decoded when no
// other is; one that needs more than decodingLimit is not: it keeps its width.
const (
	decodingMemory = 128 << 20
	decodingLimit  = 640 << 20
)

// limitDecoding sets up the two limits: no more pictures at once than cores, and no more
// memory than decodingMemory, both for the whole store.
func (s *Store) limitDecoding() {
	s.decoding = semaphore.NewWeighted(decodingMemory)
	s.cores = make(chan struct{}, runtime.GOMAXPROCS(0))
}

// reencode makes a new picture when the old one is too wide, cannot be shown by browsers, or
// stands wrong in a way that they do not heed. The file it returns is the one to keep.
func (s *Store) reencode(ctx context.Context, w *work, f *os.File, k *kind, sh shape) (*os.File, *kind, shape, error) {
	width, height := sh.shown()
	tooWide := s.maxWidth > 0 && width > s.maxWidth && !sh.animated
	needed := sh.memory()
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
		wrong := k == pngKind && sh.orientation != 0 && !sh.animated
		if !tooWide && !wrong || needed > decodingLimit {
			return f, k, sh, nil
		}
	default:
		return f, k, sh, nil
	}
	if tooWide {
		height = max(1, (height*s.maxWidth+width/2)/width)
		width = s.maxWidth
	}

	weight := min(needed, decodingMemory)
	if err := s.decoding.Acquire(ctx, weight); err != nil {
		return nil, nil, shape{}, err
	}
	defer s.decoding.Release(weight)
	select {
	case s.cores <- struct{}{}:
		defer func() { <-s.cores }()
	case <-ctx.Done():
		return nil, nil, shape{}, ctx.Err()
	}

	img, err := s.render(ctx, f, k, sh, width, height)
	if err != nil {
		return nil, nil, shape{}, s.blame(k, err)
	}
	if needed >= largeDecoding {
		// The decoded picture is garbage now. Without this the next one would be decoded
		// beside it, and the process would grow to twice what pictures really take.
		runtime.GC()
	}
	out, err := w.part()
	if err != nil {
		return nil, nil, shape{}, err
	}
	newKind := pngKind
	if _, lossy := img.(*image.YCbCr); lossy || k == jpegKind || k == heicKind {
		newKind = jpegKind
	}
	o := newOutput(out)
	if newKind == jpegKind {
		err = encodeJPEG(o, img, sh.carry)
	} else {
		err = encodePNG(o, img, sh.carry)
	}
	if err == nil {
		err = o.Flush()
	}
	if err != nil {
		return nil, nil, shape{}, err
	}
	size := img.Bounds().Size()
	return out, newKind, shape{width: size.X, height: size.Y}, nil
}

// convertible tells whether a HEIC picture can be decoded within the memory that there is for it.
func convertible(sh shape, size int64) error {
	what, pixels := "HEIC picture", max(int64(sh.width)*int64(sh.height), sh.coded)
	switch {
	case sh.divided():
		if sh.memory() <= decodingLimit {
			return nil
		}
	case pixels > maxUndivided:
		what = "HEIC picture that is not divided into tiles, as phones do it,"
	case sh.plan != nil || size <= maxUndividedFile:
		return nil
	}
	return &fault.Error{
		Code: fault.TooLarge, Op: operation,
		Message: fmt.Sprintf("a %s of %d million pixels and %s cannot be converted", what, pixels/1_000_000, megabytes(size)),
		Hint:    "send a smaller one, or a JPEG",
	}
}

// largeDecoding is from where on a decoded picture is worth collecting at once.
const largeDecoding = 8 << 20

// render decodes a picture, makes it the size in which it is shown, and turns it.
func (s *Store) render(ctx context.Context, f *os.File, k *kind, sh shape, width, height int) (image.Image, error) {
	img, err := decode(ctx, f, k, sh.plan)
	if err != nil {
		return nil, err
	}
	if size := img.Bounds().Size(); k != heicKind && (size.X != sh.width || size.Y != sh.height) {
		return nil, broken("its picture has another size than it says")
	}
	if sh.orientation >= 5 {
		width, height = height, width
	}
	if size := img.Bounds().Size(); size.X > width {
		img = scale(img, width, height)
	}
	return turn(img, sh.orientation), nil
}

// decode reads a picture.
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
	r := io.NewSectionReader(f, 0, info.Size())
	switch k {
	case jpegKind:
		img, err = jpeg.Decode(r)
	case pngKind:
		img, err = png.Decode(r)
	case gifKind:
		img, err = gif.Decode(r)
	case webpKind:
		if img, err = webp.Decode(r); err == nil {
			stretchLevels(img)
		}
	default:
		if plan != nil {
			img, err = plan.decode(ctx, f, info.Size())
		} else {
			img, err = decodeHEIC(r)
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
