package frontmatter

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var orgKey = regexp.MustCompile(`^[\pL\pN_-]+$`)

// fitOrg returns a canonical value as text or a list of words: Org has nothing else.
func fitOrg(v any, path []string) (any, error) {
	if len(path) > 1 {
		return nil, errors.New("nested keys are not possible in Org front matter; use YAML or TOML")
	}
	if name := strings.ToLower(path[0]); !orgKey.MatchString(name) || orgNoSettings[name] {
		return nil, fmt.Errorf("%q cannot be a key of Org front matter", path[0])
	}
	list, isList := v.([]any)
	if !isList {
		text, err := orgText(v)
		for line := range strings.SplitSeq(text, "\n") {
			if err == nil && strings.TrimSpace(line) != line {
				err = errors.New("a line of Org front matter cannot start or end with white space")
			}
		}
		return text, err
	}
	for i := range list {
		text, err := orgText(list[i])
		if err == nil && (text == "" || strings.ContainsFunc(text, unicode.IsSpace)) {
			err = fmt.Errorf("an item of a list in Org front matter must be one word, not %q", text)
		}
		if err != nil {
			return nil, err
		}
		list[i] = text
	}
	return list, nil
}

func orgText(v any) (string, error) {
	switch v.(type) {
	case nil:
		return "", errors.New("null is not possible in Org front matter; delete the key instead")
	case []any, Map:
		return "", errors.New("only text and lists of words are possible in Org front matter; use YAML or TOML")
	}
	if text, ok := v.(string); ok {
		return text, nil
	}
	return tomlWriter{}.inline(v, ""), nil
}

// planOrg returns the front matter with v at a key, or without the key.
func (d *Document) planOrg(path []string, v any, remove bool) (string, error) {
	name := strings.ToLower(path[0])
	var own []orgLine
	for _, l := range d.root.org {
		if l.name == name {
			own = append(own, l)
		}
	}
	if len(own) > 0 && !remove {
		old := d.root.child(name, false).value
		switch v := v.(type) {
		case []any:
			if own[0].list && len(old.items) > 0 {
				return apply(d.front, orgWords(d.front, old.items, v))
			}
		case string:
			if l := own[0]; len(own) == 1 && !l.list && l.text != "" && !strings.Contains(v, "\n") {
				return apply(d.front, []splice{{l.value, l.value + len(l.text), v}})
			}
		}
	}
	var splices []splice
	at := len(d.front)
	switch {
	case len(own) > 0:
		at = own[0].start
	case len(d.root.org) > 0:
		at = d.root.org[len(d.root.org)-1].end
	}
	for _, l := range own {
		splices = append(splices, splice{l.start, l.end, ""})
	}
	if !remove {
		text := d.orgKeyword(name, own, v)
		if at > 0 && d.front[at-1] != '\n' {
			text = d.eol() + strings.TrimSuffix(text, d.eol())
		}
		splices = append(splices, splice{at, at, text})
	}
	return apply(d.front, splices)
}

// orgKeyword returns the lines of a key. The key is spelled like the one it replaces, or in
// the case of the first key.
func (d *Document) orgKeyword(name string, own []orgLine, v any) string {
	key := strings.ToUpper(name)
	switch {
	case len(own) > 0:
		key = strings.TrimSuffix(d.front[own[0].start+len(orgMark):own[0].keyEnd], "[]")
	case len(d.root.org) > 0:
		if first := d.root.org[0]; strings.HasPrefix(d.front[first.start+len(orgMark):], first.name) {
			key = name
		}
	}
	var values []string
	if list, ok := v.([]any); ok {
		key += "[]"
		words := make([]string, len(list))
		for i := range list {
			words[i], _ = list[i].(string)
		}
		values = []string{strings.Join(words, " ")}
	} else {
		text, _ := v.(string)
		values = strings.Split(text, "\n")
	}
	var lines strings.Builder
	for _, value := range values {
		lines.WriteString(strings.TrimRight(orgMark+key+": "+value, " ") + d.eol())
	}
	return lines.String()
}

// orgWords turns the words of a list into others.
func orgWords(front string, items []*node, values []any) []splice {
	var splices []splice
	for _, step := range alignList(items, values) {
		word, _ := step.value.(string)
		switch {
		case step.insert && step.item < 0:
			splices = append(splices, splice{items[0].start, items[0].start, word + " "})
		case step.insert:
			end := items[step.item].end
			splices = append(splices, splice{end, end, " " + word})
		case step.delete:
			item := items[step.item]
			_, space := utf8.DecodeLastRuneInString(front[:item.start])
			splices = append(splices, splice{item.start - space, item.end, ""})
		default:
			splices = append(splices, splice{items[step.item].start, items[step.item].end, word})
		}
	}
	return splices
}
