package hugo

import (
	"path"
	"slices"
	"strings"
	"unicode"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// What Hugo learns about a page from the files around it: the bundle and the sections that
// it is in.

// insideBundle reports whether the file belongs to a leaf bundle, and returns the file that
// makes the bundle.
func (h *site) insideBundle(f *sourceFile, around generator.Surroundings) (owner string, inside bool) {
	dir := f.dir
	if f.class == leafBundle {
		if dir == "" {
			return "", false
		}
		dir = parentDir(dir)
	}
	for {
		if owner, ok := h.bundleIn(dir, f, around); ok {
			return owner, true
		}
		if dir == "" {
			return "", false
		}
		dir = parentDir(dir)
	}
}

// bundleIn looks for the file that makes a folder below the content root a leaf bundle.
func (h *site) bundleIn(dir string, f *sourceFile, around generator.Surroundings) (string, bool) {
	for i := range h.mounts {
		folder, ok := h.mounts[i].folder(dir)
		if !ok {
			continue
		}
		for _, name := range h.indexNames.in(folder, around) {
			if p := folder + name; around.Exists(p) && !h.passesOver(p) &&
				(h.rules.leafWins || !around.Exists(folder+"_"+name)) {
				return p, true
			}
		}
	}
	return "", false
}

// folder is the folder of the repository that holds a folder below the content root, with a
// closing slash.
func (m *mount) folder(dir string) (string, bool) {
	if m.single {
		return "", false
	}
	if m.target != "" {
		rest, ok := strings.CutPrefix(dir, m.target)
		if !ok || rest != "" && rest[0] != '/' {
			return "", false
		}
		dir = strings.TrimPrefix(rest, "/")
	}
	switch {
	case m.source == "." && dir == "":
		return "", true
	case m.source == ".":
		return dir + "/", true
	case dir == "":
		return m.source + "/", true
	}
	return m.source + "/" + dir + "/", true
}

// sectionsAbove calls each with the folders above the page from the nearest to the content
// root, the page's own folder included unless it is that folder's _index file, and with the
// parsed _index file in the page's language; nil without one. It stops when each returns false.
func (h *site) sectionsAbove(f *sourceFile, around generator.Surroundings,
	each func(dir string, doc *frontmatter.Document) bool) {
	dir := f.parent
	if f.class == branchBundle {
		if dir == "" {
			return
		}
		dir = parentDir(dir)
	}
	for {
		if !each(dir, h.sectionDocument(dir, f, around)) || dir == "" {
			return
		}
		dir = parentDir(dir)
	}
}

// sectionDocument is the _index file of a folder in the page's language.
func (h *site) sectionDocument(dir string, f *sourceFile, around generator.Surroundings) *frontmatter.Document {
	_, doc := h.sectionFile(dir, f.lang, around)
	return doc
}

// sectionFile is the path and the document of the _index file of a folder in a language.
func (h *site) sectionFile(dir string, lang *language, around generator.Surroundings) (string, *frontmatter.Document) {
	for i := range h.mounts {
		m := &h.mounts[i]
		names := &lang.foreignIndexes
		if m.lang == lang || m.lang == nil && lang == h.main {
			names = &lang.ownIndexes
		}
		if m.single && joinPath(dir, path.Base(m.target)) == m.target && slices.Contains(names.all, path.Base(m.target)) {
			if doc := around.Document(m.source); doc != nil {
				return m.source, doc
			}
		}
		folder, ok := m.folder(dir)
		if !ok {
			continue
		}
		for _, name := range names.in(folder, around) {
			if doc := around.Document(folder + name); doc != nil && !h.passesOver(folder+name) {
				return folder + name, doc
			}
		}
	}
	return "", nil
}

// sectionNode is the section of a folder, resolved, as if it had an _index file.
func (h *site) sectionNode(f *sourceFile, dir string) sourceFile {
	node := sourceFile{repoPath: "_index.md", base: "_index.md", mount: f.mount, lang: f.lang, dir: dir, name: "_index",
		ext: "md", class: branchBundle}
	h.resolve(&node)
	return node
}

// sectionOf is the nearest folder above a page with an _index file that counts, else the top
// folder. made reports that there is no such file.
func (h *site) sectionOf(f *sourceFile, around generator.Surroundings,
	counts func(dir string, taxonomy bool) bool) (section string, made bool) {
	section, made = topFolder(f.parent), true
	h.sectionsAbove(f, around, func(dir string, doc *frontmatter.Document) bool {
		if doc != nil && dir != "" && counts(dir, f.lang.taxonomies[strings.ToLower(topFolder(dir))]) {
			section, made = dir, false
		}
		return made
	})
	return section, made
}

// isHiddenTerm reports whether a folder's page is a term that is not published: Hugo takes it out
// of its tree, and it is not a section of the pages in it.
func (h *site) isHiddenTerm(dir string, f *sourceFile, around generator.Surroundings) bool {
	file, doc := h.sectionFile(dir, f.lang, around)
	node, ok := h.file(file)
	if !ok || strings.IndexByte(dir, '/') < 0 {
		return false
	}
	h.resolve(&node)
	facts := h.factsOf(&node, doc, around)
	return h.withheld(node.lang, facts.matter, facts.dates) != ""
}

// sectionSlugs are the slugs or titles, ready for a URL, of the sections from the top one
// to the page's own.
func (h *site) sectionSlugs(f *sourceFile, facts *pageFacts) []string {
	var slugs []string
	add := func(dir string, doc *frontmatter.Document) bool {
		if dir == "" {
			return false
		}
		name := ""
		switch {
		case doc != nil:
			m := &matter{doc: doc, newYAML: h.rules.newYAML}
			name = orElse(strings.Trim(m.text("slug"), "-"), func() string { return m.text("title") })
		case strings.IndexByte(dir, '/') < 0:
			name = f.lang.listTitle(dir)
		default:
			return true
		}
		slugs = append([]string{f.lang.names.urlize(name)}, slugs...)
		return true
	}
	if f.class == branchBundle {
		add(f.dir, h.sectionDocument(f.dir, f, facts.around))
	}
	h.sectionsAbove(f, facts.around, add)
	return slugs
}

// listTitle is the title of a section without an _index file.
func (lang *language) listTitle(dir string) string {
	if lang.pluralTitles {
		dir = plural(dir)
	}
	if lang.capitalTitles && lang.names.keepCase { // else it becomes lower case anyway
		dir = capitalized(dir)
	}
	return dir
}

// plural is the plural of an English noun, for the usual names of folders.
func plural(noun string) string {
	lower := strings.ToLower(noun)
	ends := func(suffixes ...string) bool {
		for _, suffix := range suffixes {
			if strings.HasSuffix(lower, suffix) {
				return true
			}
		}
		return false
	}
	switch {
	case noun == "" || ends("series", "news", "media", "data", "people", "fish", "sheep"):
		return noun
	case ends("sis", "xis"):
		return noun[:len(noun)-2] + "es"
	case ends("ss", "us", "x", "ch", "sh"):
		return noun + "es"
	case ends("s"):
		return noun
	case ends("y") && !ends("ay", "ey", "iy", "oy", "uy"):
		return noun[:len(noun)-1] + "ies"
	case ends("life", "wife", "knife"):
		return noun[:len(noun)-2] + "ves"
	}
	return noun + "s"
}

// capitalized begins each word with a capital.
func capitalized(s string) string {
	previous := ' '
	return strings.Map(func(r rune) rune {
		if previous == ' ' || previous == '-' {
			previous = r
			return unicode.ToTitle(r)
		}
		previous = r
		return r
	}, s)
}
