package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"slices"
	"testing"

	"gitpost/bridge/fault"
	"gitpost/bridge/media/raster"
)

// A gridded sample is a HEIC file as phones write it, composed of tiles that an encoder
// made: testdata/media/tiles.heic has four of 64 × 64 pixels as its items.
type gridded struct {
	columns, rows, width, height int
	properties                   [][]byte // of the grid, beside its size
	tile                         func(i int) int
}

// tiles returns the images of a HEIC file that are coded separately: configuration, size and data.
func tiles(t testing.TB, file []byte) (configurations, extents, data [][]byte) {
	t.Helper()
	m := newMedium(t.Context(), &memory{file}, int64(len(file)))
	h, err := readHEIF(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range h.items {
		if item.kind != "hvc1" {
			continue
		}
		b, err := h.itemBytes(item)
		if err != nil {
			t.Fatal(err)
		}
		part := func(name string) []byte {
			p, _ := h.property(item.id, name)
			b, err := m.read(p.at, int(p.end-p.at))
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		configurations, extents, data = append(configurations, part("hvcC")), append(extents, part("ispe")), append(data, b)
	}
	return configurations, extents, data
}

// file makes the HEIC file: item 1 is the grid, its tiles follow.
func (g gridded) file(t testing.TB, from []byte) []byte {
	t.Helper()
	configurations, extents, data := tiles(t, from)
	count := g.columns * g.rows
	if g.tile == nil {
		g.tile = func(i int) int { return i % len(data) }
	}
	grid := be.AppendUint16(be.AppendUint16([]byte{0, 0, byte(g.rows - 1), byte(g.columns - 1)}, uint16(g.width)),
		uint16(g.height))
	properties := newBox("ispe", be.AppendUint32(be.AppendUint32(make([]byte, 4), uint32(g.width)), uint32(g.height)))
	associations := be.AppendUint32(make([]byte, 4), uint32(1+count))
	associations = append(associations, 0, 1, byte(1+len(g.properties)))
	for i := range 1 + len(g.properties) {
		associations = append(associations, byte(0x81+i))
	}
	properties = append(properties, slices.Concat(g.properties...)...)
	first := 2 + len(g.properties)
	for i := range configurations {
		properties = slices.Concat(properties, configurations[i], extents[i])
	}
	items := newBox("infe", []byte("\x02\x00\x00\x00\x00\x01\x00\x00grid\x00"))
	reference := be.AppendUint16([]byte{0, 1}, uint16(count))
	for i := range count {
		id := be.AppendUint16(nil, uint16(i+2))
		reference = append(reference, id...)
		items = append(items, newBox("infe", []byte{2, 0, 0, 0}, id, []byte("\x00\x00hvc1\x00"))...)
		associations = slices.Concat(associations, id, []byte{2, byte(0x80 + first + 2*g.tile(i)),
			byte(0x80 + first + 2*g.tile(i) + 1)})
	}
	head := func(at uint32) []byte {
		locations := be.AppendUint16([]byte{1, 0, 0, 0, 0x44, 0}, uint16(1+count))
		locations = append(locations, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, byte(len(grid))) // in idat
		for i := range count {
			body := at
			for _, d := range data[:g.tile(i)] {
				body += uint32(len(d))
			}
			locations = append(be.AppendUint16(locations, uint16(i+2)), 0, 0, 0, 0, 0, 1)
			locations = be.AppendUint32(be.AppendUint32(locations, body), uint32(len(data[g.tile(i)])))
		}
		return slices.Concat(newBox("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")), newBox("meta", make([]byte, 4),
			newBox("hdlr", []byte("\x00\x00\x00\x00\x00\x00\x00\x00pict"), make([]byte, 13)), newBox("pitm",
				[]byte{0, 0, 0, 0, 0, 1}),
			newBox("iinf", be.AppendUint16(make([]byte, 4), uint16(1+count)), items), newBox("iref", make([]byte, 4),
				newBox("dimg", reference)),
			newBox("iprp", newBox("ipco", properties), newBox("ipma", associations)), newBox("idat", grid), newBox("iloc",
				locations)))
	}
	return append(head(uint32(len(head(0))+8)), newBox("mdat", data...)...)
}

// decodedWhole is how the decoder itself composes a file.
func decodedWhole(t testing.TB, file []byte) image.Image {
	t.Helper()
	img, err := raster.DecodeHEIC(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestATiledHEICIsComposedAsTheDecoderDoesIt(t *testing.T) {
	from := sample(t, "tiles.heic")
	rotate := func(angle byte) []byte { return newBox("irot", []byte{angle}) }
	mirror := func(axis byte) []byte { return newBox("imir", []byte{axis}) }
	crop := func(n ...uint32) []byte {
		var b []byte
		for _, v := range n {
			b = be.AppendUint32(b, v)
		}
		return newBox("clap", b)
	}
	for name, g := range map[string]gridded{
		"whole tiles":         {columns: 2, rows: 2, width: 128, height: 128},
		"cut at the edges":    {columns: 3, rows: 2, width: 150, height: 100},
		"odd size":            {columns: 3, rows: 2, width: 151, height: 99},
		"a row":               {columns: 4, rows: 1, width: 250, height: 64},
		"one tile":            {columns: 1, rows: 1, width: 40, height: 30},
		"turned left":         {columns: 3, rows: 2, width: 150, height: 100, properties: [][]byte{rotate(1)}},
		"upside down":         {columns: 3, rows: 2, width: 150, height: 100, properties: [][]byte{rotate(2)}},
		"turned right":        {columns: 3, rows: 2, width: 150, height: 100, properties: [][]byte{rotate(3)}},
		"mirrored":            {columns: 3, rows: 2, width: 150, height: 100, properties: [][]byte{mirror(0)}},
		"mirrored the other":  {columns: 3, rows: 2, width: 150, height: 100, properties: [][]byte{mirror(1)}},
		"turned and mirrored": {columns: 3, rows: 2, width: 150, height: 100, properties: [][]byte{rotate(3), mirror(1)}},
		"cropped": {columns: 3, rows: 2, width: 150, height: 100,
			properties: [][]byte{crop(120, 1, 60, 1, 5, 1, 4, 1)}},
		"cropped to the left": {columns: 3, rows: 2, width: 150, height: 100,
			properties: [][]byte{crop(120, 1, 60, 1, 1<<32-5, 1, 1<<32-4, 1)}},
		"cropped, then turned": {columns: 3, rows: 2, width: 150, height: 100,
			properties: [][]byte{crop(120, 1, 60, 1, 5, 1, 4, 1), rotate(1)}},
		"the same tile, always": {columns: 3, rows: 3, width: 192, height: 190, tile: func(int) int { return 2 }},
	} {
		file := g.file(t, from)
		want := decodedWhole(t, file)
		size := want.Bounds().Size()
		staged, got := stage(t, open(t, Config{MaxWidth: -1}), "IMG_0001.HEIC", file)
		if staged.Width != size.X || staged.Height != size.Y || staged.ContentType != "image/jpeg" {
			t.Errorf("%s: %+v, want %v", name, staged, size)
			continue
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, want, &jpeg.Options{Quality: jpegQuality}); err != nil {
			t.Fatal(err)
		}
		// The decoder composes tiles in RGB and converts them back, which costs it some colour at edges.
		if d := difference(t, decoded(t, b.Bytes()), decoded(t, got)); d > 4.5 {
			t.Errorf("%s: the pixels differ by %g", name, d)
		}
		if d := difference(t, want, raster.Orient(want, 3)); len(g.properties) > 0 && d < 20 {
			t.Errorf("%s: upside down the image differs by %g only: this proves nothing", name, d)
		}
		staged, _ = stage(t, open(t, Config{MaxWidth: 32}), "IMG_0001.HEIC", file)
		if staged.Width != min(32, size.X) || staged.Height != max(1, (size.Y*min(32, size.X)+size.X/2)/size.X) {
			t.Errorf("%s: scaled down %+v", name, staged)
		}
	}
}

func TestTheTilesOfAHEICAreInOrder(t *testing.T) {
	_, got := stage(t, open(t, Config{}), "IMG_0001.HEIC", gridded{columns: 2, rows: 2, width: 128, height: 128}.file(t,
		sample(t, "tiles.heic")))
	img := decoded(t, got)
	for at, want := range map[image.Point]color.NRGBA{{32, 32}: {255, 0, 0, 255}, {96, 32}: {0, 255, 0, 255},
		{32, 96}: {0, 0, 255, 255}, {96, 96}: {255, 255, 255, 255}} {
		c := color.NRGBAModel.Convert(img.At(at.X, at.Y)).(color.NRGBA)
		if far(c.R, want.R) || far(c.G, want.G) || far(c.B, want.B) {
			t.Errorf("at %v is %v, want about %v", at, c, want)
		}
	}
}

func TestAGreyHEICStaysGrey(t *testing.T) {
	_, got := stage(t, open(t, Config{}), "IMG_0001.HEIC", sample(t, "grey.heic"))
	grey, ok := decoded(t, got).(*image.Gray)
	if !ok {
		t.Fatalf("it became %T", decoded(t, got))
	}
	if d := difference(t, image.NewGray(grey.Rect), grey); grey.Rect.Size() != image.Pt(64, 48) || d < 20 {
		t.Errorf("it is %v and differs from black by %g", grey.Rect.Size(), d)
	}
}

func TestTheLevelsOfAHEICAreExpanded(t *testing.T) {
	light := func(levels byte) uint8 {
		g := gridded{columns: 2, rows: 2, width: 128, height: 128, properties: [][]byte{newBox("colr",
			[]byte("nclx\x00\x01\x00\x0d\x00\x06"), []byte{levels})}}
		_, got := stage(t, open(t, Config{}), "IMG_0001.HEIC", g.file(t, sample(t, "tiles.heic")))
		return decoded(t, got).(*image.YCbCr).YCbCrAt(32, 96).Y // blue
	}
	if full, video := light(0x80), light(0); far(full, 29) || video >= full-8 {
		t.Errorf("blue is %d in full levels, and %d in video levels, which are darker", full, video)
	}
}

func far(a, b uint8) bool { return int(a)-int(b) > 12 || int(b)-int(a) > 12 }

func TestHostileTilesAreRefused(t *testing.T) {
	from := sample(t, "tiles.heic")
	s := open(t, Config{})
	good := gridded{columns: 2, rows: 2, width: 128, height: 128}
	change := func(name string, at int, value uint32) []byte {
		file := good.file(t, from)
		binary.BigEndian.PutUint32(file[bytes.Index(file, []byte(name))+at:], value)
		return file
	}
	stage(t, s, "good.heic", good.file(t, from))
	for name, c := range map[string]struct {
		body []byte
		text string
	}{
		"fewer tiles than places": {change("dimg", 4, 1<<16|3), "as many"},
		"a tile that lies beyond": {gridded{columns: 3, rows: 2, width: 128, height: 128}.file(t, from), "do not fit"},
		"tiles that do not reach": {gridded{columns: 2, rows: 2, width: 200, height: 128}.file(t, from), "do not fit"},
		"an image without width":  {gridded{columns: 2, rows: 2, width: 0, height: 128}.file(t, from), "no size"},
		"a crop to nothing": {gridded{columns: 2, rows: 2, width: 128, height: 128,
			properties: [][]byte{newBox("clap", make([]byte, 32))}}.file(t, from), "no size"},
		"a crop that is cut off": {gridded{columns: 2, rows: 2, width: 128, height: 128,
			properties: [][]byte{newBox("clap", make([]byte, 7))}}.file(t, from), "boxes"},
		"data that is no image":  {damaged(good.file(t, from), "mdat"), "cannot be decoded"},
		"a grid that is cut off": {change("dimg", -4, 9), "damaged"},
		"ten thousand tiles of nothing": {gridded{columns: 100, rows: 100, width: 6400, height: 6400}.file(t, from),
			"as many"},
	} {
		refused(t, s, name, bytes.NewReader(c.body), fault.InvalidRequest, c.text)
	}
}

func TestALargeHEICWithoutTilesIsRefused(t *testing.T) {
	refused(t, open(t, Config{}), "photo.heic", bytes.NewReader(bomb(t, "HEIC", 4000, 3000)), fault.TooLarge,
		"HEIC image without tiles of 12 million pixels")
}

// damaged overwrites the content of the first box of that name.
func damaged(file []byte, name string) []byte {
	i := bytes.Index(file, []byte(name)) + 4
	for j := i; j < len(file); j++ {
		file[j] = 0x55
	}
	return file
}
