package media

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// kind is a kind of file that can be staged.
type kind struct {
	name      string // for people
	mime      string
	extension string
	noun      string // stem of a file whose name says nothing
	variantOf *kind  // the listed kind with which this one is accepted; nil: itself
	download  bool   // accepted only when Config.Accept names it, and served as a download
}

// The kinds, in the order in which error messages list them.
var (
	jpegKind = &kind{name: "JPEG", mime: "image/jpeg", extension: ".jpg", noun: "photo"}
	pngKind  = &kind{name: "PNG", mime: "image/png", extension: ".png", noun: "picture"}
	gifKind  = &kind{name: "GIF", mime: "image/gif", extension: ".gif", noun: "picture"}
	webpKind = &kind{name: "WebP", mime: "image/webp", extension: ".webp", noun: "picture"}
	avifKind = &kind{name: "AVIF", mime: "image/avif", extension: ".avif", noun: "picture"}
	heicKind = &kind{name: "HEIC", mime: "image/heic", extension: ".heic", noun: "photo"}
	mp3Kind  = &kind{name: "MP3", mime: "audio/mpeg", extension: ".mp3", noun: "audio"}
	m4aKind  = &kind{name: "M4A", mime: "audio/mp4", extension: ".m4a", noun: "audio"}
	oggKind  = &kind{name: "OGG", mime: "audio/ogg", extension: ".ogg", noun: "audio"}
	flacKind = &kind{name: "FLAC", mime: "audio/flac", extension: ".flac", noun: "audio"}
	wavKind  = &kind{name: "WAV", mime: "audio/wav", extension: ".wav", noun: "audio"}
	mp4Kind  = &kind{name: "MP4", mime: "video/mp4", extension: ".mp4", noun: "video"}
	webmKind = &kind{name: "WebM", mime: "video/webm", extension: ".webm", noun: "video"}
	movKind  = &kind{name: "MOV", mime: "video/quicktime", extension: ".mov", noun: "video"}
	pdfKind  = &kind{name: "PDF", mime: "application/pdf", extension: ".pdf", noun: "document"}
	gpxKind  = &kind{name: "GPX", mime: "application/gpx+xml", extension: ".gpx", noun: "track", download: true}
	zipKind  = &kind{name: "ZIP", mime: "application/zip", extension: ".zip", noun: "archive", download: true}
	textKind = &kind{name: "plain text", mime: "text/plain", extension: ".txt", noun: "text", download: true}
)

// Kinds that are recognized only after the whole file was read.
var (
	webmAudioKind = &kind{name: "WebM", mime: "audio/webm", extension: ".webm", noun: "audio", variantOf: webmKind}
	oggVideoKind  = &kind{name: "OGG", mime: "video/ogg", extension: ".ogv", noun: "video", variantOf: oggKind}
)

var kinds = []*kind{
	jpegKind, pngKind, gifKind, webpKind, avifKind, heicKind,
	mp3Kind, m4aKind, oggKind, flacKind, wavKind, mp4Kind, webmKind, movKind, pdfKind,
	gpxKind, zipKind, textKind,
}

// A cleaner copies a file without its metadata; a scrubber overwrites the metadata in place, in
// files that may be large. Both check that the file is well-formed.
type (
	cleaner  func(in input, out output, keep policy) (shape, error)
	scrubber func(m medium, keep policy) (shape, error)
)

// cleaner returns nil for a kind that has a scrubber instead.
func (k *kind) cleaner() cleaner {
	switch k {
	case jpegKind:
		return cleanJPEG
	case pngKind:
		return cleanPNG
	case gifKind:
		return cleanGIF
	}
	return nil
}

func (k *kind) scrubber() scrubber {
	switch k {
	case webpKind:
		return scrubWebP
	case avifKind, heicKind:
		return scrubHEIF
	case mp4Kind, movKind, m4aKind:
		return scrubMP4
	case webmKind:
		return scrubWebM
	case mp3Kind:
		return scrubMP3
	case oggKind:
		return scrubOgg
	case flacKind:
		return scrubFLAC
	case wavKind:
		return scrubWAV
	case gpxKind:
		return checkGPX
	case zipKind:
		return checkZIP
	case textKind:
		return checkText
	default:
		return checkPDF
	}
}

// ContentTypes returns the content types that Config.Accept can name.
func ContentTypes() []string {
	var list []string
	for _, k := range kinds {
		list = append(list, k.mime)
	}
	return list
}

// Acceptable reports whether entry, of Config.Accept, names at least one kind of file.
func Acceptable(entry string) bool { return len(kindsNamed(entry)) > 0 }

// IsDownload reports whether files of a content type must be served with Content-Disposition:
// attachment. Those are the kinds that only an explicit entry of Config.Accept allows.
func IsDownload(contentType string) bool {
	return slices.ContainsFunc(kinds, func(k *kind) bool { return k.download && k.mime == contentType })
}

// kindsNamed returns the kinds that an entry of Config.Accept names: one by its content type, or
// all that are not downloads in a group such as image/*.
func kindsNamed(entry string) (list []*kind) {
	entry = strings.ToLower(strings.TrimSpace(entry))
	for _, k := range kinds {
		group, _, _ := strings.Cut(k.mime, "/")
		if entry == k.mime || !k.download && (entry == group+"/*" || entry == "*/*") {
			list = append(list, k)
		}
	}
	return list
}

// acceptable turns Config.Accept into a set.
func acceptable(list []string) (map[string]bool, error) {
	if len(list) == 0 {
		list = []string{"*/*"}
	}
	set := map[string]bool{}
	for _, entry := range list {
		named := kindsNamed(entry)
		if len(named) == 0 {
			return nil, fmt.Errorf("media accept: %q is not a supported content type; use %s, or a group such as image/*",
				entry, strings.Join(ContentTypes(), ", "))
		}
		for _, k := range named {
			set[k.mime] = true
		}
	}
	return set, nil
}

// checkAccepted refuses a kind that the configuration does not accept.
func (s *Store) checkAccepted(k *kind) error {
	listed := k
	if k.variantOf != nil {
		listed = k.variantOf
	}
	if s.accept[listed.mime] {
		return nil
	}
	return s.unsupported(k.name + " files are not accepted here")
}

// accepted lists the kinds that a store accepts: "JPEG, PNG or GIF".
func (s *Store) accepted() string {
	var names []string
	for _, k := range kinds {
		if s.accept[k.mime] {
			names = append(names, k.name)
		}
	}
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// sniffLength is how many bytes of a file sniff needs.
const sniffLength = 4096

var signatures = []struct {
	prefix string
	kind   *kind
}{
	{"\xff\xd8\xff", jpegKind}, {"\x89PNG\r\n\x1a\n", pngKind}, {"GIF87a", gifKind}, {"GIF89a", gifKind},
	{"OggS\x00", oggKind}, {"fLaC", flacKind}, {"ID3", mp3Kind}, {"%PDF-", pdfKind}, {"PK\x03\x04", zipKind},
}

// sniff returns the kind of a file by its first bytes, or nil. It recognizes signatures at the
// very start only: nothing that a browser could take for a page or a script has one.
func sniff(head []byte) *kind {
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.prefix)) {
			return s.kind
		}
	}
	riff := ""
	if len(head) >= 12 && string(head[:4]) == "RIFF" {
		riff = string(head[8:12])
	}
	switch {
	case riff == "WEBP":
		return webpKind
	case riff == "WAVE":
		return wavKind
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		return sniffBrands(head)
	case oldQuickTime(head):
		return movKind
	case docType(head) == "webm":
		return webmKind
	case mpegFrame(head) > 0:
		return mp3Kind
	}
	return sniffText(head)
}

// sniffBrands returns the kind of an ISO base media file by its ftyp box. The brands are listed at
// https://mp4ra.org/registered-types/brands.
func sniffBrands(head []byte) *kind {
	size := int(binary.BigEndian.Uint32(head))
	if size < 16 || size%4 != 0 {
		return nil
	}
	size = min(size, len(head)&^3)
	brands := []string{string(head[8:12])}
	for at := 16; at+4 <= size; at += 4 {
		brands = append(brands, string(head[at:at+4]))
	}
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(brands, n) })
	}
	switch major := brands[0]; {
	case major == "crx ": // a camera's raw image
	case major == "qt  ":
		return movKind
	case has("avif", "avis"):
		return avifKind
	case has("heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"):
		return heicKind
	case major == "M4A ", major == "M4B ", major == "M4P ":
		return m4aKind
	case has("isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9",
		"mp41", "mp42", "mp71", "avc1", "av01", "hvc1", "dash", "M4V ", "M4A ", "MSNV", "XAVC",
		"3gp4", "3gp5", "3gp6", "3gp7", "3gp8", "3gp9", "3ge6", "3g2a", "3g2b", "3g2c", "mmp4"):
		return mp4Kind
	}
	return nil
}

// oldQuickTime reports whether head starts a QuickTime file from before 2001, which has no ftyp box.
func oldQuickTime(head []byte) bool {
	if len(head) < 16 {
		return false
	}
	size := binary.BigEndian.Uint32(head)
	switch string(head[4:8]) {
	case "moov":
		return size >= 8 && (string(head[12:16]) == "mvhd" || string(head[12:16]) == "cmov")
	case "wide":
		return size == 8 && string(head[12:16]) == "mdat"
	}
	return false
}

// IsPicture reports whether a file of a type can be shown small (see Thumbnail).
func IsPicture(contentType string) bool {
	switch contentType {
	case "image/jpeg", "image/png", "image/gif", "image/webp":
		return true
	}
	return false
}
