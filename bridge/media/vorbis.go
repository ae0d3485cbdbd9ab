package media

import (
	"strings"

	"gitpost/bridge/media/metadata"
)

// Vorbis comments are the metadata of Ogg and FLAC files: the encoder's name, a count, and as many
// texts "NAME=value", each with its length before it.
// Specification: https://xiph.org/vorbis/doc/v-comment.html.

// scrubVorbis blanks, in b, the comments whose names mean a location, or a device if keep is
// keepNothing, and cleans covers. It reports whether b changed.
func scrubVorbis(b []byte, keep policy) (changed bool, err error) {
	rest := b
	next := func() (text []byte, ok bool) {
		if len(rest) < 4 {
			return nil, false
		}
		n := int64(le.Uint32(rest))
		if n > int64(len(rest)-4) {
			return nil, false
		}
		text, rest = rest[4:4+n], rest[4+n:]
		return text, true
	}
	if _, ok := next(); !ok || len(rest) < 4 {
		return false, nil
	}
	count := le.Uint32(rest)
	rest = rest[4:]
	for range count {
		text, ok := next()
		if !ok {
			break
		}
		name, _, found := strings.Cut(string(text[:min(len(text), 256)]), "=")
		if !found {
			continue
		}
		switch upper := strings.ToUpper(strings.TrimSpace(name)); {
		case upper == "METADATA_BLOCK_PICTURE" || upper == "COVERART":
			if err := scrubCommentCover(text, len(name)+1, upper == "COVERART", keep); err != nil {
				return false, err
			}
		case metadata.IsLocationName(upper), keep == keepNothing && deviceComments[upper]:
			blank(text[:len(name)])
			blank(text[len(name)+1:])
		default:
			continue
		}
		changed = true
	}
	return changed, nil
}

// deviceComments are the names under which recorders write what they are.
var deviceComments = map[string]bool{
	"MAKE": true, "MODEL": true, "DEVICE": true, "MANUFACTURER": true, "SERIALNUMBER": true, "RECORDER": true,
}

// blank overwrites a text.
func blank(text []byte) {
	for i := range text {
		text[i] = '_'
	}
}
