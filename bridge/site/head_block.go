package site

import (
	"regexp"
	"strings"
)

// marks are the comments around the lines that are ours in a file of the site.
type marks struct{ begin, end string }

// withBlock puts a block of lines between marks at the end of a file, or renews the one that
// is there. All other bytes stay.
func withBlock(before []byte, m marks, block string) []byte {
	text := string(before)
	eol := lineEnding(text)
	if from := strings.Index(text, m.begin); from >= 0 {
		if length := strings.Index(text[from:], m.end); length >= 0 {
			line := strings.LastIndexByte(text[:from], '\n') + 1
			indent := text[line:from]
			if strings.TrimSpace(indent) != "" {
				indent = ""
			}
			block = strings.ReplaceAll(m.begin+"\n"+block, "\n", eol+indent)
			return []byte(text[:from] + block + text[from+length:])
		}
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += eol
	}
	return []byte(text + strings.ReplaceAll(m.begin+"\n"+block+m.end+"\n", "\n", eol))
}

func lineEnding(text string) string {
	if strings.Contains(text, "\r\n") {
		return "\r\n"
	}
	return "\n"
}

var (
	includeKey  = regexp.MustCompile(`(?m)^include[ \t]*:[ \t]*(.*?)[ \t]*(#.*)?\r?$`)
	includeFlow = regexp.MustCompile(`(?m)^(include[ \t]*:[ \t]*\[)([^\]\n]*)(\])`)
	includeList = regexp.MustCompile(`(?m)^include[ \t]*:[ \t]*(?:#.*)?\r?\n([ \t]*)- `)
)

// withInclude adds a name to Jekyll's list of files to publish in spite of their names. It
// gives up on a list that is written in a way it does not know.
func withInclude(config, name string) (string, bool) {
	if !includeKey.MatchString(config) {
		if config != "" && !strings.HasSuffix(config, "\n") {
			config += lineEnding(config)
		}
		// A list of one's own replaces Jekyll's, which has .htaccess.
		return config + "include: [.htaccess, " + name + "]" + lineEnding(config), true
	}
	if m := includeFlow.FindStringSubmatchIndex(config); m != nil {
		items := strings.TrimRight(config[m[4]:m[5]], " ,")
		if strings.TrimSpace(items) != "" {
			items += ", "
		}
		return config[:m[4]] + items + name + config[m[6]:], true
	}
	if m := includeList.FindStringSubmatchIndex(config); m != nil {
		return config[:m[2]] + config[m[2]:m[3]] + "- " + name + lineEnding(config) + config[m[2]:], true
	}
	return "", false
}
