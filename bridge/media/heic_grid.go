package media

import (
	"bytes"
	"context"
	"image"
	"io"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"gitpost/bridge/media/raster"
)

// A phone's HEIC image is a grid of tiles, each an HEVC picture by itself. They are decoded by
// themselves, as many at once as there are cores: an image takes the memory of a few tiles beside
// its own, whereas the decoder takes thirty bytes for each pixel of a whole image.

// heicPlan is how a HEIC image is composed.
type heicPlan struct {
	width, height         int // of all tiles together, before it is rotated
	columns, rows         int // one of each if the image has no tiles
	tileWidth, tileHeight int
	tiles                 []heifItem      // row by row
	configurations        []box           // hvcC, of each tile
	colour                []byte          // how colours are coded: a colr box's content, or nil
	channels              []byte          // a pixi box's content, or nil
	transforms            []heifTransform // how it is shown, in this order
}

const (
	maxTiles = 2048 // real images have about a hundred, of 512 × 512 pixels
	// wholeBytes is about what decoding takes for each pixel that the decoder gets at once;
	// tiledBytes is that for each pixel of the composed image, most of which have colours of half
	// the size; decoderBytes is what the decoder takes without an image.
	wholeBytes   = 25
	tiledBytes   = 3
	decoderBytes = 8 << 20
	// maxUntiled is how many pixels the decoder may get at once. They take 200 MB.
	maxUntiled = 8_500_000
	// maxSlicePixels bounds the pixels of a tile times its slices. Real tiles have a single slice.
	maxSlicePixels = 4 * maxUntiled
	// maxPadding is how much larger than its tile a coded picture may be: a block of 64, or two.
	maxPadding = 128
	// maxUntiledFile is the largest file that the decoder may get as a whole, of which it has
	// three copies.
	maxUntiledFile = 16 << 20
)

// tiled reports whether a HEIC image is decoded tile by tile.
func (s shape) tiled() bool { return s.plan != nil && len(s.plan.tiles) > 1 }

// memory is about what decoding the image takes.
func (s shape) memory() int64 {
	pixels := int64(s.width) * int64(s.height)
	if s.tiled() {
		return pixels*tiledBytes + int64(cores())*(s.coded*wholeBytes+decoderBytes)
	}
	return int64(float64(max(pixels, s.coded)) * s.bytesPerPixel)
}

// planDecoding finds out how a HEIC image is to be decoded and what that takes. An image that is
// neither an HEVC picture nor a grid of them is left to the decoder as a whole.
func (h *heifFile) planDecoding(sh *shape) error {
	scan := newHEVCScan(h.medium)
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
	plan, err := h.plan()
	if err != nil {
		return err
	}
	if plan == nil {
		n := h.decodings(h.primary, map[uint32]int64{})
		if n*max(scan.slices, 1)*h.coded > maxSlicePixels {
			return broken("it is composed of too many images")
		}
		return nil
	}
	coded := int64(0) // by the largest tile
	scan = newHEVCScan(h.medium)
	for i, tile := range plan.tiles {
		b, err := h.content(plan.configurations[i], maxHEIFMeta)
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
	switch {
	case coded > maxUntiled:
		sh.coded = coded
		return nil
	case coded > int64(plan.tileWidth+maxPadding)*int64(plan.tileHeight+maxPadding),
		coded*int64(len(plan.tiles)) > 2*MaxPixels:
		return broken("its tiles are larger than the image")
	case coded*scan.slices > maxSlicePixels:
		return broken("it has too many slices")
	}
	sh.plan, sh.coded = plan, coded
	return nil
}

// decodings is how many coded images an item is composed of, through all that it refers to. seen
// has the items that were counted, or are being counted, before.
func (h *heifFile) decodings(id uint32, seen map[uint32]int64) (n int64) {
	if n, ok := seen[id]; ok {
		return n
	}
	seen[id] = 1 << 20 // one that refers to itself
	for _, part := range h.parts[id] {
		n = min(n+h.decodings(part, seen), 1<<20)
	}
	seen[id] = max(n, 1)
	return seen[id]
}

// plan reads how the primary item is composed; nil if that is neither of the forms that
// cameras write.
func (h *heifFile) plan() (*heicPlan, error) {
	primary, ok := h.item(h.primary)
	if !ok {
		return nil, nil
	}
	p := &heicPlan{columns: 1, rows: 1, transforms: h.transforms}
	ids := []uint32{primary.id}
	switch primary.kind {
	case "hvc1", "hev1":
	case "grid":
		if err := h.readGrid(primary, p); err != nil {
			return nil, err
		}
		if ids = h.parts[primary.id]; len(ids) != p.rows*p.columns || len(ids) > maxTiles {
			return nil, broken("it has not as many tiles as its grid")
		}
	default:
		return nil, nil
	}
	for _, id := range ids {
		known, err := h.addTile(p, id)
		if err != nil || !known {
			return nil, err
		}
	}
	if primary.kind != "grid" {
		p.width, p.height = p.tileWidth, p.tileHeight
	}
	if !covers(p.columns, p.tileWidth, p.width) || !covers(p.rows, p.tileHeight, p.height) {
		return nil, broken("its tiles do not fit its size")
	}
	return p, h.readColours(p, ids[0], primary.id)
}

// readGrid reads the content of a grid item.
func (h *heifFile) readGrid(grid heifItem, p *heicPlan) error {
	b, err := h.itemBytes(grid)
	if err != nil {
		return err
	}
	c := &cursor{b: b}
	c.uint(1)
	size := 2
	if c.uint(1)&1 == 1 {
		size = 4
	}
	p.rows, p.columns = int(c.uint(1))+1, int(c.uint(1))+1
	p.width, p.height = int(c.uint(size)), int(c.uint(size))
	return c.err()
}

// addTile adds the next tile to a plan. known is false if it is not of the form that cameras write.
func (h *heifFile) addTile(p *heicPlan, id uint32) (known bool, err error) {
	tile, ok := h.item(id)
	configuration, hasConfiguration := h.property(id, "hvcC")
	extent, hasExtent := h.property(id, "ispe")
	if !ok || !hasConfiguration || !hasExtent || tile.kind != "hvc1" && tile.kind != "hev1" {
		return false, nil
	}
	isTile := id != h.primary
	if isTile && slices.ContainsFunc(h.propertiesOf(id), func(p box) bool { return transformBoxes[p.name] }) {
		return false, nil
	}
	width, height, err := h.extentOf(extent)
	if err != nil {
		return false, err
	}
	if len(p.tiles) == 0 {
		p.tileWidth, p.tileHeight = width, height
	} else if width != p.tileWidth || height != p.tileHeight {
		return false, broken("its tiles differ in size")
	}
	p.tiles, p.configurations = append(p.tiles, tile), append(p.configurations, configuration)
	return true, nil
}

// readColours reads how the colours are coded: as the first tile says, else as the image does.
func (h *heifFile) readColours(p *heicPlan, ids ...uint32) (err error) {
	for _, id := range ids {
		if colr, ok := h.property(id, "colr"); ok && p.colour == nil {
			b, err := h.content(colr, maxCarry)
			if err != nil {
				return err
			}
			if bytes.HasPrefix(b, []byte("nclx")) {
				p.colour = b
			}
		}
		if pixi, ok := h.property(id, "pixi"); ok && p.channels == nil {
			if p.channels, err = h.content(pixi, 64); err != nil {
				return err
			}
		}
	}
	return nil
}

// covers reports whether so many tiles cover a length, and none lies beyond it.
func covers(count, tile, length int) bool {
	return tile > 0 && length > 0 && count*tile >= length && (count-1)*tile < length
}

// decode decodes the tiles and composes the image.
func (p *heicPlan) decode(ctx context.Context, f io.ReaderAt, size int64) (image.Image, error) {
	var whole image.Image
	var first sync.Once
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cores())
	for i := range p.tiles {
		group.Go(func() error {
			tile, err := p.decodeTile(boxFile{newMedium(ctx, readOnly{f}, size)}, i)
			if err != nil {
				return err
			}
			if tile.Bounds().Size() == image.Pt(p.width, p.height) {
				whole = tile // the only one
				return nil
			}
			first.Do(func() { whole = raster.NewLike(tile, p.width, p.height) })
			at := image.Pt(i%p.columns*p.tileWidth, i/p.columns*p.tileHeight)
			if !raster.Copy(whole, at, tile, tile.Bounds()) {
				return broken("its tiles cannot be composed")
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, t := range p.transforms {
		whole = t.apply(whole)
	}
	return whole, nil
}

func (p *heicPlan) decodeTile(f boxFile, i int) (image.Image, error) {
	if err := f.ctx.Err(); err != nil {
		return nil, err
	}
	file, err := p.tileFile(f, i)
	if err != nil {
		return nil, err
	}
	img, err := raster.DecodeHEIC(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	if img.Bounds().Size() != image.Pt(p.tileWidth, p.tileHeight) {
		return nil, broken("a tile has another size than it says")
	}
	if len(p.colour) >= 11 && p.colour[10]&0x80 == 0 {
		raster.ExpandLevels(img)
	}
	return img, nil
}

// tileFile returns a HEIC file of one tile, in the smallest form that a decoder accepts.
func (p *heicPlan) tileFile(f boxFile, i int) ([]byte, error) {
	tile := p.tiles[i]
	var length int64
	for _, e := range tile.extents {
		length += e.to - e.from
	}
	if length > 64<<10+8*int64(p.tileWidth)*int64(p.tileHeight) {
		return nil, broken("a tile is longer than its image could be")
	}
	configuration, err := f.content(p.configurations[i], maxHEIFMeta)
	if err != nil {
		return nil, err
	}
	extent := be.AppendUint32(be.AppendUint32(make([]byte, 4), uint32(p.tileWidth)), uint32(p.tileHeight))
	properties := slices.Concat(newBox("hvcC", configuration), newBox("ispe", extent))
	associations := []byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 2, 0x81, 0x02}
	for _, more := range [][]byte{newBox("colr", p.colour), newBox("pixi", p.channels)} {
		if len(more) > 8 { // the decoder recognizes grey images by pixi
			properties = append(properties, more...)
			associations[10]++
			associations = append(associations, associations[10])
		}
	}
	entry := newBox("infe", []byte{2, 0, 0, 0, 0, 1, 0, 0}, []byte(tile.kind), []byte{0})
	head := func(at uint32) []byte {
		location := []byte{0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1}
		location = be.AppendUint32(be.AppendUint32(location, at), uint32(length))
		return slices.Concat(
			newBox("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")),
			newBox("meta", make([]byte, 4),
				newBox("hdlr", []byte("\x00\x00\x00\x00\x00\x00\x00\x00pict"), make([]byte, 13)),
				newBox("pitm", []byte{0, 0, 0, 0, 0, 1}),
				newBox("iloc", location),
				newBox("iinf", []byte{0, 0, 0, 0, 0, 1}, entry),
				newBox("iprp", newBox("ipco", properties), newBox("ipma", associations))))
	}
	before := len(head(0)) + 8
	file := slices.Grow(head(uint32(before)), 8+int(length))
	file = append(be.AppendUint32(file, uint32(length)+8), "mdat"...)
	for _, e := range tile.extents {
		b, err := f.read(e.from, int(e.to-e.from))
		if err != nil {
			return nil, err
		}
		file = append(file, b...)
	}
	return file, nil
}
