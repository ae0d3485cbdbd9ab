package gitstore

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// commitObject is what the package needs of a commit.
type commitObject struct {
	id        oid
	tree      oid
	parents   []oid
	author    string // name, address, time, as in the object
	committed int64
	message   string
}

func (c *commitObject) parent() oid {
	if len(c.parents) == 0 {
		return zeroOID
	}
	return c.parents[0]
}

// commitsSince lists the first-parent commits of tip behind until, oldest first; false when
// until is not on that line.
func commitsSince(src source, tip, until oid) ([]*commitObject, bool, error) {
	var list []*commitObject
	for at := tip; at != until; {
		if at.isZero() {
			return nil, false, nil
		}
		c, err := readCommit(src, at)
		if err != nil {
			return nil, false, err
		}
		list = append(list, c)
		at = c.parent()
	}
	slices.Reverse(list)
	return list, true, nil
}

func parseCommit(id oid, data []byte) (*commitObject, error) {
	bad := func() error { return fmt.Errorf("commit %s is damaged", id) }
	c := &commitObject{id: id}
	for {
		line, rest, ok := bytes.Cut(data, []byte{'\n'})
		if !ok {
			if len(data) == 0 {
				break
			}
			return nil, bad()
		}
		data = rest
		if len(line) == 0 {
			break
		}
		key, value, _ := bytes.Cut(line, []byte{' '})
		switch string(key) {
		case "tree", "parent":
			o, err := parseOID(string(value))
			if err != nil {
				return nil, bad()
			}
			if len(key) == 4 {
				c.tree = o
			} else {
				c.parents = append(c.parents, o)
			}
		case "author":
			c.author = string(value)
		case "committer":
			c.committed = signatureTime(value)
		}
	}
	if c.tree.isZero() {
		return nil, bad()
	}
	c.message = string(data)
	return c, nil
}

// signatureTime is the time in "Name <address> 1700000000 +0100"; 0 when there is none.
func signatureTime(sig []byte) int64 {
	fields := bytes.Fields(sig[bytes.LastIndexByte(sig, '>')+1:])
	if len(fields) == 0 {
		return 0
	}
	t, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		return 0
	}
	return t
}

func encodeCommit(tree oid, parent oid, author, committer, message string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "tree %s\n", tree)
	if !parent.isZero() {
		fmt.Fprintf(&b, "parent %s\n", parent)
	}
	fmt.Fprintf(&b, "author %s\ncommitter %s\n\n%s", author, committer, message)
	return b.Bytes()
}

// signature is a person and a time as commits spell them.
func signature(name, email string, when time.Time) string {
	clean := func(s string) string {
		s = strings.Map(func(r rune) rune {
			if r < ' ' || r == '<' || r == '>' || r == 0x7f {
				return -1
			}
			return r
		}, s)
		return strings.Trim(s, " .,:;\"'\\")
	}
	if name = clean(name); name == "" {
		name = "unknown"
	}
	return fmt.Sprintf("%s <%s> %d %s", name, clean(email), max(0, when.Unix()), when.Format("-0700"))
}
