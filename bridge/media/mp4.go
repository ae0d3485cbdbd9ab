package media

import (
	"io"
	"strings"

	"gitpost/bridge/media/metadata"
)

// videoBoxes are the boxes at the top of a file that make it play. Everything else there is a
// program's or a camera's own.
var videoBoxes = map[string]bool{
	"ftyp": true, "styp": true, "pdin": true, "moov": true, "moof": true, "mfra": true, "mdat": true,
	"sidx": true, "ssix": true, "prft": true, "wide": true,
}

// Real files have a handful of tracks, and boxes four deep.
const (
	maxTracks   = 64
	maxBoxDepth = 8
)

// maxUserData is the most user data that is looked through.
const maxUserData = 16 << 20

// mp4File is a video or audio file.
type mp4File struct {
	boxFile
	keep  policy
	audio bool  // it has no video, except for a cover
	top   []box // the boxes of the file; those of media data have the samples
}

// scrubMP4 erases, in video and audio files, what reveals location and device: user data, item
// lists, XMP, and tracks that record a position over time. An audio file keeps its titles and its
// cover. Boxes become free space of the same size, so nothing else moves.
//
// A file whose end is missing is kept as far as players play it.
func scrubMP4(m medium, keep policy) (sh shape, err error) {
	v := &mp4File{boxFile: boxFile{m}, keep: keep, audio: true}
	if v.top, err = v.topBoxes(); err != nil {
		return sh, err
	}
	moov, ok := find(v.top, "moov")
	if !ok {
		return sh, errCutOff
	}
	tracks, err := v.tracks(moov)
	if err != nil {
		return sh, err
	}
	brand := ""
	for _, t := range tracks {
		if t.handler == "vide" && v.audio {
			v.audio = false
			sh.width, sh.height = t.width, t.height
		}
	}
	if ftyp, ok := find(v.top, "ftyp"); ok {
		b, err := v.read(ftyp.body, 4)
		if err != nil {
			return sh, err
		}
		brand = string(b)
	}
	switch {
	case brand == "M4A ", brand == "M4B ", brand == "M4P ":
		v.audio = true // its images are a cover
		sh.width, sh.height = 0, 0
	case brand == "qt  ", brand == "":
		sh.kind = movKind
	case v.audio:
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
			if erase, err = v.textRevealsLocation(t); err != nil {
				return sh, err
			}
		}
		if erase {
			if err := v.eraseTrack(t); err != nil {
				return sh, err
			}
		}
	}
	for _, b := range v.top {
		switch {
		case b.name == "moov", b.name == "moof":
			err = v.scrub(b, 0)
		case !videoBoxes[b.name]:
			err = v.erase(b)
		}
		if err != nil {
			return sh, err
		}
	}
	return sh, nil
}

// topBoxes lists the boxes of a file. If the end of the file is missing, media data is made to end
// where the file does, and any other box that is cut off is removed with what little there is of it.
func (v *mp4File) topBoxes() ([]box, error) {
	list, err := v.boxes(0, v.size)
	if err != io.ErrUnexpectedEOF {
		return list, err
	}
	last := box{name: "mdat", end: v.size, cut: true}
	if len(list) > 0 {
		last.at = list[len(list)-1].end
	}
	head, err := v.read(last.at, int(min(16, v.size-last.at)))
	if err != nil {
		return nil, err
	}
	length := uint64(v.size - last.at)
	switch {
	case len(head) < 8 || string(head[4:8]) != "mdat":
		if _, ok := find(list, "mdat"); !ok {
			return nil, errCutOff // nothing to play
		}
		v.size = last.at
		return list, v.truncate(v.size)
	case be.Uint32(head) == 1 && len(head) == 16:
		last.body = last.at + 16
		err = v.write(last.at+8, be.AppendUint64(nil, length))
	default:
		last.body = last.at + 8
		err = v.write(last.at, be.AppendUint32(nil, uint32(length)))
	}
	return append(list, last), err
}

// scrub erases everything in a moov or trak box that is not needed to play it.
func (v *mp4File) scrub(parent box, depth int) error {
	if depth > maxBoxDepth {
		return errBadBox
	}
	list, err := v.boxes(parent.body, parent.end)
	if err != nil {
		return err
	}
	for _, b := range list {
		switch b.name {
		case "trak", "mdia", "minf", "traf":
			err = v.scrub(b, depth+1)
		case "hdlr": // its name is the maker's: "GoPro AVC"
			if v.keep == keepNothing && b.end-b.body > 24 {
				err = v.fill(b.body+24, b.end, 0)
			}
		case "udta":
			err = v.scrubUserData(b)
		case "meta":
			err = v.scrubMeta(b)
		case "uuid", "free", "skip":
			err = v.erase(b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// isLocationItem reports whether a user data item is a location by its name: ©xyz is ISO 6709
// coordinates, loci is 3GPP's, GPMF is GoPro's, XMP_ may contain all of it.
func isLocationItem(name string) bool {
	switch name {
	case "\xa9xyz", "loci", "\xa9loc", "GPMF", "gps ", "XMP_", "SDLN", "thma", "uuid":
		return true
	}
	return false
}

// audioItems are the items of an audio file that listeners see.
var audioItems = map[string]bool{
	"\xa9nam": true, "\xa9ART": true, "aART": true, "\xa9alb": true, "\xa9gen": true, "gnre": true, "\xa9day": true,
	"trkn": true, "disk": true, "desc": true, "ldes": true, "\xa9lyr": true, "\xa9wrt": true, "cprt": true, "covr": true,
	"cpil": true, "pgap": true, "tmpo": true, "stik": true, "rtng": true, "pcst": true, "\xa9cmt": true,
}

func (v *mp4File) scrubUserData(udta box) error {
	if !v.audio && v.keep == keepNothing {
		return v.erase(udta)
	}
	list, err := v.boxes(udta.body, udta.end)
	if err != nil {
		return v.erase(udta) // not readable: not the form that everybody uses
	}
	for _, b := range list {
		switch {
		case b.name == "meta":
			err = v.scrubMeta(b)
		case b.name == "chpl": // chapters
		case isLocationItem(b.name), v.keep == keepNothing && !audioItems[b.name]:
			err = v.erase(b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// scrubMeta erases a meta box, or the locations in it. The titles of an audio file stay.
func (v *mp4File) scrubMeta(meta box) error {
	if meta.end-meta.body > maxUserData {
		return v.erase(meta)
	}
	inner := meta
	if head, err := v.read(meta.body, 4); err != nil || be.Uint32(head) == 0 {
		inner.body += 4 // ISO's meta has a version, QuickTime's has none
	}
	items, hasItems, err := v.within(inner, "ilst")
	if err != nil {
		return v.erase(meta)
	}
	list, err := v.boxes(items.body, items.end)
	if err != nil {
		return v.erase(meta)
	}
	for _, b := range list {
		if b.name == "covr" && (v.audio || v.keep != keepNothing) {
			if err := v.scrubItemCovers(b); err != nil {
				return err
			}
		}
	}
	if v.keep == keepNoLocation {
		content, err := v.content(meta, maxUserData)
		if err != nil {
			return err
		}
		if metadata.MentionsLocation(content, "\xa9xyz", "loci", "rdf") {
			return v.erase(meta)
		}
		return nil
	}
	if !v.audio || !hasItems {
		return v.erase(meta)
	}
	for _, b := range list {
		if !audioItems[b.name] {
			if err := v.erase(b); err != nil {
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

func (v *mp4File) tracks(moov box) (list []track, err error) {
	boxes, err := v.boxes(moov.body, moov.end)
	if err != nil {
		return nil, err
	}
	for _, b := range boxes {
		if b.name != "trak" {
			continue
		}
		t := track{box: b}
		if hdlr, ok, err := v.within(b, "mdia", "hdlr"); err != nil {
			return nil, err
		} else if ok {
			content, err := v.read(hdlr.body, 12)
			if err != nil {
				return nil, err
			}
			t.handler = string(content[8:12])
		}
		if stsd, ok, err := v.within(b, "mdia", "minf", "stbl", "stsd"); err != nil {
			return nil, err
		} else if ok && stsd.end-stsd.body >= 16 {
			entry, err := v.read(stsd.body+8, 8)
			if err != nil {
				return nil, err
			}
			if strings.Contains(" gpmd camm mebx rtmd djmd dbgi ", " "+string(entry[4:])+" ") {
				t.handler = "meta"
			}
		}
		if tkhd, ok, err := v.within(b, "tkhd"); err != nil {
			return nil, err
		} else if ok {
			if t.width, t.height, err = v.trackSize(tkhd); err != nil {
				return nil, err
			}
		}
		list = append(list, t)
	}
	return list, nil
}

// trackSize reads how large a track is shown, turned by its matrix.
func (v *mp4File) trackSize(tkhd box) (w, h int, err error) {
	b, err := v.content(tkhd, 1<<10)
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
