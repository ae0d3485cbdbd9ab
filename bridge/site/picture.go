package site

import (
	"fmt"
	"html"
	"regexp"
	"strings"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
)

// inexactAlt finds what Markdown, its extensions, the typographer or HTML read in an alternative text. Older
// versions of goldmark put the source of the text into the page, escapes and all.
var inexactAlt = regexp.MustCompile("[\\\\`*_\\[\\]|<>~$^={}@#]|&\\S|--|\\.{3}|://|\\bwww\\.|:[\\w+-]+:|\\+\\+")

// A picture is an image of the text that a body template adds. inHTML: to a file whose body is HTML.
func (s *Site) picture(f file, inHTML bool) string {
	plain := f.exact == "" || !inexactAlt.MatchString(f.exact)
	inHTML = inHTML || s.rules.HTMLPictures
	if !plain && s.rules.Picture != nil && !inHTML {
		written := s.rules.Picture(markdownAddress(f.URL), onOneLine(f.exact))
		if written != "" {
			return written
		}
		plain = true // of a hand-written photo; see refuseAlts
	}
	if plain && !inHTML {
		return "![" + markdownText(f.Alt) + "](" + markdownAddress(f.URL) + ")" +
			strings.ReplaceAll(s.rules.LinkClass, "CLASS", "u-photo")
	}
	return `<img src="` + html.EscapeString(markdownAddress(f.URL)) + `" alt="` + attributeText(f.exact) +
		`" class="u-photo">`
}

func onOneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// refuseAlts refuses new photos with an alternative text that would be another one on the page.
func (w *writer) refuseAlts(op, file string, before, want mf2.Item) error {
	if w.rules.Picture == nil || w.rules.HTMLPictures || w.site.inHTML(file, w.doc) || w.shown("photo") {
		return nil
	}
	was := map[string]bool{}
	for _, v := range before.Properties["photo"] {
		was[photoAlt(v)] = true
	}
	for _, v := range want.Properties["photo"] {
		alt := photoAlt(v)
		if !inexactAlt.MatchString(alt) || w.rules.Picture("", onOneLine(alt)) != "" || was[alt] {
			continue
		}
		return &fault.Error{
			Code: fault.InvalidRequest, Op: op,
			Message: fmt.Sprintf("the page cannot have the alternative text %q", alt),
			Hint:    "leave the backslash or the backtick out of it",
		}
	}
	return nil
}

// attributeText is a text as the value of an attribute, in which no generator finds code.
func attributeText(text string) string {
	return strings.NewReplacer("{", "&#123;", "}", "&#125;").Replace(html.EscapeString(text))
}
