package hugo

import (
	"maps"
	"path"
	"slices"
	"strings"

	"gitpost/bridge/site/generator"
)

// languagesOf are the languages that are built, the main one first.
func (h *site) languagesOf() generator.Languages {
	l := generator.Languages{Tags: map[string]string{}, Of: h.languageOf, In: h.inLanguage, Root: h.contentRoot}
	for _, name := range slices.Sorted(maps.Keys(h.languages)) {
		lang := h.languages[name]
		switch {
		case lang.disabled:
			continue
		case lang == h.main:
			l.Names = slices.Insert(l.Names, 0, lang.name)
		default:
			l.Names = append(l.Names, lang.name)
		}
		for _, key := range []string{"languagecode", "locale"} {
			tag := strings.ToLower(h.settings.text("languages", name, key))
			if _, taken := l.Tags[tag]; tag != "" && !taken {
				l.Tags[tag] = lang.name
			}
		}
	}
	if len(l.Names) < 2 {
		return generator.Languages{}
	}
	return l
}

func (h *site) languageOf(file string) string {
	f, _ := h.file(file)
	if f.lang == nil {
		return h.main.name
	}
	return f.lang.name
}

// inLanguage is the path of a file's translation: in the folder of the language where that has one,
// else with the language in the file's name.
func (h *site) inLanguage(file, language string) string {
	f, ok := h.file(file)
	lang := h.languages[language]
	if !ok || lang == nil || f.lang == lang || f.class == plainFile {
		return file
	}
	m := h.mountFor(lang, f.mount)
	if m == nil {
		return file
	}
	below, _ := f.mount.below(file)
	folder, base := path.Split(below)
	ext := path.Ext(base)
	if m.lang != lang && (m.lang != nil || lang != h.main) {
		ext = "." + lang.name + ext
	}
	return path.Join(m.source, folder, f.name+ext)
}

// mountFor is the content folder in which a language's pages stand: its own, else the one that the
// languages share. from is preferred among equals.
func (h *site) mountFor(lang *language, from *mount) *mount {
	var shared *mount
	for i := range h.mounts {
		m := &h.mounts[i]
		switch {
		case m.single || m.target != from.target:
		case m.lang == lang:
			return m
		case m.lang == nil && (shared == nil || m.source == from.source):
			shared = m
		}
	}
	if shared == nil && from.lang != nil { // each folder can have files of other languages too
		return from
	}
	return shared
}

// contentRoot is the folder with the pages of a language.
func (h *site) contentRoot(language string) string {
	if lang := h.languages[language]; lang != nil {
		for _, m := range h.mounts {
			if m.lang == lang && !m.single && m.target == "" {
				return m.source
			}
		}
	}
	return h.contentDir()
}
