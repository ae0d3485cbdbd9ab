package media

import (
	"slices"

	"gitpost/bridge/media/metadata"
)

// scrubHEIF overwrites the EXIF and XMP items of an image in place, unless keep says otherwise, and
// erases a camera's own boxes. How the image must be rotated is one of its properties, which are
// kept.
func scrubHEIF(m medium, keep policy) (shape, error) {
	h, err := readHEIF(m)
	if err != nil {
		return shape{}, err
	}
	if err := h.scrubItems(keep); err != nil {
		return shape{}, err
	}
	sh := shape{width: h.width, height: h.height, carry: h.carry(keep)}
	if err := h.planDecoding(&sh); err != nil {
		return shape{}, err
	}
	return sh, nil
}

func (h *heifFile) scrubItems(keep policy) error {
	if keep == keepAll {
		return nil
	}
	left := h.size
	for _, item := range h.items {
		if heifPictures[item.kind] {
			continue
		}
		err := h.checkInData(item)
		for _, e := range item.extents {
			if left -= e.to - e.from; left < 0 { // metadata does not overlap
				err = errBadBox
			}
		}
		if err == nil {
			switch item.kind {
			case "Exif":
				err = h.scrubExifItem(item, keep)
			case "mime":
				err = h.scrubXMPItem(item, keep)
			default: // not readable, or an image with metadata of its own
				err = h.overwrite(item, nil, 0)
			}
		}
		if err != nil {
			return err
		}
	}
	if err := h.scrubMetaBoxes(keep); err != nil {
		return err
	}
	top, err := h.boxes(0, h.size)
	if err != nil {
		return err
	}
	for _, b := range top {
		switch b.name {
		case "ftyp", "meta", "mdat", "moof", "sidx":
		case "moov":
			err = (&mp4File{boxFile: h.boxFile, keep: keep}).scrub(b, 0)
		default:
			err = h.erase(b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// heifPictures are the kinds of items that an image consists of.
var heifPictures = map[string]bool{
	"av01": true, "hvc1": true, "hev1": true, "lhv1": true, "vvc1": true, "avc1": true, "unci": true,
	"grid": true, "iovl": true, "iden": true, "tmap": true, "tili": true, "sato": true,
}

// scrubMetaBoxes erases the boxes beside the lists of items, and properties with free content.
func (h *heifFile) scrubMetaBoxes(keep policy) error {
	for _, b := range h.lists {
		switch b.name {
		case "hdlr", "pitm", "iloc", "iinf", "iref", "iprp", "idat", "grpl", "dinf", "ipro":
			continue
		}
		if err := h.erase(b); err != nil {
			return err
		}
	}
	for _, p := range h.properties {
		if p.name == "uuid" || p.name == "udes" && keep == keepNothing {
			if err := h.erase(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkInData checks that overwriting an item does not change the structure of the file.
func (h *heifFile) checkInData(item heifItem) error {
	for _, e := range item.extents {
		if !slices.ContainsFunc(h.data, func(b box) bool { return e.from >= b.body && e.to <= b.end }) {
			return errBadBox
		}
	}
	return nil
}

// scrubExifItem leaves an EXIF block without entries, or one without a location.
func (h *heifFile) scrubExifItem(item heifItem, keep policy) error {
	content, err := h.itemBytes(item)
	if err != nil {
		return err
	}
	if keep == keepNoLocation && len(content) > 4 {
		if skip := int64(be.Uint32(content)); skip <= int64(len(content)-4) && metadata.StripEXIF(content[4+skip:]) {
			return h.overwrite(item, content, 0)
		}
	}
	// Decoders refuse a file whose EXIF block is not one, so it is left empty.
	return h.overwrite(item, []byte("\x00\x00\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00"), 0)
}

func (h *heifFile) scrubXMPItem(item heifItem, keep policy) error {
	if keep == keepNoLocation {
		content, err := h.itemBytes(item)
		if err != nil {
			return err
		}
		if packet, ok := metadata.StripXMP(content); ok && len(packet) <= len(content) {
			return h.overwrite(item, packet, ' ')
		}
	}
	return h.overwrite(item, []byte(`<x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta>`), ' ')
}

// itemBytes reads an item of metadata.
func (h *heifFile) itemBytes(item heifItem) ([]byte, error) {
	var all []byte
	for _, e := range item.extents {
		if int64(len(all))+e.to-e.from > maxHEIFMeta {
			return nil, errBadBox
		}
		part, err := h.read(e.from, int(e.to-e.from))
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	return all, nil
}

// overwrite replaces an item with b, and with the byte fill where b does not reach.
func (h *heifFile) overwrite(item heifItem, b []byte, fill byte) error {
	var total int64
	for _, e := range item.extents {
		total += e.to - e.from
	}
	if int64(len(b)) > total {
		b = nil
	}
	for _, e := range item.extents {
		n := min(int64(len(b)), e.to-e.from)
		if err := h.write(e.from, b[:n]); err != nil {
			return err
		}
		if err := h.fill(e.from+n, e.to, fill); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// carry returns the colour profile, and the EXIF block if keep allows it, for a JPEG.
func (h *heifFile) carry(keep policy) (c carried) {
	c.profile = h.icc
	if keep == keepNothing {
		return c
	}
	for _, item := range h.items {
		if item.kind != "Exif" {
			continue
		}
		b, err := h.itemBytes(item) // cleaned already
		if err != nil || len(b) < 4 || int64(be.Uint32(b)) > int64(len(b)-4) {
			continue
		}
		b = b[4+be.Uint32(b):]
		if metadata.IsEXIF(b) && len(b) < 65000 {
			c.addSegment(markerAPP1, append([]byte("Exif\x00\x00"), b...))
			break
		}
	}
	return c
}
