package hugo

import (
	"path"
	"strings"

	"gitpost/bridge/site/generator"
)

// tree is Hugo since 0.123: paths are compared in lower case with hyphens for spaces, and pages
// of all kinds live in one tree.
type tree struct{ *site }

func (h tree) languageName(name string) string { return strings.ToLower(name) }

func (h tree) settleHosts(enabled int) {
	if enabled-len(h.settings.words("disablelanguages")) <= 1 {
		h.multihost = false // Hugo subtracts the disabled ones twice
	}
}

func (h tree) permalinkText(pattern string) string {
	return strings.ReplaceAll(pattern, `\:`, "\x00")
}

func (h tree) readName(f *sourceFile, base string) {
	dot := strings.LastIndexByte(base, '.')
	if dot < 0 {
		f.name, f.written = base, base
		return
	}
	f.name, f.ext = base[:dot], strings.ToLower(base[dot+1:])
	h.readLanguageCode(f)
	if !isContentExt(f.ext) { // a picture can be of one language too
		f.name, f.written = base[:dot], base[:dot]
		return
	}
	if f.written == "" {
		f.written = f.name
	}
	switch normalPath(f.name) {
	case "index":
		f.class = leafBundle
	case "_index":
		f.class = branchBundle
	default:
		f.class = singlePage
	}
}

// readLanguageCode finds the language in a name like a.fr. It may stand before other dots too,
// and what follows it is no part of the page's name.
func (h tree) readLanguageCode(f *sourceFile) {
	for end := len(f.name); end > 0; {
		dot := strings.LastIndexByte(f.name[:end], '.')
		code := strings.ToLower(f.name[dot+1 : end])
		if lang := h.languages[code]; lang != nil && (dot >= 0 || end < len(f.name)) {
			f.lang = lang
			switch {
			case dot >= 0:
				if end == len(f.name) && f.name[dot+1:] != code {
					f.written = f.name
				}
				f.name = f.name[:dot]
			case !h.rules.cleanPermalinks:
				f.name = f.name[:end]
			}
			return
		}
		end = dot
	}
}

func (h tree) identify(f *sourceFile, full string) {
	f.section = normalPath(f.section)
	f.path = normalPath(full)
	f.matchPath = f.path
}

func (h tree) sectionNames(f *sourceFile, around generator.Surroundings) []string {
	section := f.parent
	if f.class != branchBundle {
		section, _ = h.sectionOf(f, around, func(dir string, taxonomy bool) bool {
			return !taxonomy ||
				!h.isHiddenTerm(dir, f, around)
		})
	}
	if section == "" {
		return nil
	}
	return strings.Split(normalPath(section), "/")
}

func (h tree) permalink(expanded string) string {
	switch {
	case h.rules.cleanPermalinks && expanded != "":
		return path.Clean(expanded)
	case strings.HasSuffix(expanded, "//"):
		return strings.TrimSuffix(expanded, "/")
	}
	return expanded
}

func (h tree) target(f *sourceFile, facts *pageFacts, expanded string) target {
	lang := f.lang
	ugly := lang.ugly(f.section)
	folder, name := normalPath(f.parent), normalPath(f.baseName)
	if f.class == branchBundle {
		folder, name = normalPath(f.dir), ""
	}
	if lang.names.keepCase {
		folder, name = f.placeAsWritten()
	}
	base := facts.slug
	if base == "" {
		base = name
	}
	// A page named index (not a bundle) is written over its folder's index.html.
	isIndex := f.class == singlePage && base == "index"
	if expanded == "" && isIndex {
		ugly = true
	}
	prefixFile, prefixLink := lang.filePath, lang.prefix
	var parts [4]string
	els := parts[:0]
	add := func(el string) {
		if el != "" && el != "/" {
			els = append(els, el)
		}
	}
	verbatim := facts.url != "" && f.kind != "home"
	indexed, suffix := false, ".html" // indexed: the last element is index.html
	switch {
	case verbatim:
		link := facts.url
		if strings.Contains(link, "..") {
			link = path.Join("/", link)
		}
		for el := range strings.FieldsFuncSeq(link, func(r rune) bool { return r == '/' }) {
			add(el)
		}
		if strings.HasSuffix(link, "/") || !strings.Contains(link, ".") {
			add("index.html")
		} else {
			suffix = path.Ext(link)
		}
		if force := !strings.HasPrefix(facts.url, "/") || h.multihost; !force || strings.HasPrefix(link, "/"+prefixFile) {
			prefixFile = ""
		}
		if force := !strings.HasPrefix(facts.url, "/") || h.multihost; !force || strings.HasPrefix(link, "/"+prefixLink) {
			prefixLink = ""
		}
	case f.kind == "page":
		if expanded != "" {
			add(expanded)
		} else {
			add("/" + folder)
			add(base)
		}
		if ugly {
			els = concatLast(els, ".html")
		} else {
			add("index.html")
		}
	default:
		moved := expanded != "" && facts.url == ""
		atRoot := f.kind == "home" && !moved // which permalinks can move, url cannot
		if moved {
			add(expanded)
		} else if !atRoot {
			add("/" + strings.TrimSuffix(joinPath(folder, name), "/"))
		}
		if atRoot || !ugly || h.rules.uglySections && f.kind != "term" {
			add("index.html")
		} else {
			els = concatLast(els, ".html")
		}
	}
	if !verbatim {
		for i, el := range els {
			els[i] = lang.names.clean(el)
		}
	}
	indexed = len(els) > 0 && els[len(els)-1] == "index.html"
	file := h.joinElements(els)
	link := file
	if indexed && !(ugly && h.rules.uglySections && (f.kind == "home" || f.kind == "section" || f.kind == "taxonomy") &&
		!verbatim) {
		link = h.joinElements(els[:len(els)-1])
		if isIndex {
			link = strings.TrimSuffix(link, base)
		}
		if prefixLink != "" {
			link = "/" + prefixLink + link
		}
		if !strings.HasSuffix(link, "/") {
			link += "/"
		}
	} else {
		if isIndex {
			link = strings.TrimSuffix(link, base)
		}
		if prefixLink != "" {
			link = "/" + prefixLink + link
		}
	}
	dir := strings.TrimSuffix(strings.TrimSuffix(file, suffix), "/") // "/.html": all of the name was cleaned away
	if len(els) > 0 && strings.HasPrefix(els[len(els)-1], "index.") {
		dir = parentPath(file)
	}
	t := target{file: file, dir: dir, linkDir: dir}
	if prefixFile != "" {
		t.file, t.dir = "/"+prefixFile+t.file, "/"+prefixFile+t.dir
	}
	if prefixLink != "" {
		t.linkDir = "/" + prefixLink + t.linkDir
	}
	t.link = escapedLink(link, verbatim, true)
	return t
}

func parentPath(p string) string {
	dir := path.Dir(p)
	if dir == "/" {
		return ""
	}
	return dir
}

// joinElements puts one slash between elements that bring none.
func (h tree) joinElements(els []string) string {
	if !h.rules.cleanPermalinks {
		return "/" + strings.TrimPrefix(path.Join(els...), "/")
	}
	n := 0
	for _, el := range els {
		n += len(el) + 1
	}
	var b strings.Builder
	b.Grow(n)
	slash := false
	for _, el := range els {
		if !slash && !strings.HasPrefix(el, "/") {
			b.WriteByte('/')
		}
		slash = strings.HasSuffix(el, "/")
		b.WriteString(el)
	}
	return b.String()
}

func concatLast(els []string, suffix string) []string {
	if len(els) == 0 {
		return append(els, suffix)
	}
	els[len(els)-1] = strings.TrimSuffix(els[len(els)-1], "/") + suffix
	return els
}
