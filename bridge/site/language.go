package site

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
)

// languageProperty is the language of a post, as a tag. On a site that has several languages it
// decides where the post is; on a site that has one it is a property like any other.
const languageProperty = "lang"

// languageOf is the language of a file; "" where the site has one, or a key says it.
func (s *Site) languageOf(file string) string {
	if !s.rules.Languages.ByPath() {
		return ""
	}
	return s.rules.Languages.Of(file)
}

// contentRoot is the content folder that a file belongs to.
func (s *Site) contentRoot(file string) string {
	if !s.rules.Languages.ByPath() {
		return s.rules.Content
	}
	return s.rules.Languages.Root(s.rules.Languages.Of(file))
}

// settleLanguage replaces the language that an item asks for by the site's name of it; usual is that of an
// item that names none. A language that the site does not have is refused: the post would be in another.
func (s *Site) settleLanguage(op string, item *mf2.Item, usual string) error {
	languages := &s.rules.Languages
	if len(languages.Names) == 0 {
		return nil
	}
	values := item.Properties[languageProperty]
	if len(values) == 0 {
		if usual != "" {
			item.Properties[languageProperty] = []any{usual}
		}
		return nil
	}
	tag, isText := values[0].(string)
	name, known := languages.Find(tag)
	switch {
	case !isText || len(values) > 1:
		return &fault.Error{Code: fault.InvalidRequest, Op: op, Message: "lang must be one language",
			Hint: `send one value, such as {"lang": ["` + languages.Names[0] + `"]}`}
	case !known:
		return &fault.Error{Code: fault.InvalidRequest, Op: op,
			Message: fmt.Sprintf("the site has no language %q", tag),
			Hint:    "send one of " + strings.Join(languages.Names, ", ")}
	case languages.Refusal != "" && name != languages.Names[0]:
		return &fault.Error{Code: fault.InvalidRequest, Op: op,
			Message: languages.Refusal, Hint: "send it in " + languages.Names[0] + ", or write the file by hand"}
	}
	item.Properties[languageProperty] = []any{name}
	return nil
}

// inLanguageOf is a path pattern in the language of an item.
func (s *Site) inLanguageOf(item mf2.Item, pattern string) string {
	if !s.rules.Languages.ByPath() {
		return pattern
	}
	return s.rules.Languages.In(pattern, item.Properties.Text(languageProperty))
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$`)

// writeLanguage writes the key that says the language, where there is one. Layouts put it into the page as
// it is, so that other values go under the mf2 key.
func (w *writer) writeLanguage(values []any) error {
	if tag, _ := values[0].(string); len(values) == 1 && languageTag.MatchString(tag) {
		return w.writePlain(languageProperty, values)
	}
	return w.setExtra(languageProperty, values)
}

// usualLanguage is that of a post that names none: the site's first one, unless all of the newest posts are
// in others. It is "" where the path of a post does not say it.
func (s *Site) usualLanguage(lib Library) string {
	if !s.rules.Languages.ByPath() {
		return ""
	}
	first, newest := s.rules.Languages.Names[0], ""
	for _, source := range lib.Recent(recent) {
		language := s.languageOf(source.Path)
		if language == first {
			return first
		}
		newest = cmp.Or(newest, language)
	}
	return cmp.Or(newest, first)
}

// LanguageNames are the languages that a new post can be in, the usual one first; none on a site in one
// language.
func (s *Site) LanguageNames() []string {
	if s.rules.Languages.Refusal != "" {
		return nil
	}
	return s.rules.Languages.Names
}
