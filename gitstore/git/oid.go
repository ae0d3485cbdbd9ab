package git

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"strconv"
)

// OID is the binary name of an object.
type OID [20]byte

var (
	ZeroOID   OID
	EmptyTree = mustOID("4b825dc642cb6eb9a060e54bf8d69288fbee4904")
)

func (o OID) String() string { return hex.EncodeToString(o[:]) }

// MarshalText makes logs show the name.
func (o OID) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

func (o OID) IsZero() bool { return o == ZeroOID }

// Hash is the exported form: "" for none.
func (o OID) Hash() Hash {
	if o.IsZero() {
		return ""
	}
	return Hash(o.String())
}

func ParseOID(s string) (OID, error) {
	var o OID
	if len(s) != 2*len(o) {
		return ZeroOID, fmt.Errorf("%q is not the name of a Git object", s)
	}
	if _, err := hex.Decode(o[:], []byte(s)); err != nil {
		return ZeroOID, fmt.Errorf("%q is not the name of a Git object", s)
	}
	return o, nil
}

func mustOID(s string) OID {
	o, err := ParseOID(s)
	if err != nil {
		panic(err)
	}
	return o
}

// kind is an object's type as pack files number it.
type kind byte

const (
	CommitKind   kind = 1
	TreeKind     kind = 2
	BlobKind     kind = 3
	tagKind      kind = 4
	ofsDeltaKind kind = 6
	refDeltaKind kind = 7
)

func (k kind) String() string {
	switch k {
	case CommitKind:
		return "commit"
	case TreeKind:
		return "tree"
	case BlobKind:
		return "blob"
	case tagKind:
		return "tag"
	}
	return "kind " + strconv.Itoa(int(k))
}

func parseKind(s string) (kind, bool) {
	for _, k := range []kind{CommitKind, TreeKind, BlobKind, tagKind} {
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

func nameObject(k kind, data []byte) OID {
	h := sha1.New()
	h.Write(looseHeader(k, int64(len(data))))
	h.Write(data)
	var o OID
	h.Sum(o[:0])
	return o
}
