package site

import (
	"html"
	"regexp"
	"strings"
)

// inexactAlt finds what Markdown, its extensions, the typographer or HTML read in an alternative text. Older
// versions of goldmark put the source of the text into the page, escapes and all.
var inexactAlt = regexp.MustCompile("[\\\\`*_\\[\\]|<>~$^={}@#]|&\\S|--|://|\\bwww\\.|:[\\w+-]+:|\\+\\+")

// A picture is an image of the text that a body template adds. inHTML: to a file whose body is HTML.
func (s *Site) picture(f file, inHTML bool) string {
	switch {
	case inHTML:
	case f.exact == "" || !inexactAlt.MatchString(f.exact):
		return "![" + markdownText(f.Alt) + "](" + markdownAddress(f.URL) + ")"
	case s.rules.Picture != nil:
		return s.rules.Picture(markdownAddress(f.URL), strings.Join(strings.Fields(f.exact), " "))
	}
	return `<img src="` + html.EscapeString(markdownAddress(f.URL)) + `" alt="` + attributeText(f.exact) + `">`
}

// attributeText is a text as the value of an attribute, in which no generator finds code.
func attributeText(text string) string {
	return strings.NewReplacer("{", "&#123;", "}", "&#125;").Replace(html.EscapeString(text))
}
