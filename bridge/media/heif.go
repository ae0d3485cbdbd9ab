package media

import (
	"bytes"
	"io"
	"slices"
)

// HEIF puts pictures and metadata as items into one file: meta lists them (iinf), tells where
// their bytes are (iloc) and how they look (iprp). Specification: ISO/IEC 23008-12; AVIF and
// HEIC are HEIF with AV1 and HEVC.

// heifItem is one item.
type heifItem struct {
	id      uint32
	kind    string   // "Exif", "mime", "av01", "hvc1", "grid", …
	extents []extent // where its bytes are
}

// extent is a range of the file.
type extent struct{ from, to int64 }

// heif is what a file's meta box says.
type heif struct {
	items         []heifItem
	data          []box // that hold items
	width, height int   // as it is shown
	icc           []byte
	coded         int64 // pixels of the largest picture that a HEVC decoder would make
	lengthSize    int   // of the units of HEVC pictures
}

const maxHEIFMeta = 4 << 20

// scrubHEIF overwrites the EXIF and XMP items of a picture where they stand, as far as keep
// says, and erases boxes that are a camera's own. How the picture must be turned stands in
// its properties, which stay.
func scrubHEIF(m medium, keep policy) (shape, error) {
	h, err := m.readHEIF()
	if err != nil {
		return shape{}, err
	}
	if err := m.scrubItems(h, keep); err != nil {
		return shape{}, err
	}
	for _, item := range h.items {
		if item.kind == "hvc1" || item.kind == "hev1" {
			pixels, err := m.hevcPixels(item, h.lengthSize)
			if err != nil {
				return shape{}, err
			}
			h.coded = max(h.coded, pixels)
		}
	}
	return shape{width: h.width, height: h.height, coded: h.coded, bytesPerPixel: 12, carry: h.carry(m, keep)}, nil
}

func (m medium) scrubItems(h heif, keep policy) error {
	if keep == keepAll {
		return nil
	}
	for _, item := range h.items {
		var err error
		switch item.kind {
		case "Exif", "mime", "uri ":
			err = h.harmless(item)
		}
		if err != nil {
			return err
		}
		switch item.kind {
		case "Exif":
			err = m.scrubExifItem(item, keep)
		case "mime":
			err = m.scrubXMPItem(item, keep)
		case "uri ":
			err = m.overwrite(item, nil, 0)
		}
		if err != nil {
			return err
		}
	}
	top, err := m.boxes(0, m.size)
	if err != nil {
		return err
	}
	for _, b := range top {
		switch b.name {
		case "ftyp", "meta", "mdat", "moof", "sidx":
		case "moov":
			err = m.scrubMovie(b, false, keep)
		default:
			err = m.erase(b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// harmless checks that overwriting an item does not change how the file is built.
func (h heif) harmless(item heifItem) error {
	for _, e := range item.extents {
		if !slices.ContainsFunc(h.data, func(b box) bool { return e.from >= b.body && e.to <= b.end }) {
			return errBadBox
		}
	}
	return nil
}

// scrubExifItem leaves an EXIF block without entries, or one without a place.
func (m medium) scrubExifItem(item heifItem, keep policy) error {
	content, err := m.itemBytes(item)
	if err != nil {
		return err
	}
	if keep == keepNoPlace && len(content) > 4 {
		if skip := int64(be.Uint32(content)); skip <= int64(len(content)-4) && withoutPlace(content[4+skip:]) {
			return m.overwrite(item, content, 0)
		}
	}
	// Decoders refuse a file whose EXIF block is none, so an empty one stays.
	return m.overwrite(item, []byte("\x00\x00\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00"), 0)
}

func (m medium) scrubXMPItem(item heifItem, keep policy) error {
	if keep == keepNoPlace {
		content, err := m.itemBytes(item)
		if err != nil {
			return err
		}
		if packet, ok := withoutPlaceXMP(content); ok && len(packet) <= len(content) {
			return m.overwrite(item, packet, ' ')
		}
	}
	return m.overwrite(item, []byte(`<x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta>`), ' ')
}

// itemBytes reads an item of metadata.
func (m medium) itemBytes(item heifItem) ([]byte, error) {
	var all []byte
	for _, e := range item.extents {
		if int64(len(all))+e.to-e.from > maxHEIFMeta {
			return nil, errBadBox
		}
		part, err := m.read(e.from, int(e.to-e.from))
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	return all, nil
}

// overwrite puts b in an item's place, and fill where b does not reach.
func (m medium) overwrite(item heifItem, b []byte, fill byte) error {
	var total int64
	for _, e := range item.extents {
		total += e.to - e.from
	}
	if int64(len(b)) > total {
		b = nil
	}
	for _, e := range item.extents {
		n := min(int64(len(b)), e.to-e.from)
		if err := m.write(e.from, b[:n]); err != nil {
			return err
		}
		if err := m.fill(e.from+n, e.to, fill); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// carry is the colour profile, and the EXIF block as far as keep says, for a JPEG.
func (h heif) carry(m medium, keep policy) (c carried) {
	c.profile = h.icc
	if keep == keepNothing {
		return c
	}
	for _, item := range h.items {
		if item.kind != "Exif" {
			continue
		}
		b, err := m.itemBytes(item) // cleaned already
		if err != nil || len(b) < 4 || int64(be.Uint32(b)) > int64(len(b)-4) {
			continue
		}
		b = b[4+be.Uint32(b):]
		if _, ok := parseTIFF(b); ok && len(b) < 65000 {
			c.addSegment(markerAPP1, append([]byte("Exif\x00\x00"), b...))
			break
		}
	}
	return c
}

// readHEIF reads the meta box.
func (m medium) readHEIF() (h heif, err error) {
	h.lengthSize = 1
	top, err := m.boxes(0, m.size)
	if err != nil {
		return h, err
	}
	meta, ok := find(top, "meta")
	if !ok {
		return h, errCutOff
	}
	for _, b := range top {
		if b.name == "mdat" {
			h.data = append(h.data, b)
		}
	}
	meta.body += 4 // version and flags
	if meta.body > meta.end {
		return h, errBadBox
	}
	list, err := m.boxes(meta.body, meta.end)
	if err != nil {
		return h, err
	}
	var primary uint32
	for _, b := range list {
		switch b.name {
		case "pitm":
			primary, err = m.readPrimary(b)
		case "iinf":
			err = m.readItems(b, &h)
		}
		if err != nil {
			return h, err
		}
	}
	if iloc, ok := find(list, "iloc"); ok {
		idat, ok := find(list, "idat")
		if ok {
			h.data = append(h.data, idat)
		}
		if err := m.readLocations(iloc, idat, &h); err != nil {
			return h, err
		}
	}
	if iprp, ok := find(list, "iprp"); ok {
		if err := m.readProperties(iprp, primary, &h); err != nil {
			return h, err
		}
	}
	if h.width == 0 || h.height == 0 {
		return h, broken("it has no size")
	}
	return h, nil
}

func (m medium) readPrimary(b box) (uint32, error) {
	c := &cursor{b: nil}
	var err error
	if c.b, err = m.content(b, 64); err != nil {
		return 0, err
	}
	if c.version() == 0 {
		return uint32(c.uint(2)), c.err()
	}
	return uint32(c.uint(4)), c.err()
}

// readItems reads iinf: the items and their kinds.
func (m medium) readItems(b box, h *heif) error {
	head, err := m.read(b.body, 4)
	if err != nil {
		return err
	}
	from := b.body + 6
	if head[0] != 0 {
		from += 2
	}
	list, err := m.boxes(min(from, b.end), b.end)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.name != "infe" {
			continue
		}
		c := &cursor{}
		if c.b, err = m.read(e.body, int(min(e.end-e.body, 64))); err != nil {
			return err
		}
		var item heifItem
		switch c.version() {
		case 2:
			item.id = uint32(c.uint(2))
		case 3:
			item.id = uint32(c.uint(4))
		default:
			continue
		}
		c.uint(2) // protection
		item.kind = string(c.take(4))
		if err := c.err(); err != nil {
			return err
		}
		h.items = append(h.items, item)
	}
	return nil
}

// readLocations reads iloc: where the items' bytes are.
func (m medium) readLocations(b, idat box, h *heif) error {
	byID := map[uint32]*heifItem{}
	for i := range h.items {
		byID[h.items[i].id] = &h.items[i]
	}
	c := &cursor{}
	var err error
	if c.b, err = m.content(b, maxHEIFMeta); err != nil {
		return err
	}
	version := c.version()
	sizes := c.uint(2)
	offsetSize, lengthSize, baseSize, indexSize := int(sizes>>12&15), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	if version == 0 {
		indexSize = 0
	}
	idSize := 2
	if version == 2 {
		idSize = 4
	}
	for n := c.uint(idSize); n > 0 && c.err() == nil; n-- {
		id := uint32(c.uint(idSize))
		method := uint64(0)
		if version != 0 {
			method = c.uint(2) & 15
		}
		c.uint(2) // data reference: 0, this file
		base := c.uint(baseSize)
		for extents := c.uint(2); extents > 0 && c.err() == nil; extents-- {
			c.uint(indexSize)
			from, length := base+c.uint(offsetSize), c.uint(lengthSize)
			end := uint64(m.size)
			switch method {
			case 0:
			case 1:
				from += uint64(idat.body)
				end = uint64(idat.end)
			default:
				return errBadBox // inside another item: nobody writes metadata so
			}
			if from > end || length > end-from {
				return io.ErrUnexpectedEOF
			}
			if length == 0 {
				length = end - from
			}
			if item := byID[id]; item != nil {
				item.extents = append(item.extents, extent{int64(from), int64(from + length)})
			}
		}
	}
	return c.err()
}

// readProperties reads size, turn and colour profile of the primary item.
func (m medium) readProperties(iprp box, primary uint32, h *heif) error {
	list, err := m.boxes(iprp.body, iprp.end)
	if err != nil {
		return err
	}
	ipco, ok := find(list, "ipco")
	if !ok {
		return errBadBox
	}
	properties, err := m.boxes(ipco.body, ipco.end)
	if err != nil {
		return err
	}
	chosen := map[int]bool{}
	for _, b := range list {
		if b.name == "ipma" {
			if err := m.readAssociations(b, primary, chosen); err != nil {
				return err
			}
		}
	}
	turned := false
	for i, p := range properties {
		if p.name == "hvcC" {
			b, err := m.content(p, maxHEIFMeta)
			if err != nil {
				return err
			}
			pixels, lengthSize := hevcConfiguration(b)
			h.coded, h.lengthSize = max(h.coded, pixels), max(h.lengthSize, lengthSize)
		}
		if !chosen[i+1] {
			continue
		}
		switch p.name {
		case "ispe":
			b, err := m.read(p.body, 12)
			if err != nil {
				return err
			}
			w, hh := be.Uint32(b[4:]), be.Uint32(b[8:])
			if w > 1<<24 || hh > 1<<24 {
				w, hh = 1<<24, 1<<24
			}
			h.width, h.height = int(w), int(hh)
		case "irot":
			b, err := m.read(p.body, 1)
			if err != nil {
				return err
			}
			turned = b[0]&1 == 1
		case "colr":
			b, err := m.content(p, maxCarry)
			if err != nil {
				return err
			}
			if bytes.HasPrefix(b, []byte("prof")) || bytes.HasPrefix(b, []byte("rICC")) {
				h.icc = b[4:]
			}
		}
	}
	if turned {
		h.width, h.height = h.height, h.width
	}
	return nil
}

// readAssociations reads ipma: which properties an item has.
func (m medium) readAssociations(b box, item uint32, chosen map[int]bool) error {
	c := &cursor{}
	var err error
	if c.b, err = m.content(b, maxHEIFMeta); err != nil {
		return err
	}
	version := c.version()
	wide := len(c.b) >= 4 && c.b[3]&1 == 1
	idSize := 2
	if version >= 1 {
		idSize = 4
	}
	for n := c.uint(4); n > 0 && c.err() == nil; n-- {
		id := uint32(c.uint(idSize))
		for count := c.uint(1); count > 0 && c.err() == nil; count-- {
			var index uint64
			if wide {
				index = c.uint(2) & 0x7fff
			} else {
				index = c.uint(1) & 0x7f
			}
			if id == item {
				chosen[int(index)] = true
			}
		}
	}
	return c.err()
}

// cursor reads numbers from the content of a box. The first read beyond its end makes it
// fail; later ones give zeros.
type cursor struct {
	b     []byte
	at    int
	short bool
}

func (c *cursor) take(n int) []byte {
	if n > len(c.b)-c.at {
		c.short = true
		return make([]byte, n)
	}
	c.at += n
	return c.b[c.at-n : c.at]
}

// uint reads a number of up to eight bytes; of none it is 0.
func (c *cursor) uint(n int) (v uint64) {
	for _, x := range c.take(n) {
		v = v<<8 | uint64(x)
	}
	return v
}

// version reads a full box's version and passes over its flags.
func (c *cursor) version() int {
	v := c.uint(1)
	c.uint(3)
	return int(v)
}

func (c *cursor) err() error {
	if c.short {
		return errBadBox
	}
	return nil
}
