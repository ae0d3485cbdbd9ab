package hugo

import (
	"net/url"
	"path"
	"strconv"
	"strings"
)

// target is where a page is written and the path of its URL, both with a leading slash and
// the language's prefix, the link escaped.
type target struct {
	file, link string
	dir        string // the folder of its resources, as a file path without a closing slash
	linkDir    string
}

// target builds the path of a page's URL. broken tells why Hugo would fail to.
func (h *site) target(f *sourceFile, facts *pageFacts) (t target, broken string) {
	if strings.IndexByte(facts.url, ':') >= 0 && h.rules.urlTokens {
		pattern, err := h.parsePermalink(facts.url)
		if err != nil {
			broken = "url has a token that is not known"
		} else if s := pattern.expand(h, f, facts); s != "" {
			facts.url = unescaped(s)
		}
	}
	if _, err := url.Parse("/" + strings.Trim(facts.url, "/")); err != nil && facts.url != "" {
		broken = "url cannot be escaped"
	}
	expanded := ""
	if rule := f.lang.permalinks.find(h, f); rule != nil && (h.rules.tree || f.kind == "page" || f.kind == "term") {
		if expanded = unescaped(rule.expand(h, f, facts)); h.rules.cleanPermalinks && expanded != "" {
			expanded = path.Clean(expanded)
		} else if h.rules.tree && strings.HasSuffix(expanded, "//") {
			expanded = strings.TrimSuffix(expanded, "/")
		}
	}
	if h.rules.tree {
		return h.treeTarget(f, facts, expanded), broken
	}
	return h.oldTarget(f, facts, expanded), broken
}

// treeTarget is how Hugo since 0.123 joins the elements of a path.
func (h *site) treeTarget(f *sourceFile, facts *pageFacts, expanded string) target {
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
	if indexed && !(ugly && h.rules.uglySections && (f.kind == "home" || f.kind == "section" || f.kind == "taxonomy") && !verbatim) {
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
func (h *site) joinElements(els []string) string {
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

// oldTarget is how Hugo before 0.123 did it.
func (h *site) oldTarget(f *sourceFile, facts *pageFacts, expanded string) target {
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
		file, dir, link, linkDir = prefixed(prefixFile, file), prefixed(prefixFile, dir), prefixed(prefixLink, link), prefixed(prefixLink, linkDir)
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
		file, dir, link, linkDir = prefixed(prefixFile, file), prefixed(prefixFile, dir), prefixed(prefixLink, link), prefixed(prefixLink, linkDir)
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

// aliases are the URLs of the redirects that Hugo writes for a page.
func (h *site) aliases(f *sourceFile, m *matter, t target) (urls []string, broken string) {
	v, ok := m.value("aliases")
	if !ok || f.lang.noAliases {
		return nil, ""
	}
	for _, alias := range wordsOf(v) {
		file := h.aliasFile(f, alias, t)
		if file == "" {
			return nil, "the alias " + strconv.Quote(alias) + " leads out of the site or to its root"
		}
		below, inLang := strings.CutPrefix(file, f.lang.filePath+"/")
		if !h.multihost || !inLang {
			below = file
		}
		below = strings.TrimSuffix(below, "index.html")
		urls = append(urls, f.lang.base+strings.TrimPrefix((&url.URL{Path: "/" + below}).EscapedPath(), "/"))
	}
	return urls, ""
}

// aliasFile is the file that an alias is written to; "" for one that Hugo refuses.
func (h *site) aliasFile(f *sourceFile, alias string, t target) string {
	if alias == "" {
		return ""
	}
	switch {
	case !strings.HasPrefix(alias, "/") && h.rules.localizedAlias:
		alias = path.Join(t.dir, "..", alias)
	case !strings.HasPrefix(alias, "/"):
		alias = path.Join(t.linkDir, "..", alias)
	case h.rules.localizedAlias:
		alias = path.Join("/", f.lang.filePath, alias)
	default:
		alias = path.Join(alias)
	}
	ugly := f.lang.ugly(f.section)
	if !h.rules.tree {
		ugly = f.lang.uglyAll
	}
	if ugly && !h.isHTMLName(alias) {
		alias += ".html"
	}
	if h.hostNames && !h.rules.localizedAlias && !strings.HasPrefix(alias, "/"+f.lang.name) {
		alias = path.Join(f.lang.name, alias)
	}
	alias = path.Clean(alias)
	if alias == "/" || alias == "." || strings.HasPrefix(alias, "..") {
		return ""
	}
	alias = strings.TrimPrefix(alias, "/")
	if !h.isHTMLName(alias) {
		alias += "/index.html"
	}
	return alias
}

// isHTMLName tells an alias that is a file from one that becomes a folder.
func (h *site) isHTMLName(alias string) bool {
	return strings.HasSuffix(alias, ".html") || h.rules.localizedAlias && strings.HasSuffix(alias, ".htm")
}
