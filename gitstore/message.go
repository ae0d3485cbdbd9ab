package gitstore

import "strings"

// tidyMessage ends with one newline and has no byte that Git objects to.
func tidyMessage(m string) string {
	m = strings.ReplaceAll(m, "\x00", "")
	m = strings.TrimRight(strings.ReplaceAll(m, "\r\n", "\n"), "\n ")
	if m == "" {
		m = "Update"
	}
	return m + "\n"
}

const skipCI = "[skip ci]"

// markSkipCI puts the mark at the end of the subject, where every CI looks for it.
func markSkipCI(m string) string {
	if strings.Contains(m, skipCI) {
		return m
	}
	subject, rest, _ := strings.Cut(m, "\n")
	return subject + " " + skipCI + "\n" + rest
}

// addTrailers adds lines to the trailer block of a message, or begins one.
func addTrailers(m string, lines ...string) string {
	if len(lines) == 0 {
		return m
	}
	m = strings.TrimRight(m, "\n")
	last := m[strings.LastIndex(m, "\n\n")+1:]
	sep := "\n\n"
	if strings.Contains(m, "\n\n") && isTrailerBlock(last) {
		sep = "\n"
	}
	return m + sep + strings.Join(lines, "\n") + "\n"
}

func isTrailerBlock(s string) bool {
	for line := range strings.SplitSeq(strings.TrimSpace(s), "\n") {
		key, _, ok := strings.Cut(line, ": ")
		if !ok || key == "" || strings.ContainsAny(key, " \t") {
			return false
		}
	}
	return true
}
