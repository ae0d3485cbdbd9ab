// Package language says the sentences of the owner's pages in the languages that gitpost has.
//
// A sentence is its own key: the English text, with the verbs of package fmt for what is put into
// it. What has no translation is said in English. Sentences are whole: none is put together from
// parts, since other languages order them otherwise.
package language

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"

	"gitpost/templates"
)

// Language is one language of the pages. It is safe for concurrent use.
type Language struct {
	Tag  string // "pt-BR"
	Name string // in the language itself
	Dir  string // "ltr" or "rtl"

	printer *message.Printer
}

// names are the languages of the pages in the order in which they are offered, by what each calls
// itself.
var names = []struct{ tag, name string }{
	{"en", "English"}, {"de", "Deutsch"}, {"es", "Español"}, {"es-419", "Español (Latinoamérica)"}, {"fr", "Français"},
	{"hi", "हिन्दी"}, {"id", "Bahasa Indonesia"}, {"it", "Italiano"}, {"nl", "Nederlands"}, {"pl", "Polski"},
	{"pt", "Português"}, {"pt-BR", "Português (Brasil)"}, {"sr", "Српски"}, {"sv", "Svenska"}, {"zh-Hans", "简体中文"},
}

// loaded are all languages, read when they are first needed.
var loaded = sync.OnceValues(load)

func load() ([]*Language, error) {
	c := catalog.NewBuilder(catalog.Fallback(language.English))
	files := templates.Translations()
	var list []*Language
	for _, n := range names {
		tag := language.MustParse(n.tag)
		text, err := fs.ReadFile(files, n.tag+".json")
		if err != nil {
			return nil, err
		}
		if err := read(c, tag, text); err != nil {
			return nil, fmt.Errorf("read the language %s: %w", n.tag, err)
		}
		list = append(list, &Language{Tag: n.tag, Name: n.name, Dir: direction(tag),
			printer: message.NewPrinter(tag, message.Catalog(c))})
	}
	return list, nil
}

// read adds the sentences of a language to the catalog.
func read(c *catalog.Builder, tag language.Tag, text []byte) error {
	var sentences map[string]json.RawMessage
	if err := json.Unmarshal(text, &sentences); err != nil {
		return err
	}
	for key, raw := range sentences {
		var one string
		if json.Unmarshal(raw, &one) == nil {
			if err := c.SetString(tag, key, one); err != nil {
				return fmt.Errorf("%q: %w", key, err)
			}
			continue
		}
		var forms map[string]string
		if err := json.Unmarshal(raw, &forms); err != nil {
			return fmt.Errorf("%q: %w", key, err)
		}
		var cases []any
		for _, form := range []string{"zero", "one", "two", "few", "many", "other"} { // other must be the last
			if s, ok := forms[form]; ok {
				cases = append(cases, form, s)
			}
		}
		if err := c.Set(tag, key, plural.Selectf(1, "%d", cases...)); err != nil {
			return fmt.Errorf("%q: %w", key, err)
		}
	}
	return nil
}

// direction is the direction in which a language is written.
func direction(tag language.Tag) string {
	script, _ := tag.Script()
	if slices.Contains([]string{"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm"}, script.String()) {
		return "rtl"
	}
	return "ltr"
}

// All returns the languages in the order in which they are offered.
func All() []*Language {
	list, err := loaded()
	if err != nil {
		panic(err) // the files are built in, and a test reads them
	}
	return list
}

// Choose returns the language that the owner chose, else the first that the browser asks for by its
// Accept-Language header, else English.
func Choose(chosen, accept string) *Language {
	all := All()
	for _, l := range all {
		if l.Tag == chosen {
			return l
		}
	}
	asked, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(asked) == 0 {
		return all[0]
	}
	_, i, confidence := matcher().Match(asked...)
	if confidence == language.No {
		return all[0]
	}
	return all[i]
}

var matcher = sync.OnceValue(func() language.Matcher {
	var tags []language.Tag
	for _, n := range names {
		tags = append(tags, language.MustParse(n.tag))
	}
	return language.NewMatcher(tags)
})

// A Text is a sentence that is not said yet. Tests look for conversions to Text to find all sentences.
type Text string

// A Sentence is a text with what is put into it.
type Sentence struct {
	Text Text
	Args []any
}

// Say returns a sentence that is not said yet.
func Say(text Text, args ...any) Sentence { return Sentence{text, args} }

// Of returns the sentence in this language. Sentences among args are said first.
func (l *Language) Of(text string, args ...any) string {
	for i, arg := range args {
		switch arg := arg.(type) {
		case Text:
			args[i] = l.Of(string(arg))
		case Sentence:
			args[i] = l.Of(string(arg.Text), slices.Clone(arg.Args)...)
		}
	}
	if len(args) == 0 {
		return l.plain(text)
	}
	return l.printer.Sprintf(message.Key(text, text), args...)
}

// plain is a sentence into which nothing is put, in which a percent sign is one.
func (l *Language) plain(text string) string {
	said := l.printer.Sprintf(message.Key(text, strings.ReplaceAll(text, "%", "%%")))
	return cmp.Or(said, text)
}
