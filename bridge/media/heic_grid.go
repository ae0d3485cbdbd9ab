package media

import (
	"bytes"
	"context"
	"image"
	"io"
	"slices"
)

// A phone's HEIC picture is a grid of tiles, each a HEVC picture by itself. They are decoded
// one after the other, so that a picture takes the memory of one tile beside its own: the
// decoder, which gets it as a whole, takes thirty bytes for each pixel.

// heicPlan is how a HEIC picture is put together.
type heicPlan struct {
	width, height         int // of all tiles together, before it is turned
	columns, rows         int // one of each when the picture is not divided
	tileWidth, tileHeight int
	tiles                 []heifItem // row by row
	configurations        []box      // hvcC, of each tile
	colour                []byte     // how colours are coded: a colr box's content, or nil
	channels              []byte     // a pixi box's content, or nil
	turns                 []heifTurn // how it is shown, in this order
}

const (
	maxTiles = 2048 // real ones have some hundred, of 512 × 512 pixels
	// wholeBytes is what decoding takes for each pixel that the decoder gets at once, about;
	// tiledBytes for each pixel that is put together, most of which have colours of half the size.
	wholeBytes = 25
	tiledBytes = 3
	// decoderBytes is what the decoder takes by itself. Together they let two phones' photos
	// be decoded at once, however many cores there are.
	decoderBytes = 8 << 20
	// maxUndivided is how many pixels it may get at once. A picture of so many takes 200 MB.
	maxUndivided = 8_500_000
	// maxUndividedFile is how large a file may be that the decoder gets as a whole: it is held
	// three times over.
	maxUndividedFile = 16 << 20
)

// divided tells whether a HEIC picture is decoded tile by tile.
func (s shape) divided() bool { return s.plan != nil && len(s.plan.tiles) > 1 }

// memory is what decoding the picture takes, about.
func (s shape) memory() int64 {
	pixels := int64(s.width) * int64(s.height)
	if s.divided() {
		return pixels*tiledBytes + s.coded*wholeBytes + decoderBytes
	}
	return int64(float64(max(pixels, s.coded)) * s.bytesPerPixel)
}

// planDecoding finds out how a HEIC picture is to be decoded and what that takes. One that
// is neither a HEVC picture nor a grid of them is left to the decoder as a whole.
func (m medium) planDecoding(h heif, sh *shape) error {
	scan := m.scanHEVC()
	for _, item := range h.items {
		if item.kind == "hvc1" || item.kind == "hev1" {
			pixels, err := scan.pixels(item, h.lengthSize)
			if err != nil {
				return err
			}
			h.coded = max(h.coded, pixels)
		}
	}
	sh.coded, sh.bytesPerPixel = h.coded, wholeBytes
	plan, err := m.heicPlan(h)
	if err != nil || plan == nil {
		return err
	}
	coded := int64(0) // by the largest tile
	scan = m.scanHEVC()
	for i, tile := range plan.tiles {
		b, err := m.content(plan.configurations[i], maxHEIFMeta)
		if err != nil {
			return err
		}
		pixels, lengthSize := hevcConfiguration(b)
		inside, err := scan.pixels(tile, lengthSize)
		if err != nil {
			return err
		}
		coded = max(coded, pixels, inside)
	}
	if coded > maxUndivided {
		sh.coded = coded
		return nil
	}
	if coded*int64(len(plan.tiles)) > 2*MaxPixels {
		return broken("its tiles are larger than the picture")
	}
	sh.plan, sh.coded = plan, coded
	return nil
}

// heicPlan reads how the primary item is put together; nil when that is none of the two forms
// that cameras write.
func (m medium) heicPlan(h heif) (*heicPlan, error) {
	primary, ok := h.item(h.primary)
	if !ok {
		return nil, nil
	}
	p := &heicPlan{columns: 1, rows: 1}
	ids := []uint32{primary.id}
	switch primary.kind {
	case "hvc1", "hev1":
	case "grid":
		b, err := m.itemBytes(primary)
		if err != nil {
			return nil, err
		}
		c := &cursor{b: b}
		c.uint(1)
		size := 2
		if c.uint(1)&1 == 1 {
			size = 4
		}
		p.rows, p.columns = int(c.uint(1))+1, int(c.uint(1))+1
		p.width, p.height = int(c.uint(size)), int(c.uint(size))
		if err := c.err(); err != nil {
			return nil, err
		}
		if ids = h.parts[primary.id]; len(ids) != p.rows*p.columns || len(ids) > maxTiles {
			return nil, broken("its tiles are not as many as its grid has")
		}
	default:
		return nil, nil
	}
	for _, id := range ids {
		tile, ok := h.item(id)
		configuration, has := h.property(id, "hvcC")
		extent, sized := h.property(id, "ispe")
		if !ok || !has || !sized || tile.kind != "hvc1" && tile.kind != "hev1" {
			return nil, nil
		}
		if id != primary.id && slices.ContainsFunc(h.propertiesOf(id), func(p box) bool { return isTurn[p.name] }) {
			return nil, nil
		}
		w, ht, err := m.extentOf(extent)
		if err != nil {
			return nil, err
		}
		if len(p.tiles) == 0 {
			p.tileWidth, p.tileHeight = w, ht
		} else if w != p.tileWidth || ht != p.tileHeight {
			return nil, broken("its tiles differ in size")
		}
		p.tiles, p.configurations = append(p.tiles, tile), append(p.configurations, configuration)
	}
	if primary.kind != "grid" {
		p.width, p.height = p.tileWidth, p.tileHeight
	}
	if !covers(p.columns, p.tileWidth, p.width) || !covers(p.rows, p.tileHeight, p.height) {
		return nil, broken("its tiles do not fit its size")
	}
	p.turns = h.turns
	for _, id := range []uint32{ids[0], primary.id} {
		if colr, ok := h.property(id, "colr"); ok && p.colour == nil {
			b, err := m.content(colr, maxCarry)
			if err != nil {
				return nil, err
			}
			if bytes.HasPrefix(b, []byte("nclx")) {
				p.colour = b
			}
		}
		if pixi, ok := h.property(id, "pixi"); ok && p.channels == nil {
			var err error
			if p.channels, err = m.content(pixi, 64); err != nil {
				return nil, err
			}
		}
	}
	return p, nil
}

// covers tells whether so many tiles reach over a length, and none lies beyond it.
func covers(count, tile, length int) bool {
	return tile > 0 && length > 0 && count*tile >= length && (count-1)*tile < length
}

// decode decodes tile by tile.
func (p *heicPlan) decode(ctx context.Context, f io.ReaderAt, size int64) (image.Image, error) {
	m := medium{readOnly{f}, size}
	var whole canvas
	for i, tile := range p.tiles {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		file, err := p.tileFile(m, i, tile)
		if err != nil {
			return nil, err
		}
		img, err := decodeHEIC(bytes.NewReader(file))
		if err != nil {
			return nil, err
		}
		if img.Bounds().Size() != image.Pt(p.tileWidth, p.tileHeight) {
			return nil, broken("a tile has another size than it says")
		}
		if p.width == p.tileWidth && p.height == p.tileHeight {
			whole = canvas{img}
			break
		}
		if whole.Image == nil {
			if whole, err = newCanvas(img, p.width, p.height); err != nil {
				return nil, err
			}
		}
		if err := whole.put(img, i%p.columns*p.tileWidth, i/p.columns*p.tileHeight); err != nil {
			return nil, err
		}
	}
	img := whole.Image
	if len(p.colour) >= 11 && p.colour[10]&0x80 == 0 {
		stretchLevels(img)
	}
	for _, t := range p.turns {
		if t.crop.Empty() {
			img = turn(img, t.orientation)
		} else {
			img = crop(img, t.crop)
		}
	}
	return img, nil
}

// tileFile is a HEIC file of one tile alone, in the least form that a decoder takes.
func (p *heicPlan) tileFile(m medium, i int, tile heifItem) ([]byte, error) {
	var length int64
	for _, e := range tile.extents {
		length += e.to - e.from
	}
	if length > 64<<10+8*int64(p.tileWidth)*int64(p.tileHeight) {
		return nil, broken("a tile is longer than its picture could be")
	}
	configuration, err := m.content(p.configurations[i], maxHEIFMeta)
	if err != nil {
		return nil, err
	}
	extent := be.AppendUint32(be.AppendUint32(make([]byte, 4), uint32(p.tileWidth)), uint32(p.tileHeight))
	properties := slices.Concat(newBox("hvcC", configuration), newBox("ispe", extent))
	associations := []byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 2, 0x81, 0x02}
	for _, more := range [][]byte{newBox("colr", p.colour), newBox("pixi", p.channels)} {
		if len(more) > 8 { // the decoder tells grey pictures from others by pixi
			properties = append(properties, more...)
			associations[10]++
			associations = append(associations, associations[10])
		}
	}
	head := func(at uint32) []byte {
		location := be.AppendUint32(be.AppendUint32([]byte{0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1}, at), uint32(length))
		return slices.Concat(
			newBox("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")),
			newBox("meta", make([]byte, 4),
				newBox("hdlr", []byte("\x00\x00\x00\x00\x00\x00\x00\x00pict"), make([]byte, 13)),
				newBox("pitm", []byte{0, 0, 0, 0, 0, 1}),
				newBox("iloc", location),
				newBox("iinf", []byte{0, 0, 0, 0, 0, 1}, newBox("infe", []byte{2, 0, 0, 0, 0, 1, 0, 0}, []byte(tile.kind), []byte{0})),
				newBox("iprp", newBox("ipco", properties), newBox("ipma", associations))))
	}
	before := len(head(0)) + 8
	file := slices.Grow(head(uint32(before)), 8+int(length))
	file = append(be.AppendUint32(file, uint32(length)+8), "mdat"...)
	for _, e := range tile.extents {
		b, err := m.read(e.from, int(e.to-e.from))
		if err != nil {
			return nil, err
		}
		file = append(file, b...)
	}
	return file, nil
}
