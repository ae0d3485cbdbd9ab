package media

import (
	"bytes"
	"strings"
)

// What stands at the top of a film and makes it play. Everything else there is a program's
// or a camera's own.
var filmBoxes = map[string]bool{
	"ftyp": true, "styp": true, "pdin": true, "moov": true, "moof": true, "mfra": true, "mdat": true,
	"sidx": true, "ssix": true, "prft": true, "wide": true,
}

// Real films have a handful of tracks, and boxes four deep.
const (
	maxTracks   = 64
	maxBoxDepth = 8
)

// maxUserData is how large user data may be to be looked through.
const maxUserData = 16 << 20

// scrubMP4 erases, in films and sound files, what tells of place and device: user data, item
// lists, XMP, and tracks that record a position with time. A sound file keeps its titles and
// its cover. Boxes become free space of the same size, so nothing else moves.
func scrubMP4(m medium, keep policy) (sh shape, err error) {
	top, err := m.boxes(0, m.size)
	if err != nil {
		return sh, err
	}
	moov, ok := find(top, "moov")
	if !ok {
		return sh, errCutOff
	}
	tracks, err := m.tracks(moov)
	if err != nil {
		return sh, err
	}
	sound, brand := true, ""
	for _, t := range tracks {
		if t.handler == "vide" && sound {
			sound = false
			sh.width, sh.height = t.width, t.height
		}
	}
	if ftyp, ok := find(top, "ftyp"); ok {
		b, err := m.read(ftyp.body, 4)
		if err != nil {
			return sh, err
		}
		brand = string(b)
	}
	switch {
	case brand == "M4A ", brand == "M4B ", brand == "M4P ":
		sound = true // its pictures are a cover
		sh.width, sh.height = 0, 0
	case brand == "qt  ", brand == "":
		sh.kind = movKind
	case sound:
		sh.kind = m4aKind
	}
	if len(tracks) == 0 || len(tracks) > maxTracks {
		return sh, broken("it has %d tracks", len(tracks))
	}
	if keep == keepAll {
		return sh, nil
	}
	for _, t := range tracks {
		erase := t.handler == "meta" || t.handler == "camm"
		if t.handler == "text" || t.handler == "sbtl" || t.handler == "subt" {
			if erase, err = m.textTellsPlace(t, top); err != nil {
				return sh, err
			}
		}
		if erase {
			if err := m.eraseTrack(t, top); err != nil {
				return sh, err
			}
		}
	}
	for _, b := range top {
		switch {
		case b.name == "moov", b.name == "moof":
			err = m.scrubMovie(b, sound, keep, 0)
		case !filmBoxes[b.name]:
			err = m.erase(b)
		}
		if err != nil {
			return sh, err
		}
	}
	return sh, nil
}

// scrubMovie erases what a moov or trak box says beside how to play it.
func (m medium) scrubMovie(parent box, sound bool, keep policy, depth int) error {
	if depth > maxBoxDepth {
		return errBadBox
	}
	list, err := m.boxes(parent.body, parent.end)
	if err != nil {
		return err
	}
	for _, b := range list {
		switch b.name {
		case "trak", "mdia", "minf", "traf":
			err = m.scrubMovie(b, sound, keep, depth+1)
		case "hdlr": // its name is the maker's: "GoPro AVC"
			if keep == keepNothing && b.end-b.body > 24 {
				err = m.fill(b.body+24, b.end, 0)
			}
		case "udta":
			err = m.scrubUserData(b, sound, keep)
		case "meta":
			err = m.scrubMeta(b, sound, keep)
		case "uuid", "free", "skip":
			err = m.erase(b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tellsPlace tells whether the name of a user data item says that it is a place: ©xyz is
// ISO 6709 coordinates, loci is 3GPP's, GPMF is GoPro's, XMP_ may hold all of it.
func tellsPlace(name string) bool {
	switch name {
	case "\xa9xyz", "loci", "\xa9loc", "GPMF", "gps ", "XMP_", "SDLN", "thma", "uuid":
		return true
	}
	return false
}

// soundItems are the items of a sound file that listeners see.
var soundItems = map[string]bool{
	"\xa9nam": true, "\xa9ART": true, "aART": true, "\xa9alb": true, "\xa9gen": true, "gnre": true, "\xa9day": true,
	"trkn": true, "disk": true, "desc": true, "ldes": true, "\xa9lyr": true, "\xa9wrt": true, "cprt": true, "covr": true,
	"cpil": true, "pgap": true, "tmpo": true, "stik": true, "rtng": true, "pcst": true, "\xa9cmt": true,
}

func (m medium) scrubUserData(udta box, sound bool, keep policy) error {
	if !sound && keep == keepNothing {
		return m.erase(udta)
	}
	list, err := m.boxes(udta.body, udta.end)
	if err != nil {
		return m.erase(udta) // not the form that everybody uses: it cannot be looked through
	}
	for _, b := range list {
		switch {
		case b.name == "meta":
			err = m.scrubMeta(b, sound, keep)
		case b.name == "chpl": // chapters
		case tellsPlace(b.name), keep == keepNothing && !soundItems[b.name]:
			err = m.erase(b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// scrubMeta erases a meta box, or what it holds of places. A sound file's titles stay.
func (m medium) scrubMeta(meta box, sound bool, keep policy) error {
	if meta.end-meta.body > maxUserData {
		return m.erase(meta)
	}
	inner := meta
	if head, err := m.read(meta.body, 4); err != nil || be.Uint32(head) == 0 {
		inner.body += 4 // ISO's meta has a version, QuickTime's has none
	}
	items, hasItems, err := m.within(inner, "ilst")
	if err != nil {
		return m.erase(meta)
	}
	list, err := m.boxes(items.body, items.end)
	if err != nil {
		return m.erase(meta)
	}
	for _, b := range list {
		if b.name == "covr" && (sound || keep != keepNothing) {
			if err := m.scrubItemCovers(b, keep); err != nil {
				return err
			}
		}
	}
	if keep == keepNoPlace {
		content, err := m.content(meta, maxUserData)
		if err != nil {
			return err
		}
		lower := bytes.ToLower(content)
		for _, word := range append([]string{"\xa9xyz", "loci", "rdf"}, placeWords...) {
			if bytes.Contains(lower, []byte(word)) {
				return m.erase(meta)
			}
		}
		return nil
	}
	if !sound || !hasItems {
		return m.erase(meta)
	}
	for _, b := range list {
		if !soundItems[b.name] {
			if err := m.erase(b); err != nil {
				return err
			}
		}
	}
	return nil
}

// track is what a trak box says.
type track struct {
	box           box
	handler       string // "vide", "soun", "meta", …
	width, height int    // as it is shown
}

func (m medium) tracks(moov box) (list []track, err error) {
	boxes, err := m.boxes(moov.body, moov.end)
	if err != nil {
		return nil, err
	}
	for _, b := range boxes {
		if b.name != "trak" {
			continue
		}
		t := track{box: b}
		if hdlr, ok, err := m.within(b, "mdia", "hdlr"); err != nil {
			return nil, err
		} else if ok {
			content, err := m.read(hdlr.body, 12)
			if err != nil {
				return nil, err
			}
			t.handler = string(content[8:12])
		}
		if stsd, ok, err := m.within(b, "mdia", "minf", "stbl", "stsd"); err != nil {
			return nil, err
		} else if ok && stsd.end-stsd.body >= 16 {
			entry, err := m.read(stsd.body+8, 8)
			if err != nil {
				return nil, err
			}
			if strings.Contains(" gpmd camm mebx rtmd djmd dbgi ", " "+string(entry[4:])+" ") {
				t.handler = "meta"
			}
		}
		if tkhd, ok, err := m.within(b, "tkhd"); err != nil {
			return nil, err
		} else if ok {
			if t.width, t.height, err = m.trackSize(tkhd); err != nil {
				return nil, err
			}
		}
		list = append(list, t)
	}
	return list, nil
}

// trackSize reads how large a track is shown, turned by its matrix.
func (m medium) trackSize(tkhd box) (w, h int, err error) {
	b, err := m.content(tkhd, 1<<10)
	if err != nil {
		return 0, 0, err
	}
	at := 40 // version 0: flags, times, id, duration, layer, volume
	if len(b) > 0 && b[0] == 1 {
		at = 52
	}
	if len(b) < at+44 {
		return 0, 0, nil
	}
	w, h = int(be.Uint32(b[at+36:])>>16), int(be.Uint32(b[at+40:])>>16)
	if be.Uint32(b[at:]) == 0 && be.Uint32(b[at+4:]) != 0 { // a quarter turn
		w, h = h, w
	}
	return w, h, nil
}
