package site

import (
	"slices"
	"strings"

	"gitpost/bridge/site/generator"
)

// The alternative text of a cover is in its map, or in a key beside the cover's.

// writeCoverAlt writes the alternative text of the cover where the site looks for it. A map has it already.
func (w *writer) writeCoverAlt(key, alt string) error {
	path := w.keyPath(key)
	if last := len(path) - 1; strings.Contains(key, ".") && path[0] != "header" && alt != "" {
		return w.doc.Set(alt, append(slices.Clone(path[:last]), "alt")...)
	}
	beside := w.altKey(key)
	if beside == "" {
		return nil
	}
	path = append(slices.Clone(path[:len(path)-1]), beside)
	switch {
	case alt != "":
		return w.doc.Set(alt, path...)
	case w.has(path):
		return w.doc.Delete(path...)
	}
	return nil
}

// altKey is the key beside a cover's that has its alternative text on this site: "" for none.
func (w *writer) altKey(cover string) string {
	if strings.Contains(cover, ".") {
		return ""
	}
	if alt := w.rules.Theme.Cover.Alt; alt != "" && !strings.Contains(alt, ".") && themeReads(w.rules.Theme, cover) {
		return alt
	}
	for _, key := range generator.AltBeside(cover) {
		if _, says := w.rules.Property(key); says {
			continue // it would be read back as a property
		}
		_, read := w.rules.Reads.Of(key)
		if read || w.learned.shapes[key].Known() || !w.fresh && w.has(w.keyPath(key)) {
			return key
		}
	}
	return ""
}

// losesAlt reports whether the page of the post would show its first photo as the cover, without the
// alternative text that it has. Such a photo stands in the text alone, unless the owner's posts or the
// configuration have covers.
func (w *writer) losesAlt(photos []any) bool {
	key := w.coverKey()
	if key == "" || w.coverAt != "" || key == w.site.ownCover() || key == w.learned.cover.key {
		return false
	}
	first := slices.IndexFunc(photos, func(v any) bool { return photoURL(v) == pictureURLs(photos)[0] })
	if photoAlt(photos[first]) == "" {
		return false
	}
	shown, _ := w.coverOnPage(key)
	return shown && !w.keepsAlt(key)
}

// keepsAlt reports whether the alternative text of a cover can be written to where the layouts read it.
func (w *writer) keepsAlt(key string) bool {
	top, _, nested := strings.Cut(key, ".")
	switch shape := w.coverShape(key, w.keyPath(key)); {
	case w.altKey(key) != "":
		return true
	case themeReads(w.rules.Theme, key):
		return w.rules.Theme.Cover.Alt != ""
	case nested:
		reading, _ := w.rules.Reads.Of(top)
		return reading.Shape.Alt != ""
	case shape.Kind == generator.MapValue:
		return shape.Alt != ""
	}
	return false
}
