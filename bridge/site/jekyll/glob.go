package jekyll

import (
	"strings"
	"unicode/utf8"
)

// fnmatch is Ruby's File.fnmatch without flags: * and ? also match a slash.
func fnmatch(pattern, name string) bool {
	return rubyWildcard(pattern, name, true)
}

// rubyWildcard matches one pattern of *, ?, [a-z] and \\x. With crossing, * also matches a slash. Only the last
// star is tried at other places: what an earlier one could take as well, the later one can.
func rubyWildcard(pattern, name string, crossing bool) bool {
	star, from := "", "" // the pattern behind the last star, and where its match began
	starred := false
	for {
		if pattern != "" && pattern[0] == '*' {
			pattern = strings.TrimLeft(pattern, "*")
			if pattern == "" {
				return crossing || !strings.Contains(name, "/")
			}
			star, from, starred = pattern, name, true
			continue
		}
		if pattern == "" && name == "" {
			return true
		}
		if rest, size, ok := rubyStep(pattern, name); ok {
			pattern, name = rest, name[size:]
			continue
		}
		if !starred || from == "" || from[0] == '/' && !crossing {
			return false
		}
		from = from[1:]
		pattern, name = star, from
	}
}

// rubyStep matches the first sign of a pattern, which is no star, against the beginning of a name.
func rubyStep(pattern, name string) (rest string, size int, ok bool) {
	if pattern == "" || name == "" {
		return "", 0, false
	}
	switch pattern[0] {
	case '?':
		_, size := utf8.DecodeRuneInString(name)
		return pattern[1:], size, true
	case '[':
		r, size := utf8.DecodeRuneInString(name)
		rest, matched, valid := rubyClass(pattern[1:], r)
		return rest, size, matched && valid
	case '\\':
		if len(pattern) > 1 {
			pattern = pattern[1:]
		}
	}
	return pattern[1:], 1, name[0] == pattern[0]
}

// rubyClass matches r against a class whose opening bracket is already gone.
func rubyClass(class string, r rune) (rest string, matched, valid bool) {
	negated := false
	if class != "" && (class[0] == '!' || class[0] == '^') {
		negated, class = true, class[1:]
	}
	next := func() rune {
		if class != "" && class[0] == '\\' {
			class = class[1:]
		}
		c, size := utf8.DecodeRuneInString(class)
		class = class[size:]
		return c
	}
	for class != "" && class[0] != ']' {
		low := next()
		high := low
		if len(class) > 1 && class[0] == '-' && class[1] != ']' {
			class = class[1:]
			high = next()
		}
		if low <= r && r <= high {
			matched = true
		}
	}
	if class == "" {
		return "", false, false
	}
	return class[1:], matched != negated, true
}

// rubyGlob is a pattern of Ruby's Dir.glob: * stays within a folder, ** goes through
// folders, {a,b} are alternatives.
type rubyGlob struct {
	alternatives [][]string // the parts between slashes
	foldersOnly  bool
}

func newRubyGlob(text string) rubyGlob {
	g := rubyGlob{foldersOnly: strings.HasSuffix(text, "/")}
	for _, alternative := range rubyBraces(strings.Trim(text, "/")) {
		g.alternatives = append(g.alternatives, strings.Split(alternative, "/"))
	}
	return g
}

func rubyBraces(text string) []string {
	open := strings.IndexByte(text, '{')
	if open < 0 {
		return []string{text}
	}
	depth, start := 0, open+1
	var choices []string
	for i := open; i < len(text); i++ {
		switch text[i] {
		case '{':
			depth++
		case ',':
			if depth == 1 {
				choices = append(choices, text[start:i])
				start = i + 1
			}
		case '}':
			if depth--; depth == 0 {
				choices = append(choices, text[start:i])
				var all []string
				for _, c := range choices {
					all = append(all, rubyBraces(text[:open]+c+text[i+1:])...)
				}
				return all
			}
		}
	}
	return []string{text}
}

func (g rubyGlob) matches(name string) bool {
	for _, parts := range g.alternatives {
		if rubyMatchParts(parts, name) {
			return true
		}
	}
	return false
}

func rubyMatchParts(parts []string, name string) bool {
	for i, part := range parts {
		if part == "**" && i < len(parts)-1 {
			for {
				if rubyMatchParts(parts[i+1:], name) {
					return true
				}
				folder, rest, more := strings.Cut(name, "/")
				if !more || strings.HasPrefix(folder, ".") {
					return false
				}
				name = rest
			}
		}
		segment, rest, more := strings.Cut(name, "/")
		if segment == "" || segment[0] == '.' && part[:min(1, len(part))] != "." || !rubyWildcard(part, segment, false) {
			return false
		}
		if i == len(parts)-1 {
			return !more
		}
		if !more {
			return false
		}
		name = rest
	}
	return false
}
