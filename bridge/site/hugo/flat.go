package hugo

import (
	"fmt"
	"path"
	"strings"
	"unicode"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// flat is Hugo before 0.123: paths are as they are written, and sections are made of folders.
type flat struct{ *site }

// checkHosts refuses a base URL for some languages only.
func (h flat) checkHosts(tables settings) error {
	if !h.multihost {
		return nil
	}
	for name := range tables {
		if _, ok := tables.table(name)["baseurl"]; !ok {
			return fmt.Errorf("languages.%s: Hugo %s needs a baseURL for all languages or for none", name, h.release)
		}
	}
	return nil
}

// checkPermalink refuses empty folders in the middle.
func (h flat) checkPermalink(pattern string) error {
	if pattern == "" {
		return fmt.Errorf("permalinks: an empty pattern")
	}
	parts := strings.Split(pattern[1:], "/")
	for i, part := range parts {
		if part == "" && i < len(parts)-1 {
			return fmt.Errorf("permalinks: %q is ill-formed", pattern)
		}
	}
	return nil
}

func (h flat) readName(f *sourceFile, base string) {
	dot := strings.LastIndexByte(base, '.')
	if dot < 0 {
		f.name, f.written = base, base
		return
	}
	f.name, f.ext = base[:dot], base[dot+1:]
	h.readLanguageCode(f)
	if !isContentExt(f.ext) { // a picture can be of one language too
		f.name, f.written = base[:dot], base[:dot]
		return
	}
	f.written = f.name
	name, _, _ := strings.Cut(base, ".") // index.anything.md
	switch {
	case name == "index", name == "_index" && f.name != "_index": // of no language: a page named after its folder
		f.class = leafBundle
	case name == "_index":
		f.class = branchBundle
	default:
		f.class = singlePage
	}
}

// readLanguageCode finds the language in a name like a.fr.
func (h flat) readLanguageCode(f *sourceFile) {
	dot := strings.LastIndexByte(f.name, '.')
	if lang := h.languages[f.name[dot+1:]]; lang != nil && dot >= 0 {
		f.lang, f.name = lang, f.name[:dot]
	}
}

func (h flat) identify(f *sourceFile, full string) {
	f.path = full
	f.matchPath = strings.ToLower("/" + f.mountPath())
}

func (h flat) sectionNames(f *sourceFile, around generator.Surroundings) []string {
	section := f.parent
	if f.kind == "term" {
		return []string{topFolder(f.dir)} // a term was in its taxonomy, not a section itself
	}
	if f.class != branchBundle {
		var made bool
		section, made = h.sectionOf(f, around, func(_ string, taxonomy bool) bool { return !taxonomy })
		if made && section != "" {
			return []string{section, ""} // a section without a file: a quirk of Hugo
		}
	}
	if section == "" {
		return nil
	}
	return strings.Split(section, "/")
}

// skipsNameDate: a page without front matter got no date from its file name, unless a section
// above had something to merge into it.
func (h flat) skipsNameDate(f *sourceFile, m *matter) bool {
	return m.doc == nil || f.ext != "org" && m.doc.Format() == frontmatter.None && !h.cascadesInto(f, m.around)
}

// cascadesInto reports whether a section above could pass anything on, even if that is nothing.
// That is so in every section but one whose _index file has no front matter either, and in the
// content root below a cascade alone.
func (h flat) cascadesInto(f *sourceFile, around generator.Surroundings) bool {
	merges := len(f.lang.cascade) > 0
	h.sectionsAbove(f, around, func(dir string, doc *frontmatter.Document) bool {
		switch {
		case doc == nil:
			merges = merges || dir != "" && strings.IndexByte(dir, '/') < 0
		case dir != "":
			merges = merges || doc.Format() != frontmatter.None
		default:
			_, cascades := doc.Get("cascade")
			merges = merges || cascades
		}
		return !merges
	})
	return merges
}

// adopt: a bundle in a language that is not built is published in one that is, when the bundle has
// no page in that one and a page in it has.
func (h flat) adopt(f *sourceFile, around generator.Surroundings) {
	lister, ok := around.(generator.Lister)
	if !ok || f.class != leafBundle {
		return
	}
	folder, _ := f.mount.folder(f.dir)
	var lang *language
	for name := range lister.Below(strings.TrimSuffix(folder, "/")) {
		p, ok := h.file(name)
		switch {
		case !ok || p.class == plainFile || p.ignored || p.dropped:
		case p.class == leafBundle && p.dir == f.dir:
			return
		case lang == nil || p.lang == h.main:
			lang = p.lang
		}
	}
	if lang != nil {
		f.lang, f.dropped = lang, false
	}
}

// copies: an HTML file that starts with a tag, not with front matter or a comment, is copied.
func (h flat) copies(f *sourceFile, doc *frontmatter.Document) bool {
	if doc == nil || f.ext != "html" && f.ext != "htm" || doc.Format() != frontmatter.None {
		return false
	}
	text := strings.TrimLeftFunc(doc.Body(), unicode.IsSpace)
	return strings.HasPrefix(text, "<") && !strings.HasPrefix(text, "<!--")
}

// covered: a mount hides what other mounts have below its place.
func (h flat) covered(f *sourceFile) bool {
	for i := range h.mounts {
		if m := &h.mounts[i]; len(m.target) > len(f.mount.target) && m.exists && strings.HasPrefix(f.dir, m.target+"/") {
			return true
		}
	}
	return false
}

// inHiddenSection: a draft, scheduled or expired _index file takes all below
// its folder with it.
func (h flat) inHiddenSection(f *sourceFile, m *matter) string {
	reason := ""
	h.sectionsAbove(f, m.around, func(dir string, doc *frontmatter.Document) bool {
		taxonomy := dir != "" && f.lang.taxonomies[strings.ToLower(topFolder(dir))]
		if taxonomy && f.kind != "page" {
			return true // terms are none of that section
		}
		if taxonomy {
			doc = nil // it is the taxonomy's: there is a section besides
		}
		if doc == nil && strings.IndexByte(dir, '/') >= 0 {
			return true // no section at all
		}
		section := h.sectionNode(f, dir)
		if doc == nil {
			section.matchPath = strings.ToLower("/" + dir)
		}
		if taxonomy {
			section.kind = "section"
		}
		above := h.matterOf(&section, doc, m.around)
		if why := h.withheld(f.lang, above, h.datesOf(&section, above)); why != "" {
			reason = inSection + why
			return false
		}
		return true
	})
	return reason
}

func (h flat) permalink(f *sourceFile, expanded string) string {
	if f.kind != "page" && f.kind != "term" {
		return ""
	}
	return expanded
}

func (h flat) target(f *sourceFile, facts *pageFacts, expanded string) target {
	lang := f.lang
	ugly := lang.ugly(f.section)
	if f.kind != "page" {
		ugly = lang.ugly(topFolder(f.dir))
	}
	base := facts.slug
	if base == "" {
		base = f.baseName
		if f.class == branchBundle {
			base = "_index"
		}
	}
	isIndex := base == "index"
	if expanded == "" && isIndex {
		ugly = true
	}
	prefixFile, prefixLink := lang.filePath, lang.prefix
	file, link, dir, linkDir := "/", "", "", ""
	atRoot := f.kind == "home"
	if f.kind != "page" && facts.url == "" && f.dir != "" {
		if expanded != "" {
			file = slashJoin(file, expanded)
		} else {
			file = slashJoin(f.dir)
		}
	}
	verbatim := facts.url != "" && !atRoot
	switch {
	case verbatim:
		file = slashJoin(file, facts.url)
		dir, link = file, file
		hasSlash := strings.HasSuffix(facts.url, "/")
		if hasSlash || !strings.Contains(facts.url, ".") {
			file = slashJoin(file, "index.html")
		} else {
			dir = path.Dir(dir)
		}
		if !strings.HasSuffix(file, "/index.html") {
			link = file
		} else if !hasSlash {
			link += "/"
		}
		linkDir = dir
		if !strings.HasPrefix(facts.url, "/") || h.multihost {
			if prefixFile != "" && !strings.HasPrefix(facts.url, "/"+prefixFile) {
				file, dir = slashJoin(prefixFile, file), slashJoin(prefixFile, dir)
			}
			if prefixLink != "" && !strings.HasPrefix(facts.url, "/"+prefixLink) {
				link, linkDir = slashJoin(prefixLink, link), slashJoin(prefixLink, linkDir)
			}
		}
	case f.kind == "page":
		if expanded != "" {
			file = slashJoin(file, expanded)
		} else {
			if f.parent != "" {
				file = slashJoin(file, f.parent)
			}
			if base != "" {
				file = slashJoin(file, base)
			}
		}
		link = file
		if isIndex {
			link = strings.TrimSuffix(link, base)
		}
		dir = link
		link += "/"
		linkDir = dir
		if ugly {
			file = strings.Trim(file, "/") + ".html"
		} else {
			file = slashJoin(file, "index.html")
		}
		if !strings.HasSuffix(file, "/index.html") {
			link = file
		}
		file, dir, link, linkDir = prefixed(prefixFile, file), prefixed(prefixFile, dir), prefixed(prefixLink, link),
			prefixed(prefixLink, linkDir)
	default:
		dir, link, linkDir = file, file, file
		if atRoot || !ugly {
			file = path.Join(file, "index.html")
		} else {
			file = strings.Trim(file, "/") + ".html"
		}
		if !strings.HasSuffix(file, "/index.html") {
			link = file
		} else {
			link += "/"
		}
		file, dir, link, linkDir = prefixed(prefixFile, file), prefixed(prefixFile, dir), prefixed(prefixLink, link),
			prefixed(prefixLink, linkDir)
	}
	file = slashJoin("/", file)
	dir = strings.TrimSuffix(path.Join("/", dir), "/")
	hadSlash := strings.HasSuffix(link, "/")
	if link = strings.Trim(link, "/"); hadSlash {
		link += "/"
	}
	if !strings.HasPrefix(link, "/") {
		link = "/" + link
	}
	linkDir = strings.TrimSuffix(path.Join("/", linkDir), "/")
	if f.kind != "page" || facts.url == "" {
		z := lang.names
		file, dir, link, linkDir = z.clean(file), z.clean(dir), z.clean(link), z.clean(linkDir)
	}
	return target{file: file, dir: dir, linkDir: linkDir, link: escapedLink(link, true, false)}
}

func prefixed(prefix, p string) string {
	if prefix == "" {
		return p
	}
	return slashJoin(prefix, p)
}

// slashJoin is path.Join that keeps a closing slash.
func slashJoin(elem ...string) string {
	joined := path.Join(elem...)
	if strings.HasSuffix(elem[len(elem)-1], "/") && !strings.HasSuffix(joined, "/") {
		return joined + "/"
	}
	return joined
}
