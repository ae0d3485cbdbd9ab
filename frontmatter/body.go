package frontmatter

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Body returns the text after the front matter, without one empty line between them.
func (d *Document) Body() string { return d.body }

// SetBody replaces the body. Lines that were in the old body keep their bytes; new lines get
// the file's line ending.
//
// A reader sees U+FFFD for bytes that are not UTF-8. Where text has it, the old bytes are
// restored. SetBody fails and changes nothing if it cannot tell which bytes are meant.
func (d *Document) SetBody(text string) error {
	ending := d.uniformEnding()
	switch ending {
	case "\n":
		text = strings.ReplaceAll(text, "\r\n", "\n")
	case "\r\n":
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
	}
	if ending == "" || !utf8.ValidString(d.body) {
		var err error
		if text, err = restoreBytes(d.body, text); err != nil {
			return err
		}
	}
	if text == d.body {
		return nil
	}
	old := d.body
	d.body = text
	if d.format == None {
		if d.dialect.mistakes(d.lead, text) {
			d.begin()
		}
		return nil
	}
	above := d.front + d.close
	ended := strings.HasSuffix(above, "\n") || strings.HasSuffix(above, "\r")
	if !ended && text != "" && (old == "" || firstLine(old) != firstLine(text)) {
		d.close += d.eol()
	}
	gap, _ := cutGap(text) // a reader would take it off
	if d.gap == "" && (old == "" || gap != "" || d.format == Org && strings.HasPrefix(text, orgMark)) {
		d.gap, d.ownGap = d.eol(), true
	}
	return nil
}

// mistakes reports whether a reader would look for front matter in a body after lead, or would
// reject the file. Hugo fails at a first byte that could start front matter, "- item" and
// "<!-- x -->" included.
func (d Dialect) mistakes(lead, body string) bool {
	if d.YAMLOnly {
		p, bad := split(lead+body, d)
		return bad != nil || p.format != None
	}
	if strings.HasPrefix(body, byteOrderMark) {
		return true
	}
	body = strings.TrimLeft(body, " \t\r\n"+byteOrderMark)
	for _, start := range [...]string{"-", "+", "{", commentOpen, orgMark} {
		if strings.HasPrefix(body, start) {
			return true
		}
	}
	return false
}

var (
	skippedStart = regexp.MustCompile(`^(?:[\s\pZ\p{Cf}]|<!--[^\n]*\n)+`)
	fencedStart  = regexp.MustCompile(`^(---|\+\+\+)[-+]*(?:\s|#[^\n\r]*[\n\r])*\{?\s*["']?[\w-]+["']?\s*[:=]`)
	bareStart    = regexp.MustCompile(`^(?:#\+[\w\[\]-]+:|\{\s*"[^"\n]*"\s*:)`)
)

// resemblesFrontMatter reports whether a text that the reader takes for body looks like front
// matter to a person. A block written above it would hide it for good.
func resemblesFrontMatter(text string) bool {
	text = text[:min(len(text), 64<<10)]
	text = strings.TrimPrefix(text, skippedStart.FindString(text))
	if m := fencedStart.FindStringSubmatch(text); m != nil {
		return strings.Contains(text, "\n"+m[1]) || strings.Contains(text, "\r"+m[1]) || strings.Contains(text, "\n...")
	}
	return bareStart.MatchString(text)
}

// restoreBytes returns text with the bytes of old where the two have the same lines, apart
// from line endings and bytes that are not UTF-8.
func restoreBytes(old, text string) (string, error) {
	if old != "" && !strings.HasSuffix(old, "\n") && strings.HasSuffix(text, "\n") {
		old += "\n" // its last line need not be the last one of text
		if strings.HasSuffix(text, "\r\n") {
			old = old[:len(old)-1] + "\r\n"
		}
	}
	was, now := linesOf(old), linesOf(text)
	var out strings.Builder
	i, j := 0, 0
	keep := func(until int) {
		for ; i < until; i, j = i+1, j+1 {
			out.WriteString(was[i])
		}
	}
	words := unreadableWords(old)
	for _, h := range diffLines(linesOf(asRead(old)), linesOf(asRead(text))) {
		keep(h.from)
		for range h.lines {
			line, err := restoreWords(now[j], words)
			if err != nil {
				return "", err
			}
			out.WriteString(line)
			j++
		}
		i = h.to
	}
	keep(len(was))
	return out.String(), nil
}

// restoreWords returns a new line with the bytes of the words that the old text had.
func restoreWords(line string, words map[string]string) (string, error) {
	if len(words) == 0 || !strings.Contains(line, unreadable) {
		return line, nil
	}
	unknown := ""
	line = wordPattern.ReplaceAllStringFunc(line, func(word string) string {
		if !strings.Contains(word, unreadable) {
			return word
		}
		raw := words[asRead(word)]
		if raw == "" {
			unknown = word
		}
		return raw
	})
	if unknown != "" {
		return "", &EditError{
			Message: "the bytes of " + unknown + ", which is not UTF-8, cannot be restored; edit the file in a text editor",
		}
	}
	return line, nil
}

const unreadable = string(utf8.RuneError)

// wordPattern matches words that are letters, digits and unreadable bytes.
var wordPattern = regexp.MustCompile(`[\pL\pM\pN\x{FFFD}]+`)

// asRead returns a text as a reader gets it: \n as the line ending, one U+FFFD for each run
// of bytes that are not UTF-8.
func asRead(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, unreadable), "\r\n", "\n")
	for strings.Contains(s, unreadable+unreadable) {
		s = strings.ReplaceAll(s, unreadable+unreadable, unreadable)
	}
	return s
}

// unreadableWords maps words that are not UTF-8 from what a reader gets to their bytes, or to
// "" if several words look alike.
func unreadableWords(text string) map[string]string {
	words := make(map[string]string)
	start := -1
	for i, r := range text + " " {
		if r == utf8.RuneError || unicode.In(r, unicode.L, unicode.M, unicode.N) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			raw := text[start:i]
			if seen := asRead(raw); strings.Contains(seen, unreadable) {
				if known, ok := words[seen]; ok && known != raw {
					raw = ""
				}
				words[seen] = raw
			}
			start = -1
		}
	}
	return words
}
