package gitstore

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"gitpost/gitstore/git"
)

// textRule is what .gitattributes say of a file's line endings.
type textRule int

const (
	notText  textRule = iota // stored as it is
	autoText                 // text=auto: LF, when it looks like text
	isText                   // text: LF
)

var crlf = []byte("\r\n")

// looksBinary decides as git does for text=auto: a NUL, a lone CR, or many control bytes.
func looksBinary(data []byte) bool {
	if bytes.IndexByte(data, 0) >= 0 {
		return true
	}
	var printable, other int
	for i, c := range data {
		switch {
		case c == '\r':
			if i+1 == len(data) || data[i+1] != '\n' {
				return true
			}
		case c == '\n':
		case c == 127, c < 32 && c != '\b' && c != '\t' && c != '\f' && c != 27 && !(c == 26 && i == len(data)-1):
			other++
		default:
			printable++
		}
	}
	return printable>>7 < other
}

// attributes of one path: "" is unspecified, "-" unset, "+" set, else the value.
type attributes map[string]string

func (a attributes) textRule() textRule {
	text := a["text"]
	if text == "" {
		switch a["crlf"] { // the name of old
		case "+", "input":
			text = "+"
		case "-":
			text = "-"
		}
	}
	switch {
	case text == "-":
		return notText
	case text == "auto":
		return autoText
	case text == "+", a["eol"] == "lf", a["eol"] == "crlf":
		return isText
	}
	return notText
}

// refuseFilter refuses a path whose content Git keeps elsewhere or transformed.
func refuseFilter(path string, a attributes) error {
	switch f := a["filter"]; f {
	case "", "-":
		return nil
	case "lfs":
		return &PathError{Path: path,
			Reason: "the repository keeps such files in Git LFS (.gitattributes: filter=lfs), which is not supported",
			Hint: `exempt the path in .gitattributes ("<path> -filter -diff -merge"), ` +
				"or choose a folder that LFS does not track"}
	default:
		return &PathError{Path: path,
			Reason: fmt.Sprintf(".gitattributes sends such files through the filter %q, which only a work tree can run", f),
			Hint:   `exempt the path in .gitattributes ("<path> -filter"), or choose another folder`}
	}
}

// attributeRule is one line of a .gitattributes file.
type attributeRule struct {
	pattern  string
	anchored bool // the pattern is about the whole path, not the last name
	set      []attribute
}

type attribute struct{ name, value string }

// attributeFile is a parsed .gitattributes.
type attributeFile struct {
	rules  []attributeRule
	macros map[string][]attribute
}

var binaryMacro = []attribute{{"diff", "-"}, {"merge", "-"}, {"text", "-"}}

func parseAttributes(data []byte) *attributeFile {
	f := &attributeFile{}
	for line := range strings.SplitSeq(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		pattern, rest := line, ""
		if line[0] == '"' {
			quoted, err := strconv.QuotedPrefix(line)
			if err != nil {
				continue
			}
			pattern, _ = strconv.Unquote(quoted)
			rest = line[len(quoted):]
		} else if i := strings.IndexAny(line, " \t"); i >= 0 {
			pattern, rest = line[:i], line[i:]
		}
		var set []attribute
		for _, word := range strings.Fields(rest) {
			name, value, given := strings.Cut(word, "=")
			switch {
			case given:
			case word[0] == '-':
				name, value = word[1:], "-"
			case word[0] == '!':
				name, value = word[1:], ""
			default:
				value = "+"
			}
			set = append(set, attribute{name, value})
		}
		if macro, ok := strings.CutPrefix(pattern, "[attr]"); ok {
			if f.macros == nil {
				f.macros = make(map[string][]attribute)
			}
			f.macros[macro] = set
			continue
		}
		if pattern == "" || pattern[0] == '!' || strings.HasSuffix(pattern, "/") {
			continue // Git ignores negative patterns here, and a folder has no attributes
		}
		r := attributeRule{pattern: strings.TrimPrefix(pattern, "/"), set: set}
		r.anchored = strings.Contains(pattern, "/")
		f.rules = append(f.rules, r)
	}
	return f
}

// Allows reports whether a file may be written at a path as the branch is now; if not, the error
// is the *PathError that Update would give.
func (s *Store) Allows(path string) error {
	return s.Snapshot().allows(s.whole(path), newAttributeCache(s.c.Dir))
}

// Allows reports whether a file may be written at a path; if not, the error is the *PathError that
// Update would give. It does not know the attributes that an operator gave the clone.
func (s *Snapshot) Allows(path string) error {
	return s.allows(s.whole(path), &attributeCache{parsed: make(map[git.OID]*attributeFile)})
}

func (s *Snapshot) allows(path string, c *attributeCache) error {
	if err := checkPath(path); err != nil {
		return err
	}
	a, err := c.of(s, path)
	if err != nil {
		return err
	}
	return refuseFilter(path, a)
}

// attributeCache reads .gitattributes of snapshots. One goroutine at a time.
type attributeCache struct {
	info   *attributeFile // info/attributes of the clone, an operator's own
	parsed map[git.OID]*attributeFile
}

func newAttributeCache(dir string) *attributeCache {
	c := &attributeCache{parsed: make(map[git.OID]*attributeFile)}
	if data, err := os.ReadFile(filepath.Join(dir, "info", "attributes")); err == nil {
		c.info = parseAttributes(data)
	}
	return c
}

func (c *attributeCache) file(s *Snapshot, tree git.OID) (*attributeFile, error) {
	raw, err := git.ReadTree(s.src, tree)
	if err != nil {
		return nil, err
	}
	e, ok, err := git.FindEntry(raw, ".gitattributes")
	if err != nil || !ok || !git.IsRegular(e.Mode) {
		return nil, err
	}
	if f := c.parsed[e.ID]; f != nil {
		return f, nil
	}
	_, data, err := s.src.Object(e.ID)
	if err != nil {
		return nil, err
	}
	if len(c.parsed) > 100 {
		clear(c.parsed)
	}
	f := parseAttributes(data)
	c.parsed[e.ID] = f
	return f, nil
}

// of returns what the .gitattributes from the root down to the folder of name say of it.
func (c *attributeCache) of(s *Snapshot, name string) (attributes, error) {
	var found attributes
	macros := map[string][]attribute{"binary": binaryMacro}
	apply := func(f *attributeFile, rel string) {
		if f == nil {
			return
		}
		maps.Copy(macros, f.macros)
		for _, r := range f.rules {
			if !r.matches(rel) {
				continue
			}
			if found == nil {
				found = make(attributes)
			}
			for _, a := range r.set {
				if a.value == "+" {
					for _, m := range macros[a.name] {
						found[m.name] = m.value
					}
				}
				found[a.name] = a.value
			}
		}
	}
	tree := s.tree
	for from := 0; ; {
		f, err := c.file(s, tree)
		if err != nil {
			return nil, err
		}
		apply(f, name[from:])
		part, _, deeper := strings.Cut(name[from:], "/")
		if !deeper {
			break
		}
		raw, err := git.ReadTree(s.src, tree)
		if err != nil {
			return nil, err
		}
		e, ok, err := git.FindEntry(raw, part)
		if err != nil {
			return nil, err
		}
		if !ok || e.Mode != git.ModeDir {
			break
		}
		tree = e.ID
		from += len(part) + 1
	}
	apply(c.info, name)
	return found, nil
}

func (r *attributeRule) matches(rel string) bool {
	if !r.anchored {
		return matchName(r.pattern, rel[strings.LastIndexByte(rel, '/')+1:])
	}
	return matchParts(strings.Split(r.pattern, "/"), strings.Split(rel, "/"))
}

// matchParts matches a path part by part; "**" stands for any number of them, and for one at least at the end.
// Only the last "**" is tried at other places: what an earlier one could take as well, the later one can.
func matchParts(pattern, parts []string) bool {
	var behind, from []string // the pattern behind the last "**", and where its match began
	many := false
	for {
		switch {
		case len(pattern) > 0 && pattern[0] == "**":
			if pattern = pattern[1:]; len(pattern) == 0 {
				return len(parts) > 0
			}
			behind, from, many = pattern, parts, true
		case len(pattern) == 0 && len(parts) == 0:
			return true
		case len(pattern) > 0 && len(parts) > 0 && matchName(pattern[0], parts[0]):
			pattern, parts = pattern[1:], parts[1:]
		case many && len(from) > 0:
			from = from[1:]
			pattern, parts = behind, from
		default:
			return false
		}
	}
}

// matchName matches one name against *, ?, […] and \ escapes.
func matchName(pattern, name string) bool {
	ok, err := path.Match(strings.ReplaceAll(strings.ReplaceAll(pattern, "**", "*"), "[!", "[^"), name)
	return ok && err == nil
}
