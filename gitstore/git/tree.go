package git

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
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

// entryAt reads the entry that starts at i, without its object.
func entryAt(raw []byte, i int) (mode uint32, name []byte, end int, err error) {
	start := i
	for i < len(raw) && raw[i] != ' ' {
		d := raw[i] - '0'
		if d > 7 || i-start > 7 {
			return 0, nil, 0, errBadTree
		}
		mode = mode<<3 | uint32(d)
		i++
	}
	if i == start || i == len(raw) {
		return 0, nil, 0, errBadTree
	}
	i++
	n := bytes.IndexByte(raw[i:], 0)
	if end = i + n + 21; n <= 0 || end > len(raw) {
		return 0, nil, 0, errBadTree
	}
	return mode, raw[i : i+n : i+n], end, nil
}

// NextEntry splits the first entry off a raw tree.
func NextEntry(raw []byte) (e Entry, rest []byte, err error) {
	mode, name, end, err := entryAt(raw, 0)
	if err != nil {
		return e, nil, err
	}
	return Entry{Mode: mode, Name: name, ID: OID(raw[end-20 : end])}, raw[end:], nil
}

// FindEntry looks a name up in a raw tree. Like Git it relies on the order of the entries.
func FindEntry(raw []byte, name string) (Entry, bool, error) {
	for at := 0; at < len(raw); {
		mode, found, end, err := entryAt(raw, at)
		if err != nil {
			return Entry{}, false, err
		}
		if string(found) == name {
			return Entry{Mode: mode, Name: found, ID: OID(raw[end-20 : end])}, true, nil
		}
		if isBehind(found, name) {
			break
		}
		at = end
	}
	return Entry{}, false, nil
}

// isBehind reports whether an entry comes after every entry that a name may have, as a file or as a
// folder.
func isBehind(entry []byte, name string) bool {
	n := min(len(entry), len(name))
	switch c := cmp.Compare(string(entry[:n]), name[:n]); {
	case c != 0:
		return c > 0
	case len(entry) > n:
		return entry[n] > '/'
	}
	return false
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

// SpliceTree applies edits to a raw tree, and returns the new tree and the delta from the old one to
// it. All other entries are copied byte by byte, so modes and kinds that this package does not know
// survive.
func SpliceTree(raw []byte, edits []Edit) (next, delta []byte, err error) {
	var sets []Edit
	size, last := len(raw), ""
	for _, e := range edits {
		last = max(last, e.Name+"/")
		if !e.ID.IsZero() {
			sets = append(sets, e)
			size += len(e.Name) + 28
		}
	}
	last = strings.TrimSuffix(last, "/")
	slices.SortFunc(sets, func(a, b Edit) int {
		return compareNames([]byte(a.Name), a.Mode == ModeDir, []byte(b.Name), b.Mode == ModeDir)
	})
	isEdited := namesOf(edits)
	next = make([]byte, 0, size)
	var changes deltaWriter
	from := 0 // start of what is not copied yet
	copyTo := func(at int) {
		next = append(next, raw[from:at]...)
		changes.copy(from, at-from)
		from = at
	}
	var name []byte // of the next one to set
	set := func() {
		at := len(next)
		next = appendEntry(next, sets[0].Mode, sets[0].Name, sets[0].ID)
		changes.insert(next[at:])
		if sets = sets[1:]; len(sets) > 0 {
			name = []byte(sets[0].Name)
		}
	}
	if len(sets) > 0 {
		name = []byte(sets[0].Name)
	}
	for at := 0; at < len(raw) && len(edits) > 0; {
		mode, found, end, err := entryAt(raw, at)
		if err != nil {
			return nil, nil, err
		}
		for len(sets) > 0 && compareNames(name, sets[0].Mode == ModeDir, found, mode == ModeDir) <= 0 {
			copyTo(at)
			set()
		}
		if isEdited(found) {
			copyTo(at)
			from = end
		} else if len(sets) == 0 && isBehind(found, last) {
			break
		}
		at = end
	}
	copyTo(len(raw))
	for len(sets) > 0 {
		set()
	}
	return next, changes.finish(len(raw), len(next)), nil
}

// namesOf returns whether an edit is of a name.
func namesOf(edits []Edit) func(name []byte) bool {
	if len(edits) == 1 {
		return func(name []byte) bool { return string(name) == edits[0].Name }
	}
	names := make(map[string]bool, len(edits))
	for _, e := range edits {
		names[e.Name] = true
	}
	return func(name []byte) bool { return names[string(name)] }
}
