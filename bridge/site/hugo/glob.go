package hugo

import (
	"regexp"
	"strings"
)

// pathGlob is a pattern of Hugo's: * stays within a folder, ** does not, {a,b} are
// alternatives, [a-z] and ? one character. It matches without regard to case.
type pathGlob struct {
	section string // of the form /{x,x/**}: only this is compared
	re      *regexp.Regexp
}

func newPathGlob(pattern string) (pathGlob, error) {
	re, err := regexp.Compile(globExpression(strings.ToLower(pattern)))
	return pathGlob{re: re}, err
}

// sectionGlob matches the section itself and all below it; with "" everything directly in the
// content root.
func sectionGlob(section string) pathGlob {
	if strings.ContainsAny(section, "*?[]{}\\,") {
		if g, err := newPathGlob("/{" + section + "," + section + "/**}"); err == nil {
			return g
		}
	}
	return pathGlob{section: "/" + section}
}

func (g pathGlob) match(p string) bool {
	if g.re != nil {
		return g.re.MatchString(strings.ToLower(p))
	}
	if g.section == "/" {
		return strings.LastIndexByte(p, '/') == 0
	}
	rest, ok := strings.CutPrefix(p, g.section)
	return ok && (rest == "" || rest[0] == '/')
}

func globExpression(pattern string) string {
	var b strings.Builder
	b.WriteString(`(?s)^`)
	depth := 0
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '*':
			if i+1 < len(pattern) && pattern[i+1] == '*' {
				b.WriteString(`.*`)
				i++
			} else {
				b.WriteString(`[^/]*`)
			}
		case '?':
			b.WriteString(`[^/]`)
		case '{':
			depth++
			b.WriteString(`(?:`)
		case '}':
			if depth > 0 {
				depth--
				b.WriteByte(')')
			} else {
				b.WriteString(`\}`)
			}
		case ',':
			if depth > 0 {
				b.WriteByte('|')
			} else {
				b.WriteByte(',')
			}
		case '[':
			end := strings.IndexByte(pattern[i:], ']')
			if end < 0 {
				b.WriteString(`\[`)
				continue
			}
			set := pattern[i+1 : i+end]
			b.WriteByte('[')
			if strings.HasPrefix(set, "!") {
				b.WriteByte('^')
				set = set[1:]
			}
			b.WriteString(strings.NewReplacer(`\`, `\\`, `[`, `\[`, `^`, `\^`).Replace(set))
			b.WriteByte(']')
			i += end
		case '\\':
			if i+1 < len(pattern) {
				i++
				b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
			}
		default:
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		}
	}
	b.WriteByte('$')
	return b.String()
}
