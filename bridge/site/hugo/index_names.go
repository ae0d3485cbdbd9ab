package hugo

import (
	"slices"
	"strings"

	"gitpost/bridge/site/generator"
)

// indexNames are the names under which a folder's page is looked for, the likeliest first: one
// look-up each for every folder above a page.
type indexNames struct {
	plain []string // in lower case
	all   []string // and spellings with capitals
}

// in returns the names that are worth a look-up in a folder, which is named with its closing
// slash.
func (n *indexNames) in(folder string, around generator.Surroundings) []string {
	indexer, ok := around.(generator.Indexer)
	if !ok {
		return n.all
	}
	switch indexed, capitals := indexer.Indexed(folder); {
	case capitals:
		return n.all
	case indexed:
		return n.plain
	}
	return nil
}

// indexExtensions are the formats in which index and _index files are looked for; unusual ones are
// left out.
var (
	indexExtensions   = pageExtensions[:8]
	capitalExtensions = append(indexExtensions[:8:8], "MD", "Md", "HTML", "Markdown")
)

// leafNames are the file names that make a folder a leaf bundle.
func (h *site) leafNames() indexNames {
	var langs []string
	for _, name := range sortedNames(h.languages) {
		if !h.languages[name].disabled || !h.rules.dropsDisabled {
			langs = append(langs, name)
		}
	}
	return h.namesOf("index", append([]string{""}, langs...), len(h.languages) <= 1)
}

// sectionFileNames are the file names of a section's page in a language. standard is set for the
// language of files that name none, only for a site in one language.
func (h *site) sectionFileNames(lang string, standard, only bool) indexNames {
	langs := []string{lang}
	if standard {
		langs = []string{"", lang}
	}
	return h.namesOf("_index", langs, only)
}

// namesOf combines stem, language and extension; only is set where file names are unlikely to have
// a language.
func (h *site) namesOf(stem string, langs []string, only bool) indexNames {
	var names indexNames
	for i, ext := range indexExtensions {
		for _, lang := range langs {
			if lang == "" || !only || i == 0 {
				names.plain = append(names.plain, indexName(stem, lang, ext))
			}
		}
	}
	stems, extensions := []string{stem}, indexExtensions
	switch {
	case h.rules.capitalIndexes:
		stems = []string{stem, strings.Replace(stem, "i", "I", 1), strings.ToUpper(stem)}
		extensions = capitalExtensions
	case stem == "_index":
		langs = nil // before 0.123 such a file was a section's page, but passed nothing on
	}
	seen := map[string]bool{}
	for _, name := range names.plain {
		seen[name] = true
	}
	names.all = slices.Clone(names.plain)
	for _, ext := range extensions {
		for _, stem := range stems {
			for _, lang := range langs {
				for _, code := range []string{lang, languageTag(lang), strings.ToUpper(lang)} {
					if name := indexName(stem, code, ext); !seen[name] {
						seen[name] = true
						names.all = append(names.all, name)
					}
				}
			}
		}
	}
	return names
}

func indexName(stem, lang, ext string) string {
	if lang == "" {
		return stem + "." + ext
	}
	return stem + "." + lang + "." + ext
}

// languageTag writes a language tag in its canonical case: pt-BR, zh-Hans.
func languageTag(code string) string {
	parts := strings.Split(code, "-")
	for i, part := range parts[1:] {
		switch len(part) {
		case 2:
			parts[i+1] = strings.ToUpper(part)
		case 4:
			parts[i+1] = strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, "-")
}
