package gitstore

import (
	"regexp"
	"strings"
)

// message is a message as this store commits it.
func (s *Store) message(m string) string {
	m = defuse(tidyMessage(m))
	pattern := s.config().SubjectPattern
	if pattern == "" {
		return m
	}
	subject, rest, _ := strings.Cut(m, "\n")
	return strings.Replace(pattern, subjectPlaceholder, subject, 1) + "\n" + rest
}

// closing matches what makes a host close an issue when a commit is pushed.
var closing = regexp.MustCompile(`(?i)\b(` +
	`(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?)` +
	`(?:\s*:)?\s+(?:issues?\s+)?(?:https?://\S*/|[\w.-]+/[\w./-]+)?(?:#|!|GH-|[A-Z][A-Z0-9]{1,9}-))(\d)`)

// skipping matches what makes a CI skip the build of a pushed commit.
var skipping = regexp.MustCompile(`(?i)\[([^\[\]\n]*\bskip\b[^\[\]\n]*|no[ _-]?ci|ci[ _-]?no)\]|\*\*\*(no_ci)\*\*\*`)

// defuse keeps the words of a post from closing issues at the host and from skipping its build: the
// number of an issue behind such a word gets a space, and the brackets around others become
// parentheses. Trailers stay as they are.
func defuse(m string) string {
	trailers := strings.Join(trailersOf(m), "\n")
	text := strings.TrimSuffix(strings.TrimRight(m, "\n"), trailers)
	text = closing.ReplaceAllString(text, "$1 $2")
	text = skipping.ReplaceAllString(text, "($1$2)")
	return strings.TrimRight(text+trailers, "\n") + "\n"
}

// tidyMessage ends with one newline and has no byte that Git objects to.
func tidyMessage(m string) string {
	m = strings.ReplaceAll(m, "\x00", "")
	m = strings.TrimRight(strings.ReplaceAll(m, "\r\n", "\n"), "\n ")
	if m == "" {
		m = "Update"
	}
	return m + "\n"
}

const (
	skipCI          = "[skip ci]"
	conflictTrailer = "Conflict:"
)

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

// trailersOf lists the lines of the trailer block.
func trailersOf(m string) []string {
	m = strings.TrimRight(m, "\n")
	i := strings.LastIndex(m, "\n\n")
	if i < 0 || !isTrailerBlock(m[i+2:]) {
		return nil
	}
	return strings.Split(m[i+2:], "\n")
}
