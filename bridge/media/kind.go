package media

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"gitpost/bridge/fault"
)

// kind is a kind of file that can be staged.
type kind struct {
	name      string // for people
	mime      string
	extension string
	noun      string // stem of a file whose name says nothing
	kin       *kind  // the kind in the list with which this one is accepted; nil: itself
}

// The kinds, in the order in which people are told of them.
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
	mp4Kind  = &kind{name: "MP4", mime: "video/mp4", extension: ".mp4", noun: "video"}
	webmKind = &kind{name: "WebM", mime: "video/webm", extension: ".webm", noun: "video"}
	movKind  = &kind{name: "MOV", mime: "video/quicktime", extension: ".mov", noun: "video"}
	pdfKind  = &kind{name: "PDF", mime: "application/pdf", extension: ".pdf", noun: "document"}
)

// Kinds that are told from their kin only when the whole file was seen.
var (
	webmAudioKind = &kind{name: "WebM", mime: "audio/webm", extension: ".webm", noun: "audio", kin: webmKind}
	oggVideoKind  = &kind{name: "OGG", mime: "video/ogg", extension: ".ogv", noun: "video", kin: oggKind}
)

var kinds = []*kind{
	jpegKind, pngKind, gifKind, webpKind, avifKind, heicKind,
	mp3Kind, m4aKind, oggKind, mp4Kind, webmKind, movKind, pdfKind,
}

// cleaner copies a file without its metadata; scrubber overwrites the metadata where it
// stands, in files that may be large. Both check that the file is whole.
type (
	cleaner  func(in input, out output, keep policy) (shape, error)
	scrubber func(m medium, keep policy) (shape, error)
)

// cleaner is how a kind's metadata is taken out; nil when scrubber does it.
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
	default:
		return checkPDF
	}
}

// ContentTypes are the content types that can be accepted.
func ContentTypes() []string {
	var list []string
	for _, k := range kinds {
		list = append(list, k.mime)
	}
	return list
}

// acceptable turns Config.Accept into a set.
func acceptable(list []string) (map[string]bool, error) {
	set := map[string]bool{}
	if len(list) == 0 {
		list = []string{"*/*"}
	}
	for _, entry := range list {
		want := strings.ToLower(strings.TrimSpace(entry))
		found := false
		for _, k := range kinds {
			group, _, _ := strings.Cut(k.mime, "/")
			if want == k.mime || want == group+"/*" || want == "*/*" {
				set[k.mime], found = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("media accept has %q, which is no kind that gitpost knows: write some of %s", entry, strings.Join(ContentTypes(), ", "))
		}
	}
	return set, nil
}

// accepts tells whether files of a kind are taken.
func (s *Store) accepts(k *kind) bool {
	if k.kin != nil {
		k = k.kin
	}
	return s.accept[k.mime]
}

// accepted names the kinds that a store takes: "JPEG, PNG or GIF".
func (s *Store) accepted() string {
	var names []string
	for _, k := range kinds {
		if s.accept[k.mime] {
			names = append(names, k.name)
		}
	}
	if len(names) == 1 {
		return names[0]
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// unsupported is the answer to a file that is not taken.
func (s *Store) unsupported(message string) error {
	return &fault.Error{Code: fault.UnsupportedMedia, Op: operation, Message: message, Hint: "send " + s.accepted()}
}

// sniffLength is how much of a file sniff wants to see.
const sniffLength = 4096

// sniff tells the kind of a file by how it begins, or nil. It believes only signatures at
// the very beginning: what a browser could take for a page or a script has none.
func sniff(head []byte) *kind {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return jpegKind
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return pngKind
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return gifKind
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return webpKind
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		return sniffBrands(head)
	case oldQuickTime(head):
		return movKind
	case bytes.HasPrefix(head, []byte("OggS\x00")):
		return oggKind
	case bytes.HasPrefix(head, []byte("\x1a\x45\xdf\xa3")):
		if docType(head) == "webm" {
			return webmKind
		}
	case bytes.HasPrefix(head, []byte("ID3")), mpegFrame(head) > 0:
		return mp3Kind
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return pdfKind
	}
	return nil
}

// sniffBrands tells the kind of an ISO base media file by its ftyp box. The brands are
// listed at https://mp4ra.org/registered-types/brands.
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
	case major == "crx ": // a camera's raw picture
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

// oldQuickTime tells a QuickTime file from before 2001, which has no ftyp box.
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
