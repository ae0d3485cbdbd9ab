package remote

import (
	"html"
	"regexp"
	"slices"
	"strings"
)

// outputTail keeps the end of what the host says beside the protocol: the words of hooks, and
// what a command writes to stderr.
type outputTail struct{ b []byte }

const tailLimit = 8 << 10

func (l *outputTail) Write(p []byte) (int, error) {
	l.b = append(l.b, p...)
	if n := len(l.b) - tailLimit; n > 0 {
		l.b = l.b[n:]
	}
	return len(p), nil
}

func (l *outputTail) WriteString(s string) { _, _ = l.Write([]byte(s)) }

func (l *outputTail) text() string { return string(l.b) }

// oneLine joins the lines of what a host said, without empty ones, prefixes and progress.
func oneLine(text string) string {
	const most = 12
	var lines []string
	lineEnd := func(r rune) bool { return r == '\n' || r == '\r' }
	for line := range strings.FieldsFuncSeq(strings.ToValidUTF8(text, ""), lineEnd) {
		line = trimPrefixes(line)
		isProgress := strings.HasSuffix(line, "done.") || strings.Contains(line, "% (")
		isFrame := strings.Trim(line, "=-*#+ ") == ""
		if !isProgress && !isFrame && (len(lines) == 0 || lines[len(lines)-1] != line) {
			lines = append(lines, line)
		}
	}
	if len(lines) > most {
		lines = slices.Concat(lines[:most/2], []string{"…"}, lines[len(lines)-most/2:])
	}
	return strings.Join(lines, "; ")
}

// trimPrefixes removes what Git and hosts put before each line.
func trimPrefixes(line string) string {
	line = strings.TrimSpace(line)
	for _, prefix := range []string{"remote:", "error:", "fatal:", "ERROR:", "GitLab:", "Gitea:", "Forgejo:", "hint:"} {
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			return trimPrefixes(rest)
		}
	}
	return line
}

// pageTitle is what a web page is called.
var pageTitle = regexp.MustCompile(`(?is)<title[^>]*>([^<]{1,200})`)

// plainText is a host's text on one line; of a page of HTML it is the title.
func plainText(s string) string {
	if isHTML(s) {
		title := pageTitle.FindStringSubmatch(s)
		if title == nil {
			return ""
		}
		return oneLine(html.UnescapeString(strings.Join(strings.Fields(title[1]), " ")))
	}
	if len(s) > 2000 {
		return ""
	}
	return oneLine(s)
}

// isHTML reports whether a text is a web page.
func isHTML(s string) bool {
	s = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(s, "\ufeff")))
	for _, start := range []string{"<!doctype html", "<html", "<head", "<body", "<!--", "<title", "<?xml"} {
		if strings.HasPrefix(s, start) {
			return true
		}
	}
	return false
}
