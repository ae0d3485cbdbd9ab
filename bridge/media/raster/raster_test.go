package raster

import (
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/draw"

	"gitpost/bridge/media/mediatest"
)

func TestEveryTypeOfImageIsOrientedAsTheStandardSays(t *testing.T) {
	from := mediatest.Scene(6, 4)
	kinds := map[string]draw.Image{
		"NRGBA": image.NewNRGBA(from.Rect), "RGBA": image.NewRGBA(from.Rect), "Gray": image.NewGray(from.Rect),
		"Gray16":  image.NewGray16(from.Rect),
		"NRGBA64": image.NewNRGBA64(from.Rect), "RGBA64": image.NewRGBA64(from.Rect), "CMYK": image.NewCMYK(from.Rect),
		"Paletted": image.NewPaletted(from.Rect, color.Palette{color.Black, color.White, color.NRGBA{40, 220, 60, 255}}),
	}
	for name, img := range kinds {
		draw.Draw(img, img.Bounds(), from, image.Point{}, draw.Src)
		for turned := 1; turned <= 8; turned++ {
			got := Orient(img, turned)
			size := got.Bounds().Size()
			if turned >= 5 && size != image.Pt(4, 6) || turned < 5 && size != image.Pt(6, 4) {
				t.Errorf("%s, orientation %d: size %v", name, turned, size)
				continue
			}
			for y := range size.Y {
				for x := range size.X {
					if want := mediatest.Seen(img, turned, x, y); got.At(x, y) != want {
						t.Errorf("%s, orientation %d: at %d, %d is %v, want %v", name, turned, x, y, got.At(x, y), want)
					}
				}
			}
		}
	}
}

func TestResampleAgreesWithXImage(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		w, h := 1+r.IntN(90), 1+r.IntN(90)
		dw, dh := 1+r.IntN(w), 1+r.IntN(h)
		img := image.NewGray(image.Rect(0, 0, w, h))
		for i := range img.Pix {
			img.Pix[i] = uint8(r.UintN(256)) // noise: every overshoot there can be
		}
		want, got := image.NewGray(image.Rect(0, 0, dw, dh)), image.NewGray(image.Rect(0, 0, dw, dh))
		draw.CatmullRom.Scale(want, want.Rect, img, img.Rect, draw.Src, nil)
		resample(planesOf(got)[0], planesOf(img)[0].rows(), float64(w)/float64(dw), float64(h)/float64(dh))
		for i := range got.Pix {
			x, y := i%dw, i/dw
			// At the edges x/image leaves out what lies beyond; here the edge goes on.
			inside := x > dw/8+2 && x < dw-dw/8-3 && y > dh/8+2 && y < dh-dh/8-3
			if d := int(got.Pix[i]) - int(want.Pix[i]); inside && (d > 2 || d < -2) {
				t.Fatalf("%d × %d to %d × %d: at %d, %d is %d, want %d", w, h, dw, dh, x, y, got.Pix[i], want.Pix[i])
			}
		}
	}
}

func TestAPlainColourStaysTheSameWhenScaled(t *testing.T) {
	for _, v := range []uint8{0, 1, 127, 254, 255} {
		img := image.NewGray(image.Rect(0, 0, 37, 23))
		for i := range img.Pix {
			img.Pix[i] = v
		}
		got := Scale(img, 11, 7).(*image.Gray)
		for i := range got.Pix {
			if got.Pix[i] != v {
				t.Fatalf("%d became %d", v, got.Pix[i])
			}
		}
	}
}
