package media

import (
	"bytes"
	"io"
)

// A HEIF file has images and metadata as items: meta lists them (iinf), says where their bytes are
// (iloc) and how they look (iprp). Specification: ISO/IEC 23008-12; AVIF and HEIC are HEIF with AV1
// and HEVC.

// heifItem is one item.
type heifItem struct {
	id      uint32
	kind    string   // "Exif", "mime", "av01", "hvc1", "grid", …
	extents []extent // where its bytes are
}

// extent is a range of the file.
type extent struct{ from, to int64 }

// heifFile is a file and what its meta box says.
type heifFile struct {
	boxFile
	items      []heifItem
	byID       map[uint32]int // index in items
	lists      []box          // of the meta box: items, where they are, how they look
	data       []box          // that contain the bytes of items
	primary    uint32
	properties []box               // associations count them from 1
	of         map[uint32][]int    // each item's properties, in order
	parts      map[uint32][]uint32 // the items that one is composed of

	width, height int // as it is shown
	transforms    []heifTransform
	icc           []byte
	coded         int64 // pixels of the largest picture that an HEVC decoder would produce
	lengthSize    int   // of the units of HEVC pictures
}

// Real files have some hundred items, each with one extent and a handful of properties, in one
// or two mdat boxes.
const (
	maxExtents    = 65_536
	maxData       = 256
	maxProperties = 255 // of one item
)

// item returns an item by its number.
func (h *heifFile) item(id uint32) (heifItem, bool) {
	i, ok := h.byID[id]
	if !ok {
		return heifItem{}, false
	}
	return h.items[i], true
}

// property is an item's first property of that name.
func (h *heifFile) property(id uint32, name string) (box, bool) {
	for _, p := range h.propertiesOf(id) {
		if p.name == name {
			return p, true
		}
	}
	return box{}, false
}

func (h *heifFile) propertiesOf(id uint32) (list []box) {
	for _, n := range h.of[id] {
		if n >= 1 && n <= len(h.properties) {
			list = append(list, h.properties[n-1])
		}
	}
	return list
}

// maxHEIFMeta is the most bytes of a list of items, and of a block of metadata.
const maxHEIFMeta = 4 << 20

// readHEIF reads the meta box.
func readHEIF(m medium) (*heifFile, error) {
	h := &heifFile{
		boxFile: boxFile{m}, lengthSize: 1,
		byID: map[uint32]int{}, of: map[uint32][]int{}, parts: map[uint32][]uint32{},
	}
	top, err := h.boxes(0, h.size)
	if err != nil {
		return nil, err
	}
	meta, ok := find(top, "meta")
	if !ok {
		return nil, errCutOff
	}
	for _, b := range top {
		if b.name == "mdat" {
			h.data = append(h.data, b)
		}
	}
	if len(h.data) > maxData {
		return nil, errBadBox
	}
	meta.body += 4 // version and flags
	if meta.body > meta.end {
		return nil, errBadBox
	}
	list, err := h.boxes(meta.body, meta.end)
	if err != nil {
		return nil, err
	}
	h.lists = list
	for _, b := range list {
		switch b.name {
		case "pitm":
			h.primary, err = h.readPrimary(b)
		case "iinf":
			err = h.readItems(b)
		case "iref":
			err = h.readReferences(b)
		}
		if err != nil {
			return nil, err
		}
	}
	if iloc, ok := find(list, "iloc"); ok {
		idat, ok := find(list, "idat")
		if ok {
			h.data = append(h.data, idat)
		}
		if err := h.readLocations(iloc, idat); err != nil {
			return nil, err
		}
	}
	if iprp, ok := find(list, "iprp"); ok {
		if err := h.readProperties(iprp); err != nil {
			return nil, err
		}
		if err := h.readLooks(); err != nil {
			return nil, err
		}
	}
	if h.width == 0 || h.height == 0 {
		return nil, broken("it has no size")
	}
	return h, nil
}

func (h *heifFile) readPrimary(b box) (uint32, error) {
	c := &cursor{b: nil}
	var err error
	if c.b, err = h.content(b, 64); err != nil {
		return 0, err
	}
	if c.version() == 0 {
		return uint32(c.uint(2)), c.err()
	}
	return uint32(c.uint(4)), c.err()
}

// readItems reads iinf: the items and their kinds.
func (h *heifFile) readItems(b box) error {
	head, err := h.read(b.body, 4)
	if err != nil {
		return err
	}
	from := b.body + 6
	if head[0] != 0 {
		from += 2
	}
	list, err := h.boxes(min(from, b.end), b.end)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.name != "infe" {
			continue
		}
		c := &cursor{}
		if c.b, err = h.read(e.body, int(min(e.end-e.body, 64))); err != nil {
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
		if _, twice := h.byID[item.id]; twice {
			return broken("two of its items have the same number")
		}
		h.byID[item.id] = len(h.items)
		h.items = append(h.items, item)
	}
	return nil
}

// readLocations reads iloc: where the items' bytes are.
func (h *heifFile) readLocations(b, idat box) error {
	c := &cursor{}
	var err error
	if c.b, err = h.content(b, maxHEIFMeta); err != nil {
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
	left := maxExtents
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
			offset, length := c.uint(offsetSize), c.uint(lengthSize)
			if left--; left < 0 { // extents may take no bytes at all
				return errBadBox
			}
			e, err := h.locate(method, base+offset, length, idat)
			if err != nil {
				return err
			}
			if i, ok := h.byID[id]; ok {
				h.items[i].extents = append(h.items[i].extents, e)
			}
		}
	}
	return c.err()
}

// locate returns the range of the file that an extent means.
func (h *heifFile) locate(method, from, length uint64, idat box) (extent, error) {
	end := uint64(h.size)
	switch method {
	case 0:
	case 1:
		from += uint64(idat.body)
		end = uint64(idat.end)
	default:
		return extent{}, errBadBox // inside another item, which no program uses for metadata
	}
	if from > end || length > end-from {
		return extent{}, io.ErrUnexpectedEOF
	}
	if length == 0 {
		length = end - from
	}
	return extent{int64(from), int64(from + length)}, nil
}

// readReferences reads iref: which items one is composed of (dimg).
func (h *heifFile) readReferences(b box) error {
	head, err := h.content(b, maxHEIFMeta)
	if err != nil {
		return err
	}
	c := &cursor{b: head}
	idSize := 2
	if c.version() != 0 {
		idSize = 4
	}
	list, err := h.boxes(min(b.body+4, b.end), b.end)
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.name != "dimg" {
			continue
		}
		c := &cursor{}
		if c.b, err = h.content(r, maxHEIFMeta); err != nil {
			return err
		}
		from := uint32(c.uint(idSize))
		var parts []uint32
		for n := c.uint(2); n > 0 && !c.short; n-- {
			parts = append(parts, uint32(c.uint(idSize)))
		}
		if err := c.err(); err != nil {
			return err
		}
		h.parts[from] = parts
	}
	return nil
}

// readProperties reads iprp: the properties (ipco), and which item has which (ipma).
func (h *heifFile) readProperties(iprp box) error {
	list, err := h.boxes(iprp.body, iprp.end)
	if err != nil {
		return err
	}
	ipco, ok := find(list, "ipco")
	if !ok {
		return errBadBox
	}
	if h.properties, err = h.boxes(ipco.body, ipco.end); err != nil {
		return err
	}
	for _, b := range list {
		if b.name == "ipma" {
			if err := h.readAssociations(b); err != nil {
				return err
			}
		}
	}
	return nil
}

// readAssociations reads ipma: which properties an item has.
func (h *heifFile) readAssociations(b box) error {
	c := &cursor{}
	var err error
	if c.b, err = h.content(b, maxHEIFMeta); err != nil {
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
			if h.of[id] = append(h.of[id], int(index)); len(h.of[id]) > maxProperties {
				return errBadBox
			}
		}
	}
	return c.err()
}

// readLooks reads the size, transforms and colour profile of the primary item, and what decoding
// takes.
func (h *heifFile) readLooks() error {
	for _, p := range h.properties {
		if p.name == "hvcC" {
			b, err := h.content(p, maxHEIFMeta)
			if err != nil {
				return err
			}
			pixels, lengthSize := hevcConfiguration(b)
			h.coded, h.lengthSize = max(h.coded, pixels), max(h.lengthSize, lengthSize)
		}
	}
	for _, p := range h.propertiesOf(h.primary) {
		switch p.name {
		case "ispe":
			var err error
			if h.width, h.height, err = h.extentOf(p); err != nil {
				return err
			}
		case "colr":
			b, err := h.content(p, maxCarry)
			if err != nil {
				return err
			}
			if bytes.HasPrefix(b, []byte("prof")) || bytes.HasPrefix(b, []byte("rICC")) {
				h.icc = b[4:]
			}
		}
	}
	return h.readTransforms()
}

// extentOf reads an ispe box. No image is so large that the limit matters.
func (f boxFile) extentOf(ispe box) (width, height int, err error) {
	b, err := f.read(ispe.body, 12)
	if err != nil {
		return 0, 0, err
	}
	const most = 1 << 24
	return int(min(be.Uint32(b[4:]), most)), int(min(be.Uint32(b[8:]), most)), nil
}
