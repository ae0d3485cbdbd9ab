package site

import "strings"

// withBlock puts a block of lines between two comments at the end of a file, or renews the
// block that is there. All other bytes stay.
func withBlock(before []byte, begin, end, block string) []byte {
	text := string(before)
	eol := lineEnding(text)
	if from := strings.Index(text, begin); from >= 0 {
		if length := strings.Index(text[from:], end); length >= 0 {
			line := strings.LastIndexByte(text[:from], '\n') + 1
			indent := text[line:from]
			if strings.TrimSpace(indent) != "" {
				indent = ""
			}
			block = strings.ReplaceAll(begin+"\n"+block, "\n", eol+indent)
			return []byte(text[:from] + block + text[from+length:])
		}
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += eol
	}
	return []byte(text + strings.ReplaceAll(begin+"\n"+block+end+"\n", "\n", eol))
}

func lineEnding(text string) string {
	if strings.Contains(text, "\r\n") {
		return "\r\n"
	}
	return "\n"
}
