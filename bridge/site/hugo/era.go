package hugo

import (
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// Hugo 0.123 made one tree of all pages. What works differently altogether before and since is in
// the types flat and tree. The methods below choose between them; their calls are static, so
// that a sourceFile need not be allocated.

// languageName is the name of a language as the configuration means it.
func (h *site) languageName(name string) string {
	if h.inTree {
		return tree{h}.languageName(name)
	}
	return name
}

// settleHosts finds out whether each language has its own host. enabled is the number of
// languages that are built.
func (h *site) settleHosts(tables settings, enabled int) error {
	if h.inTree {
		tree{h}.settleHosts(enabled)
		return nil
	}
	return flat{h}.checkHosts(tables)
}

// permalinkText is a permalink pattern with escaped colons replaced by NUL.
func (h *site) permalinkText(pattern string) (string, error) {
	if h.inTree {
		return tree{h}.permalinkText(pattern), nil
	}
	return pattern, flat{h}.checkPermalink(pattern)
}

// readName finds extension, language and class in a file's name.
func (h *site) readName(f *sourceFile, base string) {
	if h.inTree {
		tree{h}.readName(f, base)
	} else {
		flat{h}.readName(f, base)
	}
}

// identify sets the paths by which a page is known. full is its path below the content root,
// as written, with a leading slash.
func (h *site) identify(f *sourceFile, full string) {
	if h.inTree {
		tree{h}.identify(f, full)
	} else {
		flat{h}.identify(f, full)
	}
}

// sectionNames are the path elements of the section that the page is in: the nearest folder
// with an _index file, else the top folder.
func (h *site) sectionNames(f *sourceFile, around generator.Surroundings) []string {
	if h.inTree {
		return tree{h}.sectionNames(f, around)
	}
	return flat{h}.sectionNames(f, around)
}

// skipsNameDate reports whether the file's name is not looked at for a date.
func (h *site) skipsNameDate(f *sourceFile, m *matter) bool {
	return !h.inTree && flat{h}.skipsNameDate(f, m)
}

// adopt assigns a file of a language that is not built to another language, where Hugo does.
func (h *site) adopt(f *sourceFile, around generator.Surroundings) {
	if !h.inTree {
		flat{h}.adopt(f, around)
	}
}

// copies reports whether a file with the extension of a page is copied instead.
func (h *site) copies(f *sourceFile, doc *frontmatter.Document) bool {
	return !h.inTree && flat{h}.copies(f, doc)
}

// covered reports whether another mount hides the folder of a file.
func (h *site) covered(f *sourceFile) bool { return !h.inTree && flat{h}.covered(f) }

// inHiddenSection is why a section above leaves the page out; "" when none does.
func (h *site) inHiddenSection(f *sourceFile, m *matter) string {
	if h.inTree {
		return ""
	}
	return flat{h}.inHiddenSection(f, m)
}

// permalink is the path that an expanded pattern makes; "" where patterns do not count.
func (h *site) permalink(f *sourceFile, expanded string) string {
	if h.inTree {
		return tree{h}.permalink(expanded)
	}
	return flat{h}.permalink(f, expanded)
}

// targetOf joins the elements of a page's path.
func (h *site) targetOf(f *sourceFile, facts *pageFacts, expanded string) target {
	if h.inTree {
		return tree{h}.target(f, facts, expanded)
	}
	return flat{h}.target(f, facts, expanded)
}

// uglyAliases reports whether an alias of the page is a file, not a folder.
func (h *site) uglyAliases(f *sourceFile) bool {
	if h.inTree {
		return f.lang.ugly(f.section)
	}
	return f.lang.uglyAll
}
