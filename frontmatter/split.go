package frontmatter

import "strings"

const (
	byteOrderMark = "\uFEFF"
	commentOpen   = "<!--"
	commentClose  = "-->"
	orgMark       = "#+"
)

// parts is a file cut at its delimiters. Joined together they are the file.
type parts struct {
	format Format
	lead   string // byte order marks, blank lines, the start of an HTML comment
	open   string // the opening mark, with its line if only a comment follows; "" for Org and for JSON without a mark
	front  string
	close  string // the closing mark, with its line if nothing follows; the end of an HTML comment
	gap    string // one empty line
	body   string
}

// split finds the front matter. For JSON it finds only the start: front is the rest of the
// text, and the caller must call end.
func split(text string, d Dialect) (parts, *SyntaxError) {
	p := parts{lead: leadOf(text, d)}
	rest := text[len(p.lead):]
	line := firstLine(rest)
	opens := func(mark string) bool {
		return delimiter(line, mark) || d.marksAlone() && strings.HasPrefix(line, mark)
	}
	if language := d.named(line); language != "" {
		if language != "json" && language != "yaml" && language != "yml" {
			return p, &SyntaxError{Line: lineAt(text, len(p.lead)), Message: "front matter in " + language + " is not read"}
		}
		p.format = YAML
		p.open, rest = line, rest[len(line):]
		p, bad := d.untilClosed(p, text, rest, line)
		if language == "json" {
			p.format = JSON
			object := strings.TrimRight(p.front, " \t\r\n")
			p.front, p.close = object, p.front[len(object):]+p.close
		}
		return p, bad
	}
	switch {
	case opens("---"):
		p.format = YAML
	case d.YAMLOnly:
		return withoutFrontMatter(text), nil
	case opens("+++"):
		p.format = TOML
	case strings.HasPrefix(rest, "{"):
		p.format, p.front = JSON, rest
		return p, nil
	case d.marksAlone() && strings.HasPrefix(rest, orgMark):
		p.format = Org
		p.front, rest = cutOrg(rest)
		bad := p.end(rest)
		return p, bad
	default:
		return withoutFrontMatter(text), nil
	}
	p.open, rest = d.cutMark(rest, "#")
	return d.untilClosed(p, text, rest, line)
}

// named is the language that an opening mark names; "" for none.
func (d Dialect) named(line string) string {
	name, ok := strings.CutPrefix(line, "---")
	name = strings.TrimRight(name, " \t\r\n")
	if !d.NamedFence || !ok || strings.ContainsFunc(name, func(r rune) bool { return r < 'a' || r > 'z' }) {
		return ""
	}
	return name
}

// untilClosed cuts the front matter and its closing mark off rest, which follows the opening line.
func (d Dialect) untilClosed(p parts, text, rest, line string) (parts, *SyntaxError) {
	at, bad := d.closing(rest, p)
	if bad != nil {
		bad.Line += lineAt(text, len(text)-len(rest)) - 1
		return p, bad
	}
	if at < 0 {
		if d.YAMLOnly || !delimiter(line, line[:3]) {
			return withoutFrontMatter(text), nil // a horizontal rule
		}
		return p, &SyntaxError{Line: lineAt(text, len(p.lead)), Message: "the closing " + line[:3] + " line is missing"}
	}
	p.front = rest[:at]
	p.close, rest = d.cutMark(rest[at:], "")
	bad = p.end(rest)
	return p, bad
}

// marksAlone reports whether a mark opens or closes front matter whatever follows it on its
// line, and whether lines may end with a carriage return alone, as in Hugo.
func (d Dialect) marksAlone() bool { return d.LeadingBlank && !d.YAMLOnly }

// leadOf returns what a reader skips before front matter. In Hugo that is a loop.
func leadOf(text string, d Dialect) string {
	if !d.LeadingBlank {
		return text[:len(text)-len(strings.TrimPrefix(text, byteOrderMark))]
	}
	rest := strings.TrimLeft(text, " \t\r\n"+byteOrderMark)
	for d.HTMLComments && strings.HasPrefix(rest, commentOpen) {
		_, rest = cutLine(rest)
		rest = strings.TrimLeft(rest, " \t\r\n"+byteOrderMark)
	}
	return text[:len(text)-len(rest)]
}

// cutMark cuts after a mark, or after its line if only white space or a comment follows.
func (d Dialect) cutMark(text, comment string) (mark, rest string) {
	line := text[:d.lineLength(text)]
	after := strings.TrimLeft(line[3:], " \t\r\n")
	if after == "" || comment != "" && strings.HasPrefix(after, comment) {
		return line, text[len(line):]
	}
	return text[:3], text[3:]
}

// lineLength returns the length of the first line with its ending.
func (d Dialect) lineLength(text string) int {
	if !d.marksAlone() {
		return len(firstLine(text))
	}
	i := strings.IndexAny(text, "\r\n")
	switch {
	case i < 0:
		return len(text)
	case strings.HasPrefix(text[i:], "\r\n"):
		return i + 2
	}
	return i + 1
}

// closing returns the offset of the closing mark in the text after the opening one, or -1.
func (d Dialect) closing(text string, p parts) (int, *SyntaxError) {
	mark := "---"
	if p.format == TOML {
		mark = "+++"
	}
	var bad *SyntaxError
	at := 0
	if last := p.open[len(p.open)-1]; last != '\n' && last != '\r' {
		at = d.lineLength(text)
	}
	for at < len(text) {
		line := text[at : at+d.lineLength(text[at:])]
		yaml := p.format == YAML
		switch marked := strings.HasPrefix(line, mark); {
		case delimiter(line, mark), marked && d.marksAlone(), yaml && d.DotsClose && delimiter(line, "..."):
			return at, bad
		case bad != nil, yaml && d.DotsHide && delimiter(line, "..."):
		case marked && !d.YAMLOnly:
			bad = &SyntaxError{Line: lineAt(text, at), Message: "only the closing " + mark + " line can start with " + mark}
		case yaml && endsDocument(line):
			bad = &SyntaxError{
				Line:    lineAt(text, at),
				Message: "a " + line[:3] + " line ends the YAML document; the front matter goes on after it",
			}
		}
		at += len(line)
	}
	return -1, nil
}

// endsDocument reports whether a line is a YAML document marker. YAML readers ignore what follows.
func endsDocument(line string) bool {
	if !strings.HasPrefix(line, "...") && !strings.HasPrefix(line, "---") {
		return false
	}
	return len(line) == 3 || strings.IndexByte(" \t\r\n", line[3]) >= 0
}

// end cuts the text after the front matter: the rest of an HTML comment, one empty line, the body.
func (p *parts) end(rest string) *SyntaxError {
	if strings.Contains(p.lead, commentOpen) {
		end := strings.Index(rest, commentClose)
		if end < 0 {
			return &SyntaxError{Line: 1, Message: "the HTML comment around the front matter is not closed; add " + commentClose}
		}
		end += len(commentClose)
		p.close, rest = p.close+rest[:end], rest[end:]
		if line, after := cutLine(rest); blank(line) {
			p.close, rest = p.close+line, after
		}
	}
	p.gap, p.body = cutGap(rest)
	return nil
}

func withoutFrontMatter(text string) parts {
	var p parts
	if strings.HasPrefix(text, byteOrderMark) {
		p.lead, text = byteOrderMark, text[len(byteOrderMark):]
	}
	p.body = text
	return p
}

// delimiter reports whether a line is mark alone, possibly followed by white space.
func delimiter(line, mark string) bool {
	return strings.HasPrefix(line, mark) && blank(line[len(mark):])
}

func firstLine(s string) string {
	line, _ := cutLine(s)
	return line
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

// lineAt returns the line number of an offset.
func lineAt(s string, offset int) int { return 1 + strings.Count(s[:min(offset, len(s))], "\n") }

// lineEnding returns the ending of the first line of a text, "" if it has none.
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
