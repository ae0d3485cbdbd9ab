package site

import (
	"strings"

	"gitpost/frontmatter"
)

// bundleTaken tells that the bundle is in no language a page that keeps its place.
func (h *hugo) bundleTaken(bundle, f *hugoFile, around Surroundings) bool {
	for _, lang := range h.languages {
		if node, doc, ok := h.translation(bundle, f, lang, around); ok && !h.taken(&node, doc, around) {
			return false
		}
	}
	return true
}

// translationCopies tells whether the page of owner in another language, one that is
// published and has no file of that name of its own, copies the file: to where its owner
// would have. So it is since 0.123.
func (h *hugo) translationCopies(owner, f *hugoFile, around Surroundings) bool {
	if !h.rules.tree {
		return false
	}
	for _, lang := range h.languages {
		if lang == owner.lang || lang.disabled || h.hasTwin(f, lang, around) {
			continue
		}
		node, doc, ok := h.translation(owner, f, lang, around)
		if !ok || node.lang.disabledKinds[node.kind] {
			continue
		}
		facts := h.factsOf(&node, doc, around)
		if h.withheld(lang, facts.matter, facts.dates) == "" && h.publishesFiles(facts.matter) {
			return true
		}
	}
	return false
}

// translation is the page of owner in another language, resolved.
func (h *hugo) translation(owner, f *hugoFile, lang *hugoLanguage, around Surroundings) (node hugoFile, doc *frontmatter.Document, ok bool) {
	foreign := *f
	foreign.lang = lang
	switch owner.class {
	case leafBundle:
		node, ok = h.bundleOf(owner.repoPath, &foreign, around)
		h.resolve(&node)
		return node, around.Document(node.repoPath), ok
	case singlePage:
		pages, _ := h.pagesAt(owner.folder(), around)
		for _, p := range pages {
			if p.lang == lang {
				return p, around.Document(p.repoPath), true
			}
		}
		return node, nil, false
	}
	if file, doc := h.sectionFile(owner.dir, lang, around); doc != nil {
		node, _ = h.file(file)
		h.resolve(&node)
		return node, doc, true
	}
	top := strings.IndexByte(owner.dir, '/') < 0
	made := top && (owner.dir == "" || lang.taxonomies[strings.ToLower(owner.dir)] || h.hasPages(owner.dir, &foreign, around))
	return h.sectionNode(&foreign, owner.dir), nil, made
}

// hasTwin tells whether a language has a file of its own under the name of f.
func (h *hugo) hasTwin(f *hugoFile, lang *hugoLanguage, around Surroundings) bool {
	stem := f.name
	if dot := strings.LastIndexByte(stem, '.'); dot >= 0 && strings.EqualFold(stem[dot+1:], f.lang.name) {
		stem = stem[:dot]
	}
	other := func(file string) bool { return file != f.repoPath && around.Exists(file) }
	for i := range h.mounts {
		m := &h.mounts[i]
		folder, ok := m.folder(f.dir)
		if !ok {
			continue
		}
		if other(folder + stem + "." + lang.name + "." + f.ext) {
			return true
		}
		if standard := m.lang == lang || m.lang == nil && lang == h.main; standard && other(folder+stem+"."+f.ext) {
			return true
		}
	}
	return false
}
