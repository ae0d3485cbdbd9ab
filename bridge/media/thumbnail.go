package media

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/gif" // a kind of picture to show
	"image/jpeg"
	"image/png"
	"io"

	_ "golang.org/x/image/webp" // likewise

	"gitpost/bridge/fault"
	"gitpost/bridge/media/raster"
)

const (
	thumbnailBytes  = 40 << 20 // of the file
	thumbnailPixels = 50 << 20
)

// thumbnailPlaces bounds how many pictures are decoded for a look at once.
var thumbnailPlaces = make(chan struct{}, 2)

// Thumbnail returns a JPEG, PNG, GIF or WebP picture no wider than width, as JPEG, or as PNG where
// parts of it are transparent. Other files are an error: the page shows no picture of them.
func Thumbnail(ctx context.Context, f io.Reader, width int) (data []byte, contentType string, err error) {
	select {
	case thumbnailPlaces <- struct{}{}:
		defer func() { <-thumbnailPlaces }()
	case <-ctx.Done():
		return nil, "", ctx.Err()
	}
	defer func() {
		if r := recover(); r != nil { // a defect in a decoder
			data, err = nil, errNoThumbnail(fmt.Errorf("panic: %v", r))
		}
	}()
	source, err := io.ReadAll(io.LimitReader(f, thumbnailBytes))
	if err != nil {
		return nil, "", fmt.Errorf("read picture: %w", err)
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(source))
	if err != nil {
		return nil, "", errNoThumbnail(err)
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width*c.Height > thumbnailPixels {
		return nil, "", errNoThumbnail(nil)
	}
	img, _, err := image.Decode(bytes.NewReader(source))
	if err != nil {
		return nil, "", errNoThumbnail(err)
	}
	if c.Width > width {
		img = raster.Scale(img, width, max(1, c.Height*width/c.Width))
	}
	var b bytes.Buffer
	if o, ok := img.(interface{ Opaque() bool }); ok && !o.Opaque() {
		err = png.Encode(&b, img)
		return b.Bytes(), "image/png", err
	}
	err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 78})
	return b.Bytes(), "image/jpeg", err
}

func errNoThumbnail(cause error) error {
	return &fault.Error{Code: fault.NotFound, Op: "show picture",
		Message: "the file is not a picture that can be shown small",
		Err:     cause}
}
