package hugo

import (
	"path"
	"strings"
	"time"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// pageFacts is what a page's URL is made of, apart from its path.
type pageFacts struct {
	matter *matter
	around generator.Surroundings
	dates  pageDates
	date   time.Time // for the tokens of a pattern
	slug   string
	url    string
	madeUp string // the title of a section without an _index file
}

func (f *pageFacts) title() string {
	if title := f.matter.text("title"); title != "" {
		return title
	}
	return f.madeUp
}

func (h *site) factsOf(f *sourceFile, doc *frontmatter.Document, around generator.Surroundings) *pageFacts {
	facts := &pageFacts{matter: h.matterOf(f, doc, around), around: around}
	facts.dates = h.datesOf(f, facts.matter)
	facts.date = facts.dates.date
	if h.rules.sectionDates && f.kind != "page" && f.kind != "term" && facts.dates.none() && h.datedURL(f, facts.matter) {
		facts.date = h.newestBelow(f, around)
	}
	if slug, ok := facts.matter.value("slug"); ok {
		facts.slug = strings.Trim(scalarText(slug), "-")
	} else {
		facts.slug = facts.dates.slug
	}
	facts.url = facts.matter.text("url")
	if doc == nil && f.class == branchBundle {
		facts.madeUp = f.lang.listTitle(f.baseName)
	}
	return facts
}

func (h *site) Locate(p string, doc *frontmatter.Document, around generator.Surroundings) generator.Page {
	page := generator.Page{Path: p}
	f, ok := h.file(p)
	if !ok {
		return h.outside(page)
	}
	if f.dropped {
		h.adopt(&f, around)
	}
	h.resolve(&f)
	page.Kind = pageKind(&f)
	switch {
	case f.ignored:
		page.Reason = generator.Ignored
	case f.dropped:
		page.Reason = "its language is not built"
	}
	if page.Reason != "" {
		return page
	}
	hidden := h.hidden(&f, around)
	if (f.class == plainFile || h.copies(&f, doc)) && !hidden {
		page.Kind, page.Static, page.Reason = "", true, copiedFile
		return page
	}
	if owner, inside := h.insideBundle(&f, around); inside {
		page.Reason = generator.PartOf + owner
		return page
	}
	if hidden || f.class == leafBundle && h.displaced(&f, around) {
		page.Reason = "another file takes its place"
		return page
	}
	facts := h.factsOf(&f, doc, around)
	page.Date = facts.dates.date
	target, broken := h.target(&f, facts)
	page.URL = f.lang.base + strings.TrimPrefix(target.link, "/")
	page.Output = strings.TrimPrefix(path.Clean(target.file), "/")
	page.Reason = h.unpublished(&f, facts.matter, facts.dates, doc)
	if page.Output == "" || page.Output == "." {
		page.Output, broken = "", "its url is the output folder itself"
	}
	if page.Reason == "" && broken != "" {
		page.Reason = generator.Breaks + broken
	}
	page.Published = page.Reason == ""
	h.clock(&page, f.lang, facts.dates)
	if !page.Published {
		return page
	}
	if page.Aliases, broken = h.aliases(&f, facts.matter, target); broken != "" {
		page.Published, page.Reason = false, generator.Breaks+broken
	} else if f.lang.underItsFeed(&f, facts.matter, target) {
		page.Published, page.Reason, page.Aliases = false, feedOver, nil
	}
	return page
}

// outside returns the page of a file that is in no content folder.
func (h *site) outside(page generator.Page) generator.Page {
	for i := range h.statics {
		if _, page.Static = h.statics[i].below(page.Path); page.Static {
			page.Reason = copiedFile
			return page
		}
	}
	page.Reason = "outside the content folder"
	return page
}

const copiedFile = "copied unchanged"

const feedOver = "its feed overwrites it"

func pageKind(f *sourceFile) string {
	switch {
	case f.class == plainFile:
		return ""
	case f.kind != "page":
		return f.kind
	case f.section == "":
		return "page"
	}
	return "post"
}

// hidden reports whether a mount of higher precedence has a file of the same path.
func (h *site) hidden(f *sourceFile, around generator.Surroundings) bool {
	if len(h.mounts) == 1 {
		return false
	}
	base := path.Base(f.repoPath)
	if h.covered(f) {
		return true
	}
	for i := range h.mounts {
		m := &h.mounts[i]
		if m == f.mount {
			return false
		}
		if m.lang != f.mount.lang {
			continue
		}
		if folder, ok := m.folder(f.dir); ok && around.Exists(folder+base) {
			return true
		}
	}
	return false
}

// displaced reports whether an index file is ignored: beside an _index file in versions where that
// one wins, and before 0.123 in the content root.
func (h *site) displaced(f *sourceFile, around generator.Surroundings) bool {
	if f.dir == "" && !h.rules.rootBundle {
		return true
	}
	base := path.Base(f.repoPath)
	return !h.rules.leafWins && around.Exists(strings.TrimSuffix(f.repoPath, base)+"_"+base)
}

// unpublished is the reason why Hugo leaves a page out; "" when it does not.
func (h *site) unpublished(f *sourceFile, m *matter, d pageDates, doc *frontmatter.Document) string {
	if doc == nil {
		return generator.Breaks + "its front matter cannot be read"
	}
	if reason := h.breaksBuild(f, m, d); reason != "" && !h.skips(f) {
		return generator.Breaks + reason
	}
	if reason := h.withheld(f.lang, m, d); reason != "" {
		return reason
	}
	if reason := h.inHiddenSection(f, m); reason != "" {
		return reason
	}
	switch {
	case f.lang.disabledKinds[f.kind]:
		return "pages of its kind are not built"
	case h.notRendered(f, m):
		return notRendered
	case !f.lang.rendersHTML(f, m):
		return noHTML
	}
	return ""
}

// skips reports whether Hugo reads only the syntax of a page, as its kind is not built.
func (h *site) skips(f *sourceFile) bool {
	return h.rules.skipsKinds && f.lang.disabledKinds[f.kind] && (f.kind == "page" || f.kind == "term")
}

// withheld is the reason why a draft, a scheduled or an expired page is left out; "" for others.
func (h *site) withheld(lang *language, m *matter, d pageDates) string {
	now := h.now()
	switch {
	case h.isDraft(m) && !lang.buildDrafts:
		return draft
	case d.publish.After(now) && !lang.buildFuture:
		return generator.Scheduled
	case !d.expiry.IsZero() && d.expiry.Before(now) && !lang.buildOld:
		return generator.Expired
	}
	return ""
}

// clock sets when a page appears and when it disappears.
func (h *site) clock(page *generator.Page, lang *language, d pageDates) {
	var publish, expiry time.Time
	if !lang.buildFuture {
		publish = d.publish
	}
	if !lang.buildOld && !d.expiry.IsZero() {
		expiry = d.expiry.Add(1) // at that instant it is still there
	}
	page.Clocked(h.now(), publish, expiry)
}

// isDraft reads draft, and if that is missing Jekyll's published.
func (h *site) isDraft(m *matter) bool {
	if v, ok := m.value("draft"); ok {
		if _, isInt := v.(int64); isInt && !h.rules.integerDrafts && m.isTOML() {
			return false // integers of TOML were ignored
		}
		b, _ := truthOf(v)
		return b
	}
	if v, ok := m.value("published"); ok {
		if b, known := truthOf(v); known {
			return !b
		}
	}
	return false
}

// notRendered reads headless and build.render.
func (h *site) notRendered(f *sourceFile, m *matter) bool {
	if v, ok := m.value("headless"); ok {
		if b, _ := truthOf(v); b && (h.rules.headlessPages || f.name == "index") {
			return true
		}
	}
	switch render := h.buildOption(m, "render").(type) {
	case bool:
		return !render
	case string:
		return render == "never" || render == "link" || render == "0"
	case int64:
		return render == 0
	}
	return false
}

// buildOption is a value of the build map, which was formerly called _build.
func (h *site) buildOption(m *matter, key string) any {
	v, ok := m.value("_build")
	if !ok && h.rules.buildKey {
		v, ok = m.value("build")
	}
	if !ok {
		return nil
	}
	options, _ := lowerKeys(v).(map[string]any)
	return options[key]
}

// rendersHTML reports whether the page is written as HTML at all.
func (lang *language) rendersHTML(f *sourceFile, m *matter) bool {
	if v, ok := m.value("outputs"); ok {
		if formats := wordsOf(v); len(formats) > 0 {
			return hasFormat(formats, "html")
		}
	}
	return lang.htmlKinds[f.kind]
}

// underItsFeed reports whether a page that is a file by its url, not a folder, has a feed as
// well: Hugo writes that into the same file.
func (lang *language) underItsFeed(f *sourceFile, m *matter, t target) bool {
	if f.kind == "home" || m.text("url") == "" || strings.HasSuffix(t.file, "/index.html") {
		return false
	}
	if v, ok := m.value("outputs"); ok {
		if formats := wordsOf(v); len(formats) > 0 {
			return hasFormat(formats, "rss") && !lang.disabledKinds["rss"]
		}
	}
	return lang.feedKinds[f.kind]
}

// breaksBuild returns what in the front matter fails the build.
func (h *site) breaksBuild(f *sourceFile, m *matter, d pageDates) string {
	switch {
	case d.unreadable != "":
		return "the date in " + d.unreadable + " cannot be read"
	case h.rules.htmlRefused && (f.ext == "html" || f.ext == "htm") && !h.allowsHTML:
		return "HTML content needs security.allowContent"
	case isWebAddress(m.text("url")):
		return "url must be a path, not a full URL"
	}
	if v, ok := m.value("aliases"); ok {
		for _, alias := range wordsOf(v) {
			if isWebAddress(alias) {
				return "an alias must be a path, not a full URL"
			}
		}
	}
	if _, ok := m.value("_build"); ok && h.rules.noUnderscore {
		return "_build is now called build"
	}
	return ""
}

func isWebAddress(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}
