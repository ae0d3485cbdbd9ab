package delivery

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/gif" // shrink decodes it
	"image/jpeg"
	_ "image/png" // shrink decodes it
	"net/http"
	"net/url"
	"strings"
	"sync"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // shrink decodes it

	"gitpost/bridge/mf2"
)

// picture is a photo of a post as a network takes it.
type picture struct {
	data          []byte
	kind, alt     string
	width, height int // 0: not known
}

func (p picture) name() string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(p.kind, "image/"), "+")
	return "photo." + kind
}

// largestPicture is the size of a photo that is fetched.
const largestPicture = 20 << 20

// mostPixels is the largest picture that is decoded to be made smaller.
const mostPixels = 50_000_000

// picture fetches a photo of the post from the site, and makes it smaller when it has more bytes than
// the network takes.
func (c *copyJob) picture(ctx context.Context, photo any, most int64) (picture, error) {
	address, alt := mf2.Text(photo), ""
	if o, ok := photo.(map[string]any); ok {
		alt = mf2.Text(o["alt"])
	}
	base, err := url.Parse(c.url)
	if err != nil {
		return picture{}, err
	}
	at, err := base.Parse(address)
	if err != nil {
		return picture{}, &refusal{status: http.StatusBadRequest, words: fmt.Sprintf("the photo %q has no URL", address)}
	}
	found, err := c.fetch(ctx, at.String())
	if isFinal(err) {
		return picture{}, &refusal{status: http.StatusBadRequest, words: fmt.Sprintf("the photo cannot be fetched: %v", err)}
	}
	if err != nil {
		return picture{}, fmt.Errorf("fetch the photo %s: %w", at, err)
	}
	if found.Status != http.StatusOK {
		return picture{}, fmt.Errorf("fetch the photo %s: the site answers %s", at, statusText(found.Status))
	}
	if len(found.body) > largestPicture {
		return picture{}, &refusal{status: http.StatusRequestEntityTooLarge,
			words: fmt.Sprintf("the photo %s is larger than %d MB", at, largestPicture>>20)}
	}
	p := picture{data: found.body, kind: http.DetectContentType(found.body), alt: alt}
	if size, _, err := image.DecodeConfig(bytes.NewReader(p.data)); err == nil {
		p.width, p.height = size.Width, size.Height
	}
	if int64(len(p.data)) <= most {
		return p, nil
	}
	return p.shrink(most)
}

var decoding sync.Mutex // one large picture at a time is in memory

// shrink makes a picture small enough.
func (p picture) shrink(most int64) (picture, error) {
	tooLarge := &refusal{status: http.StatusRequestEntityTooLarge, words: "a photo is larger than the network takes"}
	if p.width*p.height == 0 || p.width*p.height > mostPixels {
		return p, tooLarge
	}
	decoding.Lock()
	defer decoding.Unlock()
	whole, _, err := image.Decode(bytes.NewReader(p.data))
	if err != nil {
		return p, tooLarge
	}
	for side := min(max(p.width, p.height), 2048); side >= 256; side = side * 3 / 4 {
		scale := min(float64(side)/float64(max(p.width, p.height)), 1)
		small := image.NewRGBA(image.Rect(0, 0, max(int(float64(p.width)*scale), 1), max(int(float64(p.height)*scale), 1)))
		draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src) // what is transparent
		draw.CatmullRom.Scale(small, small.Bounds(), whole, whole.Bounds(), draw.Over, nil)
		var b bytes.Buffer
		if err := jpeg.Encode(&b, small, &jpeg.Options{Quality: 85}); err != nil {
			return p, err
		}
		if int64(b.Len()) <= most {
			return picture{data: b.Bytes(), kind: "image/jpeg", alt: p.alt, width: small.Rect.Dx(), height: small.Rect.Dy()}, nil
		}
	}
	return p, tooLarge
}
