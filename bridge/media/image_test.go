package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/image/draw"

	"gitpost/bridge/fault"
	"gitpost/bridge/media/metadata"
	"gitpost/bridge/media/raster"
)

func frames(t testing.TB, b []byte) *gif.GIF {
	t.Helper()
	g, err := gif.DecodeAll(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func decoded(t testing.TB, b []byte) image.Image {
	t.Helper()
	img, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestEveryOrientationIsShownUpright(t *testing.T) {
	upright := scene(64, 40)
	kept := open(t, Config{})
	narrow := open(t, Config{MaxWidth: 32})
	for turned := 1; turned <= 8; turned++ {
		for _, order := range []binary.ByteOrder{binary.BigEndian, binary.LittleEndian} {
			body := photo(t, stored(upright, turned), exifSegment(order, turned))

			staged, got := stage(t, kept, "photo.jpg", body)
			if staged.Width != 64 || staged.Height != 40 {
				t.Errorf("orientation %d: it is reported as %d × %d", turned, staged.Width, staged.Height)
			}
			if d := difference(t, decoded(t, body), decoded(t, got)); d != 0 {
				t.Errorf("orientation %d: the pixels differ by %g", turned, d)
			}
			if orientationOf(got) != turned {
				t.Errorf("orientation %d: the file says %d", turned, orientationOf(got))
			}
			if turned == 1 && bytes.Contains(got, []byte("Exif")) {
				t.Error("an upright image has an EXIF block")
			}
			if bytes.Contains(got, []byte("Phone")) || bytes.Contains(got, []byte("Paris")) {
				t.Errorf("orientation %d: more than that is kept", turned)
			}
			view, file := image.NewNRGBA(upright.Bounds()), decoded(t, got)
			for y := range 40 {
				for x := range 64 {
					view.Set(x, y, seen(file, orientationOf(got), x, y))
				}
			}
			if d := difference(t, upright, view); d > 3 {
				t.Errorf("orientation %d: what is seen differs by %g", turned, d)
			}

			staged, got = stage(t, narrow, "photo.jpg", body)
			if staged.Width != 32 || staged.Height != 20 {
				t.Errorf("orientation %d: scaled down it is reported as %d × %d", turned, staged.Width, staged.Height)
			}
			if orientationOf(got) != 1 {
				t.Errorf("orientation %d: scaled down it says %d", turned, orientationOf(got))
			}
			if d := difference(t, scene(32, 20), decoded(t, got)); d > 4 {
				t.Errorf("orientation %d: scaled down it differs by %g", turned, d)
			}
		}
	}
}

func TestAPNGIsOrientedWithoutLoss(t *testing.T) {
	upright := scene(30, 20)
	for turned := 2; turned <= 8; turned++ {
		var plain, chunk bytes.Buffer
		if err := png.Encode(&plain, stored(upright, turned)); err != nil {
			t.Fatal(err)
		}
		writeChunk(&chunk, "eXIf", exifBlock(binary.BigEndian, turned))
		body := slices.Concat(plain.Bytes()[:33], chunk.Bytes(), plain.Bytes()[33:])
		for _, keep := range []string{"", "keep"} {
			staged, got := stage(t, open(t, Config{Keep: keep}), "picture.png", body)
			if d := difference(t, upright, decoded(t, got)); d != 0 || staged.Width != 30 || staged.Height != 20 {
				t.Errorf("orientation %d: %d × %d, different by %g", turned, staged.Width, staged.Height, d)
			}
			i := bytes.Index(got, []byte("eXIf"))
			if (i >= 0) != (keep == "keep") {
				t.Errorf("orientation %d, policy %q: there is an EXIF block: %v", turned, keep, i >= 0)
			} else if i >= 0 && metadata.Orientation(got[i+4:]) != 0 {
				t.Errorf("orientation %d: the rotated image is to be rotated again", turned)
			}
		}
	}
}

func TestAWebPKeepsItsOrientation(t *testing.T) {
	body := sample(t, "lossy.webp")
	i := bytes.Index(body, []byte("EXIF"))
	block := exifBlock(binary.LittleEndian, 6)
	body = slices.Concat(body[:i], []byte("EXIF"), binary.LittleEndian.AppendUint32(nil, uint32(len(block))), block)
	binary.LittleEndian.PutUint32(body[4:], uint32(len(body)-8))
	staged, got := stage(t, open(t, Config{}), "picture.webp", body)
	if staged.Width != 48 || staged.Height != 64 {
		t.Errorf("it is reported as %d × %d, want 48 × 64", staged.Width, staged.Height)
	}
	i = bytes.Index(got, []byte("EXIF"))
	if i < 0 || !bytes.Equal(got[i+8:], metadata.OnlyOrientation(6)) {
		t.Errorf("the file ends in % x, want the orientation alone", got[max(0, i):])
	}
	if flags := got[20]; flags&webpExif == 0 || flags&webpXMP != 0 {
		t.Errorf("the flags are %#x", flags)
	}
	staged, got = stage(t, open(t, Config{MaxWidth: 24}), "picture.webp", body)
	if staged.ContentType != "image/jpeg" || staged.Width != 24 || staged.Height != 32 {
		t.Errorf("scaled down: %+v", staged)
	}
	if c := color.NRGBAModel.Convert(decoded(t, got).At(22, 2)).(color.NRGBA); min(c.R, c.G, c.B) < 220 {
		t.Errorf("the white corner, turned to the top right, is %v", c)
	}
}

func TestWideImagesAreScaledDown(t *testing.T) {
	for _, c := range []struct {
		width, height, limit, wantWidth, wantHeight int
	}{
		{100, 50, 100, 100, 50},
		{101, 50, 100, 100, 50},
		{400, 301, 100, 100, 75},
		{400, 3, 100, 100, 1},
		{4000, 1, 100, 100, 1},
		{50, 4000, 100, 50, 4000},
		{400, 300, -1, 400, 300},
		{3, 2, 1, 1, 1},
	} {
		s := open(t, Config{MaxWidth: c.limit})
		for _, kind := range []string{"jpeg", "png"} {
			want := "image/" + kind
			var body []byte
			if kind == "png" {
				var b bytes.Buffer
				if err := png.Encode(&b, scene(c.width, c.height)); err != nil {
					t.Fatal(err)
				}
				body = b.Bytes()
			} else {
				body = photo(t, scene(c.width, c.height))
			}
			staged, got := stage(t, s, "x", body)
			size := decoded(t, got).Bounds().Size()
			if staged.Width != c.wantWidth || staged.Height != c.wantHeight || size != image.Pt(c.wantWidth, c.wantHeight) ||
				staged.ContentType != want {
				t.Errorf("%s of %d × %d with a limit of %d: %+v, in truth %v; want %d × %d", kind, c.width, c.height, c.limit,
					staged, size, c.wantWidth, c.wantHeight)
			}
		}
	}
}

func TestScaledImagesKeepTheirColours(t *testing.T) {
	upright := scene(200, 100)
	alpha := image.NewNRGBA(upright.Rect)
	for i := range upright.Pix {
		alpha.Pix[i] = upright.Pix[i]
		if i%4 == 3 {
			alpha.Pix[i] = uint8(i / 4 % 200)
		}
	}
	paletted := image.NewPaletted(upright.Rect, color.Palette{color.White, color.NRGBA{200, 0, 0, 255},
		color.NRGBA{0, 0, 200, 128}})
	for i := range paletted.Pix {
		paletted.Pix[i] = uint8(i / 700 % 3)
	}
	grey, deep := image.NewGray(upright.Rect), image.NewNRGBA64(upright.Rect)
	draw.Draw(grey, grey.Rect, upright, image.Point{}, draw.Src)
	draw.Draw(deep, deep.Rect, upright, image.Point{}, draw.Src)
	s := open(t, Config{MaxWidth: 70})
	for name, img := range map[string]image.Image{"opaque": upright, "translucent": alpha, "paletted": paletted,
		"grey": grey, "16 bits": deep} {
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		_, got := stage(t, s, name+".png", b.Bytes())
		want := image.NewRGBA(image.Rect(0, 0, 70, 35))
		draw.CatmullRom.Scale(want, want.Bounds(), img, img.Bounds(), draw.Src, nil)
		if d := difference(t, want, decoded(t, got)); d > 1 {
			t.Errorf("%s: it differs from golang.org/x/image/draw's by %g", name, d)
		}
	}
}

func TestTheColourProfileIsKept(t *testing.T) {
	icc := profile("RGB ", 150_000)
	rgb := photo(t, scene(100, 50), slices.Concat(profileSegments(icc)...))
	for _, limit := range []int{200, 40} {
		_, got := stage(t, open(t, Config{MaxWidth: limit}), "photo.jpg", rgb)
		var found []byte
		for b := got[2:]; b[1] != markerSOS; {
			n := int(binary.BigEndian.Uint16(b[2:]))
			if b[1] == markerAPP2 && bytes.HasPrefix(b[4:], sigICC) {
				found = append(found, b[4+14:2+n]...)
			}
			b = b[2+n:]
		}
		if !bytes.Equal(found, icc) {
			t.Errorf("limit %d: the profile has %d bytes, want %d", limit, len(found), len(icc))
		}
	}
	// A profile of inks is not true of the RGB that a CMYK image is encoded in.
	grey := image.NewGray(image.Rect(0, 0, 100, 50))
	_, got := stage(t, open(t, Config{MaxWidth: 40}), "photo.jpg", photo(t, grey, slices.Concat(profileSegments(icc)...)))
	if hasSegment(got, markerAPP2, sigICC) {
		t.Error("a grey image has a profile for colours")
	}

	var plain, chunk bytes.Buffer
	if err := png.Encode(&plain, scene(100, 50)); err != nil {
		t.Fatal(err)
	}
	writeChunk(&chunk, "iCCP", []byte("p\x00\x00x\x9c compressed"))
	body := slices.Concat(plain.Bytes()[:33], chunk.Bytes(), plain.Bytes()[33:])
	_, got = stage(t, open(t, Config{MaxWidth: 40}), "picture.png", body)
	if !bytes.Equal(got[33:33+chunk.Len()], chunk.Bytes()) {
		t.Error("the profile of a PNG is gone")
	}
}

func TestAnimatedImagesStayAnimated(t *testing.T) {
	s := open(t, Config{MaxWidth: 20})
	for _, name := range []string{"animated.gif", "animated.webp"} {
		staged, got := stage(t, s, name, sample(t, name))
		if staged.Width != 64 || staged.ContentType != "image/"+filepath.Ext(name)[1:] {
			t.Errorf("%s: %+v", name, staged)
		}
		if name == "animated.webp" && bytes.Count(got, []byte("ANMF")) != 3 {
			t.Errorf("%s has %d frames, want 3", name, bytes.Count(got, []byte("ANMF")))
		}
	}
	var plain, control bytes.Buffer
	if err := png.Encode(&plain, scene(40, 20)); err != nil {
		t.Fatal(err)
	}
	writeChunk(&control, "acTL", []byte{0, 0, 0, 2, 0, 0, 0, 0})
	body := slices.Concat(plain.Bytes()[:33], control.Bytes(), plain.Bytes()[33:])
	if staged, got := stage(t, s, "animated.png", body); staged.Width != 40 || !bytes.Equal(got, body) {
		t.Errorf("animated.png: %+v", staged)
	}
}

func TestAWideWebPBecomesJPEGOrPNG(t *testing.T) {
	s := open(t, Config{MaxWidth: 32})
	for name, mime := range map[string]string{"lossy.webp": "image/jpeg", "lossless.webp": "image/png"} {
		staged, got := stage(t, s, name, sample(t, name))
		if staged.ContentType != mime || staged.Width != 32 || staged.Height != 24 {
			t.Errorf("%s: %+v; want %s of 32 × 24", name, staged, mime)
		}
		// The decoder returns lossy images in video levels; unless they are expanded white
		// is grey.
		if c := color.NRGBAModel.Convert(decoded(t, got).At(2, 2)).(color.NRGBA); min(c.R, c.G, c.B) < 245 {
			t.Errorf("%s: white became %v", name, c)
		}
		if c := color.NRGBAModel.Convert(decoded(t, got).At(29, 2)).(color.NRGBA); c.R > 40 || c.G > 40 || c.B < 215 {
			t.Errorf("%s: blue became %v", name, c)
		}
	}
}

func TestExpandedLevelsAreThoseOfDwebp(t *testing.T) {
	dwebp := tool(t, "dwebp", "webp")
	out, err := exec.CommandContext(t.Context(), dwebp, "-quiet", "-nofancy",
		filepath.Join("..", "..", "testdata", "media", "lossy.webp"), "-o", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	img, err := raster.Decode(bytes.NewReader(sample(t, "lossy.webp")), "image/webp")
	if err != nil {
		t.Fatal(err)
	}
	if d := difference(t, decoded(t, out), img); d > 1.5 {
		t.Errorf("the images differ by %g", d)
	}
}

func TestAHEICBecomesAJPEGOfTheSameImage(t *testing.T) {
	_, got := stage(t, open(t, Config{}), "IMG_0001.HEIC", sample(t, "photo.heic"))
	img, err := jpeg.Decode(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	if d := difference(t, decoded(t, sample(t, "picture.png")), img); d > 7 { // small, and all edges
		t.Errorf("the image differs by %g", d)
	}
	staged, _ := stage(t, open(t, Config{MaxWidth: 32}), "IMG_0001.HEIC", sample(t, "photo.heic"))
	if staged.Width != 32 || staged.Height != 24 || staged.ContentType != "image/jpeg" {
		t.Errorf("scaled down: %+v", staged)
	}
}

func TestImagesInRareFormsAreScaledDown(t *testing.T) {
	s := open(t, Config{MaxWidth: 32})
	for name, body := range map[string][]byte{
		"CMYK.jpg":        sample(t, filepath.Join("rare", "cmyk.jpg")),
		"progressive.jpg": sample(t, filepath.Join("rare", "progressive.jpg")),
		"interlaced.png":  sample(t, filepath.Join("rare", "interlaced.png")),
		"16 bits.png":     sample(t, filepath.Join("rare", "deep.png")),
	} {
		staged, got := stage(t, s, name, body)
		if staged.Width != 32 || staged.Height != 24 {
			t.Errorf("%s: %+v", name, staged)
			continue
		}
		before, want := decoded(t, body), image.NewRGBA(image.Rect(0, 0, 32, 24))
		draw.CatmullRom.Scale(want, want.Bounds(), before, before.Bounds(), draw.Src, nil)
		if d := difference(t, want, decoded(t, got)); d > 2 {
			t.Errorf("%s: the image differs by %g", name, d)
		}
	}
}

func TestAnImageThatTakesTooLongToDecodeKeepsItsWidth(t *testing.T) {
	s := open(t, Config{MaxWidth: 32})
	s.timeout = 1
	body := photo(t, scene(100, 60))
	if staged, got := stage(t, s, "photo.jpg", body); staged.Width != 100 || !bytes.Equal(got, body) {
		t.Errorf("%+v, want it unchanged", staged)
	}
	if staged, _ := stage(t, s, "picture.png", sample(t, "picture.png")); staged.Width != 64 {
		t.Errorf("%+v, want 64 pixels", staged)
	}
	for _, name := range []string{"photo.heic", "tiles.heic"} {
		refused(t, s, name, bytes.NewReader(sample(t, name)), fault.TooLarge, "takes too long")
	}
}
