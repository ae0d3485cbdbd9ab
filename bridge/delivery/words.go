package delivery

import (
	"bytes"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"gitpost/bridge/mf2"
)

// newWords returns some words of each part of a post that it did not have before, a line for each part: a
// page that has one of the lines shows the new version. There are lines for several parts because a theme may not show
// all of them, such as the titles of notes. They are of letters and digits alone, so that no generator's typography
// changes them. It is "" when the post has no such words.
func newWords(item, before mf2.Item) string {
	old := " " + strings.Join(wordsOf(strings.Join(shownParts(before), "\n")), " ") + " "
	var lines []string
	for _, part := range shownParts(item) {
		if words := newWordsOf(part, old); words != "" && !slices.Contains(lines, words) {
			lines = append(lines, words)
		}
	}
	return strings.Join(lines, "\n")
}

// newWordsOf returns some words of a text that an older one has not; "" if it finds none soon.
func newWordsOf(text, old string) string {
	var run []string
	looked := 0
	for _, line := range strings.Split(text, "\n") {
		run = run[:0]
		for _, field := range strings.Fields(line) {
			if strings.ContainsFunc(field, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
				run = run[:0] // a sign may be typography, a link or a shortcode
				continue
			}
			run = append(run, strings.ToLower(field))
			const enough, most, farthest = 2, 6, 5000
			if looked++; looked > farthest {
				return "" // each look reads the whole old text
			}
			if len(run) > most {
				run = run[1:]
			}
			if words := strings.Join(run, " "); len(run) >= enough && !strings.Contains(old, " "+words+" ") {
				return words
			}
		}
	}
	return ""
}

// shownParts are the texts that a page shows of a post.
func shownParts(item mf2.Item) (parts []string) {
	for _, name := range []string{"name", "content", "summary"} {
		if text := item.Properties.Text(name); text != "" {
			parts = append(parts, text)
		}
	}
	return parts
}

// wordsOf splits a text into its words, in lower case.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// shows reports whether an HTML page has one of the lines of newWords in its text.
func shows(page []byte, words string) bool {
	text := " " + strings.Join(wordsOf(shownText(page)), " ") + " "
	for line := range strings.SplitSeq(words, "\n") {
		if line != "" && strings.Contains(text, " "+line+" ") {
			return true
		}
	}
	return false
}

// shownText is the text of some HTML, with spaces between its blocks.
func shownText(source []byte) string {
	var text strings.Builder
	tokens := html.NewTokenizer(bytes.NewReader(source))
	hidden := ""
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return text.String()
		case html.TextToken:
			if hidden == "" {
				text.Write(tokens.Text())
			}
		case html.StartTagToken:
			name, _ := tokens.TagName()
			if slices.Contains([]string{"script", "style"}, string(name)) {
				hidden = string(name)
			} else if slices.Contains(blocks, string(name)) {
				text.WriteByte(' ')
			}
		case html.EndTagToken:
			name, _ := tokens.TagName()
			if string(name) == hidden {
				hidden = ""
			}
			if slices.Contains(blocks, string(name)) {
				text.WriteByte(' ')
			}
		}
	}
}

// blocks are elements that end a word.
var blocks = []string{"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "th", "br", "blockquote", "pre",
	"title", "article", "section", "header", "footer", "figcaption", "dt", "dd"}
