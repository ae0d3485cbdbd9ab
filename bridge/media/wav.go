package media

import (
	"strings"

	"gitpost/bridge/media/metadata"
)

// A WAV file is RIFF chunks: a name, a length, a content padded to even length.
// Specification: Multimedia Programming Interface and Data Specifications 1.0 (1991); EBU Tech 3285
// for bext.

// wavAudio are the chunks that make the sound.
var wavAudio = map[string]bool{
	"fmt ": true, "data": true, "fact": true, "cue ": true, "plst": true, "smpl": true, "inst": true,
}

// wavTitles are the entries of a list of information that listeners see.
var wavTitles = map[string]bool{
	"INAM": true, "IART": true, "IPRD": true, "IGNR": true, "ICRD": true, "ITRK": true, "IPRT": true,
	"ICOP": true, "ICMT": true, "ILNG": true,
}

// wavFile is a WAV file.
type wavFile struct {
	medium
	keep policy
}

// scrubWAV turns chunks that reveal location or device into empty ones; titles stay, as in an MP3
// file. Nothing moves. A file whose end is missing is made to end where it does.
func scrubWAV(m medium, keep policy) (shape, error) {
	w := wavFile{m, keep}
	at := int64(12)
	format, data := false, false
	for w.size-at >= 8 {
		head, err := w.read(at, 8)
		if err != nil {
			return shape{}, err
		}
		name, body := string(head[:4]), at+8
		end := body + int64(le.Uint32(head[4:]))
		if !isPrintable(name) {
			break // what follows is not part of the file
		}
		if name == "data" && (end > w.size || end == body) { // cut off, or written by a stream
			end = w.size
			if err := w.write(at+4, le.AppendUint32(nil, uint32(end-body))); err != nil {
				return shape{}, err
			}
		}
		if end > w.size {
			break
		}
		format, data = format || name == "fmt ", data || name == "data" && end > body
		if keep != keepAll {
			if err := w.scrubChunk(name, at, end); err != nil {
				return shape{}, err
			}
		}
		at = min(end+end&1, w.size)
	}
	if !format || !data {
		return shape{}, errCutOff
	}
	if err := w.write(4, le.AppendUint32(nil, uint32(at-8))); err != nil {
		return shape{}, err
	}
	return shape{}, w.truncate(at)
}

func (w wavFile) scrubChunk(name string, at, end int64) error {
	body := at + 8
	switch {
	case wavAudio[name]:
		return nil
	case (name == "id3 " || name == "ID3 ") && end-body >= 10:
		head, err := w.read(body, 10)
		if err != nil {
			return err
		}
		if size := 10 + syncsafe(head[6:]); string(head[:3]) == "ID3" && size <= end-body {
			return scrubID3(w.medium, body, size, head, w.keep)
		}
	case name == "LIST" && end-body >= 4:
		kind, err := w.read(body, 4)
		if err != nil {
			return err
		}
		if string(kind) == "INFO" {
			return w.scrubTitles(body+4, end)
		}
	}
	keepChunk, err := w.keepsText(body, end, w.keep)
	if err != nil || keepChunk {
		return err
	}
	return w.empty(at, end)
}

// scrubTitles empties the entries of a list of information that are not for listeners, or
// mention a location.
func (w wavFile) scrubTitles(at, to int64) error {
	for to-at >= 8 {
		head, err := w.read(at, 8)
		if err != nil {
			return err
		}
		end := min(at+8+int64(le.Uint32(head[4:])), to)
		kept := keepNoLocation // titles are kept like other metadata, unless they mention a location
		if !wavTitles[string(head[:4])] {
			kept = w.keep
		}
		keepEntry, err := w.keepsText(at+8, end, kept)
		if err != nil {
			return err
		}
		if !keepEntry {
			if err := w.empty(at, end); err != nil {
				return err
			}
		}
		at = end + end&1
	}
	return nil
}

// keepsText reports whether a policy keeps a content that may be anything.
func (w wavFile) keepsText(body, end int64, keep policy) (bool, error) {
	if keep == keepNothing || end-body > maxUserData {
		return false, nil
	}
	b, err := w.read(body, int(end-body))
	return err == nil && !metadata.MentionsLocation(b, "rdf"), err
}

// empty turns a chunk into one that every program skips.
func (w wavFile) empty(at, end int64) error {
	if err := w.write(at, []byte("JUNK")); err != nil {
		return err
	}
	return w.fill(at+8, end, 0)
}

func isPrintable(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' })
}
