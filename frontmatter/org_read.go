package frontmatter

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// orgLine is one #+KEY: value line.
type orgLine struct {
	start, end int    // of the line, with its ending
	name       string // in lower case, without []
	keyEnd     int    // after KEY or KEY[]
	list       bool   // the value is a list of words
	value      int    // the offset of the value
	text       string // the value, trimmed
}

// orgNoSettings are keywords that go-org does not treat as settings (org/keyword.go).
var orgNoSettings = map[string]bool{"name": true, "setupfile": true, "include": true, "link": true, "macro": true}

// cutOrg cuts after the lines that start with #+, which are Org front matter to Hugo.
func cutOrg(text string) (front, rest string) {
	rest = text
	for strings.HasPrefix(rest, orgMark) {
		_, rest = cutLine(rest)
	}
	return text[:len(text)-len(rest)], rest
}

func orgLines(front string, d Dialect) []orgLine {
	var lines []orgLine
	at := 0
	for raw := range strings.Lines(front) {
		l := orgLine{start: at, end: at + len(raw)}
		at = l.end
		key, value, found := strings.Cut(strings.TrimRight(raw[len(orgMark):], "\r\n"), ":")
		if !found || key == "" || value != "" && !unicode.IsSpace(rune(value[0])) {
			continue
		}
		l.name, l.list = strings.CutSuffix(strings.ToLower(key), "[]")
		l.list = l.list || d.OrgWords && (l.name == "tags" || l.name == "categories" || l.name == "aliases")
		if orgNoSettings[l.name] {
			continue
		}
		l.keyEnd = l.start + len(orgMark) + len(key)
		l.text = strings.TrimSpace(value)
		l.value = l.keyEnd + 1 + len(value) - len(strings.TrimLeftFunc(value, unicode.IsSpace))
		lines = append(lines, l)
	}
	return lines
}

// decodeOrg reads Org keywords as Hugo does (metadecoders/decoder.go): names without regard
// to case, all values text, the values of a repeated key joined.
func decodeOrg(front string, d Dialect) (*node, error) {
	root := &node{kind: mapNode, end: len(front), org: orgLines(front, d)}
	if len(root.org) > MaxKeys {
		return nil, &SyntaxError{Line: 1, Message: fmt.Sprintf("there are more than %d keys", MaxKeys)}
	}
	for i, l := range root.org {
		if root.child(l.name, false) != nil {
			continue
		}
		key := &node{text: l.name, known: true, value: l.name, start: l.start + len(orgMark), end: l.keyEnd}
		root.keys = append(root.keys, entry{name: l.name, key: key, value: orgValue(root.org[i:], d)})
	}
	return root, nil
}

// orgValue returns the value of the first line's key.
func orgValue(lines []orgLine, d Dialect) *node {
	first := lines[0]
	words := &node{kind: listNode, flow: true, start: first.value}
	whole := &node{kind: listNode, flow: true, start: first.value}
	isList := false
	var texts []string
	for _, l := range lines {
		if l.name != first.name {
			continue
		}
		isList = isList || l.list
		texts = append(texts, l.text)
		whole.items = append(whole.items, orgScalar(l.text, l.value))
		at := l.value
		for word := range strings.FieldsSeq(l.text) {
			at += strings.Index(l.text[at-l.value:], word)
			words.items = append(words.items, orgScalar(word, at))
			at += len(word)
		}
	}
	switch {
	case isList:
		return words
	case len(texts) > 1 && !d.OrgWords:
		return whole
	}
	text := strings.Join(texts, "\n")
	switch first.name {
	case "date", "lastmod", "publishdate", "expirydate":
		if m := orgDate.FindStringSubmatch(text); m != nil {
			text = m[1]
		}
	}
	return orgScalar(text, first.value)
}

var orgDate = regexp.MustCompile(`[<\[](\d{4}-\d{2}-\d{2}) .*[>\]]`)

func orgScalar(text string, start int) *node {
	return &node{text: text, known: true, value: text, start: start, end: start + len(text)}
}
