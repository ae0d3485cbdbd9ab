package gitstore

import (
	"bytes"
	"regexp"
	"strings"
)

const (
	mergeLimit    = 2 << 20 // the size up to which a text is merged or compared
	minSharedText = 64      // so much text is not alike by chance
	minSharedLong = 400     // nor is this in texts that name different dates or titles
)

// Similarity is the part of the larger text whose lines the other one has too, from 0 to 1.
func Similarity(a, b []byte) float64 {
	if len(a) > mergeLimit || len(b) > mergeLimit || max(len(a), len(b)) == 0 {
		return 0
	}
	return float64(sharedBytes(a, b)) / float64(max(len(a), len(b)))
}

// sharedBytes is the length of the lines that two texts have in common.
func sharedBytes(a, b []byte) int {
	lines := make(map[string]int)
	for line := range bytes.Lines(a) {
		lines[string(line)]++
	}
	same := 0
	for line := range bytes.Lines(b) {
		if lines[string(line)] > 0 {
			lines[string(line)]--
			same += len(line)
		}
	}
	return same
}

// Renamed reports whether a file that appeared is certainly one that disappeared, perhaps with
// some changes. Small texts may be alike by chance, and so may the front matter of posts: it
// takes text of some length, or the same date (to the second) and title.
func Renamed(before, after []byte) bool {
	if len(before) > mergeLimit || len(after) > mergeLimit || bytes.IndexByte(before, 0) >= 0 {
		return len(before) >= minSharedText && bytes.Equal(before, after)
	}
	headA, a := splitFrontMatter(before)
	headB, b := splitFrontMatter(after)
	dateA, dateB := firstGroup(dateLine, headA), firstGroup(dateLine, headB)
	titleA, titleB := firstGroup(titleLine, headA), firstGroup(titleLine, headB)
	alike := Similarity(a, b)
	if dateA != "" && dateA == dateB && titleA == titleB {
		midnight := strings.Contains(dateA, "00:00:00")
		if titleA != "" || !midnight && alike > 0.5 {
			return true
		}
	}
	shared := sharedBytes(a, b)
	otherDate := differ(dateA, dateB) || differ(firstGroup(dayLine, headA), firstGroup(dayLine, headB))
	otherTitle := differ(titleA, titleB) && (dateA == "" || dateA != dateB)
	same := bytes.Equal(bytes.TrimSpace(a), bytes.TrimSpace(b))
	switch {
	case otherDate && otherTitle: // what they share may be what stands below each post
		return same && shared >= minSharedLong
	case otherDate || otherTitle && !same:
		return alike > 0.75 && shared >= minSharedLong
	}
	return alike > 0.5 && shared >= minSharedText
}

func differ(a, b string) bool { return a != b && a != "" && b != "" }

var (
	dateLine = regexp.MustCompile(`(?mi)^\s*["']?(?:date|published|publishdate)["']?\s*[:=]\s*["']?` +
		`(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^"',\s]*)`)
	dayLine   = regexp.MustCompile(`(?mi)^\s*["']?(?:date|published|publishdate)["']?\s*[:=]\s*["']?(\d{4}-\d\d-\d\d)`)
	titleLine = regexp.MustCompile(`(?mi)^\s*["']?title["']?\s*[:=]\s*(\S.*?)\s*,?$`)
)

func firstGroup(re *regexp.Regexp, text []byte) string {
	if m := re.FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return ""
}

// splitFrontMatter splits a text behind the line that closes its front matter.
func splitFrontMatter(text []byte) (head, body []byte) {
	start := bytes.TrimLeft(text, "\ufeff \t\r\n")
	closes := ""
	switch {
	case bytes.HasPrefix(start, []byte("---")):
		closes = "---"
	case bytes.HasPrefix(start, []byte("+++")):
		closes = "+++"
	case bytes.HasPrefix(start, []byte("{")):
		closes = "}"
	default:
		return nil, text
	}
	at := len(text) - len(start)
	for i, line := 0, []byte(nil); at < len(text); i++ {
		line, _, _ = bytes.Cut(text[at:], []byte{'\n'})
		at = min(len(text), at+len(line)+1)
		rest, ok := bytes.CutPrefix(line, []byte(closes))
		if i > 0 && ok && len(bytes.Trim(rest, " \t\r-+")) == 0 {
			return text[:at], text[at:]
		}
	}
	return nil, text
}
