package site

import (
	"path"
	"strings"

	"gitpost/frontmatter"
)

type fileClass int

const (
	plainFile    fileClass = iota // copied beside the page that it belongs to
	singlePage                    // posts/a.md
	leafBundle                    // posts/a/index.md
	branchBundle                  // posts/_index.md
)

// hugoFile is a file of a content folder, taken apart as Hugo does it. Names are as
// written unless said otherwise.
type hugoFile struct {
	repoPath string
	mount    *hugoMount
	dir      string // its folder below the content root; "" is the root
	name     string // without extension and language
	ext      string
	class    fileClass
	lang     *hugoLanguage
	ignored  bool
	dropped  bool // the file's language is not built

	// What resolve adds.
	baseName  string // the name that stands for the page: a leaf bundle's folder
	parent    string // the folder that the page hangs below: for a leaf bundle the one above
	kind      string // "page", "home", "section", "taxonomy", "term"
	section   string // the top folder, for permalinks; normalized since 0.123
	path      string // since 0.123: /posts/a, normalized; before: as written
	matchPath string // what cascade targets are compared with
}

// pageExtensions are those of the files that become pages, the commonest first.
var pageExtensions = []string{"md", "markdown", "html", "org", "adoc", "rst", "mdown", "htm", "asciidoc", "ad", "rest", "pandoc", "pdc"}

func isContentExt(ext string) bool {
	for _, e := range pageExtensions {
		if e == ext {
			return true
		}
	}
	return false
}

// file takes a path apart. ok is false for a path outside all content folders.
func (h *hugo) file(p string) (f hugoFile, ok bool) {
	for i := range h.mounts {
		m := &h.mounts[i]
		below, holds := m.holds(p)
		if !holds {
			continue
		}
		f = hugoFile{repoPath: p, mount: m, lang: m.lang}
		if f.lang == nil {
			f.lang = h.main
		}
		base := below
		if i := strings.LastIndexByte(below, '/'); i >= 0 {
			f.dir, base = below[:i], below[i+1:]
		}
		if m.target != "" {
			f.dir = path.Join(m.target, f.dir)
		}
		h.readName(&f, base)
		f.ignored = h.ignores(p, below)
		f.dropped = f.lang.disabled
		return f, true
	}
	return f, false
}

// readName finds extension, language and class in a file's name.
func (h *hugo) readName(f *hugoFile, base string) {
	dot := strings.LastIndexByte(base, '.')
	if dot < 0 {
		f.name = base
		return
	}
	f.name, f.ext = base[:dot], base[dot+1:]
	if h.rules.tree {
		f.ext = strings.ToLower(f.ext)
	}
	if !isContentExt(f.ext) {
		h.readLanguageCode(f) // a picture can be of one language too
		f.name = base[:dot]
		return
	}
	h.readLanguageCode(f)
	name := f.name
	if h.rules.tree {
		name = normalPath(name)
	} else if i := strings.IndexByte(base, '.'); i >= 0 {
		name = base[:i] // index.anything.md
	}
	switch name {
	case "index":
		f.class = leafBundle
	case "_index":
		f.class = branchBundle
	default:
		f.class = singlePage
	}
}

// readLanguageCode finds the language in a name like a.fr. Since 0.123 it may stand before
// other dots too, and what follows it is no part of the page's name.
func (h *hugo) readLanguageCode(f *hugoFile) {
	for end := len(f.name); end > 0; {
		dot := strings.LastIndexByte(f.name[:end], '.')
		code := f.name[dot+1 : end]
		if h.rules.tree {
			code = strings.ToLower(code)
		}
		if lang := h.languages[code]; lang != nil && (dot >= 0 || end < len(f.name)) {
			f.lang = lang
			switch {
			case dot >= 0:
				f.name = f.name[:dot]
			case !h.rules.cleanPermalinks:
				f.name = f.name[:end]
			}
			return
		}
		if !h.rules.tree {
			return
		}
		end = dot
	}
}

// ignores tells what Hugo passes over: dot files, editors' leavings and what ignoreFiles
// names. A folder's name counts for all in it.
func (h *hugo) ignores(p, below string) bool {
	for name := range strings.SplitSeq(below, "/") {
		if name == "" || name[0] == '.' || name[0] == '#' || name[len(name)-1] == '~' {
			return true
		}
	}
	for _, re := range h.ignored {
		if re.MatchString("/" + p) {
			return true
		}
	}
	return false
}

// resolve derives from the file's place what its page is.
func (h *hugo) resolve(f *hugoFile) {
	folder := f.dir
	f.baseName, f.parent = f.name, f.dir
	switch f.class {
	case leafBundle:
		f.baseName, f.parent = path.Base(f.dir), parentDir(f.dir)
		if f.dir == "" {
			f.baseName = ""
		}
		folder = f.parent
	case branchBundle:
		f.baseName = path.Base(f.dir)
	}
	f.kind = "page"
	if f.class == branchBundle || h.rules.tree && f.class == leafBundle && f.dir == "" {
		f.kind = h.branchKind(f)
	}
	f.section = topFolder(folder)
	full := f.dir
	if f.class == singlePage {
		full = joinPath(f.dir, f.name)
	}
	if !h.rules.tree {
		f.path = "/" + full
		f.matchPath = strings.ToLower("/" + f.mountPath())
		return
	}
	f.section = normalPath(f.section)
	f.path = normalPath("/" + full)
	f.matchPath = f.path
}

// mountPath is the file's path below the content root.
func (f *hugoFile) mountPath() string {
	return joinPath(f.dir, path.Base(f.repoPath))
}

func (h *hugo) branchKind(f *hugoFile) string {
	if f.dir == "" {
		return "home"
	}
	top, term := strings.ToLower(topFolder(f.dir)), strings.Contains(f.dir, "/")
	if f.lang.taxonomies[top] {
		if term {
			return "term"
		}
		return "taxonomy"
	}
	return "section"
}

func joinPath(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

func parentDir(dir string) string {
	i := strings.LastIndexByte(dir, '/')
	if i < 0 {
		return ""
	}
	return dir[:i]
}

func topFolder(dir string) string {
	top, _, _ := strings.Cut(dir, "/")
	return top
}

// fileNameToken is what :filename stands for.
func (f *hugoFile) fileNameToken(h *hugo) string {
	switch {
	case f.name == "index":
		return path.Base(f.dir)
	case f.name == "_index" && h.rules.tree:
		return ""
	}
	return f.name
}

// indexExtensions are the formats in which index and _index files are looked for: each is
// a look-up for each folder above a page, so those that nobody writes them in are left out.
var indexExtensions = pageExtensions[:8]

// leafNames are the file names that make a folder a leaf bundle.
func (h *hugo) leafNames() []string {
	var names []string
	for i, ext := range indexExtensions {
		names = append(names, "index."+ext)
		for name, lang := range h.languages {
			if !lang.disabled && (i == 0 || len(h.languages) > 1) {
				names = append(names, "index."+name+"."+ext)
			}
		}
	}
	return names
}

// sectionFileNames are the file names of a section's page in a language. standard is set
// for the language that files without a language in their name have, only for a site in
// one language.
func sectionFileNames(lang string, standard, only bool) []string {
	var names []string
	for i, ext := range indexExtensions {
		if standard {
			names = append(names, "_index."+ext)
		}
		if !only || i == 0 {
			names = append(names, "_index."+lang+"."+ext)
		}
	}
	return names
}

// insideBundle tells whether the file belongs to a leaf bundle, and returns the file that
// makes the bundle.
func (h *hugo) insideBundle(f *hugoFile, around Surroundings) (owner string, inside bool) {
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
func (h *hugo) bundleIn(dir string, f *hugoFile, around Surroundings) (string, bool) {
	for i := range h.mounts {
		folder, ok := h.mounts[i].folder(dir)
		if !ok {
			continue
		}
		for _, name := range h.indexNames {
			if p := folder + name; around.Exists(p) && (h.rules.leafWins || !around.Exists(folder+"_"+name)) {
				return p, true
			}
		}
	}
	return "", false
}

// folder is where a folder below the content root stands in the repository, with a closing
// slash.
func (m *hugoMount) folder(dir string) (string, bool) {
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
func (h *hugo) sectionsAbove(f *hugoFile, around Surroundings, each func(dir string, doc *frontmatter.Document) bool) {
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
func (h *hugo) sectionDocument(dir string, f *hugoFile, around Surroundings) *frontmatter.Document {
	for i := range h.mounts {
		m := &h.mounts[i]
		names := f.lang.foreignIndexes
		if m.lang == f.lang || m.lang == nil && f.lang == h.main {
			names = f.lang.ownIndexes
		}
		folder, ok := m.folder(dir)
		if !ok {
			continue
		}
		for _, name := range names {
			if doc := around.Document(folder + name); doc != nil {
				return doc
			}
		}
	}
	return nil
}

// sectionNames are the path elements of the section that the page is in: the nearest folder
// with an _index file, else the top folder.
func (h *hugo) sectionNames(f *hugoFile, around Surroundings) []string {
	section := f.parent
	if f.class != branchBundle {
		section = topFolder(f.parent)
		made := true
		h.sectionsAbove(f, around, func(dir string, doc *frontmatter.Document) bool {
			if doc != nil && dir != "" && (h.rules.tree || !f.lang.taxonomies[strings.ToLower(topFolder(dir))]) {
				section, made = dir, false
				return false
			}
			return true
		})
		if made && section != "" && !h.rules.tree {
			return []string{section, ""} // a section without a file: Hugo's quirk
		}
	}
	if section == "" {
		return nil
	}
	if h.rules.tree {
		section = normalPath(section)
	}
	return strings.Split(section, "/")
}

// sectionSlugs are the slugs or titles, ready for a URL, of the sections from the top one
// to the page's own.
func (h *hugo) sectionSlugs(f *hugoFile, facts *pageFacts) []string {
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

// listTitle is the title that Hugo gives a section without an _index file.
func (lang *hugoLanguage) listTitle(dir string) string {
	if lang.sectionSlugPlural && !strings.HasSuffix(dir, "s") {
		return dir + "s"
	}
	return dir
}
