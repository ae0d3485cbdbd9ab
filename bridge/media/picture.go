package media

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"runtime"

	"github.com/gen2brain/heic"
	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
	"golang.org/x/sync/semaphore"
)

// jpegQuality is what pictures are encoded with: differences to the original are not seen
// without comparing.
const jpegQuality = 85

// decodingMemory is what all pictures that are decoded at one time may take together. A
// larger one is decoded alone.
const decodingMemory = 96 << 20

// limitDecoding sets up the two limits: no more pictures at once than cores, and no more
// memory than decodingMemory, both for the whole store.
func (s *Store) limitDecoding() {
	s.decoding = semaphore.NewWeighted(decodingMemory)
	s.cores = make(chan struct{}, runtime.GOMAXPROCS(0))
}

// encode makes a new picture when the old one is too wide, cannot be shown by browsers, or
// stands wrong in a way that they do not heed. The file it returns is the one to keep.
func (s *Store) encode(w *work, f *os.File, k *kind, sh shape) (*os.File, *kind, shape, error) {
	width, height := sh.shown()
	tooWide := s.maxWidth > 0 && width > s.maxWidth && !sh.animated
	switch k {
	case jpegKind, gifKind, webpKind:
		if !tooWide {
			return f, k, sh, nil
		}
	case pngKind:
		if !tooWide && (sh.orientation == 0 || sh.animated) {
			return f, k, sh, nil
		}
	case heicKind:
	default:
		return f, k, sh, nil
	}
	weight := min(int64(float64(sh.width)*float64(sh.height)*sh.bytesPerPixel), decodingMemory)
	if err := s.decoding.Acquire(context.Background(), weight); err != nil {
		return nil, nil, sh, err
	}
	defer s.decoding.Release(weight)
	s.cores <- struct{}{}
	defer func() { <-s.cores }()

	img, err := decode(f, k)
	if err != nil {
		return nil, nil, sh, err
	}
	if tooWide {
		height = max(1, (height*s.maxWidth+width/2)/width)
		width = s.maxWidth
		img = scale(img, width, height, sh.orientation)
	}
	img = turn(img, sh.orientation)
	out, err := w.part()
	if err != nil {
		return nil, nil, sh, err
	}
	newKind := pngKind
	if k == jpegKind || k == heicKind || k == webpKind && opaque(img) {
		newKind = jpegKind
	}
	o := newOutput(out)
	if newKind == jpegKind {
		err = encodeJPEG(o, img, sh.carry)
	} else {
		err = png.Encode(o, img)
	}
	if err == nil {
		err = o.Flush()
	}
	if err != nil {
		return nil, nil, sh, err
	}
	return out, newKind, shape{width: width, height: height}, nil
}

// decode reads a picture.
func decode(f *os.File, k *kind) (img image.Image, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
		if err != nil {
			err = broken(k, "%v", err)
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	r := io.NewSectionReader(f, 0, info.Size())
	switch k {
	case jpegKind:
		return jpeg.Decode(r)
	case pngKind:
		return png.Decode(r)
	case gifKind:
		return gif.Decode(r)
	case webpKind:
		return webp.Decode(r)
	default:
		return heic.Decode(r)
	}
}

// scale makes a picture as large as it shall be shown after it is turned.
func scale(img image.Image, width, height, orientation int) image.Image {
	if orientation >= 5 {
		width, height = height, width
	}
	dst := image.NewNRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(dst, dst.Bounds(), img, img.Bounds(), draw.Src, nil)
	return dst
}

func turn(img image.Image, orientation int) image.Image { return img }

func opaque(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// encodeJPEG writes a JPEG with the segments that are carried over.
func encodeJPEG(w io.Writer, img image.Image, c carried) error {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return err
	}
	w.Write(b.Next(2))
	for _, s := range c.segments {
		w.Write(s)
	}
	_, err := w.Write(b.Bytes())
	return err
}
