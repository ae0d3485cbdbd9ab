package media

import (
	"cmp"
	"slices"

	"gitpost/bridge/media/metadata"
)

// eraseTrack overwrites a track's samples, wherever they are in the media data, and then the track
// itself.
func (v *mp4File) eraseTrack(t track) error {
	stbl, ok, err := v.within(t.box, "mdia", "minf", "stbl")
	if err != nil {
		return err
	}
	if ok {
		err := v.chunks(stbl, func(from, to int64) error { return v.fill(from, to, 0) })
		if err != nil {
			return err
		}
	}
	return v.erase(t.box)
}

// textRevealsLocation reports whether the texts of a track mention a location: drones write their
// position, and where they started, into subtitles.
func (v *mp4File) textRevealsLocation(t track) (reveals bool, err error) {
	stbl, ok, err := v.within(t.box, "mdia", "minf", "stbl")
	if err != nil || !ok {
		return false, err
	}
	read := int64(0)
	err = v.chunks(stbl, func(from, to int64) error {
		if read += to - from; reveals || read > maxUserData {
			reveals = true
			return nil
		}
		b, err := v.read(from, int(to-from))
		if err != nil {
			return err
		}
		reveals = metadata.MentionsLocation(b, "home(", "home (")
		return nil
	})
	return reveals, err
}

// sampleTable returns the content of a box of a track's sample table, or nil if there is none.
func (v *mp4File) sampleTable(boxes []box, name string, header int) ([]byte, error) {
	b, ok := find(boxes, name)
	if !ok {
		return nil, nil
	}
	content, err := v.content(b, maxUserData)
	if err == nil && len(content) < header {
		err = errBadBox
	}
	return content, err
}

// chunks calls f for each range in which samples of a track are.
func (v *mp4File) chunks(stbl box, f func(from, to int64) error) error {
	list, err := v.boxes(stbl.body, stbl.end)
	if err != nil {
		return err
	}
	width := 4
	chunks, err := v.sampleTable(list, "stco", 8)
	if err == nil && chunks == nil {
		width = 8
		chunks, err = v.sampleTable(list, "co64", 8)
	}
	if err != nil || chunks == nil {
		return err
	}
	sizes, err := v.sampleTable(list, "stsz", 12)
	if err != nil || sizes == nil {
		return err
	}
	runs, err := v.sampleTable(list, "stsc", 8)
	if err != nil || runs == nil {
		return err
	}
	data := slices.DeleteFunc(slices.Clone(v.top), func(b box) bool { return b.name != "mdat" })
	fixed := int64(be.Uint32(sizes[4:]))
	sizes, runs, chunks = sizes[12:], runs[8:], chunks[8:]
	perChunk, total := uint32(0), int64(0)
	for i := 0; (i+1)*width <= len(chunks); i++ {
		for len(runs) >= 12 && uint32(i)+1 >= be.Uint32(runs) {
			perChunk = be.Uint32(runs[4:])
			runs = runs[12:]
		}
		var at uint64
		if width == 4 {
			at = uint64(be.Uint32(chunks[4*i:]))
		} else {
			at = be.Uint64(chunks[8*i:])
		}
		n := fixed * int64(perChunk)
		if fixed == 0 {
			samples := min(int(perChunk), len(sizes)/4)
			for j := range samples {
				n += int64(be.Uint32(sizes[4*j:]))
			}
			sizes = sizes[4*samples:]
		}
		from, to, err := clip(data, at, n)
		if err != nil {
			return err
		}
		if total += to - from; total > v.size { // chunks do not overlap
			return errBadBox
		}
		if err := f(from, to); err != nil {
			return err
		}
	}
	return nil
}

// clip returns the range of a chunk, which must be inside of one of the media data boxes; or what
// there is of it, if the file is incomplete.
func clip(data []box, at uint64, n int64) (from, to int64, err error) {
	if at > 1<<62 || n < 0 {
		return 0, 0, errBadBox
	}
	from = int64(at)
	i, _ := slices.BinarySearchFunc(data, from, func(b box, at int64) int { return cmp.Compare(b.end, at) })
	switch {
	case i == len(data) && i > 0 && data[i-1].cut:
		return from, from, nil // beyond the end of the file
	case i == len(data) || from < data[i].body:
		return 0, 0, errBadBox
	case n > data[i].end-from && !data[i].cut:
		return 0, 0, errBadBox
	}
	return from, min(from+n, data[i].end), nil
}
