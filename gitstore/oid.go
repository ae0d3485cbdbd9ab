package gitstore

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"strconv"
)

// oid is the binary name of an object.
type oid [20]byte

var (
	zeroOID   oid
	emptyTree = mustOID("4b825dc642cb6eb9a060e54bf8d69288fbee4904")
)

func (o oid) String() string { return hex.EncodeToString(o[:]) }

func (o oid) isZero() bool { return o == zeroOID }

// hash is the exported form: "" for none.
func (o oid) hash() Hash {
	if o.isZero() {
		return ""
	}
	return Hash(o.String())
}

func parseOID(s string) (oid, error) {
	var o oid
	if len(s) != 2*len(o) {
		return zeroOID, fmt.Errorf("%q is not the name of a Git object", s)
	}
	if _, err := hex.Decode(o[:], []byte(s)); err != nil {
		return zeroOID, fmt.Errorf("%q is not the name of a Git object", s)
	}
	return o, nil
}

func mustOID(s string) oid {
	o, err := parseOID(s)
	if err != nil {
		panic(err)
	}
	return o
}

// kind is an object's type as pack files number it.
type kind byte

const (
	commitKind   kind = 1
	treeKind     kind = 2
	blobKind     kind = 3
	tagKind      kind = 4
	ofsDeltaKind kind = 6
	refDeltaKind kind = 7
)

func (k kind) String() string {
	switch k {
	case commitKind:
		return "commit"
	case treeKind:
		return "tree"
	case blobKind:
		return "blob"
	case tagKind:
		return "tag"
	}
	return "kind " + strconv.Itoa(int(k))
}

func parseKind(s string) (kind, bool) {
	for _, k := range []kind{commitKind, treeKind, blobKind, tagKind} {
		if k.String() == s {
			return k, true
		}
	}
	return 0, false
}

// looseHeader is what Git hashes before the content.
func looseHeader(k kind, size int64) []byte {
	b := append(make([]byte, 0, 32), k.String()...)
	b = append(b, ' ')
	b = strconv.AppendInt(b, size, 10)
	return append(b, 0)
}

func nameObject(k kind, data []byte) oid {
	h := sha1.New()
	h.Write(looseHeader(k, int64(len(data))))
	h.Write(data)
	var o oid
	h.Sum(o[:0])
	return o
}
