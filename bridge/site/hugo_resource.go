package site

import (
	"path"
	"strings"

	"gitpost/frontmatter"
)

// locateResource places a file beside a page: it is copied below the page's URL, under its
// own name.
func (h *hugo) locateResource(page Page, f *hugoFile, around Surroundings) Page {
	page.Kind = ""
	owner, inside := h.insideBundle(f, around)
	switch {
	case inside:
		bundle, ok := h.bundleOf(owner, f, around)
		h.resolve(&bundle)
		doc := around.Document(bundle.repoPath)
		switch {
		case ok:
			return h.resourceOf(page, &bundle, doc, f, around)
		case h.bundleTaken(&bundle, f, around):
			return h.besideNode(page, f, around)
		}
		page.Reason = otherLanguage
		return page
	case h.rules.tree:
		return h.besideNode(page, f, around)
	}
	doc := h.sectionDocument(f.dir, f, around)
	if doc == nil {
		// Before 0.123 a file in a folder without _index was copied from where it stands.
		link := path.Join("/", f.lang.copyPath, f.mountPath())
		if h.multihost {
			link = path.Join("/", f.mountPath())
		}
		return h.placeResource(page, f, path.Join("/", f.lang.copyPath, f.mountPath()), link)
	}
	section := h.sectionNode(f, f.dir)
	return h.resourceOf(page, &section, doc, f, around)
}

// besideNode places a file outside of leaf bundles, as Hugo does since 0.123.
func (h *hugo) besideNode(page Page, f *hugoFile, around Surroundings) Page {
	node, doc, reason := h.nodeAbove(f, around)
	if h.multihost { // each host gets a copy: where its own has none, the first that has
		names := sortedNames(h.languages)
		for i := 0; i < len(names) && reason == otherLanguage; i++ {
			foreign := *f
			foreign.lang = h.languages[names[i]]
			if node, doc, reason = h.nodeAbove(&foreign, around); reason == "" {
				f = &foreign
			}
		}
	}
	if reason != "" {
		page.Reason = reason
		return page
	}
	return h.resourceOf(page, &node, doc, f, around)
}

const otherLanguage = "its page is in another language"

// bundleOf is the bundle's page that a file belongs to. Since 0.123 it must be of the
// file's language; before, and with a host for each language, the file is copied to all.
func (h *hugo) bundleOf(owner string, f *hugoFile, around Surroundings) (hugoFile, bool) {
	bundle, ok := h.file(owner)
	if !h.rules.tree || h.multihost || !ok || bundle.lang == f.lang {
		return bundle, ok
	}
	for i := range h.mounts {
		folder, holds := h.mounts[i].folder(bundle.dir)
		for _, name := range h.indexNames.all {
			if !holds || !around.Exists(folder+name) {
				continue
			}
			if other, ok := h.file(folder + name); ok && other.lang == f.lang {
				return other, true
			}
		}
	}
	return bundle, false
}

// nodeAbove is the page that a file outside of leaf bundles belongs to, resolved, and its
// document: the nearest of the sections, single pages and taxonomies at the folders above.
// reason tells why there is none.
func (h *hugo) nodeAbove(f *hugoFile, around Surroundings) (node hugoFile, doc *frontmatter.Document, reason string) {
	for dir := f.dir; ; dir = parentDir(dir) {
		if file, doc := h.sectionFile(dir, f.lang, around); doc != nil {
			node, _ := h.file(file)
			h.resolve(&node)
			if node.kind != "term" || !h.taken(&node, doc, around) {
				return node, doc, ""
			}
		}
		top := strings.IndexByte(dir, '/') < 0
		taxonomy := top && f.lang.taxonomies[strings.ToLower(dir)]
		gone := taxonomy && f.lang.disabledKinds["taxonomy"] && f.lang.disabledKinds["term"]
		if taxonomy && !(gone && (h.rules.ownSections || !h.hasPages(dir, f, around))) {
			return h.sectionNode(f, dir), nil, ""
		}
		pages, sections := h.pagesAt(dir, around)
		if sections && h.rules.ownSections {
			return node, nil, otherLanguage
		}
		if dir == "" {
			return h.sectionNode(f, ""), nil, ""
		}
		foreign := sections
		for i := range pages {
			if p := &pages[i]; p.lang == f.lang {
				return *p, around.Document(p.repoPath), ""
			} else if !h.taken(p, around.Document(p.repoPath), around) {
				foreign = true
			}
		}
		if gone {
			continue // neither a taxonomy nor a section
		}
		if top && h.hasPages(dir, f, around) {
			if _, foreign := h.pagesAt("", around); foreign && h.rules.ownSections {
				if _, home := h.sectionFile("", f.lang, around); home == nil {
					return node, nil, otherLanguage // the section is made below a home page that is not there
				}
			}
			return h.sectionNode(f, dir), nil, ""
		}
		if foreign || top && h.hasPages(dir, nil, around) {
			return node, nil, otherLanguage
		}
	}
}

// taken tells a page that Hugo takes out of its tree because it is not published: what looks
// for a page above finds the next one. Later versions keep its place.
func (h *hugo) taken(node *hugoFile, doc *frontmatter.Document, around Surroundings) bool {
	if h.rules.ownSections || doc == nil || node.kind != "page" && node.kind != "term" {
		return false
	}
	facts := h.factsOf(node, doc, around)
	return h.withheld(node.lang, facts.matter, facts.dates) != ""
}

// sectionNode is the section of a folder, resolved, as if it had an _index file.
func (h *hugo) sectionNode(f *hugoFile, dir string) hugoFile {
	node := hugoFile{repoPath: "_index.md", base: "_index.md", mount: f.mount, lang: f.lang, dir: dir, name: "_index", ext: "md", class: branchBundle}
	h.resolve(&node)
	return node
}

// pagesAt are the single pages that have a folder's place, a.md for a, resolved, and whether
// the folder has an _index file in any language.
func (h *hugo) pagesAt(dir string, around Surroundings) (pages []hugoFile, sections bool) {
	for i := range h.mounts {
		folder, ok := h.mounts[i].folder(dir)
		if !ok {
			continue
		}
		for _, name := range h.indexNames.all {
			sections = sections || h.isSectionFile(folder+"_"+name, around)
			if dir == "" {
				continue
			}
			if file := strings.TrimSuffix(folder, "/") + strings.TrimPrefix(name, "index"); around.Exists(file) {
				if p, ok := h.file(file); ok && p.class == singlePage && !p.ignored && !p.dropped {
					h.resolve(&p)
					pages = append(pages, p)
				}
			}
		}
	}
	return pages, sections
}

func (h *hugo) isSectionFile(file string, around Surroundings) bool {
	if !around.Exists(file) || h.passesOver(file) {
		return false
	}
	node, ok := h.file(file)
	if !ok {
		return false
	}
	h.resolve(&node)
	return !h.taken(&node, around.Document(file), around)
}

// hasPages tells whether a top folder without an _index file is a section: there are pages
// below it, in the language of f, or with nil in any. Who cannot list the files is told
// that there are.
func (h *hugo) hasPages(dir string, f *hugoFile, around Surroundings) bool {
	lister, ok := around.(Lister)
	if !ok {
		return true
	}
	for i := range h.mounts {
		folder, ok := h.mounts[i].folder(dir)
		if !ok {
			continue
		}
		for name := range lister.Below(strings.TrimSuffix(folder, "/")) {
			p, ok := h.file(name)
			if !ok || p.class == plainFile || p.ignored || p.dropped || f != nil && p.lang != f.lang {
				continue
			}
			if p.class == branchBundle || !h.rules.keepsResources || !p.lang.disabledKinds["page"] {
				return true
			}
		}
	}
	return false
}

// resourceOf places a file beside the page of owner, which is resolved.
func (h *hugo) resourceOf(page Page, owner *hugoFile, doc *frontmatter.Document, f *hugoFile, around Surroundings) Page {
	facts := h.factsOf(owner, doc, around)
	withheld := h.withheld(owner.lang, facts.matter, facts.dates) != ""
	structural := owner.kind != "page" && owner.kind != "term" // stays in the tree of ≥ 0.123
	switch {
	case owner.class == leafBundle && doc == nil || withheld && !(structural && h.translationCopies(owner, f, around)):
		page.Reason = "its page is not published"
		return page
	case owner.lang.disabledKinds[owner.kind] && (owner.kind != "page" || !h.rules.keepsResources):
		page.Reason = "pages of its page's kind are not built"
		return page
	case !withheld && !h.publishesFiles(facts.matter) && !h.translationCopies(owner, f, around):
		page.Reason = "its page keeps it back"
		return page
	case h.lostAbove(owner, f, around):
		page.Reason = "a page above its own is not published"
		return page
	}
	t, _ := h.target(owner, facts)
	below := h.belowOwner(owner, f)
	return h.placeResource(page, f, path.Join("/", t.dir, below), path.Join("/", t.linkDir, below))
}

func (h *hugo) publishesFiles(m *matter) bool {
	publish, set := truthOf(orTrue(h.buildOption(m, "publishresources")))
	return publish || !set
}

// lostAbove: since 0.123 a single page a.md that is not published takes the files of all
// pages in the folder a with it; since 0.161 one in another language alone does so too.
func (h *hugo) lostAbove(owner, f *hugoFile, around Surroundings) bool {
	if !h.rules.tree {
		return false
	}
	for dir := parentDir(owner.folder()); dir != ""; dir = parentDir(dir) {
		pages, _ := h.pagesAt(dir, around)
		own := false
		for i := range pages {
			if p := &pages[i]; p.lang == f.lang {
				own = true
				facts := h.factsOf(p, around.Document(p.repoPath), around)
				if h.withheld(p.lang, facts.matter, facts.dates) != "" {
					return true
				}
			}
		}
		if len(pages) > 0 && !own && h.rules.ownSections {
			return true
		}
	}
	return false
}

// folder is the folder that stands for the page: of a.md it is a.
func (f *hugoFile) folder() string {
	if f.class == singlePage {
		return joinPath(f.dir, f.name)
	}
	return f.dir
}

// belowOwner is the file's path below its page. Since 0.123 Hugo compares the paths as they
// are written: where the page's own is not found at the start, the whole path counts.
func (h *hugo) belowOwner(owner, f *hugoFile) string {
	base := owner.dir
	if owner.class == singlePage {
		base = joinPath(owner.dir, owner.name)
	}
	if end := strings.TrimPrefix(owner.base, owner.name); end != strings.ToLower(end) || owner.class != singlePage && owner.name != strings.ToLower(owner.name) {
		return f.mountPath()
	}
	if base == "" {
		return f.mountPath()
	}
	below, _ := strings.CutPrefix(f.mountPath(), base+"/")
	return below
}
