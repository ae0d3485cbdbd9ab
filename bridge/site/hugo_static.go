package site

import (
	"net/url"
	"path"
	"strings"
)

// locateStatic places a file of a static folder: copied under its own name.
func (h *hugo) locateStatic(page Page) Page {
	for i := range h.statics {
		m := &h.statics[i]
		below, ok := m.holds(page.Path)
		if !ok {
			continue
		}
		page.Output = joinPath(m.target, below)
		if m.target == "" {
			page.Output = below
		}
		page.Static = true
		page.Reason = "copied as it is"
		page.URL = h.main.base + (&url.URL{Path: page.Output}).EscapedPath()
		return page
	}
	page.Reason = "outside the content folder"
	return page
}

// locateResource places a file beside a page: it is copied below the page's URL, under its
// own name.
func (h *hugo) locateResource(page Page, f *hugoFile, around Surroundings) Page {
	page.Kind = ""
	page.Reason = "beside no page"
	owner, inside := h.insideBundle(f, around)
	if inside {
		return h.resourceOf(page, owner, f, around)
	}
	// In a section: below the nearest section's folder.
	names := h.sectionNames(f, around)
	if f.dir == "" {
		names = nil
	}
	dir := strings.Join(names, "/")
	below := f.mountPath()
	if dir != "" {
		below = cutFolders(below, len(names))
	}
	section := hugoFile{repoPath: f.repoPath, mount: f.mount, lang: f.lang, dir: keepFolders(f.dir, len(names)), name: "_index", ext: "md", class: branchBundle}
	h.resolve(&section)
	doc := h.sectionDocument(section.dir, f, around)
	t, _ := h.target(&section, h.factsOf(&section, doc, around))
	return h.placeResource(page, f, path.Join("/", t.dir, below), path.Join("/", t.linkDir, below))
}

// resourceOf places a file of the leaf bundle that owner makes.
func (h *hugo) resourceOf(page Page, owner string, f *hugoFile, around Surroundings) Page {
	bundle, ok := h.file(owner)
	if !ok {
		return page
	}
	h.resolve(&bundle)
	doc := around.Document(owner)
	facts := h.factsOf(&bundle, doc, around)
	if doc == nil || h.withheld(bundle.lang, facts.matter, h.datesOf(&bundle, facts.matter)) != "" {
		page.Reason = "its page is not published"
		return page
	}
	t, _ := h.target(&bundle, facts)
	below := strings.TrimPrefix(strings.TrimPrefix(f.mountPath(), bundle.dir), "/")
	return h.placeResource(page, f, path.Join("/", t.dir, below), path.Join("/", t.linkDir, below))
}

func (h *hugo) placeResource(page Page, f *hugoFile, file, link string) Page {
	page.Static = true
	page.Reason = "copied as it is"
	page.Output = strings.TrimPrefix(file, "/")
	page.URL = f.lang.base + strings.TrimPrefix((&url.URL{Path: link}).EscapedPath(), "/")
	return page
}

func cutFolders(p string, n int) string {
	for range n {
		_, p, _ = strings.Cut(p, "/")
	}
	return p
}

func keepFolders(dir string, n int) string {
	parts := strings.Split(dir, "/")
	return strings.Join(parts[:min(n, len(parts))], "/")
}
