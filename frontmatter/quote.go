package frontmatter

import (
	"fmt"
	"strings"
)

// quoted returns s in double quotes with the escapes that YAML, TOML and JSON share. escape
// writes the other runes that must be escaped, as the language does.
func quoted(s string, escape func(b *strings.Builder, r rune)) string {
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case literalRune(r):
			b.WriteRune(r)
		default:
			escape(&b, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func doubleQuoted(s string) string {
	return quoted(s, func(b *strings.Builder, r rune) {
		if r <= 0xFF {
			fmt.Fprintf(b, `\x%02X`, r)
			return
		}
		escapeUnicode(b, r)
	})
}

func tomlQuoted(s string) string { return quoted(s, escapeUnicode) }

func escapeUnicode(b *strings.Builder, r rune) {
	if r <= 0xFFFF {
		fmt.Fprintf(b, `\u%04X`, r)
	} else {
		fmt.Fprintf(b, `\U%08X`, r)
	}
}

// jsonQuoted does not escape runes above 0xFFFF: JSON does not need it.
func jsonQuoted(s string) string {
	return quoted(s, func(b *strings.Builder, r rune) {
		if r <= 0xFFFF {
			fmt.Fprintf(b, `\u%04X`, r)
		} else {
			b.WriteRune(r)
		}
	})
}
