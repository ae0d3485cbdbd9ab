package git

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Commit is what the package needs of a commit.
type Commit struct {
	ID        OID
	Tree      OID
	parents   []OID
	Author    string // name, address, time, as in the object
	Committed int64
	Message   string
	Signed    bool
}

func (c *Commit) Parent() OID {
	if len(c.parents) == 0 {
		return ZeroOID
	}
	return c.parents[0]
}

// CommitsSince lists the first-parent commits of tip behind until, oldest first; false when
// until is not on that line.
func CommitsSince(src Source, tip, until OID) ([]*Commit, bool, error) {
	var list []*Commit
	for at := tip; at != until; {
		if at.IsZero() {
			return nil, false, nil
		}
		c, err := ReadCommit(src, at)
		if err != nil {
			return nil, false, err
		}
		list = append(list, c)
		at = c.Parent()
	}
	slices.Reverse(list)
	return list, true, nil
}

func ParseCommit(id OID, data []byte) (*Commit, error) {
	bad := func() error { return fmt.Errorf("commit %s is damaged", id) }
	c := &Commit{ID: id}
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
			o, err := ParseOID(string(value))
			if err != nil {
				return nil, bad()
			}
			if len(key) == 4 {
				c.Tree = o
			} else {
				c.parents = append(c.parents, o)
			}
		case "author":
			c.Author = string(value)
		case "committer":
			c.Committed = SignatureTime(value)
		case "gpgsig":
			c.Signed = true
		}
	}
	if c.Tree.IsZero() {
		return nil, bad()
	}
	c.Message = string(data)
	return c, nil
}

// SignatureTime is the time in "Name <address> 1700000000 +0100"; 0 when there is none.
func SignatureTime(sig []byte) int64 {
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

func EncodeCommit(tree OID, parent OID, author, committer, message string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "tree %s\n", tree)
	if !parent.IsZero() {
		fmt.Fprintf(&b, "parent %s\n", parent)
	}
	fmt.Fprintf(&b, "author %s\ncommitter %s\n\n%s", author, committer, message)
	return b.Bytes()
}

// Signature is a person and a time as commits spell them.
func Signature(name, email string, when time.Time) string {
	return fmt.Sprintf("%s %d %s", Person(name, email), max(0, when.Unix()), when.Format("-0700"))
}

// Person is a name and an address as commits and trailers spell them.
func Person(name, email string) string {
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
	return fmt.Sprintf("%s <%s>", name, clean(email))
}
