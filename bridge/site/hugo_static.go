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
	if !h.rules.tree && h.sectionDocument(f.dir, f, around) == nil {
		// Before 0.123 a file in a folder without _index was copied from where it stands.
		return h.placeResource(page, f, path.Join("/", f.lang.filePath, f.mountPath()), path.Join("/", f.lang.prefix, f.mountPath()))
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
	facts := h.factsOf(&section, doc, around)
	if h.withheld(section.lang, facts.matter, facts.dates) != "" {
		page.Reason = "its section is not published"
		return page
	}
	t, _ := h.target(&section, facts)
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
	if doc == nil || h.withheld(bundle.lang, facts.matter, facts.dates) != "" {
		page.Reason = "its page is not published"
		return page
	}
	if publish, set := truthOf(orTrue(h.buildOption(facts.matter, "publishresources"))); set && !publish {
		page.Reason = "its page keeps it back"
		return page
	}
	t, _ := h.target(&bundle, facts)
	below := strings.TrimPrefix(strings.TrimPrefix(f.mountPath(), bundle.dir), "/")
	return h.placeResource(page, f, path.Join("/", t.dir, below), path.Join("/", t.linkDir, below))
}

func (h *hugo) placeResource(page Page, f *hugoFile, file, link string) Page {
	page.Static = true
	page.Reason = "copied as it is"
	page.Output = path.Clean(strings.TrimPrefix(file, "/"))
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
