package frontmatter

import "strings"

const byteOrderMark = "\uFEFF"

// parts is a file cut at its delimiters. Put together they are the file.
type parts struct {
	format Format
	lead   string // a byte order mark and blank lines
	open   string // the opening line with its ending; "" for JSON
	front  string
	close  string // the closing line with its ending; "" for JSON without a line ending
	gap    string // one empty line
	body   string
}

// split finds the front matter. Of JSON it finds the start only; the rest of the text is
// then in front.
func split(text string, d Dialect) (parts, *SyntaxError) {
	var p parts
	rest := text
	if strings.HasPrefix(rest, byteOrderMark) {
		p.lead, rest = rest[:len(byteOrderMark)], rest[len(byteOrderMark):]
	}
	if d.LeadingBlank {
		if n := len(rest) - len(strings.TrimLeft(rest, " \t\r\n")); n > 0 {
			p.lead, rest = text[:len(p.lead)+n], rest[n:]
		}
	}
	first, after := cutLine(rest)
	switch {
	case delimiter(first, "---"):
		p.format = YAML
	case !d.YAMLOnly && delimiter(first, "+++"):
		p.format = TOML
	case !d.YAMLOnly && strings.HasPrefix(rest, "{"):
		p.format, p.front = JSON, rest
		return p, nil
	default:
		return withoutFrontMatter(text), nil
	}
	mark := first[:3]
	p.open = first
	at := 0
	for at < len(after) {
		line, tail := cutLine(after[at:])
		if delimiter(line, mark) || p.format == YAML && d.DotsClose && delimiter(line, "...") {
			p.front, p.close = after[:at], line
			p.gap, p.body = cutGap(tail)
			return p, nil
		}
		if reason := strayMark(line, p.format, d); reason != "" {
			return p, &SyntaxError{Line: lineAt(text, len(text)-len(after)+at), Message: reason}
		}
		at += len(line)
	}
	if d.YAMLOnly {
		// To Jekyll a --- line without a second one is text.
		return withoutFrontMatter(text), nil
	}
	return p, &SyntaxError{Line: lineAt(text, len(p.lead)), Message: "the closing " + mark + " line is missing"}
}

// strayMark says why a line that is not the closing line must not stand in YAML: a reader
// would end the front matter, or the YAML document, there and lose the keys after it.
func strayMark(line string, f Format, d Dialect) string {
	if f != YAML {
		if !d.YAMLOnly && strings.HasPrefix(line, "+++") {
			return "Hugo ends the front matter at a line that starts with +++; put the closing +++ on a line of its own"
		}
		return ""
	}
	if !d.YAMLOnly && strings.HasPrefix(line, "---") {
		return "Hugo ends the front matter at a line that starts with ---; put the closing --- on a line of its own"
	}
	if d.DotsHide && delimiter(line, "...") {
		return ""
	}
	if len(line) >= 3 && (line[:3] == "..." || line[:3] == "---") && (len(line) == 3 || strings.IndexByte(" \t\r\n", line[3]) >= 0) {
		return "a " + line[:3] + " line ends the YAML document; the front matter goes on after it"
	}
	return ""
}

func withoutFrontMatter(text string) parts {
	var p parts
	if strings.HasPrefix(text, byteOrderMark) {
		p.lead, text = byteOrderMark, text[len(byteOrderMark):]
	}
	p.body = text
	return p
}

// delimiter reports whether a line is mark alone, with white space after it.
func delimiter(line, mark string) bool {
	return strings.HasPrefix(line, mark) && strings.Trim(line[len(mark):], " \t\r\n") == ""
}

// cutLine cuts after the first line ending.
func cutLine(s string) (line, rest string) {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return s[:i+1], s[i+1:]
	}
	return s, ""
}

// cutGap cuts off one empty line.
func cutGap(s string) (gap, body string) {
	switch {
	case strings.HasPrefix(s, "\n"):
		return s[:1], s[1:]
	case strings.HasPrefix(s, "\r\n"):
		return s[:2], s[2:]
	}
	return "", s
}

// lineAt is the line number of an offset.
func lineAt(s string, offset int) int { return 1 + strings.Count(s[:min(offset, len(s))], "\n") }

// lineEnding is the ending of the first line of a text, "" when it has none.
func lineEnding(s string) string {
	i := strings.IndexByte(s, '\n')
	switch {
	case i < 0:
		return ""
	case i > 0 && s[i-1] == '\r':
		return "\r\n"
	}
	return "\n"
}
