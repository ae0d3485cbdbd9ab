package generator

import "strings"

// Languages are those of a site that has several. Of the zero value, a site in one language, no
// function may be called.
type Languages struct {
	Names []string          // the first is that of a page that names none
	Tags  map[string]string // other names of them, in lower case: "de-at" of "de"

	// Where the path of a file decides, Of is its language, In the path that it has in another one,
	// and Root the content folder of a language. Else they are nil, and a key says it.
	Of   func(file string) string
	In   func(file, language string) string
	Root func(language string) string

	// Refusal says why no page can be written in another language than the first; "" where it can.
	Refusal string
}

// ByPath reports whether the path of a page decides which language it is in.
func (l *Languages) ByPath() bool { return l.Of != nil }

// Find returns the site's name of the language that a tag means (BCP 47): "de" for "de-AT" too,
// unless the site has that one.
func (l *Languages) Find(tag string) (name string, ok bool) {
	tag = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(tag), "_", "-"))
	for ; tag != ""; tag = tag[:max(0, strings.LastIndexByte(tag, '-'))] {
		for _, name := range l.Names {
			if strings.EqualFold(name, tag) {
				return name, true
			}
		}
		if name, ok = l.Tags[tag]; ok {
			return name, true
		}
	}
	return "", false
}
