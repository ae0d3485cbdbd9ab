package media

import (
	"bytes"
	"slices"
)

// eraseTrack overwrites a track's samples, wherever they lie in the film's data, and then the
// track itself.
func (m medium) eraseTrack(t track, top []box) error {
	stbl, ok, err := m.within(t.box, "mdia", "minf", "stbl")
	if err != nil {
		return err
	}
	if ok {
		err := m.chunks(stbl, top, func(from, to int64) error { return m.fill(from, to, 0) })
		if err != nil {
			return err
		}
	}
	return m.erase(t.box)
}

// textTellsPlace tells whether the texts of a track do: drones write where they are, and where
// they started, into subtitles.
func (m medium) textTellsPlace(t track, top []box) (tells bool, err error) {
	stbl, ok, err := m.within(t.box, "mdia", "minf", "stbl")
	if err != nil || !ok {
		return false, err
	}
	read := int64(0)
	err = m.chunks(stbl, top, func(from, to int64) error {
		if read += to - from; tells || read > maxUserData {
			tells = true
			return nil
		}
		b, err := m.read(from, int(to-from))
		if err != nil {
			return err
		}
		lower := bytes.ToLower(b)
		for _, word := range append([]string{"home(", "home ("}, placeWords...) {
			tells = tells || bytes.Contains(lower, []byte(word))
		}
		return nil
	})
	return tells, err
}

// chunks calls f for each range in which samples of a track lie.
func (m medium) chunks(stbl box, top []box, f func(from, to int64) error) error {
	list, err := m.boxes(stbl.body, stbl.end)
	if err != nil {
		return err
	}
	table := func(name string, header int) ([]byte, error) {
		b, ok := find(list, name)
		if !ok {
			return nil, nil
		}
		content, err := m.content(b, maxUserData)
		if err == nil && len(content) < header {
			err = errBadBox
		}
		return content, err
	}
	chunks, width := []byte(nil), 4
	if chunks, err = table("stco", 8); err == nil && chunks == nil {
		width = 8
		chunks, err = table("co64", 8)
	}
	if err != nil || chunks == nil {
		return err
	}
	sizes, err := table("stsz", 12)
	if err != nil || sizes == nil {
		return err
	}
	runs, err := table("stsc", 8)
	if err != nil || runs == nil {
		return err
	}
	fixed := int64(be.Uint32(sizes[4:]))
	sizes, runs, chunks = sizes[12:], runs[8:], chunks[8:]
	perChunk, erased := uint32(0), int64(0)
	for i := 0; (i+1)*width <= len(chunks); i++ {
		for len(runs) >= 12 && uint32(i)+1 >= be.Uint32(runs) {
			perChunk = be.Uint32(runs[4:])
			runs = runs[12:]
		}
		at := int64(0)
		if width == 4 {
			at = int64(be.Uint32(chunks[4*i:]))
		} else {
			at = int64(be.Uint64(chunks[8*i:]))
		}
		var n int64
		if fixed != 0 {
			n = fixed * int64(perChunk)
		} else {
			take := min(int(perChunk), len(sizes)/4)
			for j := range take {
				n += int64(be.Uint32(sizes[4*j:]))
			}
			sizes = sizes[4*take:]
		}
		if !slices.ContainsFunc(top, func(b box) bool { return b.name == "mdat" && at >= b.body && n <= b.end-at }) {
			return errBadBox
		}
		if erased += n; erased > m.size { // chunks of a sound file do not overlap
			return errBadBox
		}
		if err := f(at, at+n); err != nil {
			return err
		}
	}
	return nil
}
