package media

import (
	"bytes"
	"encoding/base64"
	"errors"
)

// An audio file's cover is an image with metadata of its own. It is cleaned like any other and
// replaced in place; the bytes that are left over become zeros, so that nothing else in the file
// moves.

// maxCover is the most bytes of a cover.
const maxCover = 16 << 20

// errNoCover means an image that cannot be cleaned, and must not be kept.
var errNoCover = errors.New("no image that can be cleaned")

// cleanCover removes the metadata of an image in memory. The result is as long as b.
func cleanCover(b []byte, keep policy) ([]byte, error) {
	k := sniff(b[:min(len(b), sniffLength)])
	if k == nil || k.cleaner() == nil {
		return nil, errNoCover
	}
	var cleaned bytes.Buffer
	out := newOutput(&cleaned)
	_, err := k.cleaner()(newInput(bytes.NewReader(b), int64(len(b))), out, keep)
	if err == nil {
		err = out.Flush()
	}
	if errors.As(err, new(polyglotError)) {
		return nil, err
	}
	if err != nil || cleaned.Len() > len(b) {
		return nil, errNoCover
	}
	return append(cleaned.Bytes(), make([]byte, len(b)-cleaned.Len())...), nil
}

// scrubCover cleans the image between two offsets. kept is false if it cannot be cleaned: the caller
// must remove it.
func scrubCover(m medium, from, to int64, keep policy) (kept bool, err error) {
	if to-from > maxCover {
		return false, nil
	}
	b, err := m.read(from, int(to-from))
	if err != nil {
		return false, err
	}
	cleaned, err := cleanCover(b, keep)
	if errors.Is(err, errNoCover) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, m.write(from, cleaned)
}

// scrubItemCovers cleans the images of an item list's covr box: data boxes, each with type and locale
// before its content.
func (v *mp4File) scrubItemCovers(covr box) error {
	list, err := v.boxes(covr.body, covr.end)
	if err != nil {
		return v.erase(covr)
	}
	for _, b := range list {
		if b.name == "data" && b.end-b.body > 8 {
			if kept, err := scrubCover(v.medium, b.body+8, b.end, v.keep); err != nil {
				return err
			} else if kept {
				continue
			}
		}
		if err := v.erase(b); err != nil {
			return err
		}
	}
	return nil
}

// id3Picture returns where the image starts in the content of an APIC frame, or PIC in the first
// version: behind encoding, type and description; or 0.
func id3Picture(content []byte, version byte) int {
	if len(content) < 6 {
		return 0
	}
	wide := content[0] == 1 || content[0] == 2 // UTF-16
	at := 4                                    // three letters for the format
	if version > 2 {
		end := bytes.IndexByte(content[1:], 0)
		if end < 0 {
			return 0
		}
		at = 1 + end + 1
	}
	for at++; at < len(content); at++ { // the description, behind the role of the picture
		if content[at] != 0 {
			if wide {
				at++
			}
			continue
		}
		if !wide {
			return at + 1
		}
		if at+1 < len(content) && content[at+1] == 0 {
			return at + 2
		}
		at++
	}
	return 0
}

// scrubCommentCover cleans, in place, the image that a Vorbis comment has in Base64 from an offset on:
// FLAC's picture block, or in the older form the image alone. An image that cannot be cleaned is
// blanked.
func scrubCommentCover(text []byte, at int, alone bool, keep policy) error {
	value := text[at:]
	b := make([]byte, base64.StdEncoding.DecodedLen(len(value)))
	n, err := base64.StdEncoding.Decode(b, value)
	b = b[:n]
	switch {
	case err != nil:
	case alone:
		err = replaceCover(b, keep)
	default:
		_, err = cleanFLACPicture(b, keep)
	}
	switch {
	case err == nil:
		base64.StdEncoding.Encode(value, b)
	case errors.As(err, new(polyglotError)):
		return err
	default:
		blank(value)
	}
	return nil
}

// cleanFLACPicture cleans, in place, the image in a FLAC picture block.
func cleanFLACPicture(b []byte, keep policy) (changed bool, err error) {
	c := &cursor{b: b}
	c.uint(4)
	for range 2 { // content type and description
		if length := c.uint(4); length < uint64(len(b)) {
			c.take(int(length))
		} else {
			c.short = true
		}
	}
	c.take(20) // width, height, depth, colours, length
	if c.short {
		return false, errNoCover
	}
	return true, replaceCover(b[c.at:], keep)
}

// replaceCover cleans an image in place.
func replaceCover(b []byte, keep policy) error {
	cleaned, err := cleanCover(b, keep)
	if err == nil {
		copy(b, cleaned)
	}
	return err
}
