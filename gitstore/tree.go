package gitstore

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
)

// File modes as trees spell them.
const (
	modeDir       uint32 = 0o040000
	modeFile      uint32 = 0o100644
	modeSymlink   uint32 = 0o120000
	modeSubmodule uint32 = 0o160000
	modeType      uint32 = 0o170000
)

func isRegular(mode uint32) bool { return mode&modeType == 0o100000 }

var errBadTree = errors.New("a tree object is damaged")

// treeEntry is one entry of a raw tree; name points into it.
type treeEntry struct {
	mode uint32
	name []byte
	id   oid
}

// nextEntry splits the first entry off a raw tree.
func nextEntry(raw []byte) (e treeEntry, rest []byte, err error) {
	i := 0
	for i < len(raw) && raw[i] != ' ' {
		d := raw[i] - '0'
		if d > 7 || i > 7 {
			return e, nil, errBadTree
		}
		e.mode = e.mode<<3 | uint32(d)
		i++
	}
	if i == 0 || i == len(raw) {
		return e, nil, errBadTree
	}
	raw = raw[i+1:]
	n := bytes.IndexByte(raw, 0)
	if n <= 0 || len(raw) < n+21 {
		return e, nil, errBadTree
	}
	e.name = raw[:n:n]
	copy(e.id[:], raw[n+1:])
	return e, raw[n+21:], nil
}

// findEntry looks a name up in a raw tree.
func findEntry(raw []byte, name string) (treeEntry, bool, error) {
	for len(raw) > 0 {
		e, rest, err := nextEntry(raw)
		if err != nil {
			return e, false, err
		}
		if string(e.name) == name {
			return e, true, nil
		}
		raw = rest
	}
	return treeEntry{}, false, nil
}

// entryEnd is where the entry that starts at i ends; a damaged tree ends there.
func entryEnd(raw []byte, i int) int {
	n := bytes.IndexByte(raw[i:], 0)
	if n < 0 || i+n+21 > len(raw) {
		return len(raw)
	}
	return i + n + 21
}

// entryStart is the start of the entry that contains byte n, or n when one starts there.
func entryStart(raw []byte, n int) int {
	// Object names may contain any byte, so only a walk from the start is sure.
	at := 0
	for at < len(raw) {
		end := entryEnd(raw, at)
		if end > n {
			return at
		}
		at = end
	}
	return at
}

// compareNames is the order of Git's trees: a folder counts as if its name ended in "/".
func compareNames(a []byte, aDir bool, b []byte, bDir bool) int {
	n := min(len(a), len(b))
	if c := bytes.Compare(a[:n], b[:n]); c != 0 {
		return c
	}
	at := func(s []byte, dir bool) int {
		switch {
		case len(s) > n:
			return int(s[n])
		case dir:
			return '/'
		}
		return -1
	}
	return at(a, aDir) - at(b, bDir)
}

func compareEntries(a, b []byte) int {
	x, _, errX := nextEntry(a)
	y, _, errY := nextEntry(b)
	if errX != nil || errY != nil {
		return 0
	}
	return compareNames(x.name, x.mode == modeDir, y.name, y.mode == modeDir)
}

// treeEdit sets or, with a zero id, removes one name of a tree.
type treeEdit struct {
	name string
	mode uint32
	id   oid
}

func appendEntry(out []byte, mode uint32, name string, id oid) []byte {
	out = strconv.AppendUint(out, uint64(mode), 8)
	out = append(out, ' ')
	out = append(out, name...)
	out = append(out, 0)
	return append(out, id[:]...)
}

// spliceTree applies edits to a raw tree. All other entries are copied byte by byte, so
// modes and kinds that this package does not know survive.
func spliceTree(raw []byte, edits []treeEdit) ([]byte, error) {
	gone := make(map[string]bool, len(edits))
	size := len(raw)
	var sets []treeEdit
	for _, e := range edits {
		gone[e.name] = true
		if !e.id.isZero() {
			sets = append(sets, e)
			size += len(e.name) + 28
		}
	}
	slices.SortFunc(sets, func(a, b treeEdit) int {
		return compareNames([]byte(a.name), a.mode == modeDir, []byte(b.name), b.mode == modeDir)
	})
	out := make([]byte, 0, size)
	var next []byte
	if len(sets) > 0 {
		next = []byte(sets[0].name)
	}
	from := 0 // start of what is not copied yet
	for at := 0; at < len(raw); {
		e, rest, err := nextEntry(raw[at:])
		if err != nil {
			return nil, err
		}
		end := len(raw) - len(rest)
		for len(sets) > 0 && compareNames(next, sets[0].mode == modeDir, e.name, e.mode == modeDir) <= 0 {
			out = append(out, raw[from:at]...)
			from = at
			out = appendEntry(out, sets[0].mode, sets[0].name, sets[0].id)
			if sets = sets[1:]; len(sets) > 0 {
				next = []byte(sets[0].name)
			}
		}
		if gone[string(e.name)] {
			out = append(out, raw[from:at]...)
			from = end
		}
		at = end
	}
	out = append(out, raw[from:]...)
	for _, e := range sets {
		out = appendEntry(out, e.mode, e.name, e.id)
	}
	return out, nil
}
