package delivery

import (
	"bytes"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"gitpost/bridge/mf2"
)

// newWords returns some words of a post that it did not have before: a page that has them shows the
// new version. They are of letters and digits alone, so that no generator's typography changes them.
// It is "" when the post has no such words.
func newWords(item, before mf2.Item) string {
	old := " " + strings.Join(wordsOf(textOf(before)), " ") + " "
	var run []string
	looked := 0
	for _, line := range strings.Split(textOf(item), "\n") {
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

// textOf is what a page shows of a post.
func textOf(item mf2.Item) string {
	var parts []string
	for _, name := range []string{"name", "content", "summary"} {
		if text := item.Properties.Text(name); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n")
}

// wordsOf splits a text into its words, in lower case.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// shows reports whether an HTML page has the words in its text.
func shows(page []byte, words string) bool {
	return strings.Contains(" "+strings.Join(wordsOf(shownText(page)), " ")+" ", " "+words+" ")
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
var blocks = []string{"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "th", "br", "blockquote", "pre", "title",
	"article", "section", "header", "footer", "figcaption", "dt", "dd"}
