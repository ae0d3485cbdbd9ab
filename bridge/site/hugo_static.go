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
		switch {
		case m.single:
			page.Output = m.target
		case m.target == "":
			page.Output = below
		default:
			page.Output = joinPath(m.target, below)
		}
		page.Static = true
		page.Reason = "copied as it is"
		page.URL = h.main.base + (&url.URL{Path: page.Output}).EscapedPath()
		return page
	}
	page.Reason = "outside the content folder"
	return page
}

func (h *hugo) placeResource(page Page, f *hugoFile, file, link string) Page {
	page.Static = true
	page.Reason = "copied as it is"
	page.Output = path.Clean(strings.TrimPrefix(file, "/"))
	page.URL = f.lang.base + strings.TrimPrefix((&url.URL{Path: link}).EscapedPath(), "/")
	return page
}
