package frontmatter

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// yamlWriter writes values as YAML that yaml.v3, Hugo's parsers (yaml.v2, goccy/go-yaml)
// and Ruby's Psych read back equal.
type yamlWriter struct {
	eol        string
	flowLists  bool
	listIndent int
	single     bool // quote with ' where that is enough
}

// rendered is the text of a value: the part on the key's line, and the lines after it.
type rendered struct{ head, lines string }

// value renders v for a key at column indent. like is how the old value was quoted.
func (w yamlWriter) value(v any, indent int, like byte) rendered {
	switch v := v.(type) {
	case []any:
		if len(v) == 0 || w.flowLists && allScalars(v) {
			return rendered{head: w.flow(v, like)}
		}
		if like != '"' && like != '\'' {
			like = 0
		}
		var lines strings.Builder
		for _, item := range v {
			lines.WriteString(w.item(item, indent+w.listIndent, "- ", like))
		}
		return rendered{lines: lines.String()}
	case Map:
		if len(v) == 0 {
			return rendered{head: "{}"}
		}
		var lines strings.Builder
		for _, p := range v {
			lines.WriteString(w.entry(p.Key, p.Value, indent+2))
		}
		return rendered{lines: lines.String()}
	case string:
		if like == '|' || like == '>' {
			if lines, ok := w.literal(v, indent+2); ok {
				if like == '>' && strings.Count(lines.lines, "\n") == 1 {
					lines.head = strings.Replace(lines.head, "|", ">", 1)
				}
				return lines
			}
			like = 0
		}
	}
	return rendered{head: w.scalar(v, like, false)}
}

// entry returns a key and its value as whole lines.
func (w yamlWriter) entry(key string, v any, indent int) string {
	r := w.value(v, indent, 0)
	if r.head != "" {
		r.head = " " + r.head
	}
	return strings.Repeat(" ", indent) + w.key(key) + ":" + r.head + w.eol + r.lines
}

func (w yamlWriter) key(s string) string { return w.scalar(s, 0, true) }

// item returns an item of a block list whose dash is at column indent. dash is the dash with
// the spaces after it.
func (w yamlWriter) item(v any, indent int, dash string, like byte) string {
	pad := strings.Repeat(" ", indent)
	inner := indent + len(dash)
	switch v := v.(type) {
	case Map:
		if len(v) > 0 {
			var lines strings.Builder
			for _, p := range v {
				lines.WriteString(w.entry(p.Key, p.Value, inner))
			}
			return pad + dash + lines.String()[inner:]
		}
	case []any:
		if len(v) > 0 && !allScalars(v) {
			nested := w
			nested.listIndent = 0
			return pad + "-" + w.eol + nested.value(v, inner, 0).lines
		}
		return pad + dash + w.flow(v, 0) + w.eol
	}
	r := w.value(v, indent, like)
	return pad + dash + r.head + w.eol + r.lines
}

// flow returns a value on one line.
func (w yamlWriter) flow(v any, like byte) string {
	switch v := v.(type) {
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = w.flow(item, like)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case Map:
		if len(v) == 0 {
			return "{}"
		}
		parts := make([]string, len(v))
		for i, p := range v {
			parts[i] = w.key(p.Key) + ": " + w.flow(p.Value, 0)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return w.scalar(v, like, true)
}

// scalar returns a scalar on one line. like is the quote to prefer.
func (w yamlWriter) scalar(v any, like byte, flow bool) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return yamlFloat(v)
	case Timestamp:
		return string(v)
	case string:
		switch {
		case like == '"':
			return doubleQuoted(v)
		case like == '\'' && singleQuotable(v):
			return singleQuoted(v)
		case plainSafe(v, flow):
			return v
		case w.single && singleQuotable(v):
			return singleQuoted(v)
		}
		return doubleQuoted(v)
	}
	return doubleQuoted(fmt.Sprint(v))
}

func yamlFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return ".nan"
	case math.IsInf(f, 1):
		return ".inf"
	case math.IsInf(f, -1):
		return "-.inf"
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if strings.Contains(s, ".") {
		return s
	}
	if i := strings.IndexByte(s, 'e'); i >= 0 {
		return s[:i] + ".0" + s[i:] // Psych needs the point
	}
	return s + ".0"
}

// literal renders text as a | block at column indent, if all readers read it back and a person
// would write it so.
func (w yamlWriter) literal(s string, indent int) (rendered, bool) {
	text, head := s, "|-"
	if strings.HasSuffix(s, "\n") {
		text, head = s[:len(s)-1], "|"
	}
	if text == "" || strings.HasSuffix(text, "\n") || strings.IndexByte(" \n\t", text[0]) >= 0 {
		return rendered{}, false
	}
	var lines strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimRight(line, " \t") != line || !printable(line) {
			return rendered{}, false
		}
		if line != "" {
			lines.WriteString(strings.Repeat(" ", indent))
			lines.WriteString(line)
		}
		lines.WriteString(w.eol)
	}
	return rendered{head, lines.String()}, true
}

// allScalars reports whether a list has no lists or maps in it.
func allScalars(list []any) bool {
	for _, v := range list {
		switch v.(type) {
		case []any, Map:
			return false
		}
	}
	return true
}

// plainSafe reports whether a string needs no quotes: every reader must read it as this text.
func plainSafe(s string, flow bool) bool {
	if s == "" || len(s) > 4096 || !printable(s) || s[len(s)-1] == ' ' || s[len(s)-1] == ':' {
		return false
	}
	first, size := utf8.DecodeRuneInString(s)
	switch {
	case unicode.IsLetter(first):
		if looksTyped(s) {
			return false
		}
	case digit(s[0]):
		// "10 things", but nothing that could be a number, a time or a date.
		i := strings.IndexByte(s, ' ')
		if i < 0 || digits(s, 0) != i || i+1 == len(s) {
			return false
		}
		if next, _ := utf8.DecodeRuneInString(s[i+1:]); !unicode.IsLetter(next) {
			return false
		}
	case first == '/', first == '_' && len(s) > 1 && s[1]|0x20 >= 'a' && s[1]|0x20 <= 'z':
		// A path, a Hugo name such as _target.
	case first > unicode.MaxASCII && size > 0 && unicode.IsGraphic(first) && !unicode.IsSpace(first) &&
		!unicode.IsMark(first):
	default:
		return false
	}
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ':':
			// "a:b" is a pair to some readers in flow style; a URL is not.
			if i+1 == len(s) || s[i+1] == ' ' || flow && s[i+1] != '/' {
				return false
			}
		case '#':
			if s[i-1] == ' ' {
				return false
			}
		case ',', '[', ']', '{', '}', '?':
			if flow {
				return false
			}
		case '\t':
			return false
		}
	}
	return true
}

// looksTyped reports whether some reader reads a word as a boolean, null or a number.
func looksTyped(s string) bool {
	if len(s) > 8 {
		return false
	}
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nil", "nan", "inf", "infinity":
		return true
	}
	return false
}

// printable reports whether all readers read every rune as it is, on one line.
func printable(s string) bool {
	for _, r := range s {
		if !literalRune(r) {
			return false
		}
	}
	return true
}

func literalRune(r rune) bool {
	switch {
	case r < ' ':
		return false
	case r < 0x7F:
		return true
	case r < 0xA0, r == 0x2028, r == 0x2029, r == 0xFEFF, r == utf8.RuneError:
		return false
	}
	return r == 0x200D || r == 0x200C || unicode.IsPrint(r) || unicode.Is(unicode.Zs, r) ||
		unicode.Is(unicode.Variation_Selector, r)
}

func singleQuotable(s string) bool { return printable(s) }

func singleQuoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
