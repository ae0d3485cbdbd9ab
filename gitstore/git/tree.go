package git

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
)

// File modes as trees spell them.
const (
	ModeDir       uint32 = 0o040000
	ModeFile      uint32 = 0o100644
	ModeSymlink   uint32 = 0o120000
	ModeSubmodule uint32 = 0o160000
	ModeType      uint32 = 0o170000
)

func IsRegular(mode uint32) bool { return mode&ModeType == 0o100000 }

var errBadTree = errors.New("a tree object is damaged")

// Entry is one entry of a raw tree; name points into it.
type Entry struct {
	Mode uint32
	Name []byte
	ID   OID
}

// NextEntry splits the first entry off a raw tree.
func NextEntry(raw []byte) (e Entry, rest []byte, err error) {
	i := 0
	for i < len(raw) && raw[i] != ' ' {
		d := raw[i] - '0'
		if d > 7 || i > 7 {
			return e, nil, errBadTree
		}
		e.Mode = e.Mode<<3 | uint32(d)
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
	e.Name = raw[:n:n]
	copy(e.ID[:], raw[n+1:])
	return e, raw[n+21:], nil
}

// FindEntry looks a name up in a raw tree.
func FindEntry(raw []byte, name string) (Entry, bool, error) {
	for len(raw) > 0 {
		e, rest, err := NextEntry(raw)
		if err != nil {
			return e, false, err
		}
		if string(e.Name) == name {
			return e, true, nil
		}
		raw = rest
	}
	return Entry{}, false, nil
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
	x, _, errX := NextEntry(a)
	y, _, errY := NextEntry(b)
	if errX != nil || errY != nil {
		return 0
	}
	return compareNames(x.Name, x.Mode == ModeDir, y.Name, y.Mode == ModeDir)
}

// Edit sets or, with a zero id, removes one name of a tree.
type Edit struct {
	Name string
	Mode uint32
	ID   OID
}

func appendEntry(out []byte, mode uint32, name string, id OID) []byte {
	out = strconv.AppendUint(out, uint64(mode), 8)
	out = append(out, ' ')
	out = append(out, name...)
	out = append(out, 0)
	return append(out, id[:]...)
}

// SpliceTree applies edits to a raw tree. All other entries are copied byte by byte, so
// modes and kinds that this package does not know survive.
func SpliceTree(raw []byte, edits []Edit) ([]byte, error) {
	gone := make(map[string]bool, len(edits))
	size := len(raw)
	var sets []Edit
	for _, e := range edits {
		gone[e.Name] = true
		if !e.ID.IsZero() {
			sets = append(sets, e)
			size += len(e.Name) + 28
		}
	}
	slices.SortFunc(sets, func(a, b Edit) int {
		return compareNames([]byte(a.Name), a.Mode == ModeDir, []byte(b.Name), b.Mode == ModeDir)
	})
	out := make([]byte, 0, size)
	var next []byte
	if len(sets) > 0 {
		next = []byte(sets[0].Name)
	}
	from := 0 // start of what is not copied yet
	for at := 0; at < len(raw); {
		e, rest, err := NextEntry(raw[at:])
		if err != nil {
			return nil, err
		}
		end := len(raw) - len(rest)
		for len(sets) > 0 && compareNames(next, sets[0].Mode == ModeDir, e.Name, e.Mode == ModeDir) <= 0 {
			out = append(out, raw[from:at]...)
			from = at
			out = appendEntry(out, sets[0].Mode, sets[0].Name, sets[0].ID)
			if sets = sets[1:]; len(sets) > 0 {
				next = []byte(sets[0].Name)
			}
		}
		if gone[string(e.Name)] {
			out = append(out, raw[from:at]...)
			from = end
		}
		at = end
	}
	out = append(out, raw[from:]...)
	for _, e := range sets {
		out = appendEntry(out, e.Mode, e.Name, e.ID)
	}
	return out, nil
}
