package media

import (
	"image"

	"gitpost/bridge/media/raster"
)

// heifTransform is a property that says how an image is shown: rotated and mirrored, or cropped.
type heifTransform struct {
	orientation int             // EXIF's number for the same, or
	crop        image.Rectangle // of the image as the properties before this one left it
}

var transformBoxes = map[string]bool{"irot": true, "imir": true, "clap": true}

// readTransforms reads how the primary item is shown, and the size that it then has.
func (h *heifFile) readTransforms() error {
	for _, p := range h.propertiesOf(h.primary) {
		if !transformBoxes[p.name] {
			continue
		}
		b, err := h.content(p, 64)
		if err != nil {
			return err
		}
		c := &cursor{b: b}
		var t heifTransform
		switch p.name {
		case "irot": // quarter turns, counterclockwise
			t.orientation = []int{1, 8, 3, 6}[c.uint(1)&3]
		case "imir":
			t.orientation = []int{4, 2}[c.uint(1)&1]
		case "clap":
			t.crop = aperture(c, h.width, h.height)
			h.width, h.height = t.crop.Dx(), t.crop.Dy()
		}
		if err := c.err(); err != nil {
			return err
		}
		if t.orientation >= 5 {
			h.width, h.height = h.height, h.width
		}
		if h.transforms = append(h.transforms, t); len(h.transforms) > maxTransforms {
			return broken("it is rotated too often")
		}
	}
	return nil
}

// maxTransforms is more than any program writes.
const maxTransforms = 8

// aperture reads the clean aperture: its size, and how far its centre lies from the image's; all
// of them fractions. What reaches beyond the image is cut off.
func aperture(c *cursor, width, height int) image.Rectangle {
	fraction := func() float64 {
		n, d := int32(c.uint(4)), c.uint(4)
		return float64(n) / float64(max(d, 1))
	}
	w, h := fraction(), fraction()
	x, y := fraction(), fraction()
	left, top := float64(width)/2+x-w/2, float64(height)/2+y-h/2
	r := image.Rect(int(left+0.5), int(top+0.5), int(left+w+0.5), int(top+h+0.5))
	return r.Intersect(image.Rect(0, 0, width, height))
}

func (t heifTransform) apply(img image.Image) image.Image {
	if t.crop.Empty() {
		return raster.Orient(img, t.orientation)
	}
	return raster.Crop(img, t.crop)
}
