package media

// A FLAC file is a signature, metadata blocks, and frames of audio.
// Specification: RFC 9639.

// Types of metadata blocks.
const (
	flacStreamInfo = 0
	flacPadding    = 1
	flacSeekTable  = 3
	flacComment    = 4
	flacCueSheet   = 5
	flacPicture    = 6
	flacForbidden  = 127
)

// flacFile is a FLAC file, or one inside of another.
type flacFile struct {
	medium
	keep policy
}

// scrubFLAC blanks comments that mean a location, cleans covers, and turns blocks of programs'
// own into padding. A file may end early: players play what there is.
func scrubFLAC(m medium, keep policy) (shape, error) { return flacFile{m, keep}.scrub(0) }

// scrub does the same for a file that starts at an offset.
func (f flacFile) scrub(at int64) (shape, error) {
	at += 4
	for first, last := true, false; !last; first = false {
		head, err := f.read(at, 4)
		if err != nil {
			return shape{}, err
		}
		last = head[0]&0x80 != 0
		kind, length := head[0]&0x7f, int64(be.Uint32(head)&0xffffff)
		if first != (kind == flacStreamInfo) || kind == flacForbidden || first && length != 34 {
			return shape{}, broken("its header is missing or repeated")
		}
		if f.keep != keepAll {
			if err := f.scrubBlock(at, kind, length); err != nil {
				return shape{}, err
			}
		}
		at += 4 + length
	}
	sync, err := f.read(at, 2)
	if err != nil {
		return shape{}, err
	}
	if sync[0] != 0xff || sync[1]&0xfc != 0xf8 {
		return shape{}, broken("it has no audio")
	}
	return shape{}, nil
}

func (f flacFile) scrubBlock(at int64, kind byte, length int64) error {
	body, end := at+4, at+4+length
	if end > f.size {
		return errCutOff
	}
	scrub := scrubVorbis
	switch kind {
	case flacStreamInfo, flacSeekTable, flacCueSheet:
		return nil
	case flacComment:
	case flacPicture:
		scrub = cleanFLACPicture
	default:
		return f.pad(at, end)
	}
	b, err := f.read(body, int(length))
	if err != nil {
		return err
	}
	changed, err := scrub(b, f.keep)
	if err == errNoCover {
		return f.pad(at, end)
	}
	if err != nil || !changed {
		return err
	}
	return f.write(body, b)
}

// pad turns a block into padding.
func (f flacFile) pad(at, end int64) error {
	head, err := f.read(at, 1)
	if err != nil {
		return err
	}
	if err := f.write(at, []byte{head[0]&0x80 | flacPadding}); err != nil {
		return err
	}
	return f.fill(at+4, end, 0)
}
