package frontmatter

import (
	"fmt"
	"strconv"
	"strings"
)

// tomlWriter writes values as TOML 1.0.
type tomlWriter struct {
	eol    string
	single bool
}

// inline returns a value on one line. like is the text of the old value, for its quotes.
func (w tomlWriter) inline(v any, like string) string {
	switch v := v.(type) {
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = w.inline(item, like)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case Map:
		if len(v) == 0 {
			return "{}"
		}
		parts := make([]string, len(v))
		for i, p := range v {
			parts[i] = w.key(p.Key) + " = " + w.inline(p.Value, like)
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	case string:
		return w.text(v, like)
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strings.NewReplacer(".nan", "nan", ".inf", "inf").Replace(yamlFloat(v))
	case Timestamp:
		return string(v)
	}
	return tomlQuoted(fmt.Sprint(v))
}

// text returns a string, in the quotes of the one it replaces if possible.
func (w tomlWriter) text(s, like string) string {
	switch {
	case strings.HasPrefix(like, `"""`) && w.eol == "\n" && strings.Contains(s, "\n"):
		var b strings.Builder
		b.WriteString(`"""` + "\n")
		for i, line := range strings.Split(s, "\n") {
			if i > 0 {
				b.WriteByte('\n')
			}
			quoted := tomlQuoted(line)
			b.WriteString(strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`))
		}
		b.WriteString(`"""`)
		if !strings.Contains(s, `""`) && !strings.HasSuffix(s, `"`) {
			return b.String()
		}
	case strings.HasPrefix(like, "'"), like == "" && w.single:
		if singleQuotable(s) && !strings.Contains(s, "'") {
			return "'" + s + "'"
		}
	}
	return tomlQuoted(s)
}

// key returns a key, bare if possible.
func (w tomlWriter) key(s string) string {
	bare := s != ""
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !digit(c) && c != '_' && c != '-' && (c|0x20 < 'a' || c|0x20 > 'z') {
			bare = false
		}
	}
	if bare {
		return s
	}
	return tomlQuoted(s)
}

func (w tomlWriter) path(path []string) string {
	parts := make([]string, len(path))
	for i, name := range path {
		parts[i] = w.key(name)
	}
	return strings.Join(parts, ".")
}

// asTable reports whether a value is written as [table] or [[table]] sections.
func asTable(v any) bool {
	switch v := v.(type) {
	case Map:
		return len(v) > 0
	case []any:
		for _, item := range v {
			if m, ok := item.(Map); !ok || len(m) == 0 {
				return false
			}
		}
		return len(v) > 0
	}
	return false
}

// sections returns the sections of a value for which asTable is true, each after an empty line.
func (w tomlWriter) sections(path []string, v any) string {
	if list, ok := v.([]any); ok {
		var b strings.Builder
		for _, item := range list {
			b.WriteString(w.section("[["+w.path(path)+"]]", path, item.(Map)))
		}
		return b.String()
	}
	return w.section("["+w.path(path)+"]", path, v.(Map))
}

func (w tomlWriter) section(header string, path []string, m Map) string {
	var b strings.Builder
	b.WriteString(w.eol + header + w.eol)
	for _, p := range m {
		if !asTable(p.Value) {
			b.WriteString(w.key(p.Key) + " = " + w.inline(p.Value, "") + w.eol)
		}
	}
	for _, p := range m {
		if asTable(p.Value) {
			b.WriteString(w.sections(append(path[:len(path):len(path)], p.Key), p.Value))
		}
	}
	return b.String()
}
