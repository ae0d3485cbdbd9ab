package hugo

import (
	"path"
	"strings"
)

type fileClass int

const (
	plainFile    fileClass = iota // no page
	singlePage                    // posts/a.md
	leafBundle                    // posts/a/index.md
	branchBundle                  // posts/_index.md
)

// sourceFile is a file of a content folder, analysed as Hugo does it. Names are as written unless
// stated otherwise.
type sourceFile struct {
	repoPath string
	mount    *mount
	dir      string // its folder below the content root; "" is the root
	base     string // its name
	name     string // without extension and language
	written  string // with a language code in capitals, which since 0.123 is recognised only where case does not matter
	ext      string
	class    fileClass
	lang     *language
	ignored  bool
	dropped  bool // the file's language is not built

	// What resolve adds.
	baseName  string // the name of the page: of a leaf bundle its folder's
	parent    string // the folder that the page is in: for a leaf bundle the one above its own
	kind      string // "page", "home", "section", "taxonomy", "term"
	section   string // the top folder, for permalinks; normalized since 0.123
	path      string // since 0.123: /posts/a, normalized; before: as written
	matchPath string // what cascade targets are compared with
}

// pageExtensions are the extensions of files that become pages, the most common first.
var pageExtensions = []string{"md", "markdown", "html", "org", "adoc", "rst", "mdown", "htm", "asciidoc", "ad",
	"rest", "pandoc", "pdc"}

func isContentExt(ext string) bool {
	for _, e := range pageExtensions {
		if e == ext {
			return true
		}
	}
	return false
}

// file analyses a path. ok is false for a path outside all content folders.
func (h *site) file(p string) (f sourceFile, ok bool) {
	for i := range h.mounts {
		m := &h.mounts[i]
		below, holds := m.below(p)
		if !holds {
			continue
		}
		f = sourceFile{repoPath: p, mount: m, lang: m.lang}
		if f.lang == nil {
			f.lang = h.main
		}
		base := below
		if i := strings.LastIndexByte(below, '/'); i >= 0 {
			f.dir, base = below[:i], below[i+1:]
		}
		if m.single {
			f.dir = parentDir(m.target)
		} else if m.target != "" {
			f.dir = path.Join(m.target, f.dir)
		}
		f.base = base
		h.readName(&f, base)
		f.ignored = h.ignores(p, below)
		f.dropped = f.lang.disabled
		return f, true
	}
	return f, false
}

// ignores reports whether Hugo ignores a file: dot files, backup files of editors and what
// ignoreFiles names. A folder's name decides for all files in it.
func (h *site) ignores(p, below string) bool {
	for name := range strings.SplitSeq(below, "/") {
		if name == "" || name[0] == '.' || name[0] == '#' || name[len(name)-1] == '~' {
			return true
		}
	}
	return h.passesOver(p)
}

// passesOver reports whether ignoreFiles names a file.
func (h *site) passesOver(file string) bool {
	for _, re := range h.ignored {
		if re.MatchString("/" + file) {
			return true
		}
	}
	return false
}

// resolve derives what the page of a file is from the file's place.
func (h *site) resolve(f *sourceFile) {
	folder := f.dir
	f.baseName, f.parent = f.name, f.dir
	switch f.class {
	case leafBundle:
		f.baseName, f.parent = path.Base(f.dir), parentDir(f.dir)
		if f.dir == "" {
			f.baseName = ""
		}
		if !strings.HasPrefix(f.base, "_") {
			folder = f.parent
		}
	case branchBundle:
		f.baseName = path.Base(f.dir)
	}
	f.kind = "page"
	if f.class == branchBundle || h.rules.rootBundle && f.class == leafBundle && f.dir == "" {
		f.kind = h.branchKind(f)
	}
	f.section = topFolder(folder)
	full := f.dir
	if f.class == singlePage {
		full = joinPath(f.dir, f.name)
	}
	h.identify(f, "/"+full)
}

// mountPath is the file's path below the content root.
func (f *sourceFile) mountPath() string {
	return joinPath(f.dir, f.base)
}

func (h *site) branchKind(f *sourceFile) string {
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

// nameAsWritten is the name of the page where Hugo uses names as they are written: there an
// index.MD makes no bundle.
func (f *sourceFile) nameAsWritten() string {
	if f.class == singlePage || f.base != strings.ToLower(f.base) {
		return f.written
	}
	return f.baseName
}

// fileNameToken is the value of :filename.
func (f *sourceFile) fileNameToken(h *site) string {
	switch {
	case f.written == "index":
		return path.Base(f.dir)
	case f.written == "_index" && h.rules.writtenNames:
		return ""
	}
	return f.written
}

// placeAsWritten is the folder and the name that a page has in its URL with disablePathToLower: an
// index file with capitals in its name is not the page of its folder.
func (f *sourceFile) placeAsWritten() (dir, name string) {
	switch {
	case f.class == singlePage:
		return f.dir, f.written
	case f.class == leafBundle && f.written != "index":
		return f.dir, f.written
	case f.class == branchBundle && !strings.HasSuffix(f.base, "."+f.ext):
		return f.dir, f.base // _index.MD
	case f.class == branchBundle && f.written != "_index":
		return f.dir, f.written
	case f.class == branchBundle:
		return f.dir, ""
	}
	return f.parent, f.baseName
}
